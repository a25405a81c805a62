import { describe, expect, test } from 'vitest'
import { Random } from '../../../src/base/rng.js'
import type { Threshold } from '../../../src/scenario/model/scenario.js'
import {
  isGrowing,
  isSurelyMissed,
  judgeTrial,
  mostOftenMissed,
  type TrialFigures,
} from '../../../src/verdict/capacity/judge-trial.js'
import { SHOP, simulate } from '../simulate.js'

const threshold = (expression: string, part: Partial<Threshold>): Threshold => ({
  expression,
  request: null,
  metric: 'p95',
  operator: '<',
  limit: 1000,
  abort: null,
  line: 1,
  ...part,
})

const { totals, requests, generator } = simulate(SHOP, { seed: 1, seconds: 10 })
const figures: TrialFigures = { seconds: 10, totals, requests, generator, backlog: new Array(11).fill(6) }

describe('a trial', () => {
  test('within its limits is met, and carries its successful iterations', () => {
    expect(judgeTrial([threshold('p95 < 1s', {})], figures)).toEqual({
      carried: (totals.requests - totals.failed) / 10,
      missed: [],
      isUnsure: false,
    })
  })

  test('misses a limit on all requests by the one that is furthest beyond it', () => {
    const { missed } = judgeTrial([threshold('p95 < 25ms', { limit: 25 })], figures)
    expect(missed).toEqual([
      { why: 'threshold', expression: 'p95 < 25ms', metric: 'p95', request: 'create booking' },
    ])
  })

  test('without a single success misses by its errors first: its latency is missing because of them', () => {
    const failed = {
      ...totals,
      failed: totals.requests,
      errorRate: 1,
      latency: { ...totals.latency, p95: null },
    }
    const slo = [
      threshold('p95 < 1s', {}),
      threshold('error_rate < 1%', { metric: 'error_rate', limit: 0.01 }),
    ]
    const { missed } = judgeTrial(slo, { ...figures, totals: failed as unknown as typeof totals })
    expect(missed.map(({ metric }) => metric)).toEqual(['error_rate', 'p95'])
    expect(mostOftenMissed([{ missed }])).toMatchObject({ metric: 'error_rate' })
  })

  test('misses a limit on one request by that', () => {
    const { missed } = judgeTrial([threshold('search: p95 < 1ms', { limit: 1, request: 'search' })], figures)
    expect(missed[0]).toMatchObject({ request: 'search', metric: 'p95' })
  })

  test('is unsure if the generator was the limit, unless it was met all the same', () => {
    const busy = { ...figures, generator: { ...generator, saturated: true } }
    expect(judgeTrial([threshold('p95 < 25ms', { limit: 25 })], busy).isUnsure).toBe(true)
    expect(judgeTrial([threshold('p95 < 1s', {})], busy).isUnsure).toBe(false)
  })

  test('is unsure if only late sending took it beyond its limit', () => {
    const late = {
      ...figures,
      generator: { ...generator, lateFrom: 95 as const },
      totals: { ...totals, serviceTime: { ...totals.serviceTime, p95: 20 } },
    }
    const slo = [threshold('p95 < 25ms', { limit: 25 })]
    expect(judgeTrial(slo, late).isUnsure).toBe(true)
    const behind = { backlog: [...new Array(10).fill(6), 306] }
    expect(judgeTrial(slo, { ...late, ...behind }).isUnsure).toBe(false)
    const held = { ...late, ...behind, generator: { ...generator, lateFrom: 50 as const } }
    expect(judgeTrial([threshold('p95 < 1s', {})], held).isUnsure).toBe(true)
    // Dropped arrivals are no matter of lateness.
    expect(judgeTrial(slo, { ...late, totals: { ...late.totals, dropped: 5 } }).isUnsure).toBe(false)
  })

  test('misses if arrivals were dropped, or if less than 97 % of them was completed', () => {
    const slo = [threshold('p95 < 1s', {})]
    const of = (more: Partial<TrialFigures>) => judgeTrial(slo, { ...figures, ...more }).missed
    expect(of({ totals: { ...totals, dropped: 1 } })).toEqual([{ why: 'dropped' }])
    const arrived = totals.requests
    const backlog = (end: number) => [6, ...new Array(9).fill(6), end]
    expect(of({ backlog: backlog(6 + Math.round(arrived * 0.06)) })).toEqual([{ why: 'carried' }])
    expect(of({ backlog: backlog(6 + Math.round(arrived * 0.02)) })).toEqual([])
  })

  test('of a closed load has no backlog', () => {
    expect(judgeTrial([threshold('p95 < 1s', {})], { ...figures, backlog: null }).missed).toEqual([])
  })
})

