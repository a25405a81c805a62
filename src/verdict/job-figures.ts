/**
 * What a baseline keeps of a job: the figures that later jobs are judged by.
 */
import type { RequestResult, RunEnvironment } from '../stats/result.js'
import type { Shortage } from './judged-metric.js'

/** A typical value, in ms (latencies, CPU time) or requests per second, and its relative standard error within the run (a logarithm). */
export interface Figure {
  readonly value: number
  readonly error: number
  /**
   * The error relative to the other requests of the run, which share the machine second by second. Only medians have it,
   * and only with other requests.
   */
  readonly besideError?: number
  /** How far the value may be above the service's own (a logarithm), as requests were sent late. Absent if they weren't. */
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
  /** Its server timings, by name; absent if there are none. */
  readonly timings?: readonly TimingFigures[]
  /** The share of its responses from a cache; absent if it is unknown. */
  readonly cacheHitRate?: number
  /** What its mean latency consists of; absent if it never succeeded, and in older files. */
  readonly parts?: Parts
}

/** What the mean latency of a request consists of, and what goes with it. */
export interface Parts {
  /** The mean in ms, and its standard error. */
  readonly latency: number
  readonly error: number
  /** From written to the first byte of the response, and from there to the last, in ms. The rest was before. */
  readonly firstByte: number
  readonly body: number
  /** Received bytes per request. */
  readonly bytes: number
  /** The share of requests that were sent more than once. */
  readonly retried: number
  /** What each server timing adds to the mean, in ms: responses without it count as 0. */
  readonly timings: Readonly<Record<string, number>>
  /** The share of responses with each status. */
  readonly statuses: Readonly<Record<string, number>>
}

/** New connections of a run. */
export interface Setup {
  /** Per request. */
  readonly connections: number
  /** The time for DNS, TCP and TLS in ms, per request. */
  readonly ms: number
}

/** What is kept of one server timing of a request. */
export interface TimingFigures {
  readonly name: string
  readonly p50: Figure | Shortage
  readonly p95: Figure | Shortage
  readonly p99: Figure | Shortage
}

/** What is kept of one run. */
export interface RunFigures {
  /** ISO 8601. */
  readonly startedAt: string
  /** The volatility of the machine (standard deviation of a logarithm); see `volatilityOf`. */
  readonly volatility: number
  readonly throughput: Figure | Shortage
  /** The p95 and p99 of all requests together, without journeys and per-user setup. */
  readonly p95: Figure | Shortage
  readonly p99: Figure | Shortage
  /** CPU time of the service in ms per completed request; absent if its processes weren't observed. */
  readonly cpuPerRequest?: Figure | Shortage
  /** The most memory of the service in bytes; absent if it is unknown. */
  readonly memoryMax?: number
  readonly requests: readonly RequestFigures[]
  /** Absent in older files. */
  readonly setup?: Setup
}

/** What a baseline keeps of a job. */
export interface Job {
  readonly environment: RunEnvironment
  /** At least one. */
  readonly runs: readonly RunFigures[]
  /** The bounds of each capacity that was found; absent if none was searched. */
  readonly capacity?: readonly CapacityBounds[]
}

/** The bounds that a search found, in arrivals per second or virtual users. */
export interface CapacityBounds {
  readonly lower: number
  /** Null if the service carries all that may be tried; its capacity is at least `lower` then. */
  readonly upper: number | null
}

/** One metric of one job; all numbers are logarithms. */
export interface JobValue {
  readonly value: number
  /** The standard error that the job itself shows. */
  readonly error: number
  /** The same relative to the other requests; see `Figure`. */
  readonly besideError?: number
  /** See `Figure`. */
  readonly late?: number
  /** The volatility of its machine; see `RunFigures`. */
  readonly volatility: number
}
