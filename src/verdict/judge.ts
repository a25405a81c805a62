/**
 * What is asked about one metric, and what an answer looks like, whichever rule gives it.
 */
import type { Why } from '../stats/comparison.js'
import type { RatioMetric } from './judged-metric.js'

/** The metrics that are judged, as result files call them. */
export type JudgedMetric = RatioMetric | ShareMetric

/** The metrics that are shares, and change by percentage points: of the requests that failed, of windows that stalled. */
type ShareMetric = 'error_rate' | 'stalls'

/** One line of a comparison before it has a place in it. */
export interface Judgement {
  readonly metric: JudgedMetric
  readonly baseline: number | null
  readonly current: number | null
  /** Where the true change lies: relative, for a share the difference. */
  readonly interval: readonly [number, number] | null
  /** The smallest worsening that would be found 9 times in 10; see `MetricComparison`. */
  readonly detectable: number | null
  readonly tolerance: number
  readonly verdict: 'passed' | 'improved' | 'regressed' | 'inconclusive'
  /** Why, where the numbers alone don't say: for people, and for programs. */
  readonly reason: string | null
  readonly why: Why | null
  /** See `MetricComparison`. */
  readonly needs?: string
  readonly had?: number
}

/** The relative change, or for a share the difference; null where there is none to speak of. */
export function changeOf(
  metric: JudgedMetric,
  baseline: number | null,
  current: number | null,
): number | null {
  if (baseline === null || current === null) return null
  if (metric === 'error_rate' || metric === 'stalls') return current - baseline
  return baseline === 0 ? null : current / baseline - 1
}

/** What a rule found out about one metric: logarithms of a ratio, turned so that more is worse. */
export interface Finding {
  readonly difference: number
  /** Where the true difference lies, 95 % sure. */
  readonly interval: readonly [number, number]
  readonly isWorse: boolean
  readonly isBetter: boolean
  /** The smallest difference that would be found 9 times in 10. */
  readonly detectable: number
}

/** The limits of one metric, and how to say that it can't be judged. */
export interface RatioQuestion {
  readonly metric: RatioMetric
  readonly baseline: number
  readonly current: number
  readonly tolerance: number
  /** Absolute changes up to this are neither a regression nor an improvement, in the metric's unit. */
  readonly minDelta: number
  /** A rule that could miss a change of this many tolerances calls nothing passed. */
  readonly blindTolerances: number
}

/** What a finding means for a latency or the throughput. */
export function judgeRatio(question: RatioQuestion, finding: Finding): Judgement {
  const { metric, baseline, current, tolerance, minDelta } = question
  const sign = metric === 'throughput' ? -1 : 1
  const ends = finding.interval.map((end) => Math.expm1(sign * end)).sort((a, b) => a - b)
  const detectable = Math.abs(Math.expm1(sign * finding.detectable))
  const judged = (
    verdict: Judgement['verdict'],
    reason: string | null = null,
    why: Why | null = null,
  ): Judgement => ({
    metric,
    baseline,
    current,
    interval: [ends[0]!, ends[1]!],
    detectable,
    tolerance,
    verdict,
    reason,
    why,
  })
  if (finding.isWorse || finding.isBetter) {
    if (Math.abs(current - baseline) > minDelta) return judged(finding.isWorse ? 'regressed' : 'improved')
    return judged('passed', `differs by less than minDelta, ${minDelta}ms`, 'min_delta')
  }
  const accepted = Math.max(tolerance, minDelta / Math.min(baseline, current))
  if (detectable > question.blindTolerances * accepted)
    return judged('inconclusive', `too noisy: could only see ${formatSeen(metric, detectable)}`, 'too_noisy')
  // Not sure enough for red; but a figure beyond its limit is nothing to be green about.
  if (Math.sign(current - baseline) === sign && Math.abs(current / baseline - 1) > accepted)
    return judged('inconclusive', 'beyond its limit, which may be chance', 'maybe_worse')
  return judged('passed')
}

function formatSeen(metric: RatioMetric, detectable: number): string {
  return `${metric === 'throughput' ? '-' : '+'}${Math.ceil(detectable * 100)}%`
}
