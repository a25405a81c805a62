/**
 * The lines of a comparison, with what the verdict of all of them is made from.
 */
import type { MetricComparison, Why } from '../stats/comparison.js'
import type { Remedy } from './judge.js'

/** One line of the comparison, with what `overall` and the order of the lines need beside it. */
export interface Row {
  readonly comparison: MetricComparison
  /** Why the judge said so, likewise. */
  readonly why: Why | null
  /** What would settle an inconclusive line; see `Judgement`. */
  readonly remedy?: Remedy | null | undefined
  /** The verdict of the judge, which a doubt about the whole comparison takes from the line. */
  readonly verdict: MetricComparison['verdict']
}
