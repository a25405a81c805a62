/**
 * Quantiles of a window of one request, and of several requests together.
 */
import { Histogram } from '../stats/histogram.js'
import type { LatencyMetric } from './judged-metric.js'
import type { Series } from './series.js'

/** The quantiles of the latency metrics. */
export const QUANTILES: Readonly<Record<LatencyMetric, number>> = { p50: 0.5, p95: 0.95, p99: 0.99 }

/** A window needs this many samples beyond its percentile; smaller ones are joined with their neighbors. */
const SAMPLES_BEYOND = 10

/** Returns how many successful requests a window needs for a meaningful percentile. */
export function samplesEach(metric: LatencyMetric): number {
  return Math.round(SAMPLES_BEYOND / (1 - QUANTILES[metric]))
}

/** A window of one or more slices, `parts`, with `samples` successful requests. */
export interface Joined {
  readonly parts: Series
  readonly samples: number
}

/** Joins slices into one window. */
export function makeJoined(parts: Series): Joined {
  return { parts, samples: parts.reduce((sum, { requests, failed }) => sum + requests - failed, 0) }
}

/** Returns the quantile of a window that has samples, in microseconds, at least 1. */
export function readQuantile(window: Joined, quantile: number): number {
  return readQuantiles(window, [quantile])[0]!
}

/** The same for several quantiles. */
export function readQuantiles({ parts }: Joined, quantiles: readonly number[]): number[] {
  const latencies = parts.flatMap((part) => part.latencies)
  const whole = latencies.length === 1 ? latencies[0]! : pool(latencies)
  // Verdicts are made from logarithms, but a server timing may be 0.
  return quantiles.map((quantile) => Math.max(1, whole.valueAtPercentile(quantile * 100)))
}

/** One request's part of a mix: its window, and its share of all samples. */
export interface MixPart {
  readonly window: Joined
  readonly weight: number
}

/** Counts are whole numbers; a part of weight 1 gets this many. */
const MIX_SCALE = 1e6

/**
 * Returns the quantile of a mix of requests in microseconds, at least 1. Each part counts by its weight, however many
 * samples it has, so that a change of the mix doesn't look like a change of speed. Every part needs samples.
 */
export function readMixQuantile(parts: readonly MixPart[], quantile: number): number {
  const mix = emptyPool()
  for (const { window, weight } of parts) {
    const each = (MIX_SCALE * weight) / window.samples
    for (const part of window.parts)
      for (const latencies of part.latencies)
        latencies.forEach((us, count) => {
          mix.recordCount(us, Math.round(each * count))
        })
  }
  return Math.max(1, mix.valueAtPercentile(quantile * 100))
}

let pooled: Histogram | null = null

/** Merges latencies. The next call reuses the returned histogram. */
export function pool(latencies: Series[number]['latencies']): Histogram {
  const all = emptyPool()
  for (const each of latencies) all.add(each)
  return all
}

function emptyPool(): Histogram {
  pooled ??= new Histogram()
  pooled.clear()
  return pooled
}
