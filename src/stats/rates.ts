/**
 * How many requests there were in a second: those that did what they were sent for, and all.
 */
import type { Totals } from './result.js'

/** Both rates over `seconds`; 0 where there was no time. */
export function ratesOf(
  { requests, failed }: Pick<Totals, 'requests' | 'failed'>,
  seconds: number,
): Pick<Totals, 'throughput' | 'requestRate'> {
  if (seconds <= 0) return { throughput: 0, requestRate: 0 }
  return { throughput: (requests - failed) / seconds, requestRate: requests / seconds }
}
