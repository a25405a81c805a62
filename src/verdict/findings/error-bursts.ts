/**
 * Failures that come together: a restart, a full queue, a dependency that is gone for a moment.
 */
import { findingOf } from '../../stats/findings.js'
import type { FailureKind } from '../../stats/result.js'
import { isOwnFault, type Rule } from './run-view.js'

const FAILED_MIN = 20
/** The share of all failures that a burst has to have, and the share of the seconds it may take, but two at least. */
const FAILURES_SHARE = 0.8
const SECONDS_SHARE = 0.1
const BURST_SECONDS = 2
/** In these seconds, hardly more may succeed than in others, or it's the requests that come in bursts. */
const SUCCEEDED_SHARE = 0.3
/** In fewer seconds, two are no burst. */
const SECONDS_MIN = 8

/** A load generator that stands still may cause failures of other kinds. */
const BY_RESPONSE: readonly FailureKind[] = ['status', 'protocol', 'redirects', 'expectation', 'capture']

/** Finds failures that nearly all fell into a few seconds. */
export const findErrorBursts: Rule = ({ run, seconds }) => {
  const { failed, requests } = run.totals
  if (failed < FAILED_MIN || failed === requests || seconds.length < SECONDS_MIN) return []
  const most = Math.max(BURST_SECONDS, Math.floor(SECONDS_SHARE * seconds.length))
  const worst = [...seconds].sort((a, b) => b.failed - a.failed).slice(0, most)
  const responses = run.totals.errors.filter(({ kind }) => BY_RESPONSE.includes(kind))
  const isOfService = responses.reduce((sum, { count }) => sum + count, 0) > failed / 2
  const burst = worst.filter((second) => second.failed > 0 && (isOfService || !isOwnFault(second)))
  const inBursts = burst.reduce((sum, second) => sum + second.failed, 0)
  if (inBursts < FAILURES_SHARE * failed) return []
  const succeeded = burst.reduce((sum, second) => sum + second.requests - second.failed, 0)
  if (succeeded > SUCCEEDED_SHARE * (requests - failed)) return []
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
