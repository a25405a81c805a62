/**
 * The metrics that are judged by their ratio, and what is missing if one can't be estimated.
 */

/** The latencies that are judged. */
export type LatencyMetric = 'p50' | 'p95' | 'p99'

/** The metrics that are judged by their ratio. */
export type RatioMetric = LatencyMetric | 'throughput' | 'cpu_per_request'

/** Whether it is a latency: in milliseconds, and of single requests as well. */
export function isLatency(metric: RatioMetric): metric is LatencyMetric {
  return metric !== 'throughput' && metric !== 'cpu_per_request'
}

/** Why a run gives no estimate: how much is needed, and how much there was. */
export interface Shortage {
  readonly needs: number
  readonly had: number
  readonly of: 'windows' | 'successful requests'
}
