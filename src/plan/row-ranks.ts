/**
 * Which row is whose turn: the rank of iteration `n` among those that use a feeder, in the numbering of all workers.
 *
 * The choice of each iteration is a function of the seed and its number, so every worker can count for itself how
 * many before `n` chose a request that uses the feeder: nobody has to ask, and all agree.
 *
 *     iteration      0 1 2 3 4 5 6 …
 *     uses {{user}}  x . x x . x .
 *     rank of 5      0   1 2   3
 */
import { Random } from '../base/rng.js'
import { WARMUP_SEED } from './iteration-values.js'
import type { Mix } from './mix.js'

/** How many iterations lie between two counts that are kept. */
const BLOCK = 256

/** What ranks are worked out from. */
export interface RowRanksOptions {
  readonly mix: Mix
  readonly seed: number
  /** By feeder, then by request: whether the request uses it. */
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
 * Walks through the choices, once: an iteration ahead costs a step for each one in between; one behind costs less
 * than a block, however far back it is, since the counts at the beginnings of blocks are kept.
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
