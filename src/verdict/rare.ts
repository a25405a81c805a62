/**
 * Requests with too few samples for windows of their own: what all samples of a side say together. Alone, such a
 * request shows large changes only; the rare requests of a run together show more.
 */
import { studentT } from '../stats/math.js'
import { type Joined, readQuantile } from './quantile.js'

/** A change of a median, logarithm, positive is slower, with its standard error. */
export interface Shift {
  readonly difference: number
  readonly error: number
}

/** With more samples the scatter from window to window matters, which samples without their time can't show. */
export const SCARCE = 2000

/** Fewer samples have no median worth the name. */
export const RARE_SAMPLES_MIN = 12

/** The median of all samples of a window, a logarithm of ms, and its standard error; null where they are too few. */
export function estimateMedian(window: Joined): { readonly value: number; readonly error: number } | null {
  const { samples } = window
  if (samples < RARE_SAMPLES_MIN) return null
  const step = 0.5 / Math.sqrt(samples)
  const [low, value, high] = [0.5 - step, 0.5, 0.5 + step].map((q) =>
    Math.log(readQuantile(window, q) / 1000),
  )
  return {
    value: value!,
    error: Math.max(ERROR_MIN, ((samples < FEW.samples ? FEW.factor : 1) * (high! - low!)) / 2),
  }
}

/** Ranks of few samples are rough: their errors are wider than those of a normal distribution. */
const FEW = { samples: 100, factor: 1.1 } as const
/** Samples that are all alike say nothing of how much they would differ. */
const ERROR_MIN = 0.01

/** The logarithms of latencies are counted in classes of this width, half a percent. */
const CLASS = 0.005

/**
 * By how much `b` is slower than `a`, of all samples of both: the median of the differences of all pairs (Hodges and
 * Lehmann 1963). For few samples it is surer than the difference of the medians, by a fifth for lognormal latencies.
 * Its error comes from the ranks that Wilcoxon's test leaves open, one standard deviation to either side. Both need
 * samples.
 */
export function shiftBetween(a: Joined, b: Joined): Shift {
  const [before, after] = [classesOf(a), classesOf(b)]
  const lowest = after.first - (before.first + before.counts.length - 1)
  const pairs = new Float64Array(before.counts.length + after.counts.length - 1)
  before.counts.forEach((left, i) => {
    if (left === 0) return
    const offset = before.counts.length - 1 - i
    after.counts.forEach((right, j) => {
      pairs[offset + j]! += left * right
    })
  })
  const [m, n] = [a.samples, b.samples]
  const spread = Math.sqrt((m * n * (m + n + 1)) / 12)
  const [low, difference, high] = [-spread, 0, spread].map(
    (rank) => CLASS * (lowest + positionOf(pairs, (m * n) / 2 + rank)),
  )
  return { difference: difference!, error: Math.max(ERROR_MIN, (high! - low!) / 2) }
}

/** How many samples fall into each class of logarithms, from the first class on. */
function classesOf({ parts }: Joined): { readonly first: number; readonly counts: readonly number[] } {
  const counted = new Map<number, number>()
  for (const { latencies } of parts)
    for (const { values, counts } of latencies)
      for (let i = 0; i < values.length; i++) {
        const at = Math.round(Math.log(Math.max(1, values[i]!)) / CLASS)
        counted.set(at, (counted.get(at) ?? 0) + counts[i]!)
      }
  const places = [...counted.keys()]
  const first = places.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY)
  const last = places.reduce((most, at) => Math.max(most, at), Number.NEGATIVE_INFINITY)
  return {
    first,
    counts: Array.from({ length: last - first + 1 }, (_, index) => counted.get(first + index) ?? 0),
  }
}

/** Where a rank lies among counts, in classes from the first; between the middles of two where it falls between them. */
function positionOf(counts: Float64Array, rank: number): number {
  let seen = 0
  for (let at = 0; at < counts.length; at++) {
    const own = counts[at]!
    if (own > 0 && seen + own >= rank) return at - 0.5 + Math.max(0, rank - seen) / own
    seen += own
  }
  return counts.length - 1
}

/** The shifts of several requests as one, the surer ones weighing more. At least one. */
export function combine(shifts: readonly Shift[]): Shift {
  const weights = shifts.map(({ error }) => 1 / error ** 2)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return {
    difference: shifts.reduce((sum, { difference }, index) => sum + weights[index]! * difference, 0) / total,
    error: 1 / Math.sqrt(total),
  }
}

/** Degrees of freedom of what few samples say. */
const FREEDOM = 20

/**
 * How far from the truth a shift may be, one-sided, except with the probability `tail`. `between`: what makes two
 * measurements of the same code differ beyond their sampling (standard deviation of a logarithm).
 */
export function reachOf({ error }: Shift, between: number, tail: number): number {
  return Math.hypot(studentT(tail, FREEDOM) * error, studentT(tail, 1e6) * between)
}
