/**
 * Whether a comparison with a stored baseline has to be settled by an A/B session.
 */
import type { Comparison, MetricComparison } from '../stats/comparison.js'

/**
 * True if the comparison is red; also if it is inconclusive and a line that the verdict rests on looks worse by more than
 * half its tolerance, or the two sides aren't comparable (another machine). A mere lack of precision is no suspicion.
 */
export function isSuspicious({ verdict, metrics }: Comparison, minDeltaMs: number): boolean {
  if (verdict === 'regressed') return true
  if (verdict !== 'inconclusive') return false
  return metrics.some((row) => isUnanswered(row) || (row.decisive === true && looksWorse(row, minDeltaMs)))
}

/**
 * True if the CPU time per request looks worse by more than half its tolerance, but can't be judged yet. The verdict doesn't
 * wait for it at the end of a session; but a session that has time left uses it.
 */
export function isWorthMoreSeconds({ metrics }: Comparison): boolean {
  return metrics.some(
    ({ metric, verdict, change, tolerance }) =>
      metric === 'cpu_per_request' && verdict === 'inconclusive' && (change ?? 0) > tolerance / 2,
  )
}

/** A request that is gone, or a line whose verdict doesn't count because the two sides aren't comparable. */
function isUnanswered({ verdict, would }: MetricComparison): boolean {
  return verdict === 'missing' || would !== undefined
}

/** Whether the figure is worse by more than half the tolerance, whatever its verdict. */
export function looksWorse(row: MetricComparison, minDeltaMs: number): boolean {
  const { metric, baseline, current, change, interval, tolerance } = row
  if (change === null || baseline === null || current === null) return false
  if (metric === 'error_rate') return change > tolerance / 2
  // Without an interval there were too few samples, and the figure may be anything.
  if (interval === null) return false
  if (metric === 'throughput') return -change > tolerance / 2
  return change > tolerance / 2 && current - baseline > minDeltaMs
}
