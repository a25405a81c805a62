/**
 * Where the values of `{{ name }}` come from: which row an iteration takes, and what happens when there is none left.
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

/** The rows of a feeder have run out, and it may not begin again: the run ends with this message. */
export class DataExhausted extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DataEnd'
  }
}

/** What sources need of a plan. */
export type SourcePlan = Pick<Plan, 'data' | 'requests' | 'beforeEach' | 'http' | 'seed' | 'sharedCursors'>

/** The sources of a plan, in the order of its data; for one worker, all of whose users may share them. */
export function openSources(plan: SourcePlan): readonly FeederSource[] {
  const names = Object.keys(plan.data)
  const feeders = Object.values(plan.data)
  const mix = new Mix(plan.requests.map(({ weight }) => weight))
  const ranks = new RowRanks({ mix, seed: plan.seed, uses: names.map((name) => usersOf(plan, name)) })
  const marks = new Int32Array(plan.sharedCursors ?? new SharedArrayBuffer(MARK_BYTES * feeders.length))
  return feeders.map((feeder, i) => {
    const rows = openRows(feeder)
    if (feeder.pick === undefined) return new RandomSource(rows)
    // What a user takes before its first iteration it keeps: then the turn is the user's, not the iteration's.
    const isOwned = usesFeeder(plan.beforeEach, names[i]!)
    const turnOf = (draws: IterationContext) => (isOwned ? draws.vu : rankOf(ranks, i, draws))
    const turn = { name: names[i]!, feeder, rows, isOwned, rankOf: turnOf }
    if (feeder.pick === 'sequential') return new SequentialSource(turn)
    return new UniqueSource(turn, marks.subarray(2 * i, 2 * i + 2))
  })
}

/** Two marks of 32 bits for each feeder. */
const MARK_BYTES = 8

/** Shared memory for the marks of a plan's feeders; undefined when none needs any. */
export function makeSharedCursors(data: Plan['data']): SharedArrayBuffer | undefined {
  const feeders = Object.values(data)
  return feeders.some(({ pick }) => pick === 'unique')
    ? new SharedArrayBuffer(MARK_BYTES * feeders.length)
    : undefined
}

/** The same plan with data that never runs out, and nothing that threads share: for sending what isn't part of a run. */
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

interface Turn {
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

/** Any value, each equally likely. */
class RandomSource implements FeederSource {
  private readonly rows: Rows

  constructor(rows: Rows) {
    this.rows = rows
  }

  take({ random }: IterationContext): unknown {
    return this.rows.at(random.integer(0, this.rows.size - 1))
  }
}

/** One after the other. */
class SequentialSource implements FeederSource {
  private readonly turn: Turn

  constructor(turn: Turn) {
    this.turn = turn
  }

  take(draws: IterationContext): unknown {
    const { rows, feeder } = this.turn
    const rank = this.turn.rankOf(draws)
    if (rank >= rows.size && feeder.onEnd === 'stop') throw exhausted(this.turn)
    return rows.at(rank % rows.size)
  }
}

/**
 * One after the other, each once over all workers: the measured part from the first row on, the warm-up from the last
 * one back. How far either has come is marked in memory that all threads share; each marks first and looks then, so
 * that of two that take the same row at least one sees it.
 */
class UniqueSource implements FeederSource {
  private readonly turn: Turn
  private readonly marks: Int32Array

  constructor(turn: Turn, marks: Int32Array) {
    this.turn = turn
    this.marks = marks
  }

  take(draws: IterationContext): unknown {
    const { rows, feeder } = this.turn
    const rank = this.turn.rankOf(draws)
    const isFromEnd = draws.isWarmup && !this.turn.isOwned
    const [own, other] = isFromEnd ? [1, 0] : [0, 1]
    if (feeder.onEnd !== 'recycle') {
      raise(this.marks, own, Math.min(rank + 1, rows.size))
      if (rank >= rows.size - Atomics.load(this.marks, other)) throw exhausted(this.turn)
    }
    const index = rank % rows.size
    return rows.at(isFromEnd ? rows.size - 1 - index : index)
  }
}

function raise(marks: Int32Array, index: number, value: number): void {
  let known = Atomics.load(marks, index)
  while (known < value) {
    const found = Atomics.compareExchange(marks, index, known, value)
    if (found === known) return
    known = found
  }
}

function exhausted({ name, feeder, rows }: Turn): DataExhausted {
  const file = 'table' in feeder ? ` (${feeder.table.file})` : ''
  const size = `${formatCount(rows.size)} rows${file}`
  return new DataExhausted(
    `data.${name} ran out: it has ${size}, each used only once; add rows, or write onEnd: recycle`,
  )
}
