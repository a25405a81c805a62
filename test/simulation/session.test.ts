import { describe, expect, test, vi } from 'vitest'
import type { Comparison } from '../../src/stats/comparison.js'
import { FrozenHistogram } from '../../src/stats/frozen-histogram.js'
import type { LatePercentile, Result } from '../../src/stats/result.js'
import { COMPARE_DEFAULTS, compare } from '../../src/verdict/compare.js'
import type { Block } from '../../src/verdict/pairing.js'
import { judgeSides, type Sides } from '../../src/verdict/session.js'
import type { Injection } from '../verdict/noise.js'
import { countRedSessions, makeSession } from '../verdict/sessions.js'
import { SHOP, simulate } from '../verdict/simulate.js'

// Hundreds of simulated runs per test, on machines that do other work, too.
vi.setConfig({ testTimeout: 120_000 })

const load = (seconds: number) => ({ seconds, perSecond: 1000 })
const slower = (factor: number): Injection => ({ request: 'list', factor, part: 'whole' })

describe('the same code on both sides is called regressed', () => {
  test.each(['quiet', 'shared', 'hetero'] as const)('on %s machines hardly ever', (level) => {
    expect(countRedSessions({ level, load: load(30) }, null, 300)).toBeLessThanOrEqual(0.012)
  })

  test.each([2, 8])('nor where each start has luck of its own, with %i starts of both sides', (starts) => {
    expect(countRedSessions({ level: 'noisy', load: load(60), starts }, null, 250)).toBeLessThanOrEqual(0.012)
  })

  test('but too often there with one start, which is what restarts are for', () => {
    expect(countRedSessions({ level: 'noisy', load: load(60) }, null, 150)).toBeGreaterThan(0.03)
  })
})

test.each([
  [1.1, 30, 0.96],
  [1.15, 15, 0.97],
  [1.2, 15, 0.99],
])('one request slower by %f is found in %i s per side', (factor, seconds, share) => {
  expect(
    countRedSessions({ level: 'shared', load: load(seconds) }, slower(factor), 100),
  ).toBeGreaterThanOrEqual(share)
})

test('with four starts a slowdown of 10 % is found on a shared machine in a minute per side', () => {
  const setting = { level: 'shared', load: load(60), starts: 4 } as const
  expect(countRedSessions(setting, slower(1.1), 100)).toBeGreaterThanOrEqual(0.9)
})

const side = (which: 'a' | 'b', result: Result): Result => ({
  ...result,
  session: { id: '7f3k', side: which, looks: 1, maxSeconds: 60 },
})

describe('a side that only fails', () => {
  const alive = simulate(SHOP, { seed: 1, seconds: 20 })
  const dead = simulate(
    SHOP.map((service) => ({ ...service, perSecond: 2 * service.perSecond, errorRatio: 1 })),
    { seed: 2, seconds: 20 },
  )

  test.each<[string, Result, Result, string[]]>([
    ['a', dead, alive, []],
    ['b', alive, dead, ['error_rate regressed']],
  ])('%s: nothing improved, and only more errors can be judged', (_, a, b, told) => {
    const { metrics } = compare(side('a', a), side('b', b))
    const judged = metrics.filter(({ verdict }) => verdict !== 'inconclusive')
    expect([...new Set(judged.map(({ metric, verdict }) => `${metric} ${verdict}`))]).toEqual(told)
  })

  test('in one of its requests alone: neither that improved nor the throughput', () => {
    const half = simulate(
      SHOP.map((service) => ({ ...service, errorRatio: service.name === 'search' ? 1 : 0 })),
      { seed: 2, seconds: 20 },
    )
    const comparison = compare(side('a', half), side('b', alive))
    expect(comparison.referenceNeverSucceeded).toEqual(['search'])
    expect(comparison.verdict).toBe('inconclusive')
    expect(comparison.metrics.filter(({ verdict }) => verdict === 'improved')).toEqual([])
  })

  test('for half of the time does half of the work', () => {
    const half = {
      ...alive,
      requests: alive.requests.map((request) => ({
        ...request,
        windows: request.windows.map((window) =>
          window.start % 2 === 0
            ? window
            : { ...window, failed: window.requests, histogram: FrozenHistogram.EMPTY },
        ),
      })),
    }
    const throughput = (a: Result, b: Result) =>
      compare(side('a', a), side('b', b)).metrics.find(({ metric }) => metric === 'throughput')?.verdict
    expect(throughput(alive, half)).not.toMatch(/passed|improved/)
    expect(throughput(half, alive)).not.toBe('regressed')
  })
})

