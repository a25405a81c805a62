/**
 * Does b carry what a carries, less the tolerance? Two searches that take turns, a trial of a and then one of b, so that
 * whatever the machine does hits both. A pure state machine: trials in, the next trial and its side out.
 *
 * When both have their bounds, b has passed if its lower one is enough. Otherwise the two are checked in turns: a at the load
 * that it is known to carry, b at that less the tolerance. Most of b's trials have to miss there while a still carries its own,
 * before b carries less: so neither a few unlucky trials nor a machine that became slower turn it red. If both miss, the
 * machine became slower, and both are checked again a width lower.
 */
import { sideOf } from '../../plan/ab-turns.js'
import { CapacityCheck, type CheckAnswer } from './check.js'
import { leastOf } from './least.js'
import { LoadScale } from './scale.js'
import { CapacitySearch, type SearchAnswer, type SearchGoal } from './search.js'
import type { LoadSummary, Probe, Trial, TrialGoal } from './trial.js'

/** What is searched, and how. The budget is for both sides together. */
export interface PairGoal extends SearchGoal {
  /** The share by which b may carry less. */
  readonly tolerance: number
}

/** One side of a pair. */
export type PairSide = 'a' | 'b'

/** The next trial, and whose it is. */
export interface Turn extends Probe {
  readonly side: PairSide
}

/** What is known of one side so far. */
interface SideAnswer extends Pick<SearchAnswer, 'lower' | 'upper' | 'carried' | 'end'> {
  /**
   * Of a, a load that it carried, once more; null if b's bounds were enough. Of b, what a carries less the tolerance; null if
   * a carries nothing that is known.
   */
  readonly check: CheckedLoad | null
}

/** A load in question. */
interface CheckedLoad {
  readonly load: number
  /** Null if that is open. */
  readonly isCarried: boolean | null
}

/** What is known of both so far. */
export interface PairAnswer extends Readonly<Record<PairSide, SideAnswer>> {
  readonly spentSeconds: number
}

type Both<T> = Readonly<Record<PairSide, T>>

/** Finds the capacities of two sides, and whether b's is less than a's. */
export class CapacityPair {
  private readonly searches: Both<CapacitySearch>
  private readonly loads: LoadScale
  /** Null before it begins. */
  private check: SideCheck | null = null
  private trials = 0
  private spent = 0

  constructor(private readonly goal: PairGoal) {
    const budgetSeconds = goal.budgetSeconds - checkSeconds(goal)
    const own = { ...goal, width: pairWidth(goal.width, goal.tolerance), budgetSeconds }
    this.loads = new LoadScale(own)
    this.searches = { a: new CapacitySearch(own), b: new CapacitySearch(own) }
  }

  /**
   * Returns the next trial; null if the question is answered or the budget is used up. Without a `record` in between, it returns
   * the same.
   */
  next(): Turn | null {
    if (this.check?.isOver === true) return null
    return this.turnOf(this.check?.machines ?? this.searches)
  }

  /** Takes what came of the trial that `next` returned. */
  record(trial: Trial): void {
    const turn = this.next()
    if (turn === null) throw new Error('not asked for a trial')
    const { side } = turn
    const machines = this.check?.machines ?? this.searches
    machines[side].record(trial)
    machines[otherThan(side)].wait(trial.spentSeconds)
    this.spent += trial.spentSeconds
    this.trials++
    this.proceed()
  }

  /** Returns what is known so far. */
  answer(): PairAnswer {
    const { check } = this
    const [a, b] = [this.searches.a.answer(), this.searches.b.answer()]
    const least = a.lower === null ? null : this.leastOf(a.lower)
    return {
      a: { ...boundsOf(a), check: check === null ? null : check.mark('a') },
      b: least === null ? { ...boundsOf(b), check: null } : withCheck(b, least, check),
      spentSeconds: this.spent,
    }
  }

  /**
   * Returns the loads that the search of a side has tried, the smallest first; those of the other side if it has tried none, as
   * both are likely to carry much the same.
   */
  loadsOf(side: PairSide): readonly LoadSummary[] {
    const { loads } = this.searches[side].answer()
    return loads.length > 0 ? loads : this.searches[otherThan(side)].answer().loads
  }

  /** Begins the check after the searches, and the next one after one that both missed. */
  private proceed(): void {
    const { check, searches, loads } = this
    if (check === null) {
      if (this.turnOf(searches) !== null) return
      const { lower } = searches.a.answer()
      if (lower !== null && !isEnough(searches.b.answer(), this.leastOf(lower))) this.beginCheck(lower)
    } else if (check.isOver && check.isMissedByBoth) {
      const { load } = check.mark('a')
      const lower = loads.below(load, loads.step)
      if (lower < load) this.beginCheck(lower)
    }
  }

