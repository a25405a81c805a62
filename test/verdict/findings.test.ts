/**
 * Each rule in virtual time: a case in which it must find something, and neighbors in which it must not.
 */
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/rng.js'
import { joinFindings } from '../../src/stats/findings.js'
import { Histogram } from '../../src/stats/histogram.js'
import { joinRuns } from '../../src/stats/join.js'
import { parseResult } from '../../src/stats/read.js'
import type { Measured, RequestResult, Result, TimelinePoint, Window } from '../../src/stats/result.js'
import { summarize } from '../../src/stats/summary.js'
import { growthPerMinute, type ProcessSecond } from '../../src/stats/target.js'
import { findingsOf } from '../../src/verdict/findings/index.js'
import { SHOP, simulate } from './simulate.js'

/** What a second of the run is like. */
interface Second {
  readonly vus?: number
  readonly requests?: number
  readonly failed?: number
  /** The median latency in ms. */
  readonly ms?: number
  /** One request takes so long. */
  readonly longest?: number
  /** The mean of the server timing `db`, and of `total`. */
  readonly db?: number
  readonly total?: number
  readonly bytes?: number
  readonly lag?: number
}

interface Options {
  readonly model?: 'open' | 'closed'
  readonly starved?: number
  readonly dropped?: number
}

/** A run of one request, second by second; latencies scatter by a tenth. */
function runOf(
  seconds: number,
  at: (second: number) => Second,
  { model = 'closed', starved = 0, dropped = 0 }: Options = {},
): Measured {
  const random = new Random(3)
  const base = simulate(SHOP, { seed: 1, seconds: 1, model })
  const given = Array.from({ length: seconds }, (_, second) => at(second))
  const [all, dbs, whole] = [new Histogram(), new Histogram(), new Histogram()]
  const windowOf = (
    ms: number,
    { requests = 50, failed = 0, longest = 0 }: Second,
    start: number,
    pool: Histogram,
  ) => {
    const own = new Histogram()
    for (let i = failed; i < requests; i++) own.record(1000 * ms * (0.9 + 0.2 * random.float()))
    if (longest > 0) own.record(1000 * longest)
    pool.add(own)
    return { start, duration: 1, requests: requests + (longest > 0 ? 1 : 0), failed, histogram: own.freeze() }
  }
  const windows = given.map((second, start) => windowOf(second.ms ?? 20, second, start, all))
  const timing = (read: (second: Second) => number | undefined, pool: Histogram): Window[] =>
    given.flatMap((second, start) => {
      const ms = read(second)
      return ms === undefined ? [] : windowOf(ms, { ...second, longest: 0 }, start, pool)
    })
  const timings = { db: timing(({ db }) => db, dbs), total: timing(({ total }) => total, whole) }
  const known = Object.entries(timings).filter(([, own]) => own.length > 0)
  const sum = (read: (window: Window) => number) => windows.reduce((total, window) => total + read(window), 0)
  const [requests, failed] = [sum((window) => window.requests), sum((window) => window.failed)]
  const totals = {
    ...base.totals,
    ...{ requests, failed, dropped, errorRate: failed / requests, throughput: (requests - failed) / seconds },
    ...{
      latency: summarize(all),
      serviceTime: summarize(all),
      statuses: { 200: requests - failed, 503: failed },
    },
  }
  const request: RequestResult = {
    ...totals,
    name: 'search',
    kind: 'request',
    windows,
    ...(known.length > 0 && { serverTimingWindows: Object.fromEntries(known) }),
  }
  const timeline = given.map(
    ({ vus = 8, ms = 20, bytes, lag = 0.2 }, second): TimelinePoint => ({
      ...{ second, vus, dropped: 0, p50: ms, p95: ms * 1.1, p99: ms * 1.1 },
      ...{ requests: windows[second]!.requests, failed: windows[second]!.failed },
      ...{ generatorBusy: 0.3, schedulingLagP99: lag, gcPauseMax: 1 },
      ...(bytes !== undefined && { bytesReceived: bytes * windows[second]!.requests }),
    }),
  )
  const workers = [{ eventLoopUtilization: 0.3, cpu: 0.3, starved }]
  const generator = { ...base.generator, workers }
  return {
    ...base,
    durationSeconds: seconds,
    totals,
    requests: [request],
    timeline,
    generator,
    runs: [base.runs[0]!],
  }
}

