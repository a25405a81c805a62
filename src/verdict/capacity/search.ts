/**
 * Searches for the largest load that a service carries within its SLO. A pure state machine: trials in, the next trial
 * out. No clock, no randomness: equal trials give equal searches.
 *
 * It explores upwards, doubling, with short trials, until one misses; bisects in logarithms between the last two until they
 * are a width apart; and then confirms both by the rule of MLRsearch (`rule.ts`). Single trials may be lucky or unlucky, so
 * a load that misses is looked at twice, and a bound only counts when the rule has decided. If it decides against one, the
 * search explores from there, down or up, first by a width and then by twice as much each time.
 */
import { UNSURE_MAX } from './check.js'
import { Ledger } from './ledger.js'
import { type LoadRange, LoadScale } from './scale.js'
import type { LoadSummary, Probe, Trial, TrialGoal } from './trial.js'

/** What is searched, and how. */
export interface SearchGoal extends TrialGoal, LoadRange {}

/**
 * Why a search ended. `decided`: both bounds are known, at most a width apart. `max_carried`: the service carries all that may
 * be tried. `from_missed`: it doesn't even carry the first load. `generator`: perfctl was the limit, so the service
 * carries at least the lower bound. `budget`: the time was used up.
 */
export type SearchEnd = 'decided' | 'max_carried' | 'from_missed' | 'generator' | 'budget'

/** What is known of the capacity so far. */
export interface SearchAnswer {
  /** The largest load that is carried, and below any that isn't; null while none is known. */
  readonly lower: number | null
  /** The smallest load that isn't carried; null while none is known. */
  readonly upper: number | null
  /** The conditional throughput: what was really carried at the lower bound, on average; null without one. */
  readonly carried: number | null
  /** Null while the search goes on. */
  readonly end: SearchEnd | null
  /** All loads that were tried, the smallest first. */
  readonly loads: readonly LoadSummary[]
  readonly spentSeconds: number
}

/** Finds the capacity of a service. */
export class CapacitySearch {
  private readonly ledger: Ledger
  private readonly loads: LoadScale
  /** The bracket: the largest load that seems to be carried, and the smallest that seems not to be. */
  private low: number | null = null
  private high: number | null = null
  /** Where the search goes from an end of the bracket, as the other is unknown; null within the bracket. */
  private exploring: 'up' | 'down' | null = 'up'
  /** Its next step, a logarithm. */
  private stride = Math.LN2
  private isClimbing = true
  /** How many trials in a row were in doubt. */
  private unsure = 0
  /** Whether perfctl can't send more than the low end. */
  private isAtLimit = false

  constructor(private readonly goal: SearchGoal) {
    this.ledger = new Ledger(goal)
    this.loads = new LoadScale(goal)
  }

  /** Returns the next trial; null if the search is at its end. Without a `record` in between, it returns the same. */
  next(): Probe | null {
    const step = this.plan()
    return typeof step === 'string' ? null : step
  }

  /** Takes what came of the trial that `next` returned. */
  record(trial: Trial): void {
    const probe = this.next()
    if (probe?.load !== trial.load) throw new Error(`not asked for a trial of ${trial.load}`)
    if (this.ledger.add(probe, trial)) {
      this.unsure = 0
      this.move(probe.load, trial.isMet)
    } else if (++this.unsure === UNSURE_MAX) {
      this.stopAt(probe.load)
    }
  }

  /** Takes seconds off the budget that something else has spent. */
  wait(seconds: number): void {
    this.ledger.wait(seconds)
  }

  /** Returns what is known so far. */
  answer(): SearchAnswer {
    const { ledger } = this
    const { lower, upper, spentSeconds } = ledger
    const loads = ledger.list()
    const step = this.plan()
    return {
      lower,
      upper,
      carried: loads.find(({ load }) => load === lower)?.carried ?? null,
      end: typeof step === 'string' ? step : null,
      loads,
      spentSeconds,
    }
  }