  /** Does nothing if there is no time for three trials of each side, fewer than which decide nothing. */
  private beginCheck(load: number): void {
    const { goal, spent } = this
    const budgetSeconds = goal.budgetSeconds - spent
    if (budgetSeconds < secondsOf(TRIALS_LEAST, goal)) return
    this.check = new SideCheck({ ...goal, budgetSeconds }, { a: load, b: this.leastOf(load) })
  }

  private leastOf(carried: number): number {
    return leastOf(carried, this.goal.tolerance, this.goal.isWhole)
  }

  /** The side whose turn it is, or the other one if there is nothing left to try; null if that is so for both. */
  private turnOf(machines: Both<Machine>): Turn | null {
    const first = sideOf(this.trials)
    for (const side of [first, otherThan(first)]) {
      const probe = machines[side].next()
      if (probe !== null) return { ...probe, side }
    }
    return null
  }
}

/**
 * Both sides at a load of their own, in turns. Most of six trials answer it: a load is carried with four that met, and isn't
 * with three that missed.
 */
class SideCheck {
  readonly machines: Both<CapacityCheck>

  constructor(
    goal: TrialGoal,
    private readonly loads: Both<number>,
  ) {
    const rule = { ...goal, sumSeconds: TRIALS * goal.trialSeconds, exceed: MISSES_MOST }
    this.machines = {
      a: new CapacityCheck({ ...rule, load: loads.a }),
      b: new CapacityCheck({ ...rule, load: loads.b }),
    }
  }

  /** B's answer is enough; but if it is no, only with as many trials of a. */
  get isOver(): boolean {
    const [a, b] = [this.machines.a.answer(), this.machines.b.answer()]
    if (b.end === null) return false
    return b.isCarried !== false || a.end !== null || trialsOf(a) >= trialsOf(b)
  }

  get isMissedByBoth(): boolean {
    return this.mark('a').isCarried === false && this.mark('b').isCarried === false
  }

  mark(side: PairSide): CheckedLoad {
    return { load: this.loads[side], isCarried: this.machines[side].answer().isCarried }
  }
}

function trialsOf({ loads }: CheckAnswer): number {
  return loads[0]?.trials ?? 0
}

const TRIALS = 6
/** The share of their seconds that may miss. */
const MISSES_MOST = 0.45
/** Of the budget, so many trials of each side are kept for a check; one may take longer than planned, but fewer decide nothing. */
const TRIALS_KEPT = 4
const TRIALS_LEAST = 3
/** Bounds that are closer than this would take forever. */
const WIDTH_LEAST = 0.01

/** How close the bounds come, if they may be `width` apart: no further than half the tolerance, or they would hide most of the change. */
export function pairWidth(width: number, tolerance: number): number {
  return Math.min(width, Math.max(tolerance / 2, WIDTH_LEAST))
}

/** Returns the part of the budget that is kept for the check of both, in seconds. */
export function checkSeconds(goal: Pick<TrialGoal, 'trialSeconds' | 'settleSeconds'>): number {
  return secondsOf(TRIALS_KEPT, goal)
}

/** What so many trials of each side take. */
function secondsOf(
  trials: number,
  { trialSeconds, settleSeconds }: Pick<TrialGoal, 'trialSeconds' | 'settleSeconds'>,
): number {
  return 2 * trials * (trialSeconds + settleSeconds)
}

interface Machine {
  next(): Probe | null
}

function otherThan(side: PairSide): PairSide {
  return side === 'a' ? 'b' : 'a'
}

function isEnough({ lower }: Pick<SearchAnswer, 'lower'>, least: number): boolean {
  return lower !== null && lower >= least
}

function boundsOf({ lower, upper, carried, end }: SearchAnswer): Omit<SideAnswer, 'check'> {
  return { lower, upper, carried, end }
}

/** What is known of b, with what the check says of its bounds. */
function withCheck(found: SearchAnswer, least: number, check: SideCheck | null): SideAnswer {
  const bounds = boundsOf(found)
  if (check === null) return { ...bounds, check: { load: least, isCarried: isEnough(found, least) || null } }
  const mark = check.mark('b')
  const { upper } = bounds
  if (mark.isCarried === null) return { ...bounds, check: mark }
  if (!mark.isCarried) return { ...bounds, upper: Math.min(upper ?? mark.load, mark.load), check: mark }
  const isRefuted = upper !== null && upper <= mark.load
  return {
    ...bounds,
    lower: mark.load,
    upper: isRefuted ? null : upper,
    carried: check.machines.b.answer().loads[0]?.carried ?? null,
    check: mark,
  }
}