const codes = (run: Measured) => findingsOf(run).findings?.map(({ code }) => code) ?? []
const first = (run: Measured) => findingsOf(run).findings?.[0]

/** A closed load of 2 to 40 users on a service of 20 ms that serves so many at once. */
const ramp = (atOnce: number, options: Options = {}) =>
  runOf(
    20,
    (second) => {
      const vus = 2 * (second + 1)
      const ms = 20 * Math.max(1, vus / atOnce)
      return { vus, ms, requests: Math.round((1000 * vus) / ms) }
    },
    options,
  )

describe('how many requests a service serves at once', () => {
  test('shows where more users bring no more throughput', () => {
    const finding = first(ramp(8))
    expect(finding).toMatchObject({ code: 'concurrency_limit', severity: 'high', request: null })
    expect(finding!.figures).toMatchObject({ atOnce: 8, throughput: 400 })
  })

  test('does not show where throughput grows with the users, or the users are always as many', () => {
    expect(codes(ramp(1000))).toEqual([])
    expect(codes(runOf(20, () => ({ vus: 40, ms: 100, requests: 400 })))).toEqual([])
  })

  test('does not show if the limit is hardly reached, or the machine was busy with other work', () => {
    expect(codes(ramp(36))).toEqual([])
    expect(codes(ramp(8, { starved: 0.4 }))).toEqual([])
  })

  /** 300 arrivals a second, of which so many are served; the others wait until `end`. */
  const arrivals = (served: number, end: number) =>
    runOf(
      30,
      (second) => {
        const waiting = Math.max(
          0,
          (300 - served) * Math.min(second + 1, end) - 300 * Math.max(0, second + 1 - end),
        )
        return { vus: 4 + waiting, ms: 20 + (1000 * waiting) / served, requests: served }
      },
      { model: 'open' },
    )

  test('shows in the open model as a queue that grows to the end, not as one that an outage left', () => {
    expect(codes(arrivals(200, 30))).toEqual(['concurrency_limit'])
    expect(first(arrivals(200, 30))!.figures).toMatchObject({ throughput: 200 })
    expect(codes(arrivals(200, 8))).not.toContain('concurrency_limit')
  })
})

describe('a dependency that gets slower', () => {
  const growing = (db: (second: number) => number, vus = (second: number) => 2 * (second + 1), rest = 8) =>
    runOf(20, (second) => ({
      vus: vus(second),
      db: db(second),
      total: db(second) + 2,
      ms: db(second) + rest,
    }))

  test('under load is named, the innermost one', () => {
    const finding = first(growing((second) => 5 + 2 * second))
    expect(finding).toMatchObject({ code: 'dependency_under_load', request: 'search', name: 'db' })
    const { before, after } = finding!.figures as Record<'before' | 'after', number>
    expect(before).toBeGreaterThan(9)
    expect(after).toBeCloseTo(5 + 2 * 16.5, 0)
  })

  test('over time is named as that if the load is even', () => {
    expect(
      first(
        growing(
          (second) => 5 + 2 * second,
          () => 8,
        ),
      ),
    ).toMatchObject({
      code: 'dependency_over_time',
      name: 'db',
    })
  })

  test('is not found if it grows little, in one step at the end, or falls', () => {
    expect(codes(growing((second) => 20 + 0.3 * second))).toEqual([])
    expect(
      codes(
        growing(
          (second) => (second < 17 ? 10 : 60),
          () => 8,
        ),
      ),
    ).toEqual([])
    expect(
      codes(
        growing(
          (second) => 60 - 2 * second,
          () => 8,
        ),
      ),
    ).not.toContain('dependency_over_time')
  })

  test('is not what makes requests slow if something else grows more', () => {
    const other = runOf(20, (second) => ({ vus: 2 * (second + 1), db: 5 + second, ms: 20 + 10 * second }))
    expect(codes(other)).not.toContain('dependency_under_load')
  })

  test('has to be twice as clear on a busy machine', () => {
    const run = growing(
      (second) => 10 + second,
      () => 8,
    )
    const busy = {
      ...run,
      generator: { ...run.generator, workers: [{ ...run.generator.workers[0]!, starved: 0.5 }] },
    }
    expect(codes(run)).toContain('dependency_over_time')
    expect(codes(busy)).toEqual([])
  })
})

