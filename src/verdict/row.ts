/**
 * A line of a comparison on its way into the comparison's verdict.
 */
import type { MetricComparison, Why } from '../stats/comparison.js'
import type { Remedy } from './judge.js'

/** One line of the comparison, with what the overall verdict, the notes and the order of the lines need. */
export interface Row {
  readonly comparison: MetricComparison
  /** The judgement's own reason, whatever doubts the comparison is in. */
  readonly why: Why | null
  /** See `Judgement`. */
  readonly remedy?: Remedy | null | undefined
  /** The line's verdict. */
  readonly verdict: MetricComparison['verdict']
}
