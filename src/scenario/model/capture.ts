/**
 * What is kept of a response for later requests.
 */

/** Which of several values. */
export type Choice = 'first' | 'last' | 'random' | 'all'

/** Where in an answer a value is. */
export type CaptureSource =
  /** `steps` of a path to one value; null for a query of RFC 9535, of whose values `pick` chooses. */
  | {
      readonly type: 'json'
      readonly path: string
      readonly steps: readonly (string | number)[] | null
      readonly pick: Choice
    }
  | { readonly type: 'header'; readonly name: string }
  /** The first group of a regular expression, or its whole match. */
  | { readonly type: 'regex'; readonly pattern: string; readonly pick: Choice }
  | { readonly type: 'cookie'; readonly name: string }
  | { readonly type: 'body' }
  | { readonly type: 'status' }

/** A value of an answer, kept under a name for later steps. */
export interface Capture {
  readonly name: string
  readonly from: CaptureSource
  /** What stands in when the answer has none; absent: the step fails then, and the iteration ends. */
  readonly fallback?: string | number | boolean | null
}
