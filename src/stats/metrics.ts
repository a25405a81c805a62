/**
 * The metrics of thresholds, one row each: a new row can be limited, is in the documentation and is found by its id.
 * Comparisons judge the metrics in `verdict/judged-metric.ts`, and reports choose their own columns.
 */
import { isCapacity } from './capacity.js'
import { timingOf } from './observed.js'
import type { Result, Totals } from './result.js'

/** A metric of a run. */
export interface Metric {
  /** The name in thresholds and result files. */
  readonly id: string
  /** A short description for help texts. */
  readonly description: string
  /** `ratio` is 0 … 1, shown as percent. `own`: that of what the service reports (see `MetricFigures`). */
  readonly unit: 'ms' | 'ratio' | 'perSecond' | 'count' | 'bytes' | 'bytesPerMinute' | 'own'
  readonly better: 'lower' | 'higher'
  /** It is one of the service as a whole, so no request has one of its own. */
  readonly isOfService?: true
  /** Returns the value for a whole run; null if nothing was measured. */
  readonly read: (figures: RunFigures) => number | null
}

/** The figures of a request, or of a run and the processes of its service. */
export type RunFigures = Totals & Pick<Result, 'target'>

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
  {
    id: 'cache_hit_rate',
    description: 'responses from a cache as a share of all successful ones; with observe.cache',
    unit: 'ratio',
    better: 'higher',
    read: (totals) => totals.cache?.ratio ?? null,
  },
  {
    id: 'cpu_per_request',
    description: 'CPU time of the service per completed request; with observe.process',
    unit: 'ms',
    better: 'lower',
    isOfService: true,
    read: ({ target }) => target?.cpuPerRequest ?? null,
  },
  {
    id: 'memory_max',
    description: 'most memory of the service; with observe.process',
    unit: 'bytes',
    better: 'lower',
    isOfService: true,
    read: ({ target }) => target?.memory?.max ?? null,
  },
  {
    id: 'memory_growth',
    description: 'growth of the memory of the service, in runs of two minutes or more; with observe.process',
    unit: 'bytesPerMinute',
    better: 'lower',
    isOfService: true,
    read: ({ target }) => target?.memory?.growthPerMinute ?? null,
  },
  timing('NAME', 'p95', 'what the service says of its own time, by name; with observe.serverTiming'),
  reported('NAME', 'max', 'a figure that the service reports of itself, by name; with observe.metrics'),
]

/** The figures of a latency or a server timing. */
export const FIGURES = ['p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'mean', 'max'] as const

/** `server_timing.db.p95`. Names may contain dots. */
const TIMING = new RegExp(`^server_timing\\.(.+)\\.(${FIGURES.join('|')})$`)

/** The figures of a metric that the service reports of itself. */
export const METRIC_FIGURES = ['mean', 'min', 'max', 'last'] as const

/** `metrics.heap.max`. */
const REPORTED = new RegExp(`^metrics\\.([^.]+)\\.(${METRIC_FIGURES.join('|')})$`)

/** Returns the name in the id of a metric that the service reports of itself; null for other metrics. */
export function metricIn(id: string): string | null {
  return REPORTED.exec(id)?.[1] ?? null
}

/** Returns the id of a server timing's metric. */
export function timingMetric(name: string, figure: string): string {
  return `server_timing.${name}.${figure}`
}

/** Returns the name in the id of a server timing's metric; null for other metrics. */
export function timingIn(id: string): string | null {
  return TIMING.exec(id)?.[1] ?? null
}

/** Whether more of a metric is better, as of the throughput. */
export function isMoreBetter(id: string): boolean {
  return isCapacity(id) || findMetric(id)?.better === 'higher'
}

/** Returns the metric with this id; undefined if there is none. */
export function findMetric(id: string): Metric | undefined {
  const [, name, figure] = TIMING.exec(id) ?? []
  if (name !== undefined)
    return timing(name, figure as LatencyFigure, `${figure} of the server timing "${name}"`)
  const [, own, part] = REPORTED.exec(id) ?? []
  if (own !== undefined)
    return reported(
      own,
      part as MetricFigure,
      `${FIGURE_NAMES[part as MetricFigure]} of the service's metric "${own}"`,
    )
  return METRICS.find((metric) => metric.id === id)
}

type MetricFigure = (typeof METRIC_FIGURES)[number]

const FIGURE_NAMES: Readonly<Record<MetricFigure, string>> = {
  mean: 'mean',
  min: 'lowest value',
  max: 'highest value',
  last: 'last value',
}

/** Which of them is better depends on the metric: `better` isn't used, because comparisons leave it out. */
function reported(name: string, figure: MetricFigure, description: string): Metric {
  return {
    id: `metrics.${name}.${figure}`,
    description,
    unit: 'own',
    better: 'lower',
    isOfService: true,
    read: ({ target }) => target?.metrics?.[name]?.[figure] ?? null,
  }
}

type LatencyFigure = (typeof FIGURES)[number]

function timing(name: string, figure: LatencyFigure, description: string): Metric {
  return {
    id: timingMetric(name, figure),
    description,
    unit: 'ms',
    better: 'lower',
    read: (totals) => timingOf(totals, name)?.[figure] ?? null,
  }
}

function latency(id: LatencyFigure, description: string): Metric {
  return { id, description, unit: 'ms', better: 'lower', read: (totals) => totals.latency[id] }
}
