/**
 * The interface between a load model and the worker's load that it drives.
 */
import type { Ms } from '../../base/clock.js'
import type { Plan } from '../../plan/plan.js'
import type { Schedule } from './schedule.js'
import type { Timers } from './timer-wheel.js'
import type { VirtualUser } from './virtual-user.js'

/** A load model: decides which virtual user sends when. */
export interface Model {
  /** Called once, at the beginning. */
  begin(): void
  /** A user has finished its iteration, which is recorded. */
  finished(user: VirtualUser, now: Ms): void
  /** A user's pause is over. */
  rested(user: VirtualUser, due: Ms, now: Ms): void
  /** The level will change at `atMs` of the measured part, which was not known before. */
  steered(atMs: Ms): void
  /** Whether something that was due before the load's end isn't sent yet. */
  isBehind(): boolean
  /** Stops sending. `isOver`: at the load's end, not before. */
  halt(isOver: boolean): void
  /** Active virtual users. */
  readonly vus: number
}

/** What a load model uses of the load that it drives. */
export interface ModelHost {
  readonly plan: Plan
  readonly schedule: Schedule
  readonly timers: Timers
  readonly users: readonly VirtualUser[]
  now(): Ms
  /** Calls back at `moment`, or slightly before. */
  at(moment: Ms, callback: (now: Ms) => void): void
  /** A new virtual user with a connection of its own. */
  addUser(): VirtualUser
  /** Starts the next iteration of `user`. Returns false if none is left or the load has been stopped. */
  start(user: VirtualUser, due: Ms, now: Ms): boolean
  /** Ends the pause of `user`, unless it is within an iteration. */
  endPause(user: VirtualUser): void
  /** Drops the iteration due at `due`: no virtual user is free, or the thread is too late. */
  drop(due: Ms): void
  /** Records how late a request was sent. */
  recordSchedulingLag(due: Ms, now: Ms): void
  /** Starts no more requests. */
  stop(): void
}
