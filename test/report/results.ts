/**
 * The results that every report is tested with.
 */
import type { CapacityTrial, Miss } from '../../src/stats/capacity.js'
import type { Result, TimelinePoint } from '../../src/stats/result.js'
import { percentileMs } from '../../src/stats/summary.js'
import { poolWindows } from '../../src/stats/window.js'
import { makeBaseline } from '../../src/verdict/baseline.js'
import { throughputAt } from '../../src/verdict/capacity/usl.js'
import { compare } from '../../src/verdict/compare.js'
import { SHOP, shopWith, simulate } from '../verdict/simulate.js'

const BASELINE = 'baselines/shop.json'
const before = simulate(SHOP, { seed: 1 })

/** Not slower, all thresholds met. */
export const passed: Result = {
  ...simulate(SHOP, { seed: 2 }),
  comparison: compare(before, simulate(SHOP, { seed: 2 }), { baseline: BASELINE }),
  thresholds: [
    { expression: 'p95 < 200ms', request: null, actual: 31.2, passed: true },
    { expression: 'search: p99 < 50ms', request: 'search', actual: 40.1, passed: true },
  ],
}

/** A first run without a baseline: one threshold is missed, one has no data. */
export const failed: Result = {
  ...simulate(shopWith('search', { errorRatio: 0.04, cluster: 30 }), { seed: 3 }),
  thresholds: [
    { expression: 'p95 < 200ms', request: null, actual: 31.2, passed: true },
    { expression: 'error_rate < 1%', request: null, actual: 0.0312, passed: false },
    { expression: 'checkout: p95 < 150ms', request: 'checkout', actual: null, passed: false },
  ],
  verdict: 'failed',
}

/** One request is slower, another fails, a p99 has too few samples, one request is new. */
export const regressed: Result = (() => {
  const services = [
    ...shopWith('search', { medianMs: 26 }).map((service) =>
      service.name === 'details' ? { ...service, errorRatio: 0.03 } : service,
    ),
    { name: 'log in', medianMs: 12, sigma: 0.2, perSecond: 10 },
  ]
  const after = simulate(services, { seed: 4 })
  return { ...after, comparison: compare(before, after, { baseline: BASELINE }), verdict: 'regressed' }
})()

/** Measured by a saturated generator. */
export const unsure: Result = (() => {
  const generator = {
    saturated: true,
    reasons: ['requests were sent 14ms late (p99)', 'event loop busy 98% of the time'],
    eventLoopUtilization: 0.98,
    schedulingLagP99: 14,
    workers: [{ eventLoopUtilization: 0.98, cpu: 0.71, starved: 0.25 }],
  }
  const after = { ...simulate(shopWith('search', { medianMs: 26 }), { seed: 5 }), generator }
  const totals = { ...after.totals, dropped: 120, unfinished: 3 }
  return {
    ...after,
    totals,
    comparison: compare(before, after, { baseline: BASELINE }),
    verdict: 'inconclusive',
  }
})()

const HOSTILE = [
  '<script>alert(1)</script>',
  '\u001b[2J\u001b[31mred\u0007',
  '| a | b |\n# heading',
  '[link](https://evil.example) @user #12 www.evil.example',
  '=HYPERLINK("https://evil.example")',
  '"&\'<>]]>\u0000\ufffe',
  '检索服务列表接口检索服务列表接口检索服务列表接口',
  '\u202eesrever\u200b',
]

/** Names and messages that try to be markup, formulas or terminal commands. */
const hostile: Result = (() => {
  const services = HOSTILE.map((name) => ({ name, medianMs: 10, sigma: 0.2, perSecond: 10 }))
  const slower = services.map((service, index) => (index % 2 === 0 ? { ...service, medianMs: 15 } : service))
  const after = simulate(slower, { seed: 7, seconds: 12 })
  const scenario = { ...after.scenario, name: HOSTILE[0]!, file: "it's; rm -rf.yaml" }
  const errors = HOSTILE.map((message, index) => ({ kind: 'connect' as const, message, count: index + 1 }))
  return {
    ...after,
    scenario,
    totals: { ...after.totals, errors },
    comparison: compare(simulate(services, { seed: 6, seconds: 12 }), after, {
      baseline: `${HOSTILE[1]}.json`,
    }),
    thresholds: [{ expression: `${HOSTILE[2]}: p95 < 1ms`, request: HOSTILE[2]!, actual: 12, passed: false }],
    verdict: 'regressed',
  }
})()

/** A search that found less than the baseline's capacity: trials that contradict each other, one of them in doubt. */
const capacity: Result = (() => {
  const trial = (offered: number, p95: number, missed: readonly Miss[] = []): CapacityTrial => ({
    offered,
    carried: Math.min(offered, 431),
    start: 0,
    seconds: 10,
    missed,
    p95,
    errorRate: 0,
    concurrency: (offered * p95) / 3000,
    met: missed.length === 0,
  })
  const slow: Miss = { why: 'threshold', expression: 'p95 < 200ms', metric: 'p95', request: 'search' }
  const search = (lower: number, day: number): Result => {
    const result = simulate(SHOP, { seed: day, seconds: 12 })
    const startedAt = `2026-01-0${day}T00:00:00.000Z`
    const runs = [{ startedAt, start: 0, durationSeconds: 12 }]
    const name = 'shop-capacity'
    return {
      ...result,
      scenario: { ...result.scenario, name, load: 'up to the capacity, in arrivals per second' },
      startedAt,
      runs,
      capacity: {
        scenario: 'shop',
        of: 'rate',
        slo: ['p95 < 200ms', 'error_rate < 1%'],
        lower,
        upper: lower * 1.05,
        carried: lower,
        end: 'decided',
        limitedBy: slow,
        max: 2000,
        width: 0.05,
        spentSeconds: 250,
        trials: [
          trial(100, 31),
          trial(200, 38),
          trial(400, 142),
          { ...trial(800, 2400, [slow, { why: 'carried' }, { why: 'dropped' }]), unsure: true },
          ...[181, 176, 188].map((p95) => trial(412, p95)),
          trial(412, 222, [slow]),
          { ...trial(433, 264, [slow]), unrecovered: true },
          trial(433, 271, [slow, { why: 'backlog' }]),
        ],
      },
    }
  }
  const found = search(412, 9)
  const comparison = compare(makeBaseline([search(525, 1), search(520, 2), search(515, 3)]), found, {
    baseline: 'baselines/shop-capacity.json',
  })
  return { ...found, comparison, verdict: 'regressed' }
})()

