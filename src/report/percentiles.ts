/**
 * Percentiles of a window, read from its sparse counts. A result has thousands of windows, and building a histogram for
 * each would be slow.
 */
import { readSparseCounts } from '../stats/sparse.js'

/** In ms; null without latencies. */
export interface Percentiles {
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

/** Returns the percentiles and the maximum of an encoded histogram. They equal those of the decoded histogram. */
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
