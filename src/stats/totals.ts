/**
 * Totals: the figures of a series in a result.
 */
import { observedOf } from './observed.js'
import { ratesOf } from './rates.js'
import type { ErrorCount, Totals } from './result.js'
import { summarize } from './summary.js'
import type { Series } from './tally.js'

/** Returns the totals of a series, which took `seconds`. It knows nothing of dropped arrivals. */
export function totalsOf(series: Series, seconds: number): Totals {
  const retryErrors = byCount(series.retryErrors)
  return {
    ...countsOf(series, seconds),
    bytesSent: series.bytesSent,
    bytesReceived: series.bytesReceived,
    bytesDecoded: series.bytesDecoded === 0 ? null : series.bytesDecoded,
    dropped: 0,
    unfinished: series.unfinished,
    latency: summarize(series.latency),
    serviceTime: summarize(series.service),
    timeToFirstByte: summarize(series.firstByte),
    statuses: Object.fromEntries(series.statuses),
    redirects: series.redirects,
    reconnects: series.reconnects,
    retries: {
      requests: series.retried,
      recovered: series.recovered,
      attempts: retryErrors.reduce((sum, { count }) => sum + count, 0),
      errors: retryErrors,
    },
    errors: byCount(series.errors),
    ...observedOf(series, summarize),
  }
}

/** Returns counts with their rates over `seconds`. */
export function countsOf(
  { requests, failed }: Pick<Totals, 'requests' | 'failed'>,
  seconds: number,
): Pick<Totals, 'requests' | 'failed' | 'errorRate' | 'throughput' | 'requestRate'> {
  const errorRate = requests === 0 ? 0 : failed / requests
  return { requests, failed, errorRate, ...ratesOf({ requests, failed }, seconds) }
}

function byCount(errors: ReadonlyMap<string, ErrorCount>): ErrorCount[] {
  return [...errors.values()].sort((a, b) => b.count - a.count)
}
