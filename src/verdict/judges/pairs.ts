/**
 * One metric of two sides that ran in turns, second by second: what the machine did to one it did to the other too, so
 * the differences of neighbouring slices are compared, not the sides.
 *
 *     D = ln(B) − ln(A) of each pair of slices
 *     estimate = their 20 % trimmed mean, with the standard error of its winsorised variance (Yuen 1974)
 *     worse ⇔ estimate − t · error > a fifth of the tolerance, and estimate > half of it
 *
 * What pairs can't see is the luck of the process (each start of a server has its own heap and layout), which is
 * added to the error.
 */
import { studentT } from '../../stats/math.js'
import type { RatioMetric } from '../estimate.js'
import type { Finding } from '../judge.js'

/** How a metric is to be judged. */
export interface PairRule {
  readonly metric: RatioMetric
  /** The probability of a false alarm that is granted to this metric at this look. */
  readonly alpha: number
  /** The estimate has to be above this, */
  readonly floor: number
  /** and its lower bound above that. */
  readonly margin: number
  /** Differences that `minDelta` hides. */
  readonly guard: number
}

/** Fewer pairs say nothing about how much they vary. */
export const PAIRS_MIN = 8

/** How much two starts of the same program differ from each other (standard deviation of a logarithm). */
const PROCESS = 0.007
/** So many degrees of freedom make Student's t the normal distribution. */
const CERTAIN = 1e6

const TRIMMED = 0.2

/** Judges the differences of at least {@link PAIRS_MIN} pairs, logarithms, B minus A. */
export function judgePairs(differences: readonly number[], rule: PairRule): Finding {
  const sign = rule.metric === 'throughput' ? -1 : 1
  const { middle, own, freedom } = trim(differences.map((difference) => sign * difference))
  const error = Math.hypot(own, PROCESS)
  // The luck of processes is known beforehand, not estimated from these pairs, so it needs no t of theirs.
  const reach = (tail: number) => Math.hypot(studentT(tail, freedom) * own, studentT(tail, CERTAIN) * PROCESS)
  const bound = reach(rule.alpha)
  const around = reach(0.025)
  const isBeyond = (estimate: number) => estimate - bound > rule.margin && estimate > rule.floor
  const limit = Math.max(rule.floor, rule.margin + bound, rule.guard)
  return {
    difference: middle,
    interval: [middle - around, middle + around],
    isWorse: isBeyond(middle),
    isBetter: isBeyond(-middle),
    detectable: limit + LUCK * error,
  }
}

/** One-sided 90 %. */
const LUCK = 1.2816

function trim(values: readonly number[]): { middle: number; own: number; freedom: number } {
  const sorted = Float64Array.from(values).sort()
  const n = sorted.length
  const cut = Math.floor(TRIMMED * n)
  const kept = sorted.subarray(cut, n - cut)
  const middle = kept.reduce((sum, value) => sum + value, 0) / kept.length
  const winsorised = sorted.map((_, index) => sorted[Math.min(n - cut - 1, Math.max(cut, index))]!)
  const mean = winsorised.reduce((sum, value) => sum + value, 0) / n
  const squares = winsorised.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const own = Math.sqrt(squares / (n - 1)) / ((1 - (2 * cut) / n) * Math.sqrt(n))
  return { middle, own, freedom: kept.length - 1 }
}
