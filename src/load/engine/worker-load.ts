/**
 * One worker's share of a load: some iterations of a plan, sent by one thread. Workers share only the number of
 * iterations begun; what iteration n sends, and when, follows from the plan alone.
 */
import type { Ms } from '../../base/clock.js'
import { describeFault } from '../../base/errors.js'
import { waitForTurn } from '../../plan/ab-turns.js'
import { DataExhausted } from '../../plan/feeder-sources.js'
import { Iterations } from '../../plan/iteration.js'
import { type ExecutionSegment, IterationNumbers } from '../../plan/numbers.js'
import type { Plan } from '../../plan/plan.js'
import { Profile, warmupProfile } from '../../plan/profile.js'
import type { Outgoing } from '../../plan/request.js'
import { ValueError } from '../../plan/values.js'
import { SampleRecorder } from '../measure/sample-recorder.js'
import type { WindowData, WindowRecorder } from '../measure/window-recorder.js'
import type { Failure } from '../response/failure.js'
import { ClosedModel } from './closed-model.js'
import { JourneyRunner } from './journeys.js'
import type { Model, ModelHost } from './model.js'
import { OpenModel } from './open-model.js'
import { timeoutOf } from './timeout.js'
import { Callback, EARLY_MS, Timers, type Waiting } from './timer-wheel.js'
import { VirtualUser, type VirtualUserHost } from './virtual-user.js'
import type { WorkerLoadEnd, World } from './world.js'

/** An iteration with nothing to send takes this long, so that a user can't start the next one in an endless loop. */
const BREATH_MS = 1

/** A window is emitted this long after it ends: requests that are due at the full second go first. */
const WINDOW_GRACE_MS = 3

/** A worker's load. It starts by itself; `done` resolves when it is over. */
export class WorkerLoad implements VirtualUserHost, ModelHost {
  readonly timers: Timers
  readonly timeoutMs: Ms
  readonly users: VirtualUser[] = []
  readonly profile: Profile
  readonly warmup: Profile
  /** The moment the measured part begins. */
  readonly startAt: Ms
  private readonly endAt: Ms
  readonly segment: ExecutionSegment
  readonly done: Promise<WorkerLoadEnd>
  readonly plan: Plan
  private readonly world: World
  private readonly samples: SampleRecorder
  private readonly recorder: WindowRecorder
  private readonly iterations: Iterations
  private readonly numbers: IterationNumbers
  /** Null when each iteration is a single request. */
  private readonly journeys: JourneyRunner | null
  private readonly model: Model
  private resolve: (end: WorkerLoadEnd) => void = () => {}
  private inFlight = 0
  private stoppedAt: Ms | null = null
  private isOver = false
  private error: string | null = null
  /** The bug that ended the load; null if none did. */
  private fault: unknown = null

  /** Starts at `beginAt`, with the warm-up if there is one. */
  constructor(
    plan: Plan,
    segment: ExecutionSegment,
    options: { world: World; beginAt: Ms; emit: (window: WindowData) => void },
  ) {
    const { world, beginAt, emit } = options
    const { load } = plan
    this.plan = plan
    this.segment = segment
    this.world = world
    this.timeoutMs = timeoutOf(plan)
    this.profile = new Profile(load.start, load.stages)
    this.warmup = warmupProfile(load)
    this.startAt = beginAt + load.warmupMs
    this.endAt = this.startAt + this.profile.durationMs
    this.iterations = new Iterations(plan)
    this.numbers = new IterationNumbers(load, segment, plan.counters)
    this.journeys = this.iterations.isPlain
      ? null
      : new JourneyRunner(this.iterations, {
          recordJourney: (journey, failure) => this.samples.recordJourney(journey, failure),
          recordUnsent: (user, series, failure) =>
            this.samples.recordUnsent(user, series, failure, world.now()),
          giveUp: (reason) => this.giveUp(reason),
        })
    this.timers = new Timers(
      world.now(),
      world.alarm(() => this.timers.run(world.now(), EARLY_MS)),
    )
    this.samples = new SampleRecorder(plan, {
      startAt: this.startAt,
      durationMs: this.profile.durationMs,
      gauges: { vus: () => this.model.vus, load: () => world.load() },
      emit,
    })
    this.recorder = this.samples.recorder
    this.model = load.model === 'closed' ? new ClosedModel(this, load) : new OpenModel(this, load)
    this.done = new Promise((resolve) => {
      this.resolve = resolve
    })
    this.at(beginAt, () => this.model.begin())
    this.at(this.endAt, () => this.stop())
    this.watchWindow()
  }

