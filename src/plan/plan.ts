/**
 * A plan is all that a worker needs to send the load: plain JSON, so that it crosses threads (and one day machines),
 * but for what all threads share: the rows of data files, marks of how many of them are used, how many iterations have
 * begun, and files that are sent.
 */
import type { Ms } from '../base/clock.js'
import type { HttpOptions } from '../scenario/model/http-types.js'
import type { Step } from '../scenario/model/journey.js'
import type { Load } from '../scenario/model/load-types.js'
import type { FileBytes } from '../scenario/model/request.js'
import type { Entry, Feeder } from '../scenario/model/scenario.js'
import type { SideTurns } from './ab-turns.js'

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
  readonly onceSteps?: readonly Step[]
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
  readonly turns?: SideTurns
  /** How far rows that are given once each have been used, for all threads; absent when none are. */
  readonly sharedCursors?: SharedArrayBuffer
  /** How many iterations have begun, for all threads; without it each thread counts for itself. */
  readonly counters?: SharedArrayBuffer
}
