/**
 * Values that a response provides for later requests.
 */

/** Which of several values to take. */
export type Choice = 'first' | 'last' | 'random' | 'all'

/** Where in a response a value is. */
export type CaptureSource =
  /** `steps`: of a path to a single value; null for an RFC 9535 query, whose values `pick` chooses from. */
  | {
      readonly type: 'json'
      readonly path: string
      readonly steps: readonly (string | number)[] | null
      readonly pick: Choice
    }
  | { readonly type: 'header'; readonly name: string }
  /** The first group of a regular expression, or the whole match. */
  | { readonly type: 'regex'; readonly pattern: string; readonly pick: Choice }
  | { readonly type: 'cookie'; readonly name: string }
  | { readonly type: 'body' }
  | { readonly type: 'status' }

/** A value of a response, stored under a name for later steps. */
export interface Capture {
  readonly name: string
  readonly from: CaptureSource
  /** The value if the response has none; absent: then the step fails and the iteration ends. */
  readonly fallback?: string | number | boolean | null
}
