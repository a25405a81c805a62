/**
 * Is this one load carried? A pure state machine: trials in, the next trial out.
 */
import { Ledger } from './ledger.js'
import type { LoadSummary, Probe, Trial, TrialGoal } from './trial.js'

/** The load in question, and how it is tried. */
export interface CheckGoal extends TrialGoal {
  /** Arrivals per second or virtual users. */
  readonly load: number
}

/** What is known of the load so far. */
export interface CheckAnswer {
  /** Whether it is carried; null if that is open. */
  readonly isCarried: boolean | null
  /** Why the check ended: the rule decided, the budget was used up, or perfctl was the limit; null while it goes on. */
  readonly end: 'decided' | 'budget' | 'generator' | null
  /** Null before the first trial that says something of the service. */
  readonly summary: LoadSummary | null
  readonly spentSeconds: number
  /** What the rest takes at most. */
  readonly remainingSeconds: number
}

/** Repeats trials at one load until the rule decides or the budget ends. */
export class CapacityCheck {
  private readonly ledger: Ledger
  private unsure = 0

  constructor(private readonly goal: CheckGoal) {
    this.ledger = new Ledger(goal)
  }

  /** Returns the next trial; null if the check is at its end. Without a `record` in between, it returns the same. */
  next(): Probe | null {
    const { load, trialSeconds: seconds } = this.goal
    return this.end === null ? { load, seconds } : null
  }

  /** Takes what came of the trial that `next` returned. */
  record(trial: Trial): void {
    const { load, trialSeconds: seconds } = this.goal
    this.unsure = this.ledger.add({ load, seconds }, trial) ? 0 : this.unsure + 1
  }

  /** Returns what is known so far. */
  answer(): CheckAnswer {
    const { ledger, end } = this
    const known = ledger.classOf(this.goal.load)
    return {
      isCarried: known === 'undecided' ? null : known === 'lower',
      end,
      summary: ledger.list()[0] ?? null,
      spentSeconds: ledger.spentSeconds,
      remainingSeconds: end === null ? this.remaining() : 0,
    }
  }

  private get end(): CheckAnswer['end'] {
    if (this.ledger.classOf(this.goal.load) !== 'undecided') return 'decided'
    if (this.unsure >= UNSURE_MAX) return 'generator'
    return this.ledger.hasTimeFor(this.goal.trialSeconds) ? null : 'budget'
  }

  private remaining(): number {
    const { trialSeconds, budgetSeconds } = this.goal
    const trials = this.ledger.trialsToCarry(this.goal.load)
    return Math.min(budgetSeconds - this.ledger.spentSeconds, trials * this.ledger.costOf(trialSeconds))
  }
}

/** So many doubtful trials in a row are no accident, such as a pause of the machine: perfctl is the limit. */
export const UNSURE_MAX = 2
