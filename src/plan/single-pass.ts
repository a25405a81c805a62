/**
 * Steps that are taken once, outside of the load: `before`, `after`, and an entry that is tried.
 */
import type { Step } from '../scenario/model/journey.js'
import { compileSteps } from './compile-steps.js'
import { openSources, withEndlessData } from './feeder-sources.js'
import { IterationContext } from './iteration-values.js'
import type { Plan } from './plan.js'
import { CompiledRequest } from './request.js'
import { requestsOf } from './series.js'
import { StepCursor } from './step-cursor.js'
import { indexFeeders } from './template.js'

/** What steps that are sent once draw their values from. */
export interface SinglePassOptions {
  /** What is known already. */
  readonly variables: Readonly<Record<string, unknown>>
  /** Whether this is `before` or `beforeEach`. */
  readonly isEarly?: boolean
  /** The iteration whose values it uses. */
  readonly iteration: number
}

/** The way through `steps`; requests are numbered in the order of `requestsOf(steps)`. */
export function makeSinglePass(plan: Plan, steps: readonly Step[], options: SinglePassOptions): StepCursor {
  const feeders = indexFeeders(plan.data)
  const numbers = new Map(requestsOf(steps).map((request, i) => [request, i]))
  const base = new URL(plan.target).pathname.replace(/\/$/, '')
  const program = compileSteps(
    steps,
    feeders,
    (request) =>
      new CompiledRequest(request, numbers.get(request)!, {
        plan,
        feeders,
        base,
        isEarly: options.isEarly ?? false,
      }),
  )
  const draws = new IterationContext(openSources(withEndlessData(plan)), plan.seed, plan.today)
  draws.seek(options.iteration)
  // What the choice of an entry would have drawn, so that the values are those of that iteration.
  draws.random.float()
  for (const [name, value] of Object.entries(options.variables)) draws.variables.set(name, value)
  return new StepCursor(program, draws)
}
