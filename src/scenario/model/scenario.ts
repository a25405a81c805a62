/**
 * A scenario for the rest of the program: defaults filled in, units resolved to milliseconds and ratios. It is plain
 * JSON, except for the rows of data files and the files to send. A YAML text becomes one only through `readScenario`.
 */
import type { Ms } from '../../base/clock.js'
import type { MetricUnit } from '../../stats/target-metrics.js'
import type { HttpOptions } from './http-types.js'
import type { JourneySpec, Step } from './journey.js'
import type { Load } from './load-types.js'
import type { Observe } from './observe.js'
import type { Ready } from './ready.js'
import type { ReferenceService } from './reference-service.js'
import type { FileBytes, RequestSpec } from './request.js'

export interface Scenario {
  readonly name: string
  readonly description: string | null
  /** The path as given; null for a scenario that is not from a file. */
  readonly file: string | null
  /** The profile in use; null for `load`. */
  readonly profile: string | null
  /** The YAML text before `${...}` was filled in, for reports. Contains no secret: empty if one can't be removed. */
  readonly text: string
  /** `demo`, or an absolute http(s) URL without a trailing slash; null if `--target` has to set it. */
  readonly target: string | null
  readonly load: Load
  readonly http: HttpOptions
  readonly data: Readonly<Record<string, Feeder>>
  /** Each iteration runs one of these, chosen by weight. */
  readonly requests: readonly Entry[]
  /** What the service has to answer before anything else is sent; absent if not set. */
  readonly ready?: Ready
  /** Runs once, before the load. All virtual users know its captures. */
  readonly before: readonly Step[]
  /** Runs once per virtual user, before its first iteration. The virtual user knows its captures. */
  readonly beforeEach: readonly Step[]
  /** Runs once, after the load, even after an interrupt. */
  readonly after: readonly Step[]
  /** The files to send; absent if there are none. */
  readonly files?: FileBytes
  /** What is read from responses beside their latency; absent if nothing is. */
  readonly observe?: Observe
  readonly thresholds: readonly Threshold[]
  readonly baseline: BaselineOptions
  /** How its capacity is searched; absent if the file doesn't say. */
  readonly capacity?: CapacityOptions
  /** The accepted version for `run --confirm ab`; absent if not set. */
  readonly reference?: ReferenceService
  /** Values that must never be shown (see `base/secrets.ts`). */
  readonly secrets: readonly string[]
}

/** A source of values for `{{ name }}`: each iteration that uses it takes one. */
export type Feeder = Picking & (ValueList | { readonly table: Table })

/** Values in the scenario itself. */
interface ValueList {
  readonly values: readonly FeederValue[]
}

/** A single value, or a row with its fields by name. */
export type FeederValue = string | number | boolean | Row

/** The fields of a row; in CSV all of them are text. */
export type Row = Readonly<Record<string, unknown>>

/** Which value an iteration takes. */
interface Picking {
  /** In order, or in order and each only once; absent: at random. */
  readonly pick?: 'sequential' | 'unique'
  /** What happens after the last value; absent: `unique` stops, `sequential` starts again. */
  readonly onEnd?: 'stop' | 'recycle'
}

/**
 * The rows of a file: its bytes and the offsets of each row. Both are in shared memory, so that a million rows exist
 * once for all threads. A row is decoded when it is taken.
 */
export interface Table {
  /** As the scenario names it. */
  readonly file: string
  readonly format: 'csv' | 'json'
  /** The separator of fields; only for CSV. */
  readonly delimiter: string
  /** The names of the columns; null for a file of single values. */
  readonly columns: readonly string[] | null
  readonly bytes: Uint8Array
  /** Offsets: row i starts at index 2i and ends at 2i + 1. */
  readonly spans: Uint32Array
  /** `sha256:...` of the bytes. */
  readonly digest: string
}

/** An entry of `requests`: a single request, or a journey. */
export type Entry = RequestSpec | JourneySpec

/** An absolute limit: `search: p95 < 150ms`. */
export interface Threshold {
  /** As written. */
  readonly expression: string
  /** The request that it limits; null for all together. */
  readonly request: string | null
  /** The id of a metric in `stats/metrics.ts`. */
  readonly metric: string
  readonly operator: '<' | '<=' | '>' | '>='
  /** In the metric's unit: ms, ratio, per second, count. */
  readonly limit: number
  /** The unit of a metric that the service reports of itself; absent for a plain number, and for other metrics. */
  readonly unit?: MetricUnit
  /** Ends the run once the limit is broken; null: judged only at the end. */
  readonly abort: AbortRule | null
  readonly line: number
}

/** When a threshold may end a run: after `afterMs` of the measured part and `minSamples` finished requests. */
interface AbortRule {
  readonly afterMs: Ms
  readonly minSamples: number
}

/** How the capacity of the service is searched: the largest load that it carries within its limits. */
export interface CapacityOptions {
  /** Arrivals per second (open model), or virtual users (closed model). */
  readonly of: 'rate' | 'vus'
  /** The limits that the service has to keep; null: the thresholds of the scenario. */
  readonly slo: readonly Threshold[] | null
  /** The first load, in arrivals per second or virtual users; null: derived from a first look at the service. */
  readonly from: number | null
  /** The most to send; null: no limit, which only a service on this machine gets. */
  readonly max: number | null
  /** How close the two bounds come, as a share of the lower one. */
  readonly width: number
  readonly trialMs: Ms
  readonly settleMs: Ms
  /** The trial time at a bound before it counts. */
  readonly sumMs: Ms
  /** The share of it that may miss. */
  readonly exceed: number
  readonly budgetMs: Ms
}

/** What a run is compared with, and how strictly. */
export interface BaselineOptions {
  /** The absolute path; null for the default one. */
  readonly file: string | null
  readonly tolerance: Tolerance
  /** Smaller differences of a latency are never a regression. */
  readonly minDeltaMs: Ms
}

/** How much worse is acceptable: relative (0.1 is 10 %), except for `errorRate` in absolute points (0.01 is 1 pp). */
export interface Tolerance {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly throughput: number
  readonly errorRate: number
  readonly cpuPerRequest: number
  /** Of a capacity, which only a search finds. */
  readonly capacity: number
}

/** The limits that a scenario doesn't set. */
export const BASELINE_DEFAULTS: Pick<BaselineOptions, 'tolerance' | 'minDeltaMs'> = {
  tolerance: {
    ...{ p50: 0.1, p95: 0.15, p99: 0.25, throughput: 0.1, errorRate: 0.01 },
    ...{ cpuPerRequest: 0.1, capacity: 0.1 },
  },
  minDeltaMs: 1,
}