  now(): Ms {
    return this.world.now()
  }

  /** Calls back at `moment`, or up to {@link EARLY_MS} before. */
  at(moment: Ms, callback: (now: Ms) => void): Waiting {
    const waiting = new Callback(callback)
    this.timers.add(waiting, moment)
    return waiting
  }

  /** A new virtual user with a connection of its own. */
  addUser(): VirtualUser {
    const connection = this.world.connect(this.recorder)
    const user = new VirtualUser(this, connection, this.numbers.nextUser())
    this.users.push(user)
    return user
  }

  /** How many of `total` things, numbered from 0, belong to this worker. */
  shareOf(total: number): number {
    return Math.max(0, Math.ceil((total - this.segment.index) / this.segment.of))
  }

  /** Starts the next iteration of `user`. Returns false if none is left or the load has been stopped. */
  start(user: VirtualUser, due: Ms, now: Ms): boolean {
    const isWarmup = due < this.startAt
    const limit = this.plan.load.iterations
    // On a busy thread the end timer fires late, but nothing is due after the end.
    if (due >= this.endAt) this.stop()
    if (this.stoppedAt !== null) return false
    if (this.plan.turns !== undefined && this.plan.load.model === 'closed') {
      const wait = waitForTurn(this.plan.turns, now - this.startAt)
      if (wait > 0) {
        user.rest(now + wait)
        return true
      }
    }
    const number = this.numbers.next(isWarmup, user)
    if (!isWarmup && limit !== null && number >= limit) {
      if (this.inFlight === 0) this.stop()
      return false
    }
    user.isWarmup = isWarmup
    user.startedAt = due
    if (!isWarmup) user.iterations++
    if (this.journeys !== null) {
      this.inFlight++
      const goesOn = this.journeys.begin(user, number, { due: Math.min(due, now), now })
      if (!goesOn) this.at(now + BREATH_MS, (later) => this.leave(user, later))
      return true
    }
    user.connection.begin?.()
    const outgoing = this.prepare(number, isWarmup, user)
    if (outgoing === null) return false
    this.inFlight++
    user.thinkMs = this.iterations.thinkTime()
    user.send(outgoing, Math.min(due, now), now)
    return true
  }

  /** Whether `user` is within an iteration, including its pauses. */
  isInJourney(user: VirtualUser): boolean {
    return this.journeys?.has(user) ?? false
  }

  /** Null if the iteration can't be made, for example because the data ran out; then the load stops. */
  private prepare(number: number, isWarmup: boolean, user: VirtualUser): Outgoing | null {
    try {
      return this.iterations.prepare(number, isWarmup, user.number)
    } catch (error) {
      if (!(error instanceof DataExhausted || error instanceof ValueError)) throw error
      this.giveUp(error.message)
      return null
    }
  }

  /** Stops because nothing more can be sent. */
  private giveUp(reason: string): void {
    this.error ??= reason
    this.stop()
  }

  /** Drops the iteration due at `due`: no virtual user is free. */
  drop(due: Ms): void {
    this.skip(due)
    if (due >= this.startAt) this.recorder.recordDropped(this.now())
  }

  /** Whether `due` falls into a slice of the other side of an A/B session. */
  isOffTurn(due: Ms): boolean {
    const { turns } = this.plan
    return turns !== undefined && waitForTurn(turns, due - this.startAt) > 0
  }

  /** Skips the iteration due at `due`, as if it were not in the plan. */
  skip(due: Ms): void {
    this.numbers.skip(due < this.startAt)
  }

