/**
 * A scenario as the rest of the program sees it: every default filled in, every unit gone (milliseconds, ratios),
 * plain JSON throughout, but for the rows of data files and the files that are sent. `readScenario` is the only way a YAML text becomes one.
 */
import type { Ms } from '../base/clock.js'
import type { HttpOptions, Retries } from './http-types.js'
import type { Capture, JourneySpec, Step } from './journey.js'
import type { Load } from './load-types.js'
import type { ReferenceService } from './reference.js'

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

/** A request. */
export interface RequestSpec {
  /** Names its figures; of a step `journey / step`. */
  readonly name: string
  /** 1 in a step. */
  readonly weight: number
  readonly method: string
  /** A path that starts with `/`, or a whole URL; values filled into it are percent-encoded. */
  readonly path: Template
  /** Appended to the path, percent-encoded; absent when there is none. */
  readonly query?: Pairs
  /** Lower-case names; the request's own over `http.headers`, which are not repeated here. */
  readonly headers: Readonly<Record<string, Template>>
  readonly body: BodySpec | null
  readonly expect: Expect
  /** What is kept of the answer; absent when nothing is. */
  readonly capture?: readonly Capture[]
  /** Instead of what `http` says; absent when it says it. */
  readonly redirects?: number
  /** Whatever its method. */
  readonly retries?: Retries
  /** The line of the scenario file where the request stands, from 1. */
  readonly line: number
}

/** Names and their values; of several values each makes a pair (see `listPairs`). */
export type Pairs = Readonly<Record<string, Template | readonly Template[]>>

/** What a request carries. */
export type BodySpec =
  | { readonly type: 'json'; readonly value: JsonTemplate }
  | { readonly type: 'form'; readonly fields: Pairs }
  | { readonly type: 'text'; readonly text: Template }
  | { readonly type: 'file'; readonly file: SentFile; readonly contentType: string }
  /** `multipart/form-data` (RFC 7578). */
  | { readonly type: 'multipart'; readonly parts: readonly FormPart[] }

/** A field of a form: a text, JSON, or a file. */
export type FormPart =
  /** Without a content type it goes without that header. */
  | { readonly name: string; readonly text: Template; readonly contentType?: string }
  | { readonly name: string; readonly json: JsonTemplate; readonly contentType: string }
  | {
      readonly name: string
      readonly file: SentFile
      /** What the file is called in the form. */
      readonly fileName: Template
      readonly contentType: string
    }

/** A file that is sent as it is. */
export interface SentFile {
  /** As the scenario names it. */
  readonly path: string
  /** `sha256:...` of its bytes, which lie under it in the scenario's `files`. */
  readonly digest: string
  readonly sizeBytes: number
}

/** Bytes of files by digest, in shared memory: there once for all threads and users. */
export type FileBytes = Readonly<Record<string, Uint8Array>>

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
export interface JsonCheck {
  readonly type: 'json'
  /** As written: `$.items[0].id`. */
  readonly path: string
  /** Keys and indices from the top. */
  readonly steps: readonly (string | number)[]
  readonly test: JsonTest
}

/** Equal to a value, compared with it, or there at all. */
export type JsonTest =
  | {
      readonly operator: '==' | '!='
      readonly value: string | number | boolean | null
      readonly digits?: string
    }
  /** `digits`: of a number that a float doesn't hold, as it was written. */
  | { readonly operator: '<' | '<=' | '>' | '>='; readonly value: number; readonly digits?: string }
  | { readonly operator: 'exists' }
  | { readonly operator: 'missing' }

/**
 * Text with holes: literal strings and expressions in order. A text without holes is one string (or none).
 */
export type Template = readonly (string | Expression)[]

/** What stands in a hole. */
export type Expression =
  | { readonly type: 'literal'; readonly value: Literal }
  /** A value of `data`, or what a path leads to in it. */
  | { readonly type: 'data'; readonly name: string; readonly path?: ValuePath }
  /** A value captured from an earlier answer. */
  | { readonly type: 'variable'; readonly name: string; readonly path?: ValuePath }
  /** A function; `x | f(y)` is the call f(x, y). */
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Argument[] }

/** A literal stands for itself. */
export type Argument = Literal | Expression

/** A value that is known when the scenario is read. */
export type Literal = string | number | boolean | null

/** Keys and indices: `.items[0]`. */
export type ValuePath = readonly (string | number)[]

/**
 * JSON with holes. A string value is a Template under the key `$`; a string that is one single hole keeps the
 * type of its value (a number stays a number).
 */
export type JsonTemplate =
  | null
  | boolean
  | number
  /** A number that a float doesn't hold, or writes otherwise: as it was written, `12.50`. */
  | { readonly digits: string }
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
