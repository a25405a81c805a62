/**
 * Requests with too few samples for windows of their own: the change of their median by all samples of a side. Alone,
 * such a request shows only large changes; the rare requests of a run together show more.
 */
import { studentT } from '../stats/math.js'
import { normalQuantile } from './judges/pairs.js'
import { type Joined, readQuantiles } from './quantile.js'

/** A change of a median with its standard error: logarithms, positive if slower. */
export interface Shift {
  readonly difference: number
  readonly error: number
}

/** With more samples than this the scatter from window to window matters, which pooled samples don't show. */
export const RARE_SAMPLES_MAX = 2000

/** Fewer samples have no useful median. */
export const RARE_SAMPLES_MIN = 12

/** Returns the median of all samples of a window, a logarithm of ms, and its standard error; null if there are too few. */
export function estimateMedian(window: Joined): { readonly value: number; readonly error: number } | null {
  const { samples } = window
  if (samples < RARE_SAMPLES_MIN) return null
  const step = 0.5 / Math.sqrt(samples)
  const quantiles = readQuantiles(window, [0.5 - step, 0.5, 0.5 + step])
  const [low, value, high] = quantiles.map((us) => Math.log(us / 1000))
  return {
    value: value!,
    error: Math.max(ERROR_MIN, ((samples < FEW.samples ? FEW.factor : 1) * (high! - low!)) / 2),
  }
}

/** The ranks of few samples are rough: their errors are wider than those of a normal distribution. */
const FEW = { samples: 100, factor: 1.1 } as const
/** Equal samples say nothing about how much others would differ. */
const ERROR_MIN = 0.01

/** The logarithms of latencies are counted in classes of this width, half a percent. */
const CLASS_WIDTH = 0.005

/**
 * Returns how much slower `b` is than `a` by all samples of both: the median of the differences of all pairs (Hodges and
 * Lehmann 1963). For few samples it is more precise than the difference of the medians, by a fifth for lognormal
 * latencies. Its error comes from the ranks that Wilcoxon's test leaves open, one standard deviation to either side.
 * Both need samples.
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
    (rank) => CLASS_WIDTH * (lowest + positionOf(pairs, (m * n) / 2 + rank)),
  )
  return { difference: difference!, error: Math.max(ERROR_MIN, (high! - low!) / 2) }
}

/** Counts the samples in each class of logarithms; `first` is the class of the first count. */
function classesOf({ parts }: Joined): { readonly first: number; readonly counts: readonly number[] } {
  const counted = new Map<number, number>()
  for (const { latencies } of parts)
    for (const each of latencies)
      each.forEach((us, count) => {
        const at = Math.round(Math.log(Math.max(1, us)) / CLASS_WIDTH)
        counted.set(at, (counted.get(at) ?? 0) + count)
      })
  const places = [...counted.keys()]
  const first = places.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY)
  const last = places.reduce((most, at) => Math.max(most, at), Number.NEGATIVE_INFINITY)
  return {
    first,
    counts: Array.from({ length: last - first + 1 }, (_, index) => counted.get(first + index) ?? 0),
  }
}

/** Returns where a rank lies among counts: in classes from the first, interpolated within the class. */
function positionOf(counts: Float64Array, rank: number): number {
  let seen = 0
  for (let at = 0; at < counts.length; at++) {
    const own = counts[at]!
    if (own > 0 && seen + own >= rank) return at - 0.5 + Math.max(0, rank - seen) / own
    seen += own
  }
  return counts.length - 1
}

/** Combines the shifts of several requests, at least one, weighted by their precision. */
export function combine(shifts: readonly Shift[]): Shift {
  const weights = shifts.map(({ error }) => 1 / error ** 2)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return {
    difference: shifts.reduce((sum, { difference }, index) => sum + weights[index]! * difference, 0) / total,
    error: 1 / Math.sqrt(total),
  }
}

/** Degrees of freedom of a shift's error. */
const FREEDOM = 40

/**
 * How much two sides differ beyond the sampling of their requests (standard deviation of a logarithm), as their slices
 * are not paired: the random error of the starts, and noise of the machine that met one side more than the other.
 */
const UNPAIRED_DEVIATION = 0.022

/** Returns how far the truth may lie from a shift, one-sided, except with the probability `tail`. */
export function reachOf({ error }: Pick<Shift, 'error'>, tail: number): number {
  return Math.hypot(studentT(tail, FREEDOM) * error, normalQuantile(tail) * UNPAIRED_DEVIATION)
}
