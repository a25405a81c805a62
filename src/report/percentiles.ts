/**
 * The percentiles of a window. A result has thousands of windows, so they come from the sparse counts: a histogram
 * for each would take its time.
 */
import { readSparseCounts } from '../stats/sparse.js'

/** In ms; null without latencies. */
export interface Percentiles {
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

/** The percentiles and the largest value of an encoded histogram, the same as those of the histogram itself. */
export function readPercentiles(histogram: string): Percentiles & { readonly max: number | null } {
  if (histogram === '') return { p50: null, p95: null, p99: null, max: null }
  const { values, counts, total } = readSparseCounts(histogram)
  const at = (percent: number): number | null => {
    let seen = 0
    const index = counts.findIndex((count) => {
      seen += count
      return seen * 100 >= percent * total
    })
    return index < 0 ? null : values[index]! / 1000
  }
  return { p50: at(50), p95: at(95), p99: at(99), max: at(100) }
}
