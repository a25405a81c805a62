/**
 * What stands out in loads that the engine sends in virtual time: whatever the machine does, a fault is always named, and a
 * healthy service is never accused. The same services with real sockets are in `test/e2e/verdict/faulty/`.
 */
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/rng.js'
import type { Load } from '../../src/scenario/model/load-types.js'
import type { FindingCode } from '../../src/stats/findings.js'
import type { Measured } from '../../src/stats/result.js'
import { findingsOf } from '../../src/verdict/findings/index.js'
import { closedLoad, openLoad, simulate } from '../load/simulate.js'
import { SHOP, simulate as simulateResult } from '../verdict/simulate.js'

type Service = NonNullable<Parameters<typeof simulate>[0]['service']>

const SCENARIO = `
name: shop
load: { vus: 1, duration: 1s }
observe: { serverTiming: true }
requests: [{ name: search, get: /search }]
`

/** The result of a load in virtual time. */
async function run(load: Load, service: Service, seconds: number): Promise<Measured> {
  const { collector } = await simulate({ load, service, scenario: SCENARIO })
  const base = simulateResult(SHOP, { seed: 1, seconds: 1, model: load.model })
  return {
    ...base,
    durationSeconds: seconds,
    totals: collector.total(seconds),
    requests: collector.requests(seconds),
    timeline: collector.timeline(),
  }
}

/** A service at which so many tasks run at once; the others wait in the order of their arrival. */
class Queue {
  private readonly free: number[]

  constructor(atOnce: number) {
    this.free = new Array(atOnce).fill(0)
  }

  /** Returns when a task that comes at `at` ends. */
  end(at: number, ms: number): number {
    const next = this.free.indexOf(Math.min(...this.free))
    const end = Math.max(at, this.free[next]!) + ms
    this.free[next] = end
    return end
  }
}

interface Fault {
  readonly atOnce?: number
  readonly pool?: number
  readonly dbGrowth?: number
  readonly coldMs?: number
  readonly stall?: { readonly everyMs: number; readonly forMs: number }
  readonly down?: { readonly from: number; readonly forMs: number }
  readonly sigma?: number
  readonly workMs?: number
}

/** A service with a lognormal work of 12 ms, three quarters of which are its database's, and a fault. */
function service(fault: Fault, seed: number): Service {
  const {
    atOnce = 1000,
    pool = 1000,
    dbGrowth = 0,
    coldMs = 0,
    stall,
    down,
    sigma = 0.3,
    workMs = 12,
  } = fault
  const random = new Random(seed)
  const [work, database] = [new Queue(atOnce), new Queue(pool)]
  const cache = new Set<number>()
  return ({ at }) => {
    if (down !== undefined && at >= down.from && at < down.from + down.forMs)
      return { afterMs: 1, status: 503 }
    const normal = Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float())
    const key = Math.floor(400 * random.float())
    const ms = coldMs > 0 && !cache.has(key) ? coldMs : workMs * Math.exp(sigma * normal)
    cache.add(key)
    const dbEnd = database.end(at, 0.75 * ms + (dbGrowth * at) / 1000)
    const end = work.end(at, dbEnd - at + 0.25 * ms)
    // What would end in a stall ends after it.
    const late = stall === undefined ? 0 : Math.max(0, stall.forMs - (end % stall.everyMs))
    return { afterMs: end - at + late, headers: { 'server-timing': `db;dur=${(dbEnd - at).toFixed(2)}` } }
  }
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

const users = (most: number, seconds: number) =>
  closedLoad({ start: 0, stages: [{ durationMs: 1000 * seconds, target: most }] })
const constant = (vus: number, seconds: number) =>
  closedLoad({ stages: [{ durationMs: 1000 * seconds, target: vus }] })
const rate = (perSecond: number, seconds: number) =>
  openLoad({ arrivals: 'poisson', stages: [{ durationMs: 1000 * seconds, target: perSecond }] })

describe('a service that', () => {
  test.each<[string, Fault, Load, number, FindingCode]>([
    ['serves eight at once, users added', { atOnce: 8, workMs: 20 }, users(40, 15), 15, 'concurrency_limit'],
    [
      'serves four at once, too many arrivals',
      { atOnce: 4, workMs: 20 },
      rate(260, 15),
      15,
      'concurrency_limit',
    ],
    [
      'has a small pool of connections to its database',
      { pool: 3 },
      users(24, 15),
      15,
      'dependency_under_load',
    ],
    ['has a database that gets slower, open', { dbGrowth: 3 }, rate(60, 12), 12, 'dependency_over_time'],
    ['has a database that gets slower, closed', { dbGrowth: 3 }, constant(6, 12), 12, 'dependency_over_time'],
    ['begins with an empty cache', { coldMs: 60 }, rate(60, 15), 15, 'cold_start'],
    [
      'stalls regularly, closed',
      { stall: { everyMs: 4000, forMs: 250 } },
      constant(6, 26),
      26,
      'periodic_stalls',
    ],
    ['stalls regularly, open', { stall: { everyMs: 5000, forMs: 150 } }, rate(80, 30), 30, 'periodic_stalls'],
    ['is gone for a moment, open', { down: { from: 5300, forMs: 900 } }, rate(60, 12), 12, 'error_bursts'],
    [
      'is gone for a moment, closed',
      { down: { from: 5300, forMs: 300 } },
      constant(6, 12),
      12,
      'error_bursts',
    ],
  ])('%s is found out in ten of ten', async (_, fault, load, seconds, code) => {
    for (const seed of SEEDS) {
      const { findings = [] } = findingsOf(await run(load, service(fault, seed), seconds))
      expect(findings[0]?.code, `seed ${seed}`).toBe(code)
    }
  })
})

describe('a healthy service is silent in ten of ten under', () => {
  test.each<[string, Load, number, Fault?]>([
    ['constant users', constant(8, 20), 20],
    ['one user', constant(1, 20), 20],
    ['users added', users(24, 20), 20],
    ['a constant rate', rate(80, 20), 20],
    ['a rate that rises', openLoad({ start: 0, stages: [{ durationMs: 20_000, target: 150 }] }), 20],
    ['a low rate', rate(2, 30), 30],
    [
      'bursts',
      openLoad({
        start: 0,
        stages: [0, 1, 2, 3, 4, 5].map(() => ({ durationMs: 4000, target: 0, burst: 20 })),
      }),
      24,
    ],
    ['five seconds', constant(4, 5), 5],
    ['a heavy tail', rate(80, 20), 20, { sigma: 1 }],
    ['users added to a heavy tail', users(24, 20), 20, { sigma: 1 }],
    ['as many users as it serves at once', users(30, 20), 20, { atOnce: 32 }],
    ['pauses', closedLoad({ thinkTimeMs: [100, 900], stages: [{ durationMs: 20_000, target: 30 }] }), 20],
  ])('%s', async (_, load, seconds, fault = {}) => {
    for (const seed of SEEDS) {
      const found = findingsOf(await run(load, service(fault, seed), seconds))
      expect(found, `seed ${seed}`).toEqual({})
    }
  })
})
