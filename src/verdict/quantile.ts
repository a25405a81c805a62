/**
 * The quantile of some seconds of one request.
 */
import { Histogram } from '../stats/histogram.js'
import type { LatencyMetric } from './judged-metric.js'
import type { Series } from './series.js'

/** The quantiles of the latency metrics. */
export const QUANTILES: Readonly<Record<LatencyMetric, number>> = { p50: 0.5, p95: 0.95, p99: 0.99 }

/** A window needs so many samples beyond its percentile; smaller ones are joined with their neighbours. */
const SAMPLES_BEYOND = 10

/** How many successful requests a window needs before its percentile means anything. */
export function samplesEach(metric: LatencyMetric): number {
  return Math.round(SAMPLES_BEYOND / (1 - QUANTILES[metric]))
}

/** A window of as many slices as it takes; `samples` successful requests in `parts`. */
export interface Joined {
  readonly parts: Series
  readonly samples: number
}

/** These slices as one window. */
export function makeJoined(parts: Series): Joined {
  return { parts, samples: parts.reduce((sum, { requests, failed }) => sum + requests - failed, 0) }
}

/** The quantile in microseconds, at least 1; of a window with samples. */
export function readQuantile({ parts, samples }: Joined, quantile: number): number {
  const latencies = parts.flatMap((part) => part.latencies)
  const rank = Math.max(1, Math.ceil(quantile * samples))
  if (latencies.length === 1) {
    const { values, counts } = latencies[0]!
    let seen = 0
    for (let i = 0; i < counts.length; i++) {
      seen += counts[i]!
      if (seen >= rank) return Math.max(1, values[i]!)
    }
  }
  return Math.max(1, pool(latencies).valueAtPercentile(quantile * 100))
}

/** One request's part of a mix: its window, and its share of the load, as a number of any scale. */
export interface MixPart {
  readonly window: Joined
  readonly weight: number
}

/** Weighted samples are whole numbers, this many for a part of weight 1. */
const MIX_SCALE = 1e6

/**
 * The quantile of a mix of requests in microseconds, at least 1. Each counts by its weight, however many samples it
 * has, so that a change of the mix is not taken for a change of speed. At least one part has to have samples.
 */
export function readMixQuantile(parts: readonly MixPart[], quantile: number): number {
  const mix = emptyPool()
  for (const { window, weight } of parts) {
    const each = (MIX_SCALE * weight) / window.samples
    for (const part of window.parts)
      for (const { values, counts } of part.latencies)
        for (let i = 0; i < counts.length; i++) mix.recordCount(values[i]!, Math.round(each * counts[i]!))
  }
  return Math.max(1, mix.valueAtPercentile(quantile * 100))
}

let pooled: Histogram | null = null

/** All latencies together. The histogram is used again at the next call. */
export function pool(latencies: Series[number]['latencies']): Histogram {
  const all = emptyPool()
  for (const { values, counts } of latencies) {
    for (let i = 0; i < counts.length; i++) all.recordCount(values[i]!, counts[i]!)
  }
  return all
}

function emptyPool(): Histogram {
  pooled ??= new Histogram()
  pooled.clear()
  return pooled
}
