/**
 * The position of a virtual user in iterations of several steps.
 */
import type { Ms } from '../../base/clock.js'
import type { StepsIteration, VuContext } from '../../plan/iteration.js'
import type { StepCursor } from '../../plan/step-cursor.js'

/** The state of one user and its iteration. */
export class JourneyState {
  /** Null between iterations. */
  iteration: StepsIteration | null = null
  /** The steps of `beforeEach`, while they are being sent. */
  first: StepCursor | null = null
  /** Whether `beforeEach` is done or empty. */
  isPrepared: boolean
  due: Ms = 0
  pausedMs: Ms = 0
  /** Requests sent in the iteration, without `beforeEach`. */
  sent = 0

  constructor(
    readonly context: VuContext,
    isPrepared: boolean,
  ) {
    this.isPrepared = isPrepared
  }
}
