/**
 * Runs steps once, outside the load: `before`, `after` and entries tried with `perfctl try`.
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

/** Where steps that run once get their values from. */
export interface SinglePassOptions {
  /** Values captured before. */
  readonly variables: Readonly<Record<string, unknown>>
  /** Whether this is `before` or `beforeEach`. */
  readonly isEarly?: boolean
  /** The iteration whose values to use. */
  readonly iteration: number
}

/** A cursor through `steps`. Requests are numbered in the order of `requestsOf(steps)`. */
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
  // Skip the number that chooses the entry, to get the same values as that iteration.
  draws.random.float()
  for (const [name, value] of Object.entries(options.variables)) draws.variables.set(name, value)
  return new StepCursor(program, draws)
}
