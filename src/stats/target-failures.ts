/**
 * Failures of scrapes, and how those of several runs are joined.
 */
import type { Shape } from '../base/shape.js'
import type { TargetFailure, TargetFailureKind } from './target.js'

/** The scrapes of a run that failed. */
export interface FailedScrapes {
  readonly failed: number
  /** Successful ones included. */
  readonly all: number
  /** The most frequent reason, for people. */
  readonly reason: string
}

/** Returns the failure of scrapes, of which at least one failed. */
export function failedScrapes(kind: TargetFailureKind, scrapes: FailedScrapes): TargetFailure {
  const { failed, all, reason } = scrapes
  const message = `${failed} of ${all} ${all === 1 ? 'scrape' : 'scrapes'} failed: ${reason}`
  return { kind, message, source: 'metrics', scrapes }
}

/** Joins the failures of several runs: equal ones count once, and scrapes add up. */
export function joinTargetFailures(parts: readonly (readonly TargetFailure[])[]): TargetFailure[] {
  const all = parts.flat()
  const others = new Map(
    all.filter(({ scrapes }) => scrapes === undefined).map((each) => [each.message, each]),
  )
  const scrapes = all.flatMap(({ kind, scrapes }) => (scrapes === undefined ? [] : { kind, ...scrapes }))
  const [most] = [...scrapes].sort((a, b) => b.failed - a.failed)
  return most === undefined
    ? [...others.values()]
    : [
        ...others.values(),
        failedScrapes(most.kind, {
          failed: scrapes.reduce((sum, { failed }) => sum + failed, 0),
          all: scrapes.reduce((sum, { all: each }) => sum + each, 0),
          reason: most.reason,
        }),
      ]
}

/** Reads the scrapes that failed from a result file. */
export function readFailedScrapes(shape: Shape): FailedScrapes {
  return {
    failed: shape.get('failed').count(),
    all: shape.get('all').count(),
    reason: shape.get('reason').text(),
  }
}
