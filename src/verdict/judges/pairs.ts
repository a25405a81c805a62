/**
 * One metric of two sides that took turns, second by second. What the machine did to one side it did to the other too,
 * so the differences of neighboring slices are judged, not the sides.
 *
 *     D = ln(B) − ln(A) of each pair of slices
 *     estimate = their 20 % trimmed mean, with the standard error of its winsorized variance (Yuen 1974)
 *     worse ⇔ estimate − t · error > a fifth of the tolerance, and estimate > half of it
 *
 * Pairs can't see the random error of a start: each process has its own heap and layout. With one start of each side it
 * is assumed and added to the error. With several starts it is measured: the pairs between two starts are a block, and
 * the blocks' estimates count (Kalibera and Jones 2013), however many pairs each had.
 *
 *     estimate = mean of the K blocks' trimmed means
 *     error² = (5 · expected variance + (K − 1) · observed variance between blocks) / (4 + K), divided by K
 *
 * Few blocks hardly show their spread, so it is moderated by what is expected (Smyth 2004): the error within blocks and
 * the random error of one start, worth five degrees of freedom.
 */
import { mean, studentT, variance } from '../../stats/math.js'
import { MISS_RISK, type RatioAnswer } from '../judge.js'
import type { RatioMetric } from '../judged-metric.js'

/** How a metric is judged; all but `alpha` are logarithms. */
export interface PairRule {
  readonly metric: RatioMetric
  /** The probability of a false alarm that is granted to this metric at this look. */
  readonly alpha: number
  /** What the estimate has to exceed. */
  readonly floor: number
  /** What the estimate's lower bound has to exceed. */
  readonly margin: number
  /** How much two starts of the same program are expected to differ (standard deviation). */
  readonly startDeviation: number
}

/** Fewer pairs say nothing about how much they vary. */
export const PAIRS_MIN = 8
/** The same for the pairs of one of several blocks. */
const BLOCK_PAIRS_MIN = 3

/** How much two starts of the same program are expected to differ in all requests alike (standard deviation, logarithm). */
const START_DEVIATION = 0.007
/** The same for CPU time: what the JIT compiled shows in it, and waiting doesn't thin it. */
const CPU_START_DEVIATION = 0.015

/** Returns how much two starts of the same program are expected to differ in a metric (standard deviation, logarithm). */
export function startDeviationOf(metric: RatioMetric): number {
  return metric === 'cpu_per_request' ? CPU_START_DEVIATION : START_DEVIATION
}

/** The same relative to the other requests: more, as each request, and each of the others, has a random error of its own. */
export const RELATIVE_START_DEVIATION = 0.012

const TRIMMED = 0.2
/** How many degrees of freedom the expected variance between blocks is worth. */
const PRIOR_BLOCKS = 5

/** Returns the blocks with enough pairs; none if all together have too few. */
export function usableBlocks(blocks: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const usable = blocks.length === 1 ? blocks : blocks.filter(({ length }) => length >= BLOCK_PAIRS_MIN)
  return usable.flat().length >= PAIRS_MIN ? usable : []
}

/** Judges the differences ln(B) − ln(A) of pairs, by block; of the blocks from {@link usableBlocks}, at least one. */
export function judgePairs(blocks: readonly (readonly number[])[], rule: PairRule): RatioAnswer {
  const sign = rule.metric === 'throughput' ? -1 : 1
  const signed = blocks.map((pairs) => pairs.map((difference) => sign * difference))
  const { middle, error, reach } =
    signed.length === 1
      ? estimateOnce(signed[0]!, rule.startDeviation)
      : estimateBlocks(signed, rule.startDeviation)
  const bound = reach(rule.alpha)
  const halfWidth = reach(0.025)
  const beyond = (estimate: number) => Math.min(estimate - bound - rule.margin, estimate - rule.floor)
  const limit = Math.max(rule.floor, rule.margin + bound)
  return {
    difference: middle,
    interval: [middle - halfWidth, middle + halfWidth],
    worseBy: beyond(middle),
    betterBy: beyond(-middle),
    detectable: limit + RANDOM_ERROR * error,
    randomError: RANDOM_ERROR * error,
    reach: reach(MISS_RISK),
    remedies: [2, 4, 8].map((count) => ({
      remedy: { more: 'seconds', count },
      reach: reach(MISS_RISK, count),
    })),
  }
}

/** One-sided 90 % of a normal distribution. */
const RANDOM_ERROR = 1.2816

interface Estimate {
  readonly middle: number
  readonly error: number
  /** How far the truth may lie from the estimate, one-sided, except with probability `tail`; with `times` the pairs. */
  readonly reach: (tail: number, times?: number) => number
}

function estimateOnce(differences: readonly number[], startDeviation: number): Estimate {
  const { middle, own, freedom } = trim(differences)
  return {
    middle,
    error: Math.hypot(own, startDeviation),
    // The deviation of starts is known beforehand, not estimated from these pairs, so it needs no t of theirs.
    reach: (tail, times = 1) =>
      Math.hypot((studentT(tail, freedom) * own) / Math.sqrt(times), normalQuantile(tail) * startDeviation),
  }
}

function estimateBlocks(blocks: readonly (readonly number[])[], startDeviation: number): Estimate {
  const estimates = blocks.map(trim)
  const middles = estimates.map(({ middle }) => middle)
  const expected = startDeviation ** 2 + mean(estimates.map(({ own }) => own ** 2))
  const freedom = PRIOR_BLOCKS + blocks.length - 1
  const between = (PRIOR_BLOCKS * expected + (blocks.length - 1) * variance(middles)) / freedom
  const error = Math.sqrt(between / blocks.length)
  const reach = (tail: number, times = 1) => (studentT(tail, freedom) * error) / Math.sqrt(times)
  return { middle: mean(middles), error, reach }
}

/** Returns the standard error of the pairs' estimate (logarithm), without what starts differ by. */
export function errorOfPairs(blocks: readonly (readonly number[])[]): number {
  return blocks.length === 1 ? trim(blocks[0]!).own : estimateBlocks(blocks, 0).error
}

/** Returns the quantile of the normal distribution for an upper `tail`, by Student's t with ample degrees of freedom. */
export function normalQuantile(tail: number): number {
  return studentT(tail, 1e6)
}

/** Returns the trimmed mean, its standard error `own`, and the degrees of freedom of that error. */
export function trim(values: readonly number[]): { middle: number; own: number; freedom: number } {
  const sorted = Float64Array.from(values).sort()
  const n = sorted.length
  const cut = Math.floor(TRIMMED * n)
  const kept = sorted.subarray(cut, n - cut)
  const middle = kept.reduce((sum, value) => sum + value, 0) / kept.length
  const winsorized = sorted.map((_, index) => sorted[Math.min(n - cut - 1, Math.max(cut, index))]!)
  const average = winsorized.reduce((sum, value) => sum + value, 0) / n
  const squares = winsorized.reduce((sum, value) => sum + (value - average) ** 2, 0)
  const own = Math.sqrt(squares / (n - 1)) / ((1 - (2 * cut) / n) * Math.sqrt(n))
  return { middle, own, freedom: kept.length - 1 }
}
