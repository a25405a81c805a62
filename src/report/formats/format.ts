/**
 * What a report format is.
 */

import type { Result } from '../../stats/result.js'
import type { NextStep } from '../advice.js'

/** A way to write a result down. It returns text and writes no file. */
export interface Format {
  readonly id: string
  /** Of a file in this format, without the dot. */
  readonly extension: string
  /** `next`: what to do next, null for nothing; found out from the result unless given. */
  readonly render: (result: Result, next?: NextStep | null) => string
  /** The same in pieces, where the whole may be longer than a string can be. */
  readonly pieces?: (result: Result) => Iterable<string>
}
