/**
 * Runs steps once, one after the other, as one virtual user: for setup, teardown and `try`.
 */
import type { Ms } from '../../base/clock.js'
import type { Plan } from '../../plan/plan.js'
import type { Outgoing } from '../../plan/request.js'
import { requestsOf } from '../../plan/series.js'
import { makeSinglePass } from '../../plan/single-pass.js'
import type { Step } from '../../scenario/model/journey.js'
import type { RequestSpec } from '../../scenario/model/request.js'
import type { Failure } from '../response/failure.js'
import { type Examined, ResponseCheck } from '../response/response-check.js'
import type { Attempt, SingleUser } from './single-user.js'

/** A request that was sent once, and its outcome. */
export interface StepsOnce {
  readonly request: RequestSpec
  readonly outgoing: Outgoing
  readonly attempt: Attempt
  /** Null without a response. */
  readonly examined: Examined | null
  /** The rows it has taken from feeders so far, by name. */
  readonly data: Readonly<Record<string, unknown>>
}

/** How steps are sent once. */
export interface StepsOnceOptions {
  readonly variables: Readonly<Record<string, unknown>>
  readonly iteration?: number
  readonly isEarly?: boolean
  /** Called with each pause; resolves when it is over. */
  readonly pause: (ms: Ms) => Promise<void>
  /** Called after each request. */
  readonly onStep?: (step: StepsOnce) => void
  /** When aborted, sends nothing more, and later failures don't count. */
  readonly signal?: AbortSignal
  /** When aborted, also aborts the request in flight. */
  readonly kill?: AbortSignal
}

/** The outcome of the steps. */
export interface StepsOnceEnd {
  /** All variables, earlier ones included. */
  readonly variables: Readonly<Record<string, unknown>>
  /** The number of successful requests. */
  readonly answered: number
  /** The failed step and its failure; null if all succeeded. */
  readonly failed: { readonly name: string; readonly failure: Failure } | null
}

/** Runs the steps until the end or the first failure. */
export async function runStepsOnce(
  steps: readonly Step[],
  plan: Plan,
  user: SingleUser,
  { variables, iteration = 0, isEarly = false, pause, onStep, signal, kill }: StepsOnceOptions,
): Promise<StepsOnceEnd> {
  const walk = makeSinglePass(plan, steps, { variables, iteration, isEarly })
  const requests = requestsOf(steps)
  const feeders = Object.keys(plan.data)
  let answered = 0
  const end = (failed: StepsOnceEnd['failed']): StepsOnceEnd => ({
    variables: Object.fromEntries(walk.draws.variables),
    answered,
    failed,
  })
  for (let move = walk.next(); move.type !== 'end'; move = walk.next()) {
    if (signal?.aborted) break
    if (move.type === 'pause') {
      await pause(move.pauseMs)
      continue
    }
    const { outgoing } = move
    const request = requests[outgoing.index]!
    if (move.type === 'stuck')
      return end({ name: request.name, failure: { kind: 'capture', message: move.reason } })
    const attempt = await user.send(outgoing, kill)
    const judge = new ResponseCheck(request, plan)
    const examined = attempt.failure === null ? judge.examine(attempt, walk.draws) : null
    const data = Object.fromEntries(feeders.map((name, i) => [name, walk.draws.known(i)]))
    onStep?.({ request, outgoing, attempt, examined, data })
    const failure = attempt.failure ?? examined!.failure
    if (failure !== null) return end(signal?.aborted ? null : { name: request.name, failure })
    answered++
  }
  return end(null)
}
