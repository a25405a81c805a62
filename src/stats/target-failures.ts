/**
 * Why figures of the service are missing.
 */

import { type Shape, text } from '../base/shape.js'
import { SENDING_FAILURES } from './failure-kinds.js'

/** Why there are no figures, none from some moment on, or none of some seconds. */
export interface TargetFailure {
  readonly kind: TargetFailureKind
  /** For people. */
  readonly message: string
  /** It is of the metrics that the service reports; absent: of its processes. */
  readonly source?: 'metrics'
  /** The scrapes that failed; absent for other failures. */
  readonly scrapes?: FailedScrapes
}

/** Each reason for missing figures. */
const TARGET_FAILURES = [
  'not_linux',
  'other_machine',
  'not_started',
  'no_process',
  'perfctl_itself',
  'shard',
  'session',
  'ended',
  // Of scrapes:
  ...SENDING_FAILURES,
  'format',
  'truncated',
  'size',
  'no_series',
] as const

/** One reason for missing figures. */
export type TargetFailureKind = (typeof TARGET_FAILURES)[number]

/** The scrapes of a run that failed. */
interface FailedScrapes {
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

/** Reads a failure from a result file. */
export function readTargetFailure(shape: Shape): TargetFailure {
  const source = shape.get('source').or((each) => each.oneOf(['metrics'] as const), null)
  const scrapes = shape.get('scrapes').or(readFailedScrapes, null)
  return {
    kind: shape.get('kind').oneOf(TARGET_FAILURES),
    message: text(shape.get('message')),
    ...(source !== null && { source }),
    ...(scrapes !== null && { scrapes }),
  }
}

function readFailedScrapes(shape: Shape): FailedScrapes {
  return {
    failed: shape.get('failed').count(),
    all: shape.get('all').count(),
    reason: shape.get('reason').text(),
  }
}
