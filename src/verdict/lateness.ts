/**
 * How much of a latency may be the load generator's own lateness, for example if its machine is busy with other work. The
 * latency counts from when a request was due, so it bounds the service's own figure from above; the service time bounds it
 * from below. If both bounds give the same answer, that is the answer.
 */
import { findNamed } from '../stats/named.js'
import type { LatencySummary, LatePercentile } from '../stats/result.js'
import type { Lateness } from './judge.js'
import { isLatency, type LatencyMetric, type RatioMetric } from './judged-metric.js'
import type { Measurement } from './measurement.js'

/** Neither side sent requests late. */
export const PUNCTUAL: Lateness = { before: 0, after: 0 }

/**
 * Returns how far a latency may be above the service's own, as a logarithm of 0 or more; 0 if the generator was on time,
 * and for other metrics. `name`: null for the whole run.
 */
export function lateOf(
  { generator, totals, requests }: Measurement,
  name: string | null,
  metric: RatioMetric,
): number {
  const { lateFrom } = generator
  if (!isLatency(metric) || lateFrom === undefined || lateFrom > PERCENTILES[metric]) return 0
  const measured = name === null ? totals : findNamed(requests, name)
  return measured === undefined ? 0 : lateBy(measured, metric)
}

function lateBy(
  { latency, serviceTime }: { readonly latency: LatencySummary; readonly serviceTime?: LatencySummary },
  metric: LatencyMetric,
): number {
  const [due, sent] = [latency[metric], serviceTime?.[metric]]
  return due && sent ? Math.max(0, Math.log(due / sent)) : 0
}

const PERCENTILES = { p50: 50, p95: 95, p99: 99 } as const satisfies Record<string, LatePercentile>
