/**
 * Rates: successful requests per second, and all requests per second.
 */
import type { Totals } from './result.js'

/** Returns both rates over `seconds`; 0 for a duration of 0. */
export function ratesOf(
  { requests, failed }: Pick<Totals, 'requests' | 'failed'>,
  seconds: number,
): Pick<Totals, 'throughput' | 'requestRate'> {
  if (seconds <= 0) return { throughput: 0, requestRate: 0 }
  return { throughput: (requests - failed) / seconds, requestRate: requests / seconds }
}
