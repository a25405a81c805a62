/**
 * Requests that the generator sent late, as other work on its machine makes it do. A latency counts from when the
 * request was due, so it bounds the service's own figure from above; the time from when it was written bounds it from
 * below. Where both give the same answer, that is the answer.
 */
import type { LatencySummary, LatePercentile } from '../stats/result.js'
import type { Lateness } from './judge.js'
import type { RatioMetric } from './judged-metric.js'
import type { Measurement } from './measurement.js'

/** Neither side was late. */
export const PUNCTUAL: Lateness = { before: 0, after: 0 }

/**
 * How far a latency of a measurement may lie above the service's own, a logarithm; 0 where the generator was on time.
 * `name`: null for the whole run.
 */
export function lateOf(
  { generator, totals, requests }: Measurement,
  name: string | null,
  metric: RatioMetric,
): number {
  const { lateFrom } = generator
  if (metric === 'throughput' || lateFrom === undefined || lateFrom > PERCENTILES[metric]) return 0
  const measured = name === null ? totals : requests.find((request) => request.name === name)
  return measured === undefined ? 0 : lateBy(measured, metric)
}

function lateBy(
  { latency, serviceTime }: { readonly latency: LatencySummary; readonly serviceTime?: LatencySummary },
  metric: Exclude<RatioMetric, 'throughput'>,
): number {
  const [due, sent] = [latency[metric], serviceTime?.[metric]]
  return due && sent ? Math.max(0, Math.log(due / sent)) : 0
}

const PERCENTILES = { p50: 50, p95: 95, p99: 99 } as const satisfies Record<string, LatePercentile>
