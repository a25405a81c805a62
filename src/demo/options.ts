/**
 * Options of the demo service that degrade it, to demonstrate how a regression is caught.
 */
import type { Ms } from '../base/clock.js'

/** All options; {@link DEMO_DEFAULTS} has their defaults. */
export interface DemoOptions {
  /** The address to listen on, such as `0.0.0.0` for all. */
  readonly host: string
  /** The port to listen on; 0 for a free one. */
  readonly port: number
  /** Multiplies every simulated latency: 1.3 is 30 % slower. */
  readonly slow: number
  /** Multiplies the part of a latency that the simulated database takes: 1.5 is half as long again. */
  readonly slowDb: number
  /** Multiplies the CPU time of a request, at the same latency; 1 or more. */
  readonly cpu: number
  /** The memory in bytes per second that the service takes and never frees. */
  readonly leak: number
  /** The cache begins empty and fills with use; otherwise it is full within a second or two. */
  readonly coldCache: boolean
  /** The share of API requests answered with 503, as a ratio. */
  readonly errors: number
  /** Periodic stalls; null for none. */
  readonly stall: Stall | null
  /** How many requests per second it carries, whatever they are; null: any number. */
  readonly capacity: number | null
  /** Equal seeds give equal records and equal sequences of latencies. */
  readonly seed: number
}

/** Nothing is answered during the last `forMs` of every `everyMs`. */
export interface Stall {
  readonly everyMs: Ms
  readonly forMs: Ms
}

/** A healthy service that only this machine reaches, on a free port. */
export const DEMO_DEFAULTS: DemoOptions = {
  host: '127.0.0.1',
  port: 0,
  slow: 1,
  slowDb: 1,
  cpu: 1,
  leak: 0,
  coldCache: false,
  errors: 0,
  stall: null,
  capacity: null,
  seed: 1,
}
