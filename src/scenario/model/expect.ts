/**
 * What makes a response a success.
 */
import type { Ms } from '../../base/clock.js'

/** A test of a JSON value: equality, comparison or existence. */
export type JsonTest =
  | {
      readonly operator: '==' | '!='
      readonly value: string | number | boolean | null
      readonly digits?: string
    }
  /** `digits`: the number as written, if a float can't hold it. */
  | { readonly operator: '<' | '<=' | '>' | '>='; readonly value: number; readonly digits?: string }
  | { readonly operator: 'exists' }
  | { readonly operator: 'missing' }

/** A check of a single value in a JSON body. */
export interface JsonCheck {
  readonly type: 'json'
  /** As written: `$.items[0].id`. */
  readonly path: string
  /** Keys and indices from the top. */
  readonly steps: readonly (string | number)[]
  readonly test: JsonTest
}

/** A check of a response. */
export type Check =
  | { readonly type: 'header'; readonly name: string; readonly value: string }
  /** The body contains a text. */
  | { readonly type: 'body'; readonly text: string }
  /** The body matches a JavaScript regular expression. */
  | { readonly type: 'matches'; readonly pattern: string }
  | JsonCheck
  | { readonly type: 'maxLatency'; readonly ms: Ms }
  /** The size of the body as transferred. */
  | { readonly type: 'maxSize'; readonly bytes: number }

/** What makes a response a success. */
export interface Expect {
  /** Ranges of allowed statuses, both ends included: `2xx` is [200, 299]. Default: below 400. */
  readonly status: readonly (readonly [number, number])[]
  /** Further checks in the order of evaluation; absent if there are none. */
  readonly checks?: readonly Check[]
}