/** Side b of a session, which carries less than side a. */
const sides: Result = (() => {
  const found = capacity.capacity!
  const session = { id: 'k3x', looks: 1, maxSeconds: 600 }
  const [a, b] = [525, 412].map((lower, index): Result & { readonly capacity: typeof found } => {
    const side = (['a', 'b'] as const)[index]!
    const check = { load: [525, 472.5][index]!, by: 'ab' as const, isCarried: [null, false][index]! }
    const trials = found.trials.map((trial) => ({ ...trial, offered: (trial.offered * lower) / 412 }))
    return {
      ...capacity,
      comparison: null,
      session: { ...session, side },
      capacity: { ...found, lower, upper: lower * 1.05, check, trials: side === 'a' ? trials : found.trials },
    }
  })
  const last = { ...b!, capacity: { ...b!.capacity, against: a!.capacity } }
  const comparison = compare(a!, last, { baseline: 'a (http://localhost:3001)' })
  return { ...last, comparison, verdict: 'regressed' }
})()

/** A search in virtual users that the Universal Scalability Law fits: each load has its trials, and one was in doubt. */
export function scaling(loads: readonly number[], law = LAW): Result {
  const { capacity: found, ...result } = RESULTS.capacity
  const [usual] = found!.trials
  const trials = loads.map((offered, index) => {
    const carried = throughputAt(law, offered) * (1 + 0.01 * (-1) ** index)
    return { ...usual!, offered, concurrency: offered, carried, p95: (1000 * offered) / carried }
  })
  const doubtful = { ...usual!, offered: 48, concurrency: 48, carried: 10 }
  const capacity = {
    ...found!,
    of: 'vus' as const,
    lower: 32,
    upper: 33,
    trials: [...trials, { ...doubtful, met: false, unsure: true as const }],
  }
  return { ...result, capacity }
}

/** It peaks at 44 users. */
const LAW = { single: 50, contention: 0.03, coherency: 0.0005 }

export const RESULTS = {
  passed: withTimeline(passed),
  failed: withTimeline(failed),
  regressed: withTimeline(regressed),
  unsure: withTimeline(unsure),
  hostile: withTimeline(hostile),
  capacity: withTimeline(capacity),
  sides: withTimeline(sides),
}

/** Adds a timeline, computed from the windows of the requests. */
export function withTimeline(result: Result): Result {
  const seconds = result.requests[0]!.windows.map(({ start }) => secondOf(result, start))
  return { ...result, timeline: seconds }
}

function secondOf(result: Result, second: number): TimelinePoint {
  const windows = result.requests.flatMap((request) =>
    request.windows.filter(({ start }) => start === second),
  )
  const latencies = poolWindows(windows)
  return {
    second,
    vus: Math.min(20, 5 * (second + 1)),
    requests: windows.reduce((sum, { requests }) => sum + requests, 0),
    failed: windows.reduce((sum, { failed }) => sum + failed, 0),
    p50: percentileMs(latencies, 50),
    p95: percentileMs(latencies, 95),
    p99: percentileMs(latencies, 99),
    dropped: 0,
    generatorBusy: 0.31,
    schedulingLagP99: 0.4,
    gcPauseMax: 2.5,
  }
}

/** Adds all that can be observed: server timings, a cache, processes that are throttled, and metrics, one with a gap. */
export function observed(result: Result): Result {
  const timings = ({ windows }: Result['requests'][number]) => ({ db: windows, render: windows })
  const seconds = result.timeline.map(({ second }) => second)
  const memory = { first: 100e6, last: 100e6 + 1e6 * seconds.length, max: 200e6, growthPerMinute: null }
  const figures = { mean: 1, min: 0, max: 9, last: 1 }
  return {
    ...result,
    requests: result.requests.map((request) => ({ ...request, serverTimingWindows: timings(request) })),
    timeline: result.timeline.map((point) => ({
      ...point,
      cacheHits: Math.floor((point.requests - point.failed) * 0.6),
    })),
    target: {
      cpuSeconds: 20,
      cpuPerRequest: 2,
      cpuCores: 0.8,
      throttledSeconds: 1,
      memory,
      threads: { first: 11, last: 11, max: 11 },
      openFiles: { first: 24, last: 310, max: 350 },
      cpuWindows: [],
      metrics: { heap: { ...figures, unit: 'bytes' }, queue: figures },
      timeline: seconds.map((second) => ({
        second,
        cpu: 0.8,
        memory: 100e6 + 1e6 * second,
        throttledSeconds: 0.01 * second,
        metrics: { heap: 10e6 + 1e6 * second, ...(second % 2 === 0 && { queue: second }) },
      })),
      failures: [],
    },
  }
}
