/**
 * Takes steps once, one after the other, as one virtual user: what is done before and after a load, and what `try`
 * shows.
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

/** A request that was sent once, and what came of it. */
export interface StepsOnce {
  readonly request: RequestSpec
  readonly outgoing: Outgoing
  readonly attempt: Attempt
  /** Null when no answer came. */
  readonly examined: Examined | null
  /** The data that it took so far, by name. */
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
  /** Aborted: nothing more is sent, and what fails from then on is no failure. */
  readonly signal?: AbortSignal
  /** Aborted: not even the answer to the request under way is waited for. */
  readonly kill?: AbortSignal
}

/** How steps that were sent once ended. */
export interface StepsOnceEnd {
  /** All that is known now, what was known before included. */
  readonly variables: Readonly<Record<string, unknown>>
  /** How many requests were answered as they should be. */
  readonly answered: number
  /** The step that failed, and why; null when all is well. */
  readonly failed: { readonly name: string; readonly failure: Failure } | null
}

/** Takes the steps until the end or the first failure. */
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
