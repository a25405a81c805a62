/**
 * The verdict of a run from everything that was found, and its exit code.
 */
import { EXIT, type ExitCode } from '../base/exit.js'
import type { Comparison } from '../stats/comparison.js'
import type { FailureKind, RunVerdict, ThresholdResult, Totals } from '../stats/result.js'

/** What the verdict of a run depends on. */
export interface Findings {
  readonly interrupted: boolean
  readonly totals: Totals
  readonly thresholds: readonly ThresholdResult[]
  /** See `Result`. */
  readonly neverSucceeded: readonly string[]
  /** Null without a baseline. */
  readonly comparison: Comparison | null
  readonly generator: { readonly saturated: boolean }
  /** Why the load may differ from the scenario's; see `listLoadDoubts`. */
  readonly doubts?: readonly string[]
}

/**
 * Returns the first verdict that applies:
 *
 * - `interrupted`
 * - `error`: the target was never reached
 * - `failed`: a request never succeeded, on either side of an A/B session
 * - `inconclusive`: the load generator was the bottleneck, so the figures say little about the service
 * - `regressed`
 * - `failed`: a threshold was not met
 * - `inconclusive`: the comparison is, or a threshold or the load is in doubt
 * - `passed`
 */
export function runVerdict(findings: Findings): RunVerdict {
  const { interrupted, totals, thresholds, neverSucceeded, comparison, generator, doubts = [] } = findings
  if (interrupted) return 'interrupted'
  if (isUnreachable(totals)) return 'error'
  if (neverSucceeded.length > 0 || comparison?.referenceNeverSucceeded !== undefined) return 'failed'
  if (generator.saturated) return 'inconclusive'
  if (comparison?.verdict === 'regressed') return 'regressed'
  const unmet = thresholds.filter(({ passed }) => !passed)
  if (unmet.some(({ inDoubt }) => inDoubt !== true)) return 'failed'
  if (unmet.length > 0) return 'inconclusive'
  return comparison?.verdict === 'inconclusive' || doubts.length > 0 ? 'inconclusive' : 'passed'
}

/** Returns the exit code of a verdict. `signal`: what interrupted the run, SIGINT if absent. */
export function exitCodeOf(
  verdict: RunVerdict,
  options: { readonly inconclusive: 'fail' | 'pass'; readonly signal?: 'SIGINT' | 'SIGTERM' | null },
): ExitCode {
  switch (verdict) {
    case 'passed':
      return EXIT.passed
    case 'regressed':
    case 'failed':
      return EXIT.failed
    case 'inconclusive':
      return options.inconclusive === 'fail' ? EXIT.inconclusive : EXIT.passed
    case 'error':
      return EXIT.error
    case 'interrupted':
      return options.signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
  }
}

const UNREACHED: readonly FailureKind[] = ['connect', 'dns', 'tls']

/** Whether no request ever reached the service, or none was finished. */
export function isUnreachable(totals: Pick<Totals, 'requests' | 'failed' | 'errors'>): boolean {
  if (totals.failed < totals.requests) return false
  const unreached = totals.errors.filter(({ kind }) => UNREACHED.includes(kind))
  return unreached.reduce((sum, { count }) => sum + count, 0) >= totals.requests
}
