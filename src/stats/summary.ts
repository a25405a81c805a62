/**
 * Summarizes a histogram.
 */
import type { FrozenHistogram } from './frozen-histogram.js'
import type { Histogram } from './histogram.js'
import type { LatencySummary } from './result.js'

/** Returns the figures in ms, with the histogram as it is now. Figures are null if it is empty. */
export function summarize(histogram: Histogram): LatencySummary {
  return { ...figuresOf(histogram), histogram: histogram.freeze() }
}

/** Returns only the figures. */
export function figuresOf(histogram: Histogram): Omit<LatencySummary, 'histogram'> {
  const { mean, stddev } = histogram.moments()
  const figure = (us: number) => (histogram.count === 0 ? null : toMs(us))
  const percentile = (percent: number) => figure(histogram.valueAtPercentile(percent))
  return {
    count: histogram.count,
    min: figure(histogram.min),
    mean: figure(mean),
    stddev: figure(stddev),
    max: figure(histogram.max),
    p50: percentile(50),
    p75: percentile(75),
    p90: percentile(90),
    p95: percentile(95),
    p99: percentile(99),
    p999: percentile(99.9),
  }
}

/** Returns a percentile in ms; null if the histogram is empty. */
export function percentileMs(histogram: Histogram | FrozenHistogram, percent: number): number | null {
  return histogram.count === 0 ? null : toMs(histogram.valueAtPercentile(percent))
}

/** Percentiles and the maximum in ms. */
export type Percentiles = Pick<LatencySummary, 'p50' | 'p95' | 'p99' | 'max'>

/** Returns what tables and charts show; null if the histogram is empty. */
export function percentilesOf(histogram: Histogram | FrozenHistogram): Percentiles {
  const at = (percent: number) => percentileMs(histogram, percent)
  return { p50: at(50), p95: at(95), p99: at(99), max: at(100) }
}

/** Converts µs to ms without the noise of binary fractions. */
function toMs(us: number): number {
  return Math.round(us) / 1000
}
