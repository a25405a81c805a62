/**
 * Failures that come together: a restart, a full queue, a dependency that is gone for a moment.
 */
import { findingOf } from '../../stats/findings.js'
import { isOwnFault, type Rule } from './run-view.js'

const FAILED_MIN = 20
/** The share of all failures that a burst has to have, and the share of the seconds it may take. */
const FAILURES_SHARE = 0.8
const SECONDS_SHARE = 0.1

/** Finds failures that nearly all fell into a few seconds. */
export const findErrorBursts: Rule = ({ run, seconds }) => {
  const { failed, requests } = run.totals
  if (failed < FAILED_MIN || failed === requests || seconds.length < 2) return []
  const most = Math.max(1, Math.floor(SECONDS_SHARE * seconds.length))
  const worst = [...seconds].sort((a, b) => b.failed - a.failed).slice(0, most)
  // Seconds that add little to the burst don't belong to it.
  const burst = worst.filter((second) => second.failed > 0 && !isOwnFault(second))
  const inBursts = burst.reduce((sum, second) => sum + second.failed, 0)
  if (inBursts < FAILURES_SHARE * failed) return []
  return [
    findingOf('error_bursts', {
      failed,
      inBursts,
      burstSeconds: burst.length,
      seconds: seconds.length,
      firstSecond: Math.min(...burst.map(({ second }) => second)),
    }),
  ]
}
