/**
 * The contract between the comparison, which knows requests, limits and environments, and the statistics that
 * decide whether two series differ. Another rule is another file in `judges/`.
 */
import type { Series } from './series.js'

/** The metrics that are judged, as result files call them. */
export type JudgedMetric = 'p50' | 'p95' | 'p99' | 'error_rate' | 'throughput'

/** What a judge is asked about one metric. */
export interface Question {
  readonly metric: JudgedMetric
  /** The metric over the whole of each run: ms, ratio or per second. Null without data. */
  readonly baseline: number | null
  readonly current: number | null
  /** How much worse is accepted: relative, for `error_rate` a difference of ratios. */
  readonly tolerance: number
  /** Absolute changes up to this are neither a regression nor an improvement, in the metric's unit. */
  readonly minDelta: number
}

/** What a judge says about one metric. */
export interface Judgement {
  /** The interval of the change: relative, for `error_rate` a difference of ratios. */
  readonly interval: readonly [number, number] | null
  readonly verdict: 'passed' | 'improved' | 'regressed' | 'inconclusive'
  /** Why, where the numbers alone don't say. */
  readonly reason: string | null
  /** What an inconclusive metric was short of; null for the others. */
  readonly lack: 'samples' | 'precision' | null
}

/** Answers the questions in their order. Pure: the same series give the same judgements, bit for bit. */
export type Judge = (
  reference: Series,
  candidate: Series,
  questions: readonly Question[],
) => readonly Judgement[]

/** The relative change, or for `error_rate` the difference; null where there is none to speak of. */
export function changeOf(
  metric: JudgedMetric,
  baseline: number | null,
  current: number | null,
): number | null {
  if (baseline === null || current === null) return null
  if (metric === 'error_rate') return current - baseline
  return baseline === 0 ? null : current / baseline - 1
}
