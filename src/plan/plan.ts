/**
 * A plan is all that a worker needs to send the load. It is plain JSON that can be passed between threads, plus what
 * all threads share: rows of data files, cursors and counters, and upload files.
 */
import type { Ms } from '../base/clock.js'
import type { HttpOptions } from '../scenario/model/http-types.js'
import type { Step } from '../scenario/model/journey.js'
import type { Load } from '../scenario/model/load-types.js'
import type { ObserveAnswers } from '../scenario/model/observe.js'
import type { FileBytes } from '../scenario/model/request.js'
import type { Entry, Feeder } from '../scenario/model/scenario.js'
import type { SideTurns } from './ab-turns.js'

/** The load of a scenario against one target. */
export interface Plan {
  /** An absolute URL without a trailing slash. */
  readonly target: string
  readonly load: Load
  readonly http: HttpOptions
  readonly data: Readonly<Record<string, Feeder>>
  readonly requests: readonly Entry[]
  readonly beforeEach: readonly Step[]
  /** Steps sent once, before and after the load, by the main thread; absent if there are none. */
  readonly onceSteps?: readonly Step[]
  /** The files that requests send, by digest; absent if there are none. */
  readonly files?: FileBytes
  /** What is read from responses beside their latency; absent if nothing is. */
  readonly observe?: ObserveAnswers
  /** The values that `before` captured, by name. All virtual users have them. */
  readonly variables: Readonly<Record<string, unknown>>
  /** The hosts that may be sent to, with `*` for any characters; absent: all. */
  readonly allowedHosts?: readonly string[]
  readonly seed: number
  /** The wall clock at the start, in ms since 1970. `date()` counts from it in all workers. */
  readonly today: Ms
  /** Values to redact from messages about responses; absent if responses aren't checked. */
  readonly secrets?: readonly string[]
  /** The turns of one side of an A/B session; absent if the load may always send. */
  readonly turns?: SideTurns
  /** The level is told while the load runs; that of `load` is the most that it may be. Absent: `load` says all. */
  readonly isSteered?: true
  /** How far unique rows have been used, shared by all threads; absent if there are none. */
  readonly sharedCursors?: SharedArrayBuffer
  /** How many iterations have begun, shared by all threads. If absent, each thread counts for itself. */
  readonly counters?: SharedArrayBuffer
}
