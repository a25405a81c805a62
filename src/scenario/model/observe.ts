/**
 * What is read beside latencies: from the answers, from the processes of the service, and from its metrics.
 */
import type { MetricExpression } from './metric-expression.js'
import type { KnownUnit } from './metric-unit.js'
import type { RequestSpec } from './request.js'

/** What is read from the answers. Absent fields are not read. */
export interface ObserveAnswers {
  /** The names of the server timings to keep; `all`: those that the service sends. */
  readonly serverTiming?: readonly string[] | 'all'
  /** Whether answers came from a cache. */
  readonly cache?: true
}

/** Everything that is observed. Absent fields are not read. */
export interface Observe extends ObserveAnswers {
  /** Whose CPU time and memory; `auto`: those of the service that perfctl started. */
  readonly process?: 'auto' | { readonly port: number } | { readonly pid: number }
  /** The metrics that the service reports of itself. */
  readonly metrics?: ObservedMetrics
}

/** Where metrics are read, and what becomes of them. */
export interface ObservedMetrics {
  /** Asks for the page, at the target or at another place. */
  readonly request: RequestSpec
  readonly take: readonly TakenMetric[]
}

/** A figure that is made of metrics. */
export interface TakenMetric extends KnownUnit {
  readonly name: string
  readonly expression: MetricExpression
}