describe('first seconds that are slow', () => {
  const cold = (slow: number, ms: number, later = (_: number) => 20) =>
    runOf(20, (second) => ({ ms: second < slow ? ms : later(second) }))

  test('are found', () => {
    expect(first(cold(4, 60))).toMatchObject({
      code: 'cold_start',
      severity: 'low',
      figures: { slowSeconds: 4, before: 60, after: 20 },
    })
  })

  test('are not found if it is one, if they are hardly slower, or if later ones are as slow', () => {
    expect(codes(cold(1, 200))).toEqual([])
    expect(codes(cold(4, 27))).toEqual([])
    expect(codes(runOf(20, (second) => ({ ms: second < 4 ? 2.5 : 1 })))).toEqual([])
    expect(codes(cold(4, 60, (second) => (second % 3 === 0 ? 60 : 20)))).toEqual([])
    expect(codes(cold(15, 60))).toEqual([])
  })

  test('are not found if more load made them slow', () => {
    const spike = (vus: number, requests: number, model: 'open' | 'closed') =>
      runOf(20, (second) => (second < 4 ? { ms: 60, vus, requests } : { vus: 5, requests: 100 }), { model })
    expect(codes(spike(40, 100, 'closed'))).toEqual([])
    expect(codes(spike(40, 800, 'open'))).toEqual([])
    expect(codes(spike(5, 30, 'closed'))).toEqual(['cold_start'])
    expect(codes(spike(40, 100, 'open'))).toEqual(['cold_start'])
  })

  test('are not found if other requests made them slow, such as the logins of users who begin', () => {
    const run = cold(4, 60)
    const [login] = run.requests
    const part = (isIn: (start: number) => boolean) => login!.windows.filter(({ start }) => isIn(start))
    const requests = [
      { ...login!, name: 'login', windows: part((start) => start < 4) },
      { ...login!, name: 'search', windows: part((start) => start >= 4) },
    ]
    expect(codes({ ...run, requests })).toEqual([])
  })

  test('have to be twice as clear if other work may have taken the CPU just then', () => {
    const busy = (ms: number) => runOf(30, (second) => ({ ms: second < 3 ? ms : 20 }), { starved: 0.15 })
    expect(codes(busy(40))).toEqual([])
    expect(codes(busy(80))).toEqual(['cold_start'])
  })

  test('are not found if perfctl itself was slow, or in a short run', () => {
    expect(codes(runOf(20, (second) => (second < 4 ? { ms: 60, lag: 40 } : {})))).toEqual([])
    expect(codes(runOf(8, (second) => ({ ms: second < 3 ? 60 : 20 })))).toEqual([])
  })
})

describe('stalls', () => {
  const stalls = (seconds: readonly number[], length = 40, more: Second = {}) =>
    runOf(length, (second) => (seconds.includes(second) ? { longest: 400, ...more } : {}))

  test('with equal spaces are found, even if they fall into two seconds', () => {
    expect(first(stalls([2, 9, 16, 23, 30, 37]))).toMatchObject({
      code: 'periodic_stalls',
      figures: { everySeconds: 7, stalls: 6 },
    })
    expect(codes(stalls([2, 3, 9, 16, 17, 23, 30, 37]))).toEqual(['periodic_stalls'])
    expect(codes(stalls([3, 6, 9, 12, 15, 18], 20))).toEqual(['periodic_stalls'])
  })

  test('with other spaces, or too few of them, are not', () => {
    expect(codes(stalls([2, 5, 16, 19, 33, 37]))).toEqual([])
    expect(codes(stalls([2, 15, 28]))).toEqual([])
    expect(codes(stalls([3, 6, 9, 12, 15], 17))).toEqual([])
  })

  test('are no slow requests that users send now and then', () => {
    const run = runOf(40, () => ({}))
    const report = runOf(40, (second) => ({ ms: 400, requests: second % 7 === 2 ? 1 : 0 })).requests[0]!
    expect(codes({ ...run, requests: [...run.requests, { ...report, name: 'report' }] })).toEqual([])
    const stalled = stalls([2, 9, 16, 23, 30, 37]).requests[0]!
    expect(codes({ ...run, requests: [stalled, { ...report, name: 'report', windows: [] }] })).toEqual([
      'periodic_stalls',
    ])
  })

  test('of perfctl itself are not', () => {
    expect(codes(stalls([2, 9, 16, 23, 30, 37], 40, { lag: 300 }))).toEqual([])
  })

  test('by chance hardly ever look equal', () => {
    const random = new Random(5)
    let found = 0
    for (let run = 0; run < 400; run++) {
      const seconds = Array.from({ length: 6 }, () => Math.floor(40 * random.float()))
      if (codes(stalls(seconds)).length > 0) found++
    }
    expect(found).toBeLessThan(10)
  })
})

