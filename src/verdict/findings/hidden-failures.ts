/**
 * Retries that make an error rate look better than the service is.
 */
import { findingOf } from '../../stats/findings.js'
import type { Rule } from './run-view.js'

/** Fewer recovered requests are no more than a service that restarts. */
const RECOVERED_SHARE = 0.01
const RECOVERED_MIN = 10

/** Finds retried failures that the error rate leaves out. */
export const findHiddenFailures: Rule = ({ run: { totals } }) => {
  const { requests, errorRate, retries } = totals
  const { recovered } = retries
  if (recovered < Math.max(RECOVERED_MIN, RECOVERED_SHARE * requests)) return []
  const errorRateWithout = errorRate + recovered / requests
  return [findingOf('hidden_failures', { retried: retries.requests, recovered, errorRate, errorRateWithout })]
}
