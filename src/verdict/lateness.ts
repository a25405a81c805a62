/**
 * Requests that were sent late, where that is no doubt about the whole comparison: the sides of a session. Other work
 * on the machine makes both late, now and then, so their medians stand; but a high percentile of the side that was
 * late is not held against the service.
 */
import type { LatePercentile } from '../stats/result.js'
import type { Measurement } from './measurement.js'
import type { Row } from './row.js'

/** The row as it is, or without its answer, when that blames a side for what came of its requests' lateness. */
export function takeBackLate(
  row: Row,
  { reference, candidate }: { readonly reference: Measurement; readonly candidate: Measurement },
): Row {
  const { comparison, verdict } = row
  const percentile = PERCENTILES[comparison.metric]
  if (verdict !== 'regressed' && verdict !== 'improved') return row
  const slower = verdict === 'regressed' ? candidate : reference
  const lateFrom = slower.generator.lateFrom
  if (percentile === undefined || lateFrom === undefined || lateFrom > percentile) return row
  const cause = slower.generator.reasons[0] ?? 'its requests were sent too late to tell'
  const reason = `would be ${verdict}, but ${cause}`
  return {
    comparison: { ...comparison, verdict: 'inconclusive', reason, why: 'late_generator', would: verdict },
    why: 'late_generator',
    verdict: 'inconclusive',
  }
}

const PERCENTILES: Readonly<Record<string, LatePercentile>> = { p50: 50, p95: 95, p99: 99, stalls: 99 }
