/**
 * One second of a run, for live views and streams.
 */
import type { Ms } from '../base/clock.js'
import type { SeriesKind } from './result.js'
import type { Series } from './tally.js'
import type { MetricUnit } from './target-metrics.js'

/** One second of an agent. */
export interface AgentFrame {
  readonly name: string
  readonly requestsPerSecond: number
  /** The share of the second that its busiest worker spent working. */
  readonly busy: number
  readonly isLost: boolean
}

/** A metric that the service reports of itself. */
export interface ReportedFigure {
  readonly name: string
  readonly value: number
  /** Absent for a plain number. */
  readonly unit?: MetricUnit
}

/** One second of the whole load. */
export interface Frame {
  readonly phase: 'warm-up' | 'load' | 'stopping'
  /** Time since the first request, including the warm-up. */
  readonly elapsedMs: Ms
  /** Planned total, including the warm-up. */
  readonly totalMs: Ms
  /** The current stage, from 1, and the number of stages; 0 during the warm-up. */
  readonly stage: number
  readonly stages: number
  readonly vus: number
  /** Of the last second, over all requests. */
  readonly requestsPerSecond: number
  readonly failedPerSecond: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  /** Of the measured part so far. */
  readonly requests: number
  readonly failed: number
  /** The share of the last second that the busiest worker spent working. */
  readonly busy: number
  /** Dropped arrivals in the last second. */
  readonly dropped: number
  /** The 99th percentile of how late the last second's requests were sent; null if none had a due time of its own. */
  readonly latenessMsP99: number | null
  /** The machines that send the load; absent if it's this one. */
  readonly agents?: readonly AgentFrame[]
  /** What the service reports of itself, in the latest second that was read; absent if that isn't observed. */
  readonly metrics?: readonly ReportedFigure[]
  /** Of the last second, by request. Copy what you keep beyond it. */
  readonly series: readonly {
    readonly name: string
    /** Journeys consist of steps, so leave them out of sums. */
    readonly kind: SeriesKind
    readonly series: Series
  }[]
}
