/**
 * How much load is sent when, as the rest of the program sees it: milliseconds, every short form spelled out.
 */
import type { Ms } from '../../base/clock.js'

/** How much load is sent when. */
export type Load = ClosedLoad | OpenLoad

interface LoadLimits {
  /** Sent before the stages, at a steady level, and left out of every figure. */
  readonly warmupMs: Ms
  /** How long requests in flight may finish after the last stage; the rest is counted as unfinished. */
  readonly gracefulStopMs: Ms
  /** Ends the run after this many measured iterations, should the stages last longer; null for no such limit. */
  readonly iterations: number | null
}

/** A number of virtual users over time, each sending its next request when the last one is answered. */
export interface ClosedLoad extends LoadLimits {
  readonly model: 'closed'
  /** Virtual users when the first stage begins: 0 unless the load is constant. */
  readonly start: number
  readonly stages: readonly Stage[]
  /** A pause after each iteration, uniform between the two. */
  readonly thinkTimeMs: readonly [Ms, Ms]
  /** From the beginning of an iteration to the next one's, uniform between the two, if it is over by then. */
  readonly pacingMs?: readonly [Ms, Ms]
  /** Each user stops after so many measured iterations; absent when only time and `iterations` end a load. */
  readonly iterationsPerVu?: number
}

/** A number of iterations started per second over time, whatever the service does. */
export interface OpenLoad extends LoadLimits {
  readonly model: 'open'
  /** Arrivals per second when the first stage begins: its own rate unless the file says `from`. */
  readonly start: number
  readonly stages: readonly Stage[]
  /** Evenly spaced, or at random moments of the same rate as independent users come. */
  readonly arrivals: 'even' | 'poisson'
  /** Iterations under way at the same time, at most; an arrival beyond that is dropped. */
  readonly maxVus: number
}

/** Ramps linearly from the last stage's value to `target`: virtual users, or arrivals per second. 0 ms is a jump. */
export interface Stage {
  readonly durationMs: Ms
  readonly target: number
  /** Arrivals at the very moment the stage begins, besides those of its rate. */
  readonly burst?: number
}
