/**
 * When one worker's share of a load begins and ends, when it may send, and which number each iteration has.
 */
import type { Ms } from '../../base/clock.js'
import { type SideTurns, waitForTurn } from '../../plan/ab-turns.js'
import { type Curve, Levels } from '../../plan/levels.js'
import { type ExecutionSegment, IterationNumbers } from '../../plan/numbers.js'
import type { Plan } from '../../plan/plan.js'
import { Profile, warmupProfile } from '../../plan/profile.js'
import type { VirtualUser } from './virtual-user.js'

/** The schedule of one worker's load. */
export class Schedule {
  /** Which iterations of the plan belong to it. */
  readonly segment: ExecutionSegment
  readonly profile: Curve
  readonly warmup: Profile
  /** The moment the measured part begins. */
  readonly startAt: Ms
  /** Nothing is due from here on. */
  readonly endAt: Ms
  private readonly isClosed: boolean
  /** How many iterations there are in all, over all workers. */
  private readonly limit: number
  private readonly turns: SideTurns | null
  private readonly numbers: IterationNumbers

  /** Starts at `beginAt`, with the warm-up if there is one. */
  constructor({ load, turns, counters, isSteered }: Plan, segment: ExecutionSegment, beginAt: Ms) {
    this.segment = segment
    const profile = new Profile(load.start, load.stages)
    this.profile = isSteered ? new Levels(profile.durationMs) : profile
    this.warmup = warmupProfile(load)
    this.startAt = beginAt + load.warmupMs
    this.endAt = this.startAt + this.profile.durationMs
    this.isClosed = load.model === 'closed'
    this.limit = load.iterations ?? Number.POSITIVE_INFINITY
    this.turns = turns ?? null
    this.numbers = new IterationNumbers(load, segment, counters)
  }

  /** From `atMs` of the measured part on, the level is `level`. Only for plans that are steered. */
  setLevel(atMs: Ms, level: number): void {
    if (!(this.profile instanceof Levels)) throw new Error('the plan is not steered')
    this.profile.change(atMs, level)
  }

  /** How many of `total` things, numbered from 0, belong to this worker. */
  shareOf(total: number): number {
    return Math.max(0, Math.ceil((total - this.segment.index) / this.segment.of))
  }

  /** The number of the next virtual user. */
  nextUser(): number {
    return this.numbers.nextUser()
  }

  /** The number of the iteration that `user` begins now; null if none is left. */
  next(user: VirtualUser, isWarmup: boolean): number | null {
    const number = this.numbers.next(isWarmup, user)
    return isWarmup || number < this.limit ? number : null
  }

  /** Skips the iteration due at `due`, as if it were not in the plan. */
  skip(due: Ms): void {
    this.numbers.skip(due < this.startAt)
  }

  /** Whether all iterations have begun: those of a closed load by all workers of this machine together, of an open one by this worker. */
  isUsedUp(): boolean {
    return this.limit < Number.POSITIVE_INFINITY && this.numbers.isPast(this.limit)
  }

  /** How long a user of a closed load must wait at `now` for its side of an A/B session; 0 if it may send. */
  userWait(now: Ms): Ms {
    return this.turns === null || !this.isClosed ? 0 : waitForTurn(this.turns, now - this.startAt)
  }

  /** Whether `due` falls into a slice of the other side of an A/B session. */
  isOffTurn(due: Ms): boolean {
    return this.turns !== null && waitForTurn(this.turns, due - this.startAt) > 0
  }
}
