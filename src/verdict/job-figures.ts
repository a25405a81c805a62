/**
 * What is kept of one job: the figures that later jobs are judged by.
 */
import type { RequestResult, RunEnvironment } from '../stats/result.js'
import type { Shortage } from './judged-metric.js'

/** A typical value, in ms or requests per second, and its relative standard error within the run. */
export interface Figure {
  readonly value: number
  readonly error: number
  /**
   * The error beside the other requests of the run, which share its weather second by second. Of medians only, where there
   * are others.
   */
  readonly besideError?: number
  /** How far it may lie above the service's own, because requests were sent late: a logarithm. Absent when they weren't. */
  readonly late?: number
}

/** What is kept of one request of one run. */
export interface RequestFigures {
  readonly name: string
  readonly kind: RequestResult['kind']
  readonly requests: number
  readonly failed: number
  /** The window with the most failures. */
  readonly worst: { readonly requests: number; readonly failed: number }
  readonly p50: Figure | Shortage
  readonly p95: Figure | Shortage
  readonly p99: Figure | Shortage
}

/** What is kept of one run. */
export interface RunFigures {
  /** ISO 8601. */
  readonly startedAt: string
  /** How volatile the machine was; see `Estimate`. */
  readonly volatility: number
  readonly throughput: Figure | Shortage
  /** The latencies of all requests together, journeys left out. */
  readonly p95: Figure | Shortage
  readonly p99: Figure | Shortage
  readonly requests: readonly RequestFigures[]
}

/** What a baseline keeps of a job. */
export interface Job {
  readonly environment: RunEnvironment
  /** At least one. */
  readonly runs: readonly RunFigures[]
}

/** One metric of one job; a logarithm, and its errors on that scale. */
export interface JobValue {
  readonly value: number
  /** The standard error that the job itself knows of. */
  readonly error: number
  /** The same beside the other requests; see `Figure`. */
  readonly besideError?: number
  /** See `Figure`. */
  readonly late?: number
  /** How restless its machine was; see `Estimate` in `estimate.ts`. */
  readonly volatility: number
}
