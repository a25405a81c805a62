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
  /** The load with its trials; empty before the first one that says something of the service. */
  readonly loads: readonly LoadSummary[]
  readonly spentSeconds: number
}

/**
 * Repeats trials at one load until the rule decides or the budget ends. If the budget is too small for the rule, trials and
 * their sum get shorter, as far as is sensible.
 */
export class CapacityCheck {
  private readonly goal: CheckGoal
  private readonly ledger: Ledger
  private unsure = 0

  constructor(goal: CheckGoal) {
    this.goal = fitToBudget(goal)
    this.ledger = new Ledger(this.goal)
  }

  /** Returns the next trial; null if the check is at its end. Without a `record` in between, it returns the same. */
  next(): Probe | null {
    const { load, trialSeconds: seconds } = this.goal
    return this.end === null ? { load, seconds } : null
  }

  /** Takes what came of the trial that `next` returned. */
  record(trial: Trial): void {
    const probe = this.next()
    if (probe?.load !== trial.load) throw new Error(`not asked for a trial of ${trial.load}`)
    this.unsure = this.ledger.add(probe, trial) ? 0 : this.unsure + 1
  }

  /** Takes seconds off the budget that something else has spent. */
  wait(seconds: number): void {
    this.ledger.wait(seconds)
  }

  /** Returns what is known so far. */
  answer(): CheckAnswer {
    const { ledger, end } = this
    const known = ledger.classOf(this.goal.load)
    return {
      isCarried: known === 'undecided' ? null : known === 'lower',
      end,
      loads: ledger.list(),
      spentSeconds: ledger.spentSeconds,
    }
  }

  private get end(): CheckAnswer['end'] {
    if (this.ledger.classOf(this.goal.load) !== 'undecided') return 'decided'
    if (this.unsure >= UNSURE_MAX) return 'generator'
    return this.ledger.hasTimeFor(this.goal.trialSeconds) ? null : 'budget'
  }
}

/** A shorter trial says hardly more than that the service is alive. */
const SHORTEST_TRIAL = 1
/** What is kept of the budget for recovery, in trials. */
const SPARE_TRIALS = 0.5

/**
 * Shortens trials until so many fit into the budget that one of them may miss, as otherwise a single unlucky one would decide,
 * and the sum to those that fit.
 */
function fitToBudget(goal: CheckGoal): CheckGoal {
  const { settleSeconds, sumSeconds, exceed, budgetSeconds } = goal
  const least = Math.max(1, Math.ceil(1 / Math.max(exceed, 0.1)))
  const longest = budgetSeconds / (least + SPARE_TRIALS) - settleSeconds
  const trialSeconds = Math.min(goal.trialSeconds, Math.floor(10 * longest) / 10)
  if (trialSeconds < SHORTEST_TRIAL) return goal
  const fitting = Math.max(least, Math.floor(budgetSeconds / (trialSeconds + settleSeconds) - SPARE_TRIALS))
  return { ...goal, trialSeconds, sumSeconds: Math.min(sumSeconds, fitting * trialSeconds) }
}

/** So many doubtful trials in a row are no accident, such as a pause of the machine: perfctl is the limit. */
export const UNSURE_MAX = 2