describe('one request is judged relative to the others while they are steady', () => {
  /** The shop with scaled medians, on a machine that is equally volatile for all requests. */
  const judged = (factors: readonly number[]) => {
    const services = SHOP.map((service, index) => ({
      ...service,
      perSecond: 120,
      medianMs: service.medianMs * factors[index]!,
    }))
    const before = SHOP.map((service) => ({ ...service, perSecond: 120 }))
    const conditions = { noise: 0.04, seconds: 20 }
    return compare(
      side('a', simulate(before, { ...conditions, seed: 1 })),
      side('b', simulate(services, { ...conditions, seed: 2 })),
      { minDeltaMs: 0 },
    )
  }
  const red = ({ metrics }: Comparison) =>
    new Set(
      metrics.flatMap(({ request, verdict }) =>
        verdict === 'regressed' && request !== null ? [request] : [],
      ),
    )

  test('a slowdown of all of them is no common random error', () => {
    expect(red(judged([1.3, 1.3, 1.3]))).toEqual(new Set(SHOP.map(({ name }) => name)))
  })

  test('if all but one get faster, that one did not get slower', () => {
    expect(red(judged([1, 0.7, 0.7]))).toEqual(new Set())
  })

  test('a slowdown of one is found even if starts of the servers differ by several percent', () => {
    const setting = { level: 'noisy', load: load(30) } as const
    expect(countRedSessions(setting, slower(1.1), 100)).toBeGreaterThan(0.72)
  })
})

describe('a side whose requests were sometimes sent late', () => {
  /** All of the slowness from the percentile on was lateness. */
  const late = (lateFrom: LatePercentile | undefined, result: Result): Result => ({
    ...result,
    requests: result.requests.map((request) => ({
      ...request,
      serviceTime: { ...request.latency, ...sentAfter(request.latency, lateFrom) },
    })),
    generator: {
      ...result.generator,
      reasons: ['1 % of the requests were sent 27.4ms late or more'],
      ...(lateFrom !== undefined && { lateFrom }),
    },
  })
  const sentAfter = (
    { p50, p95, p99 }: Result['totals']['latency'],
    lateFrom: LatePercentile = 100 as LatePercentile,
  ) => ({
    p50: lateFrom <= 50 ? p50! / 1.3 : p50,
    p95: lateFrom <= 95 ? p95! / 1.3 : p95,
    p99: lateFrom <= 99 ? p99! / 1.3 : p99,
  })
  const busy = SHOP.map((service) => ({ ...service, perSecond: 400 }))
  const slower = busy.map((service) => ({ ...service, medianMs: 1.3 * service.medianMs }))
  const conditions = { seconds: 40 }
  const judged = (lateA?: LatePercentile, lateB?: LatePercentile) =>
    compare(
      side('a', late(lateA, simulate(busy, { ...conditions, seed: 1 }))),
      side('b', late(lateB, simulate(slower, { ...conditions, seed: 2 }))),
    )
  const verdicts = ({ metrics }: Comparison) =>
    (['p50', 'p95', 'p99'] as const).map(
      (metric) => metrics.find((row) => row.metric === metric && row.request === 'search')!.verdict,
    )

  test.each<[LatePercentile | undefined, string[]]>([
    [undefined, ['regressed', 'regressed', 'regressed']],
    [99, ['regressed', 'regressed', 'inconclusive']],
    [95, ['regressed', 'inconclusive', 'inconclusive']],
  ])('is not blamed for its percentiles from p%s on', (lateFrom, expected) => {
    const comparison = judged(undefined, lateFrom)
    expect(verdicts(comparison)).toEqual(expected)
    expect(comparison.verdict).toBe('regressed')
  })

  test('is given a reason, and nothing passes because of it', () => {
    const tail = compare(
      side('a', simulate(busy, { ...conditions, seed: 1 })),
      side('b', late(50, simulate(slower, { ...conditions, seed: 2 }))),
    )
    const row = tail.metrics.find(({ request, metric }) => request === 'search' && metric === 'p50')!
    expect(row).toMatchObject({ verdict: 'inconclusive', why: 'late_generator' })
    expect(row.reason).toContain('sent some requests late')
    expect(tail.verdict).not.toMatch(/passed|improved/)
  })

  test('excuses nothing of the other side', () => {
    expect(verdicts(judged(95, undefined))).toEqual(['regressed', 'regressed', 'regressed'])
  })
})

