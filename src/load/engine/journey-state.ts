/**
 * Where a virtual user stands in iterations of several steps.
 */
import type { Ms } from '../../base/clock.js'
import type { Traveller, Trip } from '../../plan/iteration.js'
import type { Walk } from '../../plan/step-cursor.js'

/** The state of one user, and of its iteration. */
export class Travel {
  /** Null between two iterations. */
  trip: Trip | null = null
  /** What the user does before its first iteration, while that is going on. */
  first: Walk | null = null
  /** Whether that is done, or there is nothing to do. */
  isPrepared: boolean
  due: Ms = 0
  pausedMs: Ms = 0
  /** Requests of the iteration itself. */
  sent = 0

  constructor(
    readonly traveller: Traveller,
    isPrepared: boolean,
  ) {
    this.isPrepared = isPrepared
  }
}
