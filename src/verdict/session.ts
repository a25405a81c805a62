/**
 * The two sides of an `ab` session against each other: pairs of slices instead of jobs.
 */
import { type PairedLatencies, pairLatencies, pairThroughputs } from './estimate.js'
import type { Job } from './job.js'
import { type Judgement, judgeRatio } from './judge.js'
import { judgePairs, PAIRS_MIN } from './judges/pairs.js'
import type { Measurement } from './measurement.js'
import { requestSlices, type Series, wholeSlices } from './series.js'
import { FALSE_ALARMS, failuresOf, floorOf, type Judged, judgeFailures, type Limits } from './stored.js'

/** The slices of both sides in their order: the n-th of one lies beside the n-th of the other. */
export interface Sides {
  readonly requests: readonly { readonly name: string; readonly a: Series; readonly b: Series }[]
  /** Of all requests; null for an arrival rate, whose throughput is what was asked for. */
  readonly whole: { readonly a: Series; readonly b: Series } | null
}

/** The sides as two measurements have them. */
export function makeSides(
  a: Measurement,
  b: Measurement,
  options: { readonly names: readonly string[]; readonly withThroughput: boolean },
): Sides {
  return {
    requests: options.names.map((name) => ({ name, a: requestSlices(a, name), b: requestSlices(b, name) })),
    whole: options.withThroughput ? { a: wholeSlices(a), b: wholeSlices(b) } : null,
  }
}

/** Judges b against a. `looks`: how often the session was looked at, which the false alarms are shared out to. */
export function judgeSides(
  sides: Sides,
  jobs: { readonly a: Job; readonly b: Job },
  { limits, looks }: { readonly limits: Limits; readonly looks: number },
): Judged[] {
  const paired = sides.requests.map(({ name, a, b }) => ({
    name,
    metrics: (['p50', 'p95', 'p99'] as const).map((metric) => pairLatencies(a, b, metric)),
  }))
  const whole = sides.whole === null ? null : pairThroughputs(sides.whole.a, sides.whole.b)
  const all = [...paired.flatMap(({ metrics }) => metrics), ...(whole === null ? [] : [whole])]
  const judgeable = all.filter(({ differences }) => differences.length >= PAIRS_MIN).length
  const alpha = FALSE_ALARMS / (Math.max(1, judgeable) * looks)
  const judged: Judged[] = paired.map(({ name, metrics }) => ({
    request: name,
    judgements: [
      ...metrics.map((pairs) => judgeOne(pairs, alpha, limits)),
      judgeFailures(failuresOf([jobs.a], name), failuresOf([jobs.b], name), limits.tolerance.errorRate),
    ],
  }))
  return whole === null
    ? judged
    : [...judged, { request: null, judgements: [judgeOne(whole, alpha, limits)] }]
}

function judgeOne(
  { metric, baseline, current, differences }: PairedLatencies,
  alpha: number,
  limits: Limits,
): Judgement {
  const tolerance = limits.tolerance[metric]
  if (differences.length < PAIRS_MIN || baseline === null || current === null) {
    const reason = `needs ${PAIRS_MIN} pairs of slices, had ${differences.length}`
    const unknown = { interval: null, detectable: null, verdict: 'inconclusive', lack: 'samples' } as const
    return { metric, baseline: null, current: null, tolerance, reason, ...unknown }
  }
  const minDelta = metric === 'throughput' ? 0 : limits.minDeltaMs
  const finding = judgePairs(differences, {
    metric,
    alpha,
    floor: floorOf(metric, tolerance),
    margin: floorOf(metric, tolerance * 0.4),
    guard: Math.log1p(minDelta / baseline),
  })
  return judgeRatio({ metric, baseline, current, tolerance, minDelta, blindTolerances: 1 }, finding)
}
