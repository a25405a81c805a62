/**
 * The interface between a load model and the worker's load that it drives.
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
  /** A user has finished its iteration, which is recorded. */
  finished(user: VirtualUser, now: Ms): void
  /** A user's pause is over. */
  rested(user: VirtualUser, due: Ms, now: Ms): void
  /** Stops sending. */
  halt(): void
  /** Active virtual users. */
  readonly vus: number
}

/** What a load model uses of the load that it drives. */
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
  /** Calls back at `moment`, or slightly before. */
  at(moment: Ms, callback: (now: Ms) => void): Waiting
  /** A new virtual user with a connection of its own. */
  addUser(): VirtualUser
  /** How many of `total` things, numbered from 0, belong to it. */
  shareOf(total: number): number
  /** Starts the next iteration of `user`. Returns false if none is left or the load has been stopped. */
  start(user: VirtualUser, due: Ms, now: Ms): boolean
  /** Whether `user` is within an iteration, including its pauses. */
  isInJourney(user: VirtualUser): boolean
  /** Whether `due` falls into a slice of the other side of an A/B session. */
  isOffTurn(due: Ms): boolean
  /** Skips the iteration due at `due`, as if it were not in the plan. */
  skip(due: Ms): void
  /** Drops the iteration due at `due`: no virtual user is free. */
  drop(due: Ms): void
  /** Records how late a request was sent. */
  recordSchedulingLag(due: Ms, now: Ms): void
  /** Starts no more requests. */
  stop(): void
}