  private plan(): Probe | SearchEnd {
    const load = this.nextLoad()
    if (typeof load === 'string') return load
    const { trialSeconds } = this.goal
    // The climb only looks for the order of magnitude, but its first load is what the service is like without stress.
    const isShort = this.isClimbing && load !== this.loads.from && !this.ledger.has(load)
    const seconds = isShort ? trialSeconds * CLIMB_SHARE : trialSeconds
    return this.ledger.hasTimeFor(seconds) ? { load, seconds } : 'budget'
  }

  private nextLoad(): number | SearchEnd {
    const { low, high, ledger, loads } = this
    if (this.exploring === 'up') return low === null ? loads.from : loads.above(low, this.stride)
    if (this.exploring === 'down') return loads.below(high!, this.stride)
    if (low === null) {
      if (this.isAtLimit) return 'generator'
      return ledger.classOf(loads.from) === 'upper' ? 'from_missed' : loads.from
    }
    const isLowOpen = ledger.classOf(low) === 'undecided'
    if (high === null) return isLowOpen ? low : this.isAtLimit ? 'generator' : 'max_carried'
    const middle = loads.between(low, high)
    if (middle !== null) return middle
    if (isLowOpen) return low
    return ledger.classOf(high) === 'undecided' ? high : 'decided'
  }

  /** Moves the bracket by what a trial said. */
  private move(load: number, isMet: boolean): void {
    if (this.exploring === null && load === this.low) this.confirmLow(load)
    else if (this.exploring === null && load === this.high) this.confirmHigh(load)
    else if (isMet || !this.needsLook(load)) this.moveTo(load, isMet)
  }

  /** Whether a miss at this load may have been an accident. */
  private needsLook(load: number): boolean {
    // After a miss of the first load there is nothing left to search.
    const isOpen = load === this.loads.from || this.ledger.classOf(load) === 'undecided'
    return isOpen && this.ledger.trialsAt(load) < LOOKS
  }

  /** Takes a load for too much for perfctl. What it could send below that is still confirmed. */
  private stopAt(load: number): void {
    this.isAtLimit = true
    this.unsure = 0
    this.exploring = null
    this.high = null
    if (load === this.low) this.low = null
  }

  private moveTo(load: number, isMet: boolean): void {
    if (isMet) this.low = load
    else this.high = load
    if (this.exploring !== (isMet ? 'up' : 'down')) this.exploring = null
    else this.stride = Math.min(2 * this.stride, Math.LN2)
    this.isClimbing &&= isMet
    this.meetKnown()
  }

  private confirmLow(load: number): void {
    if (this.ledger.classOf(load) === 'upper') this.explore('down', load)
  }

  private confirmHigh(load: number): void {
    if (this.ledger.classOf(load) === 'lower') this.explore('up', load)
  }

  private explore(direction: 'up' | 'down', from: number): void {
    this.low = direction === 'up' ? from : null
    this.high = direction === 'up' ? null : from
    this.exploring = this.isAtLimit && direction === 'up' ? null : direction
    this.stride = this.loads.step
    this.isClimbing = false
    this.meetKnown()
  }

  /** Ends the exploring where it meets a load that is known, or where there are no more loads. */
  private meetKnown(): void {
    const { low, high, ledger, loads } = this
    if (this.exploring === 'up' && low !== null) {
      this.high = ledger.missedAbove(low)
      if (low === loads.max || (this.high !== null && loads.above(low, this.stride) >= this.high))
        this.exploring = null
      else this.high = null
    }
    if (this.exploring === 'down') {
      this.low = ledger.metBelow(high!)
      if (high === loads.from || (this.low !== null && loads.below(high!, this.stride) <= this.low))
        this.exploring = null
      else this.low = null
    }
  }
}

/** A trial of the climb is this much shorter than others. */
const CLIMB_SHARE = 0.5
/** How often a load has to be tried before its misses count: after a single unlucky one, all else would be in vain. */
const LOOKS = 2