describe('failures', () => {
  const failing = (at: (second: number) => number, seconds = 30) =>
    runOf(seconds, (second) => ({ failed: at(second) }))

  test('in a burst are found, with its second', () => {
    expect(
      first(failing((second) => (second === 12 || second === 13 ? 30 : second % 10 === 0 ? 1 : 0))),
    ).toMatchObject({
      code: 'error_bursts',
      figures: { failed: 63, inBursts: 61, seconds: 30 },
    })
  })

  test('that come evenly, are few, or last to the end are no burst', () => {
    expect(codes(failing(() => 2))).toEqual([])
    expect(codes(failing((second) => (second === 12 ? 8 : 0)))).toEqual([])
    expect(codes(failing((second) => (second >= 20 ? 30 : 0)))).toEqual([])
    expect(codes(failing((second) => (second === 2 ? 30 : 0), 5))).toEqual([])
  })

  test('of requests that come in bursts themselves are no burst', () => {
    const bursts = (failed: (second: number) => number) =>
      runOf(50, (second) => ({ requests: second % 10 === 0 ? 20 : 0, failed: failed(second) }))
    expect(codes(bursts((second) => (second % 10 === 0 ? 6 : 0)))).toEqual([])
    expect(codes(bursts((second) => (second === 20 ? 20 : 0)))).toEqual(['error_bursts'])
  })

  const retried = (recovered: number, requests: number): Measured => {
    const run = runOf(20, () => ({}))
    const retries = { requests, recovered, attempts: requests, errors: [] }
    return { ...run, totals: { ...run.totals, retries } }
  }

  test('that retries hide are found, but not a few', () => {
    expect(first(retried(80, 90))).toMatchObject({
      code: 'hidden_failures',
      figures: { recovered: 80, errorRate: 0, errorRateWithout: 0.08 },
    })
    expect(codes(retried(5, 60))).toEqual([])
    expect(codes(retried(9, 9))).toEqual([])
  })
})

describe('connections', () => {
  const connected = (count: number, vus = 8): Measured => {
    const run = runOf(20, () => ({ vus }))
    return { ...run, connections: { ...run.connections, tcp: { ...run.connections.tcp, count, mean: 1.2 } } }
  }

  test('for each request are found, but not one for each user', () => {
    expect(first(connected(1000))).toMatchObject({
      code: 'new_connections',
      figures: { connections: 1000, requests: 1000, setup: 1.2 },
    })
    expect(codes(connected(8))).toEqual([])
    expect(codes(connected(300))).toEqual([])
    expect(codes(connected(1000, 900))).toEqual([])
  })

  test('that break off in the middle are the failures, and no finding of their own', () => {
    const run = connected(1000)
    expect(codes({ ...run, totals: { ...run.totals, statuses: { 200: 100 } } })).toEqual([])
  })

  test('that a service closes because its users pause for seconds are not', () => {
    const run = runOf(60, () => ({ vus: 20, requests: 3 }))
    const tcp = { ...run.connections.tcp, count: 180, mean: 1.2 }
    expect(codes({ ...run, connections: { ...run.connections, tcp } })).toEqual([])
  })

  test('are as asked for without keep-alive', () => {
    expect(findingsOf(connected(1000), { keepsAlive: false })).toEqual({})
  })
})

