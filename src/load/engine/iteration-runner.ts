/**
 * The interface between a worker's load and what an iteration is: a single request, or a journey of several steps.
 */
import type { Ms } from '../../base/clock.js'
import type { IterationContext } from '../../plan/iteration-values.js'
import type { Failure } from '../response/failure.js'
import type { VirtualUser } from './virtual-user.js'

/** Runs the iterations of one worker's load: decides what a virtual user sends, and what follows. */
export interface IterationRunner {
  /** Begins iteration `n`. Returns false if it was over at once. */
  begin(user: VirtualUser, n: number, due: Ms, now: Ms): boolean
  /** A request of the iteration ended at `now`. Returns whether the iteration continues. */
  answered(user: VirtualUser, now: Ms, failure: Failure | null): boolean
  /** A pause within the iteration, due to end at `due`, is over. Returns whether the iteration continues. */
  rested(user: VirtualUser, due: Ms, now: Ms): boolean
  /** Ends the iteration of `user`, if there is one; it counts as unfinished. */
  abandon(user: VirtualUser, now: Ms): void
  /** Whether a pause of `user` would be within an iteration. */
  has(user: VirtualUser): boolean
  /** Where captured values of the iteration go; null if nothing is captured. */
  contextOf(user: VirtualUser): IterationContext | null
}
