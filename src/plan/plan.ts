/**
 * A plan is all that a worker needs to send the load: plain JSON, so that it crosses threads (and one day machines),
 * but for what all threads share: the rows of data files, and marks of how many of them are used.
 */
import type { Ms } from '../base/clock.js'
import type { Feeder, HttpOptions, Load, RequestSpec, Scenario } from '../scenario/scenario.js'
import type { Turns } from './slices.js'
import { makeMarks } from './sources.js'

/** The load of a scenario against one target. */
export interface Plan {
  /** An absolute URL, without a trailing slash. */
  readonly target: string
  readonly load: Load
  readonly http: HttpOptions
  readonly data: Readonly<Record<string, Feeder>>
  readonly requests: readonly RequestSpec[]
  readonly seed: number
  /** The wall clock at the start, in ms since 1970: what `date()` counts from, the same in all workers. */
  readonly today: Ms
  /** Values that no message about an answer may show; absent when no answer is looked into. */
  readonly secrets?: readonly string[]
  /** Of one side of an `ab` session; left out, the load is sent all the time. */
  readonly turns?: Turns
  /** How far rows that are given once each have been used, for all threads; absent when none are. */
  readonly marks?: SharedArrayBuffer
}

/** The plan of a scenario against `target`. Equal scenarios, seeds and days give equal plans. */
export function makePlan(scenario: Scenario, options: { target: string; seed: number; today: Ms }): Plan {
  const { load, http, data, requests, secrets } = scenario
  const hasChecks = requests.some(({ expect }) => expect.checks !== undefined)
  const marks = makeMarks(data)
  return { load, http, data, requests, ...options, ...(hasChecks && { secrets }), ...(marks && { marks }) }
}
