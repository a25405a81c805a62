/**
 * The knobs of the demo service: how to make it worse, so that a regression can be watched being caught.
 */
import type { Ms } from '../base/clock.js'

/** All knobs; {@link DEMO_DEFAULTS} has what each is without being touched. */
export interface DemoOptions {
  /** The port to listen on; 0 takes a free one. */
  readonly port: number
  /** Multiplies every simulated latency: 1.3 is 30 % slower. */
  readonly slow: number
  /** The share of API requests that are answered with 503, as a ratio. */
  readonly errors: number
  /** Regular standstills; null for none. */
  readonly stall: Stall | null
  /** Equal seeds give equal records and equal sequences of latencies. */
  readonly seed: number
}

/** For the last `forMs` of every `everyMs` nothing is answered. */
export interface Stall {
  readonly everyMs: Ms
  readonly forMs: Ms
}

/** A healthy service on a free port. */
export const DEMO_DEFAULTS: DemoOptions = { port: 0, slow: 1, errors: 0, stall: null, seed: 1 }
