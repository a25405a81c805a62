/**
 * Makes a scenario's plan.
 */
import type { Ms } from '../base/clock.js'
import type { Scenario } from '../scenario/model/scenario.js'
import { makeSharedCursors } from './feeder-sources.js'
import { makeCounters } from './numbers.js'
import type { Plan } from './plan.js'
import { listSeries } from './series.js'

/** What a plan needs besides its scenario. */
export interface PlanOptions {
  readonly target: string
  readonly seed: number
  readonly today: Ms
  readonly variables?: Readonly<Record<string, unknown>>
}

/** The plan of one load of a scenario against `target`. Equal scenarios, seeds and days give equal plans. */
export function makePlan(scenario: Scenario, { variables = {}, ...options }: PlanOptions): Plan {
  const { load, http, data, requests, beforeEach, secrets, files, observe } = scenario
  const { process: _, metrics: __, ...answers } = observe ?? {}
  const sharedCursors = makeSharedCursors(data)
  const onceSteps = [...scenario.before, ...scenario.after]
  const checksResponses = listSeries(scenario).some(
    ({ request }) => request?.expect.checks !== undefined || request?.capture !== undefined,
  )
  return {
    load,
    http,
    data,
    requests,
    beforeEach,
    variables,
    ...options,
    counters: makeCounters(),
    ...(checksResponses && { secrets }),
    ...(sharedCursors && { sharedCursors }),
    ...(files && { files }),
    ...(Object.keys(answers).length > 0 && { observe: answers }),
    ...(onceSteps.length > 0 && { onceSteps }),
  }
}
