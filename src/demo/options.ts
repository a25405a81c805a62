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
  errors: 0,
  stall: null,
  capacity: null,
  seed: 1,
}
