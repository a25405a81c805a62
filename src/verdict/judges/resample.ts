/**
 * Moving-block bootstrap: what a run would have measured, had its seconds come in another mix.
 *
 * Neighbouring seconds resemble each other (a burst, a garbage collection, a busy neighbour), so whole blocks of
 * them are drawn, not single ones (Künsch 1989). The blocks wrap around the end (Politis & Romano 1992), so that
 * the first and last seconds are drawn as often as the others.
 */
import type { Random } from '../../base/rng.js'
import type { Series } from '../series.js'

/** The seconds that resemble each other; shorter runs take shorter blocks, so that there are some to draw. */
const BLOCK_SLICES = 5

/** A statistic of a drawn mix of blocks, given by the index of their first slices; NaN when the mix holds no data. */
export type Statistic = (starts: readonly number[]) => number

/**
 * Values of `read` over `count` draws from both series. Each draw takes the same places of both runs: they follow
 * the same load, so a ramp then weighs the same on both sides, and only what is chance varies.
 */
export function resample(
  reference: Series,
  candidate: Series,
  count: number,
  random: Random,
  read: (reference: readonly number[], candidate: readonly number[]) => void,
): void {
  const referenceStarts = new Array<number>(blockCount(reference))
  const candidateStarts = new Array<number>(blockCount(candidate))
  const places = Math.max(referenceStarts.length, candidateStarts.length)
  for (let draw = 0; draw < count; draw++) {
    for (let i = 0; i < places; i++) {
      const place = random.float()
      if (i < referenceStarts.length) referenceStarts[i] = Math.floor(place * reference.length)
      if (i < candidateStarts.length) candidateStarts[i] = Math.floor(place * candidate.length)
    }
    read(referenceStarts, candidateStarts)
  }
}

/** How many blocks make up one draw of a series; at least 4 from 4 slices on. */
export function blockCount(series: Series): number {
  return Math.ceil(series.length / blockLength(series))
}

/** The quotient of two sums over the drawn slices, such as failed requests by requests. */
export function quotient(
  series: Series,
  top: 'requests' | 'failed',
  bottom: 'requests' | 'seconds',
): Statistic {
  const tops = blockSums(
    series.map((slice) => slice[top]),
    blockLength(series),
  )
  const bottoms = blockSums(
    series.map((slice) => slice[bottom]),
    blockLength(series),
  )
  return (starts) => {
    let above = 0
    let below = 0
    for (const start of starts) {
      above += tops[start]!
      below += bottoms[start]!
    }
    return below === 0 ? Number.NaN : above / below
  }
}

/**
 * The latencies of a series, ready for quantiles of any mix of its blocks.
 *
 * No histogram is merged for a draw: `below[bin · n + start]` counts the latencies up to `values[bin]` in the block
 * that begins at `start`. Summed over the drawn blocks that is one point of the mix's distribution, and a quantile
 * is found by halving, some dozen sums of adjacent memory.
 */
export class LatencyBlocks {
  private readonly values: Float64Array
  private readonly below: Int32Array
  private readonly length: number

  constructor(series: Series) {
    this.length = series.length
    this.values = distinctValues(series)
    this.below = countBelow(series, this.values)
  }

  /** The quantile `q` (0 … 1) in µs, as an HdrHistogram gives it: the value that at least that share stays up to. */
  quantile(q: number): Statistic {
    return (starts) => {
      const total = this.countUpTo(this.values.length - 1, starts)
      if (total === 0) return Number.NaN
      const rank = Math.max(1, Math.ceil(q * total))
      let low = 0
      let high = this.values.length - 1
      while (low < high) {
        const middle = (low + high) >> 1
        if (this.countUpTo(middle, starts) >= rank) high = middle
        else low = middle + 1
      }
      return this.values[low]!
    }
  }

  private countUpTo(bin: number, starts: readonly number[]): number {
    const row = bin * this.length
    let sum = 0
    for (let i = 0; i < starts.length; i++) sum += this.below[row + starts[i]!]!
    return sum
  }
}

function blockLength(series: Series): number {
  return Math.max(1, Math.min(BLOCK_SLICES, Math.floor(series.length / 4)))
}

/** For each index the sum of the `length` numbers from there, wrapping around. */
function blockSums(numbers: readonly number[], length: number): readonly number[] {
  return numbers.map((_, start) => {
    let sum = 0
    for (let i = 0; i < length; i++) sum += numbers[(start + i) % numbers.length]!
    return sum
  })
}

function distinctValues(series: Series): Float64Array {
  const seen = new Set<number>()
  for (const slice of series)
    for (const part of slice.latencies) for (const value of part.values) seen.add(value)
  // A latency below 1 µs is kept as 0, which has no logarithm.
  return Float64Array.from(seen, (value) => value).sort()
}

function countBelow(series: Series, values: Float64Array): Int32Array {
  const n = series.length
  const bins = new Map(Array.from(values, (value, bin) => [value, bin]))
  const counts = new Int32Array(values.length * n)
  series.forEach((slice, index) => {
    for (const part of slice.latencies) {
      for (let i = 0; i < part.values.length; i++)
        counts[bins.get(part.values[i]!)! * n + index]! += part.counts[i]!
    }
  })
  for (let at = n; at < counts.length; at++) counts[at]! += counts[at - n]!
  return sumRows(counts, n, blockLength(series))
}

/** Replaces each row's numbers by the sums of its circular blocks. */
function sumRows(counts: Int32Array, n: number, length: number): Int32Array {
  const sums = new Int32Array(counts.length)
  for (let row = 0; row < counts.length; row += n) {
    let sum = 0
    for (let i = 0; i < length; i++) sum += counts[row + i]!
    for (let i = 0; i < n; i++) {
      sums[row + i] = sum
      sum += counts[row + ((i + length) % n)]! - counts[row + i]!
    }
  }
  return sums
}
