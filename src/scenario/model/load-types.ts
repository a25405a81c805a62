/**
 * The load for the rest of the program: times in milliseconds, short forms resolved.
 */
import type { Ms } from '../../base/clock.js'

/** The values of keys that a load doesn't set: one virtual user for 10 s. */
export const LOAD_DEFAULTS = {
  warmup: 0,
  vus: 1,
  duration: 10_000,
  thinkTime: [0, 0],
  gracefulStop: 5000,
  maxVus: 1000,
  arrivals: 'even',
} as const

/** The time limit for a fixed number of iterations if the file sets none. */
export const ITERATIONS_MS_MAX = 10 * 60_000

/** How much load is sent and when. */
export type Load = ClosedLoad | OpenLoad

interface LoadLimits {
  /** Load before the stages, left out of every figure. */
  readonly warmupMs: Ms
  /** How long requests in flight may take to finish after the last stage; the rest counts as unfinished. */
  readonly gracefulStopMs: Ms
  /** Ends the run after this many measured iterations, before the stages end; null: no limit. */
  readonly iterations: number | null
}

/** The closed model: virtual users over time, each of which waits for a response before its next request. */
export interface ClosedLoad extends LoadLimits {
  readonly model: 'closed'
  /** Virtual users at the start of the first stage: 0 unless the load is constant. */
  readonly start: number
  readonly stages: readonly Stage[]
  /** A pause after each iteration, uniform within the range. */
  readonly thinkTimeMs: readonly [Ms, Ms]
  /** The interval between the starts of iterations, uniform within the range; longer iterations exceed it. */
  readonly pacingMs?: readonly [Ms, Ms]
  /** Each virtual user stops after this many measured iterations; absent: no limit per user. */
  readonly iterationsPerVu?: number
}

/** The open model: iterations started per second over time, however slow the service is. */
export interface OpenLoad extends LoadLimits {
  readonly model: 'open'
  /** Arrivals per second at the start of the first stage: its own rate unless the file sets `from`. */
  readonly start: number
  readonly stages: readonly Stage[]
  /** At regular intervals, or at random intervals with the same rate, as from independent users. */
  readonly arrivals: 'even' | 'poisson'
  /** The limit of concurrent iterations; arrivals beyond it are dropped. */
  readonly maxVus: number
}

/** A linear ramp from the previous value to `target`: virtual users, or arrivals per second. 0 ms is a jump. */
export interface Stage {
  readonly durationMs: Ms
  readonly target: number
  /** Arrivals at the start of the stage, in addition to its rate. */
  readonly burst?: number
}
