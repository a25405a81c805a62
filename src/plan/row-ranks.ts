/**
 * The rank of iteration `n` among those of all workers that use a feeder. It decides which row the iteration gets.
 *
 * Each iteration's request is a function of the seed and its number. So every worker can count how many iterations
 * before `n` use the feeder, and all workers agree without communication.
 *
 *     iteration      0 1 2 3 4 5 6 …
 *     uses {{user}}  x . x x . x .
 *     rank of 5      0   1 2   3
 */
import { Random } from '../base/rng.js'
import { WARMUP_SEED } from './iteration-values.js'
import type { Mix } from './mix.js'

/** The distance, in iterations, between cached counts. */
const BLOCK = 256

/** What ranks depend on. */
export interface RowRanksOptions {
  readonly mix: Mix
  readonly seed: number
  /** By feeder, then by request: whether the request uses the feeder. */
  readonly uses: readonly (readonly boolean[])[]
}

/** Counts for the feeders of one plan. */
export class RowRanks {
  private readonly measured: readonly Count[]
  private readonly warmup: readonly Count[]

  constructor({ mix, seed, uses }: RowRanksOptions) {
    const countAll = (from: number) => uses.map((requests) => makeCount(mix, from, requests))
    this.measured = countAll(seed)
    this.warmup = countAll(seed + WARMUP_SEED)
  }

  /** How many iterations before `n` use the feeder. */
  rank(feeder: number, n: number, isWarmup: boolean): number {
    return (isWarmup ? this.warmup : this.measured)[feeder]!.before(n)
  }
}

interface Count {
  before(n: number): number
}

function makeCount(mix: Mix, seed: number, requests: readonly boolean[]): Count {
  return requests.every(Boolean) ? EVERY : new Walk(mix, seed, requests)
}

const EVERY: Count = { before: (n) => n }

/**
 * Counts while walking through the choices. Moving ahead costs a step per iteration; moving back costs less than a
 * block, because the counts at block starts are cached.
 */
class Walk implements Count {
  private readonly mix: Mix
  private readonly random: Random
  private readonly uses: readonly boolean[]
  private readonly blocks: number[] = [0]
  private at = 0
  private count = 0

  constructor(mix: Mix, seed: number, uses: readonly boolean[]) {
    this.mix = mix
    this.random = new Random(seed)
    this.uses = uses
  }

  before(n: number): number {
    if (n < this.at) {
      const block = Math.min(Math.floor(n / BLOCK), this.blocks.length - 1)
      this.at = block * BLOCK
      this.count = this.blocks[block]!
    }
    while (this.at < n) this.step()
    return this.count
  }

  private step(): void {
    this.random.seek(this.at)
    if (this.uses[this.mix.pick(this.random.float())]) this.count++
    this.at++
    if (this.at === this.blocks.length * BLOCK) this.blocks.push(this.count)
  }
}
