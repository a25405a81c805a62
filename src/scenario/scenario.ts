/**
 * A scenario as the rest of the program sees it: every default filled in, every unit gone (milliseconds, ratios),
 * plain JSON throughout. `readScenario` is the only way a YAML text becomes one.
 */
import type { Ms } from '../base/clock.js'
import type { ReferenceService } from './reference.js'

export interface Scenario {
  readonly name: string
  readonly description: string | null
  /** The path as the user gave it; null for a scenario that didn't come from a file. */
  readonly file: string | null
  /** The YAML text as read, before `${...}` was filled in: for reports. Never holds a secret from the environment. */
  readonly text: string
  /** `demo`, or an absolute http(s) URL without a trailing slash; null when it has to come from `--target`. */
  readonly target: string | null
  readonly load: Load
  readonly http: HttpOptions
  readonly data: Readonly<Record<string, Feeder>>
  readonly requests: readonly RequestSpec[]
  readonly thresholds: readonly Threshold[]
  readonly baseline: BaselineOptions
  /** The accepted version, for `run --confirm ab`; absent when there is none. */
  readonly reference?: ReferenceService
  /** Values that must never be shown (see `base/secrets.ts`). */
  readonly secrets: readonly string[]
}

/** How much load is sent when. */
export type Load = ClosedLoad | OpenLoad

interface LoadLimits {
  /** Sent before the stages, at a steady level, and left out of every figure. */
  readonly warmupMs: Ms
  /** How long requests in flight may finish after the last stage; the rest is counted as unfinished. */
  readonly gracefulStopMs: Ms
  /** Ends the run after this many measured iterations, should the stages last longer; null for no such limit. */
  readonly iterations: number | null
}

/** A number of virtual users over time, each sending its next request when the last one is answered. */
export interface ClosedLoad extends LoadLimits {
  readonly model: 'closed'
  /** Virtual users when the first stage begins: 0 unless the load is constant. */
  readonly start: number
  readonly stages: readonly Stage[]
  /** A pause after each iteration, uniform between the two. */
  readonly thinkTimeMs: readonly [Ms, Ms]
}

/** A number of iterations started per second over time, whatever the service does. */
export interface OpenLoad extends LoadLimits {
  readonly model: 'open'
  /** Arrivals per second when the first stage begins: its own rate unless the file says `from`. */
  readonly start: number
  readonly stages: readonly Stage[]
  /** Evenly spaced, or at random moments of the same rate as independent users come. */
  readonly arrivals: 'even' | 'poisson'
  /** Iterations under way at the same time, at most; an arrival beyond that is dropped. */
  readonly maxVus: number
}

/** Ramps linearly from the last stage's value to `target`: virtual users, or arrivals per second. 0 ms is a jump. */
export interface Stage {
  readonly durationMs: Ms
  readonly target: number
}

/** How every request is sent. */
export interface HttpOptions {
  /** The whole request, from its due moment's send to the last byte. */
  readonly timeoutMs: Ms
  readonly connectTimeoutMs: Ms
  /** Certificates are not checked. */
  readonly insecure: boolean
  readonly headers: Readonly<Record<string, Template>>
}

/** Values for `{{ name }}`: one is taken at random for each iteration that uses it. */
export interface Feeder {
  readonly values: readonly (string | number | boolean)[]
}

/** A named, weighted entry of the scenario. */
export interface RequestSpec {
  readonly name: string
  readonly weight: number
  readonly method: string
  /** A path that starts with `/`, or a whole URL; values filled into it are percent-encoded. */
  readonly path: Template
  /** Appended to the path, percent-encoded; absent when there is none. */
  readonly query?: Readonly<Record<string, Template>>
  /** Lower-case names; the request's own over `http.headers`, which are not repeated here. */
  readonly headers: Readonly<Record<string, Template>>
  readonly body: BodySpec | null
  readonly expect: Expect
  /** The line of the scenario file where the request stands, from 1. */
  readonly line: number
}

/** What a request carries. */
export type BodySpec =
  | { readonly type: 'json'; readonly value: JsonTemplate }
  | { readonly type: 'form'; readonly fields: Readonly<Record<string, Template>> }
  | { readonly type: 'text'; readonly text: Template }

/** What makes an answer a success. */
export interface Expect {
  /** Ranges of allowed statuses, both ends included: `2xx` is [200, 299]. Default: below 400. */
  readonly status: readonly (readonly [number, number])[]
  /** What else has to hold, in the order it is looked at; absent when nothing has. */
  readonly checks?: readonly Check[]
}

/** One thing that has to hold of an answer. */
export type Check =
  | { readonly type: 'header'; readonly name: string; readonly value: string }
  /** The body contains a text. */
  | { readonly type: 'body'; readonly text: string }
  /** The body matches a regular expression (of JavaScript). */
  | { readonly type: 'matches'; readonly pattern: string }
  | JsonCheck
  | { readonly type: 'maxLatency'; readonly ms: Ms }
  /** Of the body as it is transferred. */
  | { readonly type: 'maxSize'; readonly bytes: number }

/** What has to hold of one value of a JSON body. */
interface JsonCheck {
  readonly type: 'json'
  /** As written: `$.items[0].id`. */
  readonly path: string
  /** Keys and indices from the top. */
  readonly steps: readonly (string | number)[]
  readonly test: JsonTest
}

/** Equal to a value, compared with it, or there at all. */
export type JsonTest =
  | { readonly operator: '==' | '!='; readonly value: string | number | boolean | null }
  | { readonly operator: '<' | '<=' | '>' | '>='; readonly value: number }
  | { readonly operator: 'exists' }
  | { readonly operator: 'missing' }

/**
 * Text with holes: literal strings and expressions in order. A text without holes is one string (or none).
 */
export type Template = readonly (string | Expression)[]

/** What stands in a hole. */
export type Expression =
  | { readonly type: 'data'; readonly name: string }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly (string | number)[] }
  /** The text in base64. */
  | { readonly type: 'base64'; readonly of: Template }

/**
 * JSON with holes. A string value is a Template under the key `$`; a string that is one single hole keeps the
 * type of its value (a number stays a number).
 */
export type JsonTemplate =
  | null
  | boolean
  | number
  | { readonly $: Template }
  | readonly JsonTemplate[]
  | { readonly object: Readonly<Record<string, JsonTemplate>> }

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
