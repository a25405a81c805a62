/**
 * The books of a search: every load with its trials, and the time spent.
 */
import { addSeconds, classify, type LoadClass, type LoadSeconds, NO_SECONDS } from './rule.js'
import type { LoadSummary, Probe, Trial, TrialGoal } from './trial.js'

interface Entry {
  seconds: LoadSeconds
  trials: number
  met: number
  metSeconds: number
  carriedSum: number
}

/** Collects trials by load. */
export class Ledger {
  private readonly entries = new Map<number, Entry>()
  private spent = 0
  private mostSettling: number

  constructor(private readonly goal: TrialGoal) {
    this.mostSettling = goal.settleSeconds
  }

  /** Adds what came of a probe. Returns whether it says anything of the service. */
  add(asked: Probe, { load, seconds, isMet, isUnsure, spentSeconds, carried }: Trial): boolean {
    this.spent += spentSeconds
    if (isMet) this.mostSettling = Math.max(this.mostSettling, spentSeconds - seconds)
    if (isUnsure && !isMet) return false
    const entry = this.entries.get(load) ?? {
      seconds: NO_SECONDS,
      trials: 0,
      met: 0,
      metSeconds: 0,
      carriedSum: 0,
    }
    this.entries.set(load, entry)
    entry.trials++
    entry.seconds = addSeconds(entry.seconds, isMet ? seconds : asked.seconds, isMet, this.goal)
    if (!isMet) return true
    entry.met++
    entry.metSeconds += seconds
    entry.carriedSum += seconds * carried
    return true
  }

  /** Takes seconds off the budget that something else has spent. */
  wait(seconds: number): void {
    this.spent += seconds
  }

  /** Spent so far, in seconds. */
  get spentSeconds(): number {
    return this.spent
  }

  /**
   * Whether a trial of so many seconds still fits, with the longest settling so far. Its recovery need not: a service that
   * isn't tried any more may take as long as it likes.
   */
  hasTimeFor(seconds: number): boolean {
    return this.spent + this.mostSettling + seconds <= this.goal.budgetSeconds + 1e-6
  }

  /** Whether a load was tried. */
  has(load: number): boolean {
    return this.entries.has(load)
  }

  /** How often a load was tried. */
  trialsAt(load: number): number {
    return this.entries.get(load)?.trials ?? 0
  }

  /** What is known of a load. */
  classOf(load: number): LoadClass {
    const entry = this.entries.get(load)
    return entry === undefined ? 'undecided' : classify(entry.seconds, this.goal)
  }

  /** The smallest load that isn't carried; null if none is known. */
  get upper(): number | null {
    return this.known((load) => this.classOf(load) === 'upper')[0] ?? null
  }

  /** The relevant lower bound: the largest load that is carried below the smallest that isn't; null if none is known. */
  get lower(): number | null {
    const { upper } = this
    const isBelow = (load: number) => upper === null || load < upper
    return this.known((load) => this.classOf(load) === 'lower' && isBelow(load)).at(-1) ?? null
  }

  /** The smallest load above `load` that isn't carried, by the rule or by most of its trials; null if none is known. */
  missedAbove(load: number): number | null {
    return this.known((other) => other > load && !this.isMostlyMet(other))[0] ?? null
  }

  /** The largest load below `load` that is carried, by the rule or by most of its trials; null if none is known. */
  metBelow(load: number): number | null {
    return this.known((other) => other < load && this.isMostlyMet(other)).at(-1) ?? null
  }

  private isMostlyMet(load: number): boolean {
    const known = this.classOf(load)
    const { met, trials } = this.entries.get(load)!
    return known === 'undecided' ? 2 * met >= trials : known === 'lower'
  }

  private known(isWanted: (load: number) => boolean): number[] {
    return [...this.entries.keys()].filter(isWanted).sort((a, b) => a - b)
  }

  /** All loads that were tried, the smallest first. */
  list(): LoadSummary[] {
    return [...this.entries]
      .sort(([a], [b]) => a - b)
      .map(([load, { seconds, trials, met, metSeconds, carriedSum }]) => ({
        load,
        ...seconds,
        class: classify(seconds, this.goal),
        trials,
        met,
        carried: metSeconds === 0 ? null : carriedSum / metSeconds,
      }))
  }
}
