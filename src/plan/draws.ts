/**
 * The random choices of one iteration, all from (seed, number of the iteration).
 */
import type { Ms } from '../base/clock.js'
import { Random } from '../base/rng.js'
import type { Feeder } from '../scenario/scenario.js'
import type { Value } from './template.js'

/** Draws for one iteration at a time. */
export class Draws {
  readonly random: Random
  /** What `date()` counts from, in ms since 1970. */
  readonly today: Ms
  /** Values captured from earlier answers, by name. */
  readonly variables = new Map<string, unknown>()
  /** The number of the iteration, from 0. */
  iteration = 0
  /** The number of the virtual user over all workers, from 0. */
  vu = 0
  private readonly feeders: readonly Feeder[]
  private readonly taken: (Value | undefined)[]

  constructor(feeders: readonly Feeder[], seed: number, today: Ms) {
    this.random = new Random(seed)
    this.today = today
    this.feeders = feeders
    this.taken = feeders.map(() => undefined)
  }

  /** Moves to iteration `n`: everything drawn from here on is its own. */
  seek(n: number): void {
    this.iteration = n
    this.random.seek(n)
    for (let i = 0; i < this.taken.length; i++) this.taken[i] = undefined
  }

  /** This iteration's value of a feeder: the same however often it is used. */
  value(feeder: number): Value {
    const known = this.taken[feeder]
    if (known !== undefined) return known
    const { values } = this.feeders[feeder]!
    const value = values[this.random.integer(0, values.length - 1)]!
    this.taken[feeder] = value
    return value
  }
}
