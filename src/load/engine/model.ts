/**
 * What a load model and the load it drives are to each other.
 */
import type { Ms } from '../../base/clock.js'
import type { ExecutionSegment } from '../../plan/numbers.js'
import type { Plan } from '../../plan/plan.js'
import type { Profile } from '../../plan/profile.js'
import type { Timers, Waiting } from './timer-wheel.js'
import type { VirtualUser } from './virtual-user.js'

/** A load model: decides which virtual user sends when. */
export interface Model {
  /** Called once, at the beginning. */
  begin(): void
  /** A user has finished a request and nothing is to be recorded any more. */
  finished(user: VirtualUser, now: Ms): void
  /** A user's pause is over. */
  rested(user: VirtualUser, due: Ms, now: Ms): void
  /** Nothing more shall be sent. */
  halt(): void
  /** How many virtual users are at work. */
  readonly vus: number
}

/** What a load model may ask of the load it drives. */
export interface ModelHost {
  readonly plan: Plan
  /** Which iterations of the plan belong to it. */
  readonly segment: ExecutionSegment
  readonly timers: Timers
  readonly users: readonly VirtualUser[]
  readonly profile: Profile
  readonly warmup: Profile
  /** The moment the measured part begins. */
  readonly startAt: Ms
  now(): Ms
  /** Calls back at `moment`, or a little before. */
  at(moment: Ms, callback: (now: Ms) => void): Waiting
  /** A new virtual user with a connection of its own. */
  addUser(): VirtualUser
  /** How many of `total` things numbered from 0 belong to it. */
  shareOf(total: number): number
  /** Lets `user` send the next iteration; false when there is none left or the load has been stopped. */
  start(user: VirtualUser, due: Ms, now: Ms): boolean
  /** Whether `user` is in the middle of an iteration, if only in a pause of it. */
  isInJourney(user: VirtualUser): boolean
  /** Whether what is due at `due` falls into the other side's slices. */
  isOffTurn(due: Ms): boolean
  /** Leaves out the iteration that was due at `due`, as if it were not in the plan. */
  skip(due: Ms): void
  /** Leaves out the iteration that was due at `due`, for want of a virtual user. */
  drop(due: Ms): void
  /** Counts how late a request was that had a moment of its own. */
  recordSchedulingLag(due: Ms, now: Ms): void
  /** Sends nothing more. */
  stop(): void
}