describe('responses', () => {
  const sized = (bytes: (second: number) => number) => runOf(30, (second) => ({ bytes: bytes(second) }))

  test('that grow are found, but not a few more bytes or one large second', () => {
    expect(first(sized((second) => 1000 + 200 * second))).toMatchObject({
      code: 'responses_grow',
      severity: 'low',
    })
    expect(codes(sized((second) => 1000 + 10 * second))).toEqual([])
    expect(codes(sized((second) => (second === 29 ? 90_000 : 1000)))).toEqual([])
    expect(codes(sized((second) => 9000 - 200 * second))).toEqual([])
  })

  test('of another mix of requests do not grow', () => {
    const run = sized((second) => 1000 + 200 * second)
    const [search] = run.requests
    const share = (part: (second: number) => number) =>
      search!.windows.map((window) => ({
        ...window,
        requests: Math.round(part(window.start) * window.requests),
      }))
    const requests = [
      { ...search!, windows: share((second) => 1 - second / 30) },
      { ...search!, name: 'report', windows: share((second) => second / 30) },
    ]
    expect(codes({ ...run, requests })).toEqual([])
  })
})

describe('the processes of the service', () => {
  const observed = (
    seconds: number,
    at: (second: number) => Pick<ProcessSecond, 'cpu' | 'memory'>,
    throttledSeconds: number | null = null,
  ): Measured => {
    const run = runOf(20, () => ({}))
    const timeline = Array.from({ length: seconds }, (_, second) => ({ second, ...at(second) }))
    const memories = timeline.map(({ memory }) => memory)
    const target = {
      ...{
        cpuSeconds: 1,
        cpuPerRequest: 1,
        cpuCores: 1,
        throttledSeconds,
        threads: null,
        openFiles: null,
        timeline,
        failures: [],
        cpuWindows: [],
      },
      memory: {
        ...{ first: memories[0]!, last: memories.at(-1)!, max: Math.max(...memories) },
        growthPerMinute: growthPerMinute(timeline),
      },
    }
    const serviceTime = { ...run.totals.serviceTime, min: 4 }
    return { ...run, durationSeconds: seconds, totals: { ...run.totals, serviceTime }, target }
  }
  const memory = (seconds: number, bytes: (second: number) => number) =>
    observed(seconds, (second) => ({ cpu: 0.2, memory: bytes(second) }))

  test('leak if their memory grows from minimum to minimum', () => {
    const sawtooth = (second: number) => 20e6 * ((second % 7) / 7)
    expect(first(memory(300, (second) => 100e6 + 5e4 * second + sawtooth(second)))).toMatchObject({
      code: 'memory_growth',
      figures: { first: 100e6 },
    })
  })

  test('do not leak if it is collected, comes to an end, grows once, or in less than five minutes', () => {
    const sawtooth = (second: number) => 100e6 + 80e6 * ((second % 9) / 9)
    expect(codes(memory(300, sawtooth))).toEqual([])
    expect(codes(memory(300, (second) => 100e6 + 100e6 * (1 - Math.exp(-second / 60))))).toEqual([])
    expect(codes(memory(300, (second) => (second < 230 ? 100e6 : 160e6)))).toEqual([])
    expect(codes(memory(290, (second) => 100e6 + 5e4 * second))).toEqual([])
    expect(codes(memory(300, (second) => 2e9 + 1e4 * second))).toEqual([])
  })

  test('use all of a core, or of the machine, or not', () => {
    const cpu = (cores: (second: number) => number) =>
      observed(20, (second) => ({ cpu: cores(second), memory: 1e8 }))
    expect(first(cpu((second) => 0.96 + 0.02 * (second % 3)))).toMatchObject({
      code: 'cpu_full',
      figures: { coresMost: 1 },
    })
    expect(first(cpu(() => 3.98))).toMatchObject({ code: 'cpu_full', figures: { coresMost: 4 } })
    expect(codes(cpu(() => 0.85))).toEqual([])
    expect(codes(cpu(() => 1.6))).toEqual([])
    expect(codes(cpu((second) => (second % 2 === 0 ? 1 : 0.5)))).toEqual([])
    const quick = cpu(() => 0.98)
    const serviceTime = { ...quick.totals.serviceTime, min: 15 }
    expect(codes({ ...quick, totals: { ...quick.totals, serviceTime } })).toEqual([])
  })

  test('are throttled, or hardly', () => {
    const idle = () => ({ cpu: 0.4, memory: 1e8 })
    expect(first(observed(60, idle, 14))).toMatchObject({
      code: 'throttled',
      figures: { throttledSeconds: 14, seconds: 60 },
    })
    expect(codes(observed(60, idle, 0.3))).toEqual([])
    expect(codes(observed(60, idle))).toEqual([])
  })
})

