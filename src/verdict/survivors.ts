/**
 * Improvements that may be due to failures. Latencies leave out failed requests, and a service that turns requests away
 * has more time for the others, so what fails more often is never called improved.
 */
import { formatShare } from '../base/units.js'
import { fisherTail } from '../stats/math.js'
import { findNamed } from '../stats/named.js'
import { type Failures, rateOf } from './judges/failures.js'
import type { Measurement } from './measurement.js'
import type { Row } from './row.js'

/** An improvement over a side a on which the requests `names` never succeeded says nothing: it becomes inconclusive. */
export function distrustDeadReference(row: Row, names: readonly string[]): Row {
  const { comparison, verdict } = row
  const isAffected = names.length > 0 && (comparison.request === null || names.includes(comparison.request))
  if (verdict !== 'improved' || !isAffected) return row
  const reason = 'on side a every try failed'
  return {
    comparison: { ...comparison, verdict: 'inconclusive', reason, why: 'never_succeeded' },
    why: 'never_succeeded',
    verdict: 'inconclusive',
  }
}

/** The share of failures has grown if it is larger by a thousandth, or by less if that is unlikely to be chance. */
const POINTS = 0.001
const ALPHA = 0.05

/** An improvement of a latency or throughput becomes passed if more of its requests failed than before. */
export function distrustMoreFailures(
  row: Row,
  { reference, candidate }: { readonly reference: Measurement; readonly candidate: Measurement },
): Row {
  const { comparison, verdict } = row
  if (verdict !== 'improved' || comparison.metric === 'error_rate') return row
  const before = countFailures(reference, comparison.request)
  const after = countFailures(candidate, comparison.request)
  if (!hasGrown(before, after)) return row
  const reason = `better, but more of the requests failed: ${formatShare(rateOf(before))}, then ${formatShare(rateOf(after))}`
  return {
    ...row,
    comparison: { ...comparison, verdict: 'passed', reason, why: 'more_failures' },
    verdict: 'passed',
  }
}

type Counts = Pick<Failures, 'requests' | 'failed'>

function hasGrown(before: Counts, after: Counts): boolean {
  const growth = rateOf(after) - rateOf(before)
  if (growth <= 0 || growth > POINTS) return growth > 0
  return fisherTail(after.failed, after.requests, before.failed, before.requests) < ALPHA
}

function countFailures({ requests }: Measurement, name: string | null): Counts {
  const counted =
    name === null
      ? requests.filter(({ kind }) => kind !== 'journey')
      : [findNamed(requests, name) ?? []].flat()
  return {
    requests: counted.reduce((sum, each) => sum + each.requests, 0),
    failed: counted.reduce((sum, each) => sum + each.failed, 0),
  }
}
