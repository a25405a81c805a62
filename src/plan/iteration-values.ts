/**
 * The choices of one iteration, all derived from the seed and the iteration's number.
 */
import { type Ms, wallTime } from '../base/clock.js'
import { Random } from '../base/rng.js'

/** The warm-up has its own random numbers, so that its length doesn't shift the measured part. */
export const WARMUP_SEED = 0x77a7

/** Draws values for one iteration at a time. */
export class IterationContext {
  readonly random: Random
  /** The base of `date()`, in ms since 1970. */
  readonly today: Ms
  readonly variables = new Map<string, unknown>()
  /** The iteration's number, from 0. */
  iteration = 0
  /** Warm-up iterations are numbered separately. */
  readonly isWarmup: boolean
  /** The virtual user's number across all workers, from 0. */
  vu = 0
  private readonly sources: readonly FeederSource[]
  private readonly taken: unknown[]
  private momentMs: Ms | null = null

  constructor(sources: readonly FeederSource[], seed: number, today: Ms, isWarmup = false) {
    this.random = new Random(seed)
    this.today = today
    this.isWarmup = isWarmup
    this.sources = sources
    this.taken = sources.map(() => undefined)
  }

  /** Moves to iteration `n`, from which everything is drawn from here on. */
  seek(n: number, vu = 0): void {
    this.iteration = n
    this.vu = vu
    this.random.seek(n)
    for (let i = 0; i < this.taken.length; i++) this.taken[i] = undefined
  }

  /** Resets the time of the current request. */
  beginRequest(): void {
    this.momentMs = null
  }

  /** The time of the request, in ms since 1970. All uses in a request get the same time, so that it can be signed. */
  moment(): Ms {
    this.momentMs ??= wallTime().getTime()
    return this.momentMs
  }

  /** Copies the values of `other`: a user stays logged in as the same user. */
  know(other: IterationContext): void {
    for (const [feeder, value] of other.taken.entries()) if (value !== undefined) this.taken[feeder] = value
    for (const [name, value] of other.variables) this.variables.set(name, value)
  }

  /** The value of a feeder, by index, that this iteration has already taken; undefined if none. */
  known(feeder: number): unknown {
    return this.taken[feeder]
  }

  /** This iteration's value of a feeder, by index. All uses get the same value. */
  value(feeder: number): unknown {
    const known = this.taken[feeder]
    if (known !== undefined) return known
    const value = this.sources[feeder]!.take(this)
    this.taken[feeder] = value
    return value
  }
}

/** Provides each iteration's value of a feeder. */
export interface FeederSource {
  /** Throws a DataExhausted if there is none left. */
  take(draws: IterationContext): unknown
}