describe('a trial in which nothing was completed', () => {
  const silent: TrialFigures = {
    ...figures,
    totals: { ...totals, requests: 0, failed: 0, errorRate: 0, latency: { ...totals.latency, p95: null } },
    requests: requests.map((request) => ({ ...request, requests: 0, failed: 0 })),
    backlog: Array.from({ length: 11 }, (_, second) => 200 * second),
  }
  const errors = threshold('error_rate < 1%', { metric: 'error_rate', limit: 0.01 })

  test('misses because of that, not because of limits on what was not measured', () => {
    const { carried, missed } = judgeTrial([threshold('p95 < 1s', {}), errors], silent)
    expect(carried).toBe(0)
    expect(missed.map(({ why }) => why)).toEqual(['unfinished', 'threshold', 'threshold'])
    expect(mostOftenMissed([{ missed }])).toEqual({ why: 'unfinished' })
  })

  test('misses also if users wait for it, and if only errors are limited', () => {
    expect(judgeTrial([errors], { ...silent, backlog: null }).missed[0]).toEqual({ why: 'unfinished' })
  })

  test('is no matter of late sending', () => {
    const late = { ...silent, generator: { ...generator, lateFrom: 50 as const } }
    expect(judgeTrial([errors], late).isUnsure).toBe(false)
    const saturated = { ...silent, generator: { ...generator, saturated: true } }
    expect(judgeTrial([errors], saturated).isUnsure).toBe(true)
  })

  test('because nothing was sent misses only what it has to measure', () => {
    const idle = { ...silent, backlog: new Array(11).fill(0) }
    expect(judgeTrial([threshold('p95 < 1s', {})], idle).missed.map(({ why }) => why)).toEqual(['threshold'])
  })

  test('is not one in which journeys go on', () => {
    const steps = requests.map((request) => ({ ...request, kind: 'step' as const }))
    const open = { ...figures, requests: steps, backlog: Array.from({ length: 11 }, (_, at) => 100 + at) }
    expect(judgeTrial([threshold('p95 < 1s', {})], open).missed.map(({ why }) => why)).not.toContain(
      'unfinished',
    )
  })
})

describe('a trial that goes on', () => {
  const p95 = totals.latency.p95!
  const done = totals.requests
  const of = (limit: number, iterations: number, part: Partial<Threshold> = {}) =>
    isSurelyMissed([threshold(`p95 < ${limit}ms`, { limit, ...part })], { totals, requests, iterations })

  test('is missed for sure if what is left can not make up for what was too slow', () => {
    expect(of(p95 - 1, done / 1.1)).toBe(true)
    expect(of(p95 - 1, 10 * done)).toBe(false)
    expect(of(p95 + 1, done / 1.1)).toBe(false)
    // Half of the latencies are beyond the median: with 9 times as many perfect ones, 5 % would be.
    expect(of(totals.latency.p50! - 2, 8 * done)).toBe(true)
    expect(of(totals.latency.p50! - 2, 12 * done)).toBe(false)
  })

  test('by a limit on one request, too', () => {
    const own = { request: 'search' }
    const { latency } = requests.find(({ name }) => name === 'search')!
    expect(of(latency.p95! - 1, done / 1.1, own)).toBe(true)
    expect(of(latency.p95! + 1, done / 1.1, own)).toBe(false)
    expect(of(1, done, { request: 'unknown' })).toBe(false)
  })

  test('is never sure by a limit on a mean, from below, or before an iteration is finished', () => {
    expect(of(1, done, { metric: 'mean' })).toBe(false)
    expect(of(1e9, done, { metric: 'throughput', operator: '>' })).toBe(false)
    const none = requests.map((request) => ({ ...request, requests: 0 }))
    expect(isSurelyMissed([threshold('', { limit: 1 })], { totals, requests: none, iterations: done })).toBe(
      false,
    )
  })

  test.each([
    [0.05, true],
    [0.01, false],
  ])('with %d of its requests failed, a quarter of them done: %s', (errorRate, isMissed) => {
    const slo = [threshold('error_rate < 1%', { metric: 'error_rate', limit: 0.01 })]
    const failing = { totals: { ...totals, errorRate }, requests, iterations: 4 * done }
    expect(isSurelyMissed(slo, failing)).toBe(isMissed)
  })
})

describe('a backlog', () => {
  test('grows if it does so steadily, and by more than 1 % of the arrivals', () => {
    expect(isGrowing([5, 15, 25, 35, 45], 200)).toBe(true)
    expect(isGrowing([5, 6, 7, 8, 9], 200)).toBe(false)
    expect(isGrowing([45, 35, 25, 15, 5], 200)).toBe(false)
  })

  test('of too few seconds shows no trend', () => {
    expect(isGrowing([5, 105, 205, 305], 200)).toBe(false)
  })

  test('that only varies rarely looks as if it grew', () => {
    const random = new Random(7)
    const runs = Array.from({ length: 1000 }, () =>
      isGrowing(
        Array.from({ length: 11 }, () => random.integer(0, 30)),
        100,
      ),
    )
    // The test allows 5 %, and not all of these slopes are steep enough to matter.
    expect(runs.filter(Boolean).length).toBeLessThan(60)
  })
})

test('what most trials missed limits the capacity', () => {
  const p95 = { why: 'threshold', expression: 'p95 < 1s', metric: 'p95' } as const
  const carried = { why: 'carried' } as const
  expect(mostOftenMissed([{ missed: [p95, carried] }, { missed: [carried] }, { missed: [] }])).toEqual(
    carried,
  )
  expect(mostOftenMissed([{ missed: [p95, carried] }])).toEqual(p95)
  expect(mostOftenMissed([{ missed: [] }])).toBeNull()
})
