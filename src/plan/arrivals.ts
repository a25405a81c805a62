/**
 * The due times of one part's arrivals, in order.
 */
import type { Ms } from '../base/clock.js'
import { Random } from '../base/rng.js'
import type { OpenLoad } from '../scenario/model/load-types.js'
import type { Curve } from './levels.js'

/** Separates the random times from the random contents. */
const ARRIVALS_SEED = 0xa221

/** Iterates over the arrivals. */
export class Arrivals {
  /** When the next arrival is due, in ms after the profile's start; `Infinity` after the last one. */
  due: Ms
  private readonly profile: Curve
  private readonly every: number
  private readonly random: Random | null
  /** The number of the next arrival. Random arrivals have a position on the same scale. */
  private position: number

  /**
   * The arrivals k, k + m, k + 2m, … of all that `profile` asks for. Evenly spaced, arrival n is due when the area
   * under the rate reaches n. As a Poisson process, it is due when the area reaches the sum of n + 1 exponential
   * variates: the time change of an inhomogeneous process (Çinlar 1975). Every part draws all variates, so that all
   * parts agree without communication.
   */
  constructor(profile: Curve, options: ArrivalsOptions) {
    this.profile = profile
    this.every = options.of
    this.random = options.arrivals === 'poisson' ? new Random(options.seed + ARRIVALS_SEED) : null
    this.position = this.random === null ? options.index : 0
    if (this.random !== null) this.skip(options.index + 1)
    this.due = profile.due(this.position)
  }

  advance(): void {
    if (this.random === null) this.position += this.every
    else this.skip(this.every)
    this.due = this.profile.due(this.position)
  }

  /** The profile has changed from some later moment on. */
  refresh(): void {
    this.due = this.profile.due(this.position)
  }

  private skip(count: number): void {
    for (let i = 0; i < count; i++) this.position -= Math.log(1 - this.random!.float())
  }
}

/** Which arrivals to iterate over, and their spacing. */
export interface ArrivalsOptions {
  readonly arrivals: OpenLoad['arrivals']
  readonly seed: number
  /** The part's index (from 0) and the number of parts. */
  readonly index: number
  readonly of: number
}
