/**
 * A plan is all that a worker needs to send the load: plain JSON, so that it crosses threads (and one day machines),
 * but for what all threads share: the rows of data files, marks of how many of them are used, how many iterations have
 * begun, and files that are sent.
 */
import type { Ms } from '../base/clock.js'
import type { HttpOptions } from '../scenario/model/http-types.js'
import type { Step } from '../scenario/model/journey.js'
import type { Load } from '../scenario/model/load-types.js'
import type { Entry, Feeder, FileBytes, Scenario } from '../scenario/model/scenario.js'
import type { Turns } from './ab-turns.js'
import { makeMarks } from './feeder-sources.js'
import { makeCounters } from './numbers.js'
import { listSeries } from './series.js'

/** The load of a scenario against one target. */
export interface Plan {
  /** An absolute URL, without a trailing slash. */
  readonly target: string
  readonly load: Load
  readonly http: HttpOptions
  readonly data: Readonly<Record<string, Feeder>>
  readonly requests: readonly Entry[]
  readonly beforeEach: readonly Step[]
  /** What is sent once, before and after the load; absent when nothing is. Workers don't send it. */
  readonly errands?: readonly Step[]
  /** The files that requests send, by digest; absent when they send none. */
  readonly files?: FileBytes
  /** What `before` captured: values by name that every virtual user knows. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly seed: number
  /** The wall clock at the start, in ms since 1970: what `date()` counts from, the same in all workers. */
  readonly today: Ms
  /** Values that no message about an answer may show; absent when no answer is looked into. */
  readonly secrets?: readonly string[]
  /** Of one side of an `ab` session; left out, the load is sent all the time. */
  readonly turns?: Turns
  /** How far rows that are given once each have been used, for all threads; absent when none are. */
  readonly marks?: SharedArrayBuffer
  /** How many iterations have begun, for all threads; without it each thread counts for itself. */
  readonly counters?: SharedArrayBuffer
}

/** What a plan takes besides its scenario. */
export interface PlanOptions {
  readonly target: string
  readonly seed: number
  readonly today: Ms
  readonly variables?: Readonly<Record<string, unknown>>
}

/** The plan of a scenario against `target`, for one load. Equal scenarios, seeds and days give equal plans. */
export function makePlan(scenario: Scenario, { variables = {}, ...options }: PlanOptions): Plan {
  const { load, http, data, requests, beforeEach, secrets, files } = scenario
  const marks = makeMarks(data)
  const errands = [...scenario.before, ...scenario.after]
  const looksIntoAnswers = listSeries(scenario).some(
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
    ...(looksIntoAnswers && { secrets }),
    ...(marks && { marks }),
    ...(files && { files }),
    ...(errands.length > 0 && { errands }),
  }
}
