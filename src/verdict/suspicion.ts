/**
 * Whether a comparison with a stored baseline leaves something to settle.
 */
import type { Comparison, MetricComparison } from '../stats/comparison.js'

/**
 * True when the comparison is red; and when it is inconclusive and a figure looks worse by more than half its
 * tolerance, or the baseline can't speak to this run at all (another machine). Merely too little precision, with
 * nothing that looks worse, is no suspicion.
 */
export function isSuspicious({ verdict, metrics }: Comparison, minDeltaMs: number): boolean {
  if (verdict === 'regressed') return true
  return verdict === 'inconclusive' && metrics.some((row) => isDisowned(row) || looksWorse(row, minDeltaMs))
}

/** A line whose answer was taken back, because the two sides were measured under unlike conditions. */
function isDisowned({ verdict, would }: MetricComparison): boolean {
  return verdict === 'missing' || would !== undefined
}

/** Whether the figure is worse by more than half the tolerance, whatever was made of it. */
export function looksWorse(row: MetricComparison, minDeltaMs: number): boolean {
  const { metric, baseline, current, change, interval, tolerance } = row
  if (change === null || baseline === null || current === null) return false
  if (metric === 'error_rate') return change > tolerance / 2
  // Without an interval the figure is that of too few samples, which may be anything.
  if (interval === null) return false
  if (metric === 'throughput') return -change > tolerance / 2
  return change > tolerance / 2 && current - baseline > minDeltaMs
}
