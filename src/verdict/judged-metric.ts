/**
 * The metrics that are judged, and what is missing where one can’t be.
 */

/** The latencies that are judged. */
export type LatencyMetric = 'p50' | 'p95' | 'p99'

/** The metrics that are judged by their ratio. */
export type RatioMetric = LatencyMetric | 'throughput'

/** Why a run gives no estimate: what it takes, and what there was. */
export interface Shortage {
  readonly needs: number
  readonly had: number
  readonly of: 'windows' | 'successful requests'
}
