/**
 * Describes why a run could not start or finish, for its result.
 */
import { describeFault, UserError } from '../base/errors.js'
import { redact } from '../base/secrets.js'
import { formatDuration } from '../base/units.js'
import type { FleetEnd, FleetFailure } from '../load/fleet/threads.js'
import type { Result } from '../stats/result.js'
import { Breakdown } from './interrupt.js'

/** The fields of a result that describe an error. */
export type Why = Pick<Result, 'error' | 'errorStack'>

/** No error. */
export const NO_FAILURE: Why = { error: null }

/** Whether the error means that a run could not be carried out, rather than invalid input or a bug. */
export function isRunFailure(error: unknown): error is UserError {
  return error instanceof UserError && error.kind === 'run'
}

/** Why nothing was sent. After an interrupt, the error that follows from it is not reported. */
export function whyNotBegun(error: UserError, signal: AbortSignal | undefined): Stopped {
  const stopped = whyStopped(signal)
  return stopped.interrupted || stopped.error !== null ? stopped : { ...stopped, ...whyNotSent(error) }
}

/** Hints included. */
function whyNotSent(error: UserError): Why {
  const sentences = error.problems.map(({ message, hint }) =>
    hint === null ? message : `${message}; ${hint}`,
  )
  return { error: sentences.join('; ') }
}

/** How a run was stopped from outside. */
export interface Stopped extends Why {
  readonly interrupted: boolean
}

/** Tells an interrupt from a breakdown of perfctl. */
export function whyStopped(signal: AbortSignal | undefined): Stopped {
  if (signal?.aborted !== true) return { interrupted: false, ...NO_FAILURE }
  if (!(signal.reason instanceof Breakdown)) return { interrupted: true, ...NO_FAILURE }
  const { message, stack } = describeFault(signal.reason.cause)
  return {
    interrupted: false,
    error: `perfctl failed: ${message}`,
    ...(stack !== null && { errorStack: stack }),
  }
}

/** Why a load ended early. Its figures are those measured until then. */
export function whyFailed({ failure, stoppedMs }: FleetEnd, secrets: readonly string[]): Why {
  if (failure === null) return NO_FAILURE
  if (failure.kind === 'spent') return { error: failure.message }
  const text =
    failure.kind === 'agent' ? failure.message : `${describe(failure)}${describeOthers(failure, stoppedMs)}`
  const { stack } = failure
  return {
    error: redact(text, secrets),
    ...(stack !== null && { errorStack: redact(stack, secrets) }),
  }
}

function describe(failure: FleetFailure): string {
  const { kind, worker, workers, message, workedMs } = failure
  const who = workers === 1 ? 'the worker' : `worker ${worker + 1} of ${workers}`
  const when = workedMs === null ? 'before the load began' : `after ${formatSeconds(workedMs)}`
  switch (kind) {
    case 'memory':
      return `${who} ran out of memory ${when}: use fewer virtual users, or spread them over more --workers`
    case 'stuck':
      return `${who} hung and was terminated; its last report came ${when}`
    case 'crashed':
    case 'spent':
    case 'agent':
      return `${who} failed ${when}: ${message}`
  }
}

function describeOthers({ workers }: FleetFailure, stoppedMs: number): string {
  if (workers === 1 || stoppedMs === Number.NEGATIVE_INFINITY) return ''
  const others = workers - 1
  return `; the other ${others === 1 ? 'one' : others} kept running until ${formatSeconds(stoppedMs)}`
}

function formatSeconds(ms: number): string {
  return ms < 0 ? 'the warm-up' : formatDuration(Math.round(ms / 100) * 100)
}
