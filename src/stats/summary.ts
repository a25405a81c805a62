/**
 * Summarizes a histogram.
 */
import type { Histogram } from './histogram.js'
import type { LatencySummary } from './result.js'

/** Returns the figures in ms and the encoded histogram. Figures are null if it is empty. */
export function summarize(histogram: Histogram): LatencySummary {
  return { ...figuresOf(histogram), histogram: histogram.encode() }
}

/** Returns only the figures: encoding takes a hundred times as long. */
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
export function percentileMs(histogram: Histogram, percent: number): number | null {
  return histogram.count === 0 ? null : toMs(histogram.valueAtPercentile(percent))
}

/** Converts µs to ms without the noise of binary fractions. */
function toMs(us: number): number {
  return Math.round(us) / 1000
}