  /** Records how late a request was sent. */
  recordSchedulingLag(due: Ms, now: Ms): void {
    if (due >= this.startAt) this.recorder.recordLateness(Math.max(0, now - due))
  }

  finished(user: VirtualUser, ended: Ms, broken: Failure | null): void {
    const { journeys } = this
    const failure = this.samples.recordEnd(user, ended, broken, journeys?.drawsOf(user) ?? null)
    if (journeys?.answered(user, ended, failure)) this.runTimers(ended)
    else this.leave(user, ended)
  }

  rested(user: VirtualUser, due: Ms, now: Ms): void {
    this.recordSchedulingLag(due, now)
    if (!this.isInJourney(user)) this.model.rested(user, due, now)
    else if (!this.journeys!.rested(user, due, now)) this.leave(user, now)
  }

  /** `user` has finished its iteration. */
  private leave(user: VirtualUser, now: Ms): void {
    this.inFlight--
    if (this.stoppedAt === null) {
      this.model.finished(user, now)
      this.runTimers(now)
    } else if (this.inFlight === 0) {
      this.end()
    }
  }

  private runTimers(now: Ms): void {
    if (this.timers.isDue(now + EARLY_MS)) this.timers.run(now, EARLY_MS)
  }

  /** Starts no more requests. Ends when those in flight have ended, at the latest after `gracefulStop`. */
  stop(): void {
    if (this.stoppedAt !== null) return
    const now = this.now()
    this.stoppedAt = now > this.endAt - 2 * EARLY_MS ? this.endAt : now
    this.samples.closeAt(this.stoppedAt)
    this.model.halt()
    for (const user of this.users) if (!this.isInJourney(user)) user.stopResting()
    if (this.inFlight === 0) this.end()
    else this.at(now + this.plan.load.gracefulStopMs, () => this.abort())
  }

  /**
   * Ends at once because of a bug; requests in flight count as unfinished. Connections are not closed, since the bug may
   * be in them: they end with the thread.
   */
  fail(error: unknown): void {
    this.fault ??= error
    if (!this.isOver) {
      const now = this.now()
      this.stoppedAt ??= Math.min(now, this.endAt)
      for (const user of this.users) {
        if (user.state === 'sending') this.samples.recordUnfinished(user, now)
        const journey = this.journeys?.abandon(user, now) ?? null
        if (journey !== null) this.samples.recordUnfinishedJourney(journey)
      }
      this.isOver = true
      this.recorder.flush()
      this.timers.clear()
    }
    this.resolve(this.describeEnd())
  }

  /** Ends at once; requests in flight are aborted. */
  abort(): void {
    this.stop()
    const now = this.now()
    for (const user of this.users) {
      if (user.state === 'sending') {
        user.abort()
        this.samples.recordUnfinished(user, now)
      } else {
        user.stopResting()
      }
      const journey = this.journeys?.abandon(user, now) ?? null
      if (journey !== null) this.samples.recordUnfinishedJourney(journey)
    }
    this.end()
  }

  private watchWindow(): void {
    const moment = this.recorder.windowEndsAt
    if (moment === Number.POSITIVE_INFINITY) return
    this.at(moment + WINDOW_GRACE_MS, (now) => {
      if (this.isOver) return
      this.recorder.roll(now)
      this.stopWhenDone()
      this.watchWindow()
    })
  }

  /** Other threads may send all iterations before this one sends its first. */
  private stopWhenDone(): void {
    const limit = this.plan.load.iterations
    if (this.plan.load.model === 'open' || limit === null || this.inFlight > 0) return
    if (this.numbers.isPast(limit)) this.stop()
  }

  private end(): void {
    if (this.isOver) return
    this.isOver = true
    this.recorder.flush()
    this.timers.clear()
    const closing = this.users.map((user) => user.connection.close())
    Promise.allSettled(closing).then(() => this.resolve(this.describeEnd()))
  }

  private describeEnd(): WorkerLoadEnd {
    const { error, fault } = this
    return {
      stoppedMs: this.stoppedAt! - this.startAt,
      ...(error !== null && { error }),
      ...(fault !== null && { fault: describeFault(fault) }),
    }
  }
}
