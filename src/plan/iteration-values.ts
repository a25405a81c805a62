/**
 * The choices of one iteration, all from (seed, number of the iteration).
 */
import { type Ms, wallTime } from '../base/clock.js'
import { Random } from '../base/rng.js'

/** The random numbers of the warm-up come from a seed of their own: its length must not shift the measured part. */
export const WARMUP_SEED = 0x77a7

/** Draws for one iteration at a time. */
export class IterationContext {
  readonly random: Random
  /** What `date()` counts from, in ms since 1970. */
  readonly today: Ms
  /** Values captured from earlier answers, by name. */
  readonly variables = new Map<string, unknown>()
  /** The number of the iteration, from 0. */
  iteration = 0
  /** Iterations of the warm-up have numbers of their own. */
  readonly isWarmup: boolean
  /** The number of the virtual user over all workers, from 0. */
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

  /** Moves to iteration `n`: everything drawn from here on is its own. */
  seek(n: number, vu = 0): void {
    this.iteration = n
    this.vu = vu
    this.random.seek(n)
    for (let i = 0; i < this.taken.length; i++) this.taken[i] = undefined
  }

  /** Forgets the moment of the last request. */
  beginRequest(): void {
    this.momentMs = null
  }

  /** The moment of the request, in ms since 1970: the same however often it is used in it, so that it can be signed. */
  moment(): Ms {
    this.momentMs ??= wallTime().getTime()
    return this.momentMs
  }

  /** Takes over the values of `other`: a user stays who it logged in as. */
  know(other: IterationContext): void {
    for (const [feeder, value] of other.taken.entries()) if (value !== undefined) this.taken[feeder] = value
    for (const [name, value] of other.variables) this.variables.set(name, value)
  }

  /** What this iteration has taken of a feeder, by its number; undefined when nothing yet. */
  known(feeder: number): unknown {
    return this.taken[feeder]
  }

  /** This iteration's value of a feeder, by its number: the same however often it is used. */
  value(feeder: number): unknown {
    const known = this.taken[feeder]
    if (known !== undefined) return known
    const value = this.sources[feeder]!.take(this)
    this.taken[feeder] = value
    return value
  }
}

/** Gives each iteration its value of one feeder. */
export interface FeederSource {
  /** Throws a DataEnd when there is none left. */
  take(draws: IterationContext): unknown
}
