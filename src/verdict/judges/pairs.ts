/**
 * One metric of two sides that ran in turns, second by second: what the machine did to one it did to the other too, so
 * the differences of neighbouring slices are compared, not the sides.
 *
 *     D = ln(B) − ln(A) of each pair of slices
 *     estimate = their 20 % trimmed mean, with the standard error of its winsorised variance (Yuen 1974)
 *     worse ⇔ estimate − t · error > a fifth of the tolerance, and estimate > half of it
 *
 * What pairs can't see is the luck of the process (each start of a server has its own heap and layout). With one start
 * of each side it is assumed, and added to the error. With several it is seen: the pairs between two starts are a
 * block, and the blocks' estimates are what counts (Kalibera and Jones 2013), however many pairs each had.
 *
 *     estimate = mean of the K blocks' trimmed means
 *     error² = (5 · what is expected + (K − 1) · what is seen between blocks) / (4 + K), divided by K
 *
 * Few blocks hardly know their spread, so it is moderated by what is expected (Smyth 2004): the error within blocks
 * and the luck of one start, worth five degrees of freedom.
 */
import { mean, studentT, variance } from '../../stats/math.js'
import { type Finding, UNSEEN } from '../judge.js'
import type { RatioMetric } from '../judged-metric.js'

/** How a metric is to be judged. */
export interface PairRule {
  readonly metric: RatioMetric
  /** The probability of a false alarm that is granted to this metric at this look. */
  readonly alpha: number
  /** The estimate has to be above this, */
  readonly floor: number
  /** and its lower bound above that. */
  readonly margin: number
  /** How much two starts of the same program differ (standard deviation of a logarithm), where it can't be seen. */
  readonly startLuck: number
}

/** Fewer pairs say nothing about how much they vary. */
export const PAIRS_MIN = 8
/** Nor do fewer within a block. */
const BLOCK_PAIRS_MIN = 3

/** How much two starts of the same program are expected to differ, all requests alike. */
export const START_LUCK = 0.007
/** The same of one request less its controls: more, as each request has luck of its own, and the controls have theirs. */
export const UNCOMMON_LUCK = 0.012
/** So many degrees of freedom make Student's t the normal distribution. */
const CERTAIN = 1e6

const TRIMMED = 0.2
/** What is expected between blocks is worth so many degrees of freedom. */
const PRIOR_BLOCKS = 5

/** The blocks that have something to say; empty when all together have too little. */
export function usableBlocks(blocks: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const usable = blocks.length === 1 ? blocks : blocks.filter(({ length }) => length >= BLOCK_PAIRS_MIN)
  return usable.flat().length >= PAIRS_MIN ? usable : []
}

/** Judges the differences of pairs, logarithms, B minus A, block by block, as {@link usableBlocks} gives them. */
export function judgePairs(blocks: readonly (readonly number[])[], rule: PairRule): Finding {
  const sign = rule.metric === 'throughput' ? -1 : 1
  const signed = blocks.map((pairs) => pairs.map((difference) => sign * difference))
  const { middle, error, reach } =
    signed.length === 1 ? estimateOnce(signed[0]!, rule.startLuck) : estimateBlocks(signed, rule.startLuck)
  const bound = reach(rule.alpha)
  const around = reach(0.025)
  const beyond = (estimate: number) => Math.min(estimate - bound - rule.margin, estimate - rule.floor)
  const limit = Math.max(rule.floor, rule.margin + bound)
  return {
    difference: middle,
    interval: [middle - around, middle + around],
    worseBy: beyond(middle),
    betterBy: beyond(-middle),
    detectable: limit + LUCK * error,
    reach: reach(UNSEEN),
    remedies: [2, 4, 8].map((count) => ({
      remedy: { more: 'seconds', count },
      reach: reach(UNSEEN, count),
    })),
  }
}

/** One-sided 90 %. */
const LUCK = 1.2816

interface Effect {
  readonly middle: number
  readonly error: number
  /** How far from the truth the estimate may be, one-sided, but for this probability; with this many times the pairs. */
  readonly reach: (tail: number, times?: number) => number
}

function estimateOnce(differences: readonly number[], startLuck: number): Effect {
  const { middle, own, freedom } = trim(differences)
  return {
    middle,
    error: Math.hypot(own, startLuck),
    // The luck of processes is known beforehand, not estimated from these pairs, so it needs no t of theirs.
    reach: (tail, times = 1) =>
      Math.hypot((studentT(tail, freedom) * own) / Math.sqrt(times), studentT(tail, CERTAIN) * startLuck),
  }
}

function estimateBlocks(blocks: readonly (readonly number[])[], startLuck: number): Effect {
  const estimates = blocks.map(trim)
  const middles = estimates.map(({ middle }) => middle)
  const expected = startLuck ** 2 + mean(estimates.map(({ own }) => own ** 2))
  const freedom = PRIOR_BLOCKS + blocks.length - 1
  const between = (PRIOR_BLOCKS * expected + (blocks.length - 1) * variance(middles)) / freedom
  const error = Math.sqrt(between / blocks.length)
  const reach = (tail: number, times = 1) => (studentT(tail, freedom) * error) / Math.sqrt(times)
  return { middle: mean(middles), error, reach }
}

/** The trimmed mean, its standard error, and the degrees of freedom of that. */
export function trim(values: readonly number[]): { middle: number; own: number; freedom: number } {
  const sorted = Float64Array.from(values).sort()
  const n = sorted.length
  const cut = Math.floor(TRIMMED * n)
  const kept = sorted.subarray(cut, n - cut)
  const middle = kept.reduce((sum, value) => sum + value, 0) / kept.length
  const winsorised = sorted.map((_, index) => sorted[Math.min(n - cut - 1, Math.max(cut, index))]!)
  const average = winsorised.reduce((sum, value) => sum + value, 0) / n
  const squares = winsorised.reduce((sum, value) => sum + (value - average) ** 2, 0)
  const own = Math.sqrt(squares / (n - 1)) / ((1 - (2 * cut) / n) * Math.sqrt(n))
  return { middle, own, freedom: kept.length - 1 }
}
