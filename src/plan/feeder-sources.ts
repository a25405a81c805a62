/**
 * Sources for `{{ name }}`: they pick an iteration's row and handle the end of the data.
 */
import { formatCount } from '../base/units.js'
import { usesFeeder } from '../scenario/data/feeders.js'
import type { Feeder } from '../scenario/model/scenario.js'
import type { FeederSource, IterationContext } from './iteration-values.js'
import { Mix } from './mix.js'
import type { Plan } from './plan.js'
import { RowRanks } from './row-ranks.js'
import { openRows, type Rows } from './rows.js'
import { usersOf } from './uses.js'

/** A feeder has no rows left and may not start over. Ends the run with this message. */
export class DataExhausted extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DataExhausted'
  }
}

/** The parts of a plan that sources need. */
export type SourcePlan = Pick<Plan, 'data' | 'requests' | 'beforeEach' | 'http' | 'seed' | 'sharedCursors'>

/** Opens the sources of a plan, in the order of its data. All users of a worker share them. */
export function openSources(plan: SourcePlan): readonly FeederSource[] {
  const names = Object.keys(plan.data)
  const feeders = Object.values(plan.data)
  const mix = new Mix(plan.requests.map(({ weight }) => weight))
  const ranks = new RowRanks({ mix, seed: plan.seed, uses: names.map((name) => usersOf(plan, name)) })
  const cursors = new Int32Array(plan.sharedCursors ?? new SharedArrayBuffer(CURSOR_BYTES * feeders.length))
  return feeders.map((feeder, i) => {
    const rows = openRows(feeder)
    if (feeder.pick === undefined) return new RandomSource(rows)
    // Users keep what they take before their first iteration, so rows go by user instead of by iteration.
    const isOwned = usesFeeder(plan.beforeEach, names[i]!)
    const rankFor = (draws: IterationContext) => (isOwned ? draws.vu : rankOf(ranks, i, draws))
    const ranked = { name: names[i]!, feeder, rows, isOwned, rankOf: rankFor }
    if (feeder.pick === 'sequential') return new SequentialSource(ranked)
    return new UniqueSource(ranked, cursors.subarray(2 * i, 2 * i + 2))
  })
}

/** Two 32-bit cursors per feeder. */
const CURSOR_BYTES = 8

/** Shared memory for the cursors of a plan's feeders; undefined if none needs any. */
export function makeSharedCursors(data: Plan['data']): SharedArrayBuffer | undefined {
  const feeders = Object.values(data)
  return feeders.some(({ pick }) => pick === 'unique')
    ? new SharedArrayBuffer(CURSOR_BYTES * feeders.length)
    : undefined
}

/** The plan with endless data and nothing shared between threads, for requests outside a run. */
export function withEndlessData<P extends Pick<Plan, 'data' | 'sharedCursors' | 'counters'>>(
  plan: P,
): Omit<P, 'sharedCursors' | 'counters'> {
  const { sharedCursors, counters, ...rest } = plan
  const entries = Object.entries(plan.data).map(([name, feeder]) => [
    name,
    feeder.pick === undefined ? feeder : { ...feeder, onEnd: 'recycle' as const },
  ])
  return { ...rest, data: Object.fromEntries(entries) }
}

interface RankedRows {
  readonly name: string
  readonly feeder: Feeder
  readonly rows: Rows
  /** Users keep their row. */
  readonly isOwned: boolean
  rankOf(draws: IterationContext): number
}

function rankOf(ranks: RowRanks, feeder: number, draws: IterationContext): number {
  return ranks.rank(feeder, draws.iteration, draws.isWarmup)
}

class RandomSource implements FeederSource {
  private readonly rows: Rows

  constructor(rows: Rows) {
    this.rows = rows
  }

  take({ random }: IterationContext): unknown {
    return this.rows.at(random.integer(0, this.rows.size - 1))
  }
}

class SequentialSource implements FeederSource {
  private readonly ranked: RankedRows

  constructor(ranked: RankedRows) {
    this.ranked = ranked
  }

  take(draws: IterationContext): unknown {
    const { rows, feeder } = this.ranked
    const rank = this.ranked.rankOf(draws)
    if (rank >= rows.size && feeder.onEnd === 'stop') throw exhausted(this.ranked)
    return rows.at(rank % rows.size)
  }
}

/**
 * Picks each row once across all workers, in order: the measured part from the first row on, the warm-up from the last
 * row back. Both cursors are in memory shared by all threads. A thread advances its cursor before it checks the other,
 * so that if both take the same row, at least one notices.
 */
class UniqueSource implements FeederSource {
  private readonly ranked: RankedRows
  private readonly cursors: Int32Array

  constructor(ranked: RankedRows, cursors: Int32Array) {
    this.ranked = ranked
    this.cursors = cursors
  }

  take(draws: IterationContext): unknown {
    const { rows, feeder } = this.ranked
    const rank = this.ranked.rankOf(draws)
    const isFromEnd = draws.isWarmup && !this.ranked.isOwned
    const [own, other] = isFromEnd ? [1, 0] : [0, 1]
    if (feeder.onEnd !== 'recycle') {
      raise(this.cursors, own, Math.min(rank + 1, rows.size))
      if (rank >= rows.size - Atomics.load(this.cursors, other)) throw exhausted(this.ranked)
    }
    const index = rank % rows.size
    return rows.at(isFromEnd ? rows.size - 1 - index : index)
  }
}

function raise(cursors: Int32Array, index: number, value: number): void {
  let known = Atomics.load(cursors, index)
  while (known < value) {
    const found = Atomics.compareExchange(cursors, index, known, value)
    if (found === known) return
    known = found
  }
}

function exhausted({ name, feeder, rows }: RankedRows): DataExhausted {
  const file = 'table' in feeder ? ` (${feeder.table.file})` : ''
  const size = `${formatCount(rows.size)} rows${file}`
  return new DataExhausted(
    `data.${name} ran out: it has ${size}, each used only once; add rows, or write onEnd: recycle`,
  )
}
