/**
 * Why a run was not carried out to its end, in words for its result.
 */
import { describeFault, UserError } from '../base/errors.js'
import { redact } from '../base/secrets.js'
import { formatDuration } from '../base/units.js'
import type { FleetEnd, FleetFailure } from '../load/fleet/threads.js'
import type { Result } from '../stats/result.js'
import { Breakdown } from './interrupt.js'

/** What a result says of it. */
export type Why = Pick<Result, 'error' | 'errorStack'>

/** Nothing is wrong. */
export const NO_FAILURE: Why = { error: null }

/** Whether the error means that a run could not be carried out, which is no mistake of the input and no bug. */
export function isRunFailure(error: unknown): error is UserError {
  return error instanceof UserError && error.kind === 'run'
}

/** What was thrown instead of a run; its hints are the way out. */
export function whyNotSent(error: UserError): Why {
  const sentences = error.problems.map(({ message, hint }) =>
    hint === null ? message : `${message}; ${hint}`,
  )
  return { error: sentences.join('; ') }
}

/** How the signal that ended a run changes what its result says. */
export interface Stopped extends Why {
  readonly interrupted: boolean
}

/** What an aborted `signal` means: somebody wanted it, or perfctl broke down. */
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

/** Why a load ended before its time. Its figures are those until then. */
export function whyFailed({ failure, stoppedMs }: FleetEnd, secrets: readonly string[]): Why {
  if (failure === null) return NO_FAILURE
  if (failure.kind === 'spent') return { error: failure.message }
  const text = `${describe(failure)}${describeOthers(failure, stoppedMs)}`
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
