/**
 * The interface of report formats.
 */

import type { Result } from '../../stats/result.js'
import type { NextStep } from '../advice.js'

/** A format of a result. It returns text and writes no file. */
export interface Format {
  readonly id: string
  /** File extension, without the dot. */
  readonly extension: string
  /** Renders the result. `next` is the suggested next step, null for none. */
  readonly render: (result: Result, next: NextStep | null) => string
  /** The same in pieces, for a result that is longer than the longest string. */
  readonly pieces?: (result: Result) => Iterable<string>
}
