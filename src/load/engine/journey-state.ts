/**
 * Where a virtual user stands in iterations of several steps.
 */
import type { Ms } from '../../base/clock.js'
import type { StepsIteration, VuContext } from '../../plan/iteration.js'
import type { StepCursor } from '../../plan/step-cursor.js'

/** The state of one user, and of its iteration. */
export class JourneyState {
  /** Null between two iterations. */
  iteration: StepsIteration | null = null
  /** What the user does before its first iteration, while that is going on. */
  first: StepCursor | null = null
  /** Whether that is done, or there is nothing to do. */
  isPrepared: boolean
  due: Ms = 0
  pausedMs: Ms = 0
  /** Requests of the iteration itself. */
  sent = 0

  constructor(
    readonly context: VuContext,
    isPrepared: boolean,
  ) {
    this.isPrepared = isPrepared
  }
}
