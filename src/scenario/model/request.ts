/**
 * The requests of a scenario.
 */
import type { Capture } from './capture.js'
import type { Expect } from './expect.js'
import type { Retries } from './retries.js'
import type { JsonTemplate, Template } from './template.js'

/** Bytes of files by digest, in memory that all threads share. */
export type FileBytes = Readonly<Record<string, Uint8Array>>

/** A file to send. */
export interface SentFile {
  /** As the scenario names it. */
  readonly path: string
  /** `sha256:...` of its bytes, the key in the scenario's `files`. */
  readonly digest: string
  readonly sizeBytes: number
}

/** A field of a form: text, JSON or a file. */
export type FormPart =
  /** Sent without a content-type header if it has none. */
  | { readonly name: string; readonly text: Template; readonly contentType?: string }
  | { readonly name: string; readonly json: JsonTemplate; readonly contentType: string }
  | {
      readonly name: string
      readonly file: SentFile
      /** The file name in the form. */
      readonly fileName: Template
      readonly contentType: string
    }

/** Names and values; a name with several values makes several pairs (see `listPairs`). */
export type Pairs = Readonly<Record<string, Template | readonly Template[]>>

/** The body of a request. */
export type BodySpec =
  | { readonly type: 'json'; readonly value: JsonTemplate }
  | { readonly type: 'form'; readonly fields: Pairs }
  | { readonly type: 'text'; readonly text: Template }
  | { readonly type: 'file'; readonly file: SentFile; readonly contentType: string }
  /** `multipart/form-data` (RFC 7578). */
  | { readonly type: 'multipart'; readonly parts: readonly FormPart[] }

/** A request. */
export interface RequestSpec {
  /** The name of its figures; for a step `journey / step`. */
  readonly name: string
  /** 1 for a step. */
  readonly weight: number
  readonly method: string
  /** A path that starts with `/`, or a whole URL. Filled-in values are percent-encoded. */
  readonly path: Template
  /** Appended to the path, percent-encoded; absent if empty. */
  readonly query?: Pairs
  /** The request's own headers, with lower-case names. They override `http.headers`, which are not included. */
  readonly headers: Readonly<Record<string, Template>>
  readonly body: BodySpec | null
  readonly expect: Expect
  /** Values to capture; absent if there are none. */
  readonly capture?: readonly Capture[]
  /** Overrides the setting in `http`; absent otherwise. */
  readonly redirects?: number
  /** Overrides the setting in `http`, and applies to any method. */
  readonly retries?: Retries
  /** The line in the scenario file, from 1. */
  readonly line: number
}
