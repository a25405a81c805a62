/**
 * A scenario as the rest of the program sees it: every default filled in, every unit gone (milliseconds, ratios),
 * plain JSON throughout, but for the rows of data files and the files that are sent. `readScenario` is the only way a YAML text becomes one.
 */
import type { Ms } from '../../base/clock.js'
import type { HttpOptions } from './http-types.js'
import type { JourneySpec, Step } from './journey.js'
import type { Load } from './load-types.js'
import type { ReferenceService } from './reference-service.js'
import type { FileBytes, RequestSpec } from './request.js'

export interface Scenario {
  readonly name: string
  readonly description: string | null
  /** The path as the user gave it; null for a scenario that didn't come from a file. */
  readonly file: string | null
  /** Which of the file's profiles is the load; null for `load`. */
  readonly profile: string | null
  /** The YAML text as read, before `${...}` was filled in: for reports. Holds no secret: empty when one can't be taken out. */
  readonly text: string
  /** `demo`, or an absolute http(s) URL without a trailing slash; null when it has to come from `--target`. */
  readonly target: string | null
  readonly load: Load
  readonly http: HttpOptions
  readonly data: Readonly<Record<string, Feeder>>
  /** What an iteration is: one of these, chosen by weight. */
  readonly requests: readonly Entry[]
  /** Once per run, before the load; what it captures all virtual users know. */
  readonly before: readonly Step[]
  /** Once per virtual user, before its first iteration; what it captures the user knows. */
  readonly beforeEach: readonly Step[]
  /** Once per run, after the load, even after one that was interrupted. */
  readonly after: readonly Step[]
  /** The files that requests send; absent when they send none. */
  readonly files?: FileBytes
  readonly thresholds: readonly Threshold[]
  readonly baseline: BaselineOptions
  /** The accepted version, for `run --confirm ab`; absent when there is none. */
  readonly reference?: ReferenceService
  /** Values that must never be shown (see `base/secrets.ts`). */
  readonly secrets: readonly string[]
}

/** Values for `{{ name }}`: each iteration that uses it takes one. */
export type Feeder = Picking & (ValueList | { readonly table: Table })

/** Values that stand in the scenario itself. */
interface ValueList {
  readonly values: readonly FeederValue[]
}

/** A single value, or a row with its fields by name. */
export type FeederValue = string | number | boolean | Row

/** The fields of a row; in CSV all of them are texts. */
export type Row = Readonly<Record<string, unknown>>

/** Which value an iteration takes. */
interface Picking {
  /** In the order they stand, or in that order and each once; absent for one at random. */
  readonly pick?: 'sequential' | 'unique'
  /** When there is none left; absent for what goes without saying: `unique` stops, `sequential` begins again. */
  readonly onEnd?: 'stop' | 'recycle'
}

/**
 * The rows of a file: its bytes and where in them each row stands. Both lie in shared memory, so that a million rows
 * are there once for all threads, and a row is read when it is taken.
 */
export interface Table {
  /** As the scenario names it. */
  readonly file: string
  readonly format: 'csv' | 'json'
  /** Between the fields of a row; of CSV only. */
  readonly delimiter: string
  /** Null for a file of single values. */
  readonly columns: readonly string[] | null
  readonly bytes: Uint8Array
  /** Offsets: where row i begins at 2i, its end at 2i + 1. */
  readonly spans: Uint32Array
  /** `sha256:...` of the bytes. */
  readonly digest: string
}

/** A named, weighted entry of the scenario: one request, or several in order. */
export type Entry = RequestSpec | JourneySpec

/** An absolute limit: `search: p95 < 150ms`. */
export interface Threshold {
  /** As written. */
  readonly expression: string
  /** The request it limits; null for all together. */
  readonly request: string | null
  /** The id of a metric of `stats/metrics.ts`. */
  readonly metric: string
  readonly operator: '<' | '<=' | '>' | '>='
  /** In the metric's own unit: ms, ratio, per second, count. */
  readonly limit: number
  /** Ends the run at once when the limit is broken; null when it is judged at the end only. */
  readonly abort: AbortRule | null
  readonly line: number
}

/** When a threshold may end a run: not before `afterMs` of the measured part and `minSamples` finished requests. */
interface AbortRule {
  readonly afterMs: Ms
  readonly minSamples: number
}

/** What a run is held against, and how strictly. */
export interface BaselineOptions {
  /** Absolute path, or null for the default place. */
  readonly file: string | null
  readonly tolerance: Tolerance
  /** Smaller absolute differences of a latency are never a regression. */
  readonly minDeltaMs: Ms
}

/** How much worse is still accepted: relative (0.1 is 10 %), but for `errorRate` in absolute points (0.01 is 1 pp). */
export interface Tolerance {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly throughput: number
  readonly errorRate: number
}