describe('pairs of slices', () => {
  const { level, ...conditions } = { level: 'noisy', load: load(16), seeds: 2 } as const
  const judged = [1, 2, 3, 4, 5, 6].map((trial) => {
    const sides = makeSession({ level, ...conditions }, slower(1.1), trial)
    const limits = { ...COMPARE_DEFAULTS, minDeltaMs: 0 }
    return {
      forth: judgeSides(sides, { limits, looks: 1, maxSeconds: 16 }),
      back: judgeSides(swap(sides), { limits, looks: 1, maxSeconds: 16 }),
    }
  })

  test('give a change within its stated interval', () => {
    const rows = judged.flatMap(({ forth }) => forth.flatMap(({ judgements }) => judgements))
    const told = rows.filter(({ interval, metric }) => interval !== null && metric !== 'stalls')
    expect(told.length).toBeGreaterThan(30)
    for (const { baseline, current, interval } of told) {
      const change = current! / baseline! - 1
      expect(change).toBeGreaterThan(interval![0])
      expect(change).toBeLessThan(interval![1])
    }
  })

  test('give the opposite with the sides swapped', () => {
    const mirrored = { regressed: 'improved', improved: 'regressed' } as const
    const isClear = (verdict: string): verdict is keyof typeof mirrored => verdict in mirrored
    for (const { forth, back } of judged) {
      for (const [index, { judgements }] of forth.entries()) {
        for (const [row, { verdict, baseline, current }] of judgements.entries()) {
          const other = back[index]!.judgements[row]!
          // Only a slowdown has to be ruled out, so that what passes one way may be open the other way.
          if (isClear(verdict) || isClear(other.verdict))
            expect(other.verdict).toBe(mirrored[verdict as keyof typeof mirrored])
          if (baseline === null) continue
          expect(other.current).toBeCloseTo(baseline, 9)
          expect(other.baseline).toBeCloseTo(current!, 9)
        }
      }
    }
  })

  function swap({ requests, whole }: Sides): Sides {
    const turned = (blocks: readonly Block[]) => blocks.map(({ a, b }) => ({ a: b, b: a }))
    return {
      requests: requests.map((request) => ({ ...request, blocks: turned(request.blocks) })),
      whole: whole === null ? null : turned(whole),
    }
  }
})

describe('an inconclusive session', () => {
  const told = (options: { noise?: number; seconds?: number }) =>
    compare(
      side('a', simulate(SHOP, { ...options, seed: 1 })),
      side('b', simulate(SHOP, { ...options, seed: 4 })),
    )

  test('due to noise asks for more seconds and a quieter machine, never for baselines or --runs', () => {
    const { verdict, notes } = told({ noise: 0.5 })
    expect(verdict).toBe('inconclusive')
    expect(notes[0]).toMatch(/times the seconds would settle it: --max-duration \d+s$|a quieter machine/)
    expect(notes.join()).not.toMatch(/baseline|--runs/)
  })

  test('gives its reason first: reports make it the headline', () => {
    const rate = { load: '200/s for 30s', model: 'open' } as const
    const noisy = (seed: number) => simulate(SHOP, { noise: 0.5, seed, ...rate })
    const { notes } = compare(side('a', noisy(1)), side('b', noisy(4)))
    expect(notes[0]).toMatch(/^the p\d\d of .* may be worse by up to /)
    expect(notes.join()).toContain('throughput is not compared')
  })

  test('with too few seconds asks for a longer session', () => {
    const { verdict, notes } = told({ seconds: 4 })
    expect(verdict).toBe('inconclusive')
    expect(notes[0]).toMatch(/^the p50 of "search" needs 8 pairs of slices, had \d.*--max-duration 60s$/)
  })
})
