/**
 * What a response has to be.
 */
import type { Ms } from '../../base/clock.js'

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

/** What has to hold of one value of a JSON body. */
export interface JsonCheck {
  readonly type: 'json'
  /** As written: `$.items[0].id`. */
  readonly path: string
  /** Keys and indices from the top. */
  readonly steps: readonly (string | number)[]
  readonly test: JsonTest
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

/** What makes an answer a success. */
export interface Expect {
  /** Ranges of allowed statuses, both ends included: `2xx` is [200, 299]. Default: below 400. */
  readonly status: readonly (readonly [number, number])[]
  /** What else has to hold, in the order it is looked at; absent when nothing has. */
  readonly checks?: readonly Check[]
}
