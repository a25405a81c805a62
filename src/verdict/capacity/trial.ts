/**
 * The language between a search for a capacity and who runs its trials: what to try, and what came of it.
 */
import type { BoundRule, LoadClass, LoadSeconds } from './rule.js'

/** The next trial. */
export interface Probe {
  /** Arrivals per second or virtual users. */
  readonly load: number
  /** How long to measure, after settling. */
  readonly seconds: number
}

/** What came of a trial. */
export interface Trial {
  /** That of the probe. */
  readonly load: number
  /** Measured. A trial that missed may have been ended early; it counts as long as it was asked for. */
  readonly seconds: number
  /** Whether the service met the SLO and carried the load. */
  readonly isMet: boolean
  /**
   * Whether the generator was the limit. Only a miss is in doubt then: latencies include the generator's lateness, so a
   * trial that met the SLO did so all the same.
   */
  readonly isUnsure: boolean
  /** All that the trial cost: with settling before and recovery after. */
  readonly spentSeconds: number
  /** What was really carried, in the unit of the load. */
  readonly carried: number
}

/** Settings that a search and a check share. */
export interface TrialGoal extends BoundRule {
  /** Load before each trial, not measured. */
  readonly settleSeconds: number
  /** For everything, settling and recovery included. */
  readonly budgetSeconds: number
}

/** All trials at one load. Doubtful ones count in none of the figures. */
export interface LoadSummary extends LoadSeconds {
  readonly load: number
  readonly class: LoadClass
  /** Trials of any length, and those of them that met the SLO. */
  readonly trials: number
  readonly met: number
  /** The mean of what was really carried in the trials that met the SLO, weighted by seconds; null if none did. */
  readonly carried: number | null
}
