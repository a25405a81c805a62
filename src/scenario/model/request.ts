/**
 * A request of a scenario.
 */
import type { Capture } from './capture.js'
import type { Expect } from './expect.js'
import type { Retries } from './retries.js'
import type { JsonTemplate, Template } from './template.js'

/** Bytes of files by digest, in shared memory: there once for all threads and users. */
export type FileBytes = Readonly<Record<string, Uint8Array>>

/** A file that is sent as it is. */
export interface SentFile {
  /** As the scenario names it. */
  readonly path: string
  /** `sha256:...` of its bytes, which lie under it in the scenario's `files`. */
  readonly digest: string
  readonly sizeBytes: number
}

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