describe('nothing stands out', () => {
  test('in a healthy run, whatever its latencies', () => {
    for (const seed of Array.from({ length: 40 }, (_, index) => index)) {
      const random = new Random(seed)
      const level = Array.from({ length: 25 }, () => Math.exp(0.3 * (random.float() + random.float() - 1)))
      const ramps = runOf(25, (second) => ({
        vus: second + 1,
        ms: 20 * level[second]!,
        db: 10 * level[second]!,
      }))
      const even = runOf(25, (second) => ({ ms: 20 * level[second]!, longest: 60 * level[second]!, db: 10 }))
      expect([...codes(ramps), ...codes(even)], `seed ${seed}`).toEqual([])
    }
  })

  const found = ramp(8)

  test.each<[string, Partial<Measured>]>([
    ['was interrupted', { interrupted: true }],
    ['lasted for no whole second', { durationSeconds: 0 }],
    ['could not be completed', { error: 'the target was gone' }],
    ['is a shard', { shard: { index: 1, of: 2 } as NonNullable<Measured['shard']> }],
    ['is a side of a session', { session: { id: '1', side: 'a', looks: 1, maxSeconds: 60 } }],
    ['lost an agent', { agents: [{ name: 'one', lost: 3 } as NonNullable<Measured['agents']>[number]] }],
    ['was limited by perfctl', { generator: { ...found.generator, saturated: true } }],
    ['sent its requests late', { generator: { ...found.generator, lateFrom: 95 } }],
  ])('in a run that %s', (_, part) => {
    expect(codes(found)).toEqual(['concurrency_limit'])
    expect(codes({ ...found, ...part })).toEqual([])
  })
})

test('the most telling come first, five at most', () => {
  const run = ramp(8)
  const retries = { requests: 900, recovered: 800, attempts: 900, errors: [] }
  const tcp = { ...run.connections.tcp, count: 1e5, mean: 1 }
  const timeline = run.timeline.map((point, second) => ({
    ...point,
    bytesReceived: 1000 * second * point.requests,
  }))
  const target = { ...{ throttledSeconds: 9, timeline: [], memory: null } } as unknown as NonNullable<
    Measured['target']
  >
  const all = {
    ...run,
    totals: { ...run.totals, retries },
    connections: { ...run.connections, tcp },
    timeline,
    target,
  }
  expect(codes(all)).toEqual([
    ...['throttled', 'concurrency_limit', 'hidden_failures', 'responses_grow', 'new_connections'],
  ])
})

test('several runs have what stands out in more than half of them', () => {
  const [limited, healthy] = [findingsOf(ramp(8)), findingsOf(ramp(1000))]
  expect(joinFindings([limited, healthy, limited])).toEqual(limited)
  expect(joinFindings([limited, healthy])).toEqual({})
  const result = (part: object): Result => ({ ...simulate(SHOP, { seed: 1 }), ...part })
  expect(joinRuns([result(limited), result(limited)]).findings).toEqual(limited.findings)
  expect(joinRuns([result(limited), result(healthy)])).not.toHaveProperty('findings')
})

test('findings are read from a result as they were, and an unknown one is refused', () => {
  const result = { ...simulate(SHOP, { seed: 1 }), ...findingsOf(ramp(8)) }
  expect(parseResult(JSON.stringify(result), 'r.json').findings).toEqual(result.findings)
  const damaged = JSON.stringify(result).replace('"atOnce":8,', '')
  expect(() => parseResult(damaged, 'r.json')).toThrow(/r\.json.*findings.*atOnce/)
})
