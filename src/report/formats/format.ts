/**
 * What a report format is.
 */
import type { Result } from '../../stats/result.js'

/** A way to write a result down. It returns text and writes no file. */
export interface Format {
  readonly id: string
  /** Of a file in this format, without the dot. */
  readonly extension: string
  readonly render: (result: Result) => string
  /** The same in pieces, where the whole may be longer than a string can be. */
  readonly pieces?: (result: Result) => Iterable<string>
}
