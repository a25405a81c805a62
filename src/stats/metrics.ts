/**
 * The metrics of thresholds, one row each: a new row can be limited, is in the documentation and is found by its id.
 * Comparisons judge the metrics in `verdict/judged-metric.ts`, and reports choose their own columns.
 */
import type { Totals } from './result.js'

/** A metric of a run. */
export interface Metric {
  /** The name in thresholds and result files. */
  readonly id: string
  /** A short description for help texts. */
  readonly description: string
  /** `ratio` is 0 … 1, shown as percent. */
  readonly unit: 'ms' | 'ratio' | 'perSecond' | 'count'
  readonly better: 'lower' | 'higher'
  /** Returns the value for a whole run; null if nothing was measured. */
  readonly read: (totals: Totals) => number | null
}

/** All metrics, in report order. */
export const METRICS: readonly Metric[] = [
  latency('p50', 'median latency'),
  latency('p75', 'latency that 75 % of requests stay at or below'),
  latency('p90', 'latency that 90 % of requests stay at or below'),
  latency('p95', 'latency that 95 % of requests stay at or below'),
  latency('p99', 'latency that 99 % of requests stay at or below'),
  latency('p999', 'latency that 99.9 % of requests stay at or below'),
  latency('mean', 'mean latency'),
  latency('max', 'largest latency'),
  {
    id: 'error_rate',
    description: 'failed requests as a share of all',
    unit: 'ratio',
    better: 'lower',
    read: (totals) => (totals.requests === 0 ? null : totals.errorRate),
  },
  {
    id: 'throughput',
    description: 'successful requests per second',
    unit: 'perSecond',
    better: 'higher',
    read: (totals) => (totals.requests === 0 ? null : totals.throughput),
  },
  {
    id: 'requests',
    description: 'completed requests, including failed ones',
    unit: 'count',
    better: 'higher',
    read: (totals) => (totals.requests === 0 ? null : totals.requests),
  },
]

/** Returns the metric with this id; undefined if there is none. */
export function findMetric(id: string): Metric | undefined {
  return METRICS.find((metric) => metric.id === id)
}

type LatencyFigure = 'p50' | 'p75' | 'p90' | 'p95' | 'p99' | 'p999' | 'mean' | 'max'

function latency(id: LatencyFigure, description: string): Metric {
  return { id, description, unit: 'ms', better: 'lower', read: (totals) => totals.latency[id] }
}
