/**
 * One worker's share of a load: some iterations of a plan, sent by one thread. Workers share only the number of
 * iterations begun; what iteration n sends, and when, follows from the plan alone.
 *
 * The way of one request, file by file:
 *
 *     closed-model.ts, open-model.ts   an iteration is due: a virtual user is to start it
 *     worker-load.ts                   `start` checks that it may begin
 *     schedule.ts                      gives it its number
 *     single-requests.ts, journeys.ts  `begin` fills in its request; for a journey, its first step
 *     virtual-user.ts                  `send` sets the timeout and gives the request to the connection
 *     ../http/                         sends it and calls `ended` of the virtual user, unless the timeout comes first
 *     worker-load.ts                   `finished` has it recorded
 *     ../measure/sample-recorder.ts    judges and counts it
 *     single-requests.ts, journeys.ts  `answered` tells whether the iteration continues
 *     worker-load.ts                   `leave`, if it doesn't: the model decides what the user does next
 */
import type { Ms } from '../../base/clock.js'
import { describeFault } from '../../base/errors.js'
import { Iterations } from '../../plan/iteration.js'
import type { ExecutionSegment } from '../../plan/numbers.js'
import type { Plan } from '../../plan/plan.js'
import { SampleRecorder } from '../measure/sample-recorder.js'
import type { WindowData, WindowRecorder } from '../measure/window-recorder.js'
import type { Failure } from '../response/failure.js'
import { ClosedModel } from './closed-model.js'
import type { IterationRunner } from './iteration-runner.js'
import { Journeys } from './journeys.js'
import type { Model, ModelHost } from './model.js'
import { OpenModel } from './open-model.js'
import { Schedule } from './schedule.js'
import { SingleRequests } from './single-requests.js'
import { timeoutOf } from './timeout.js'
import { Callback, EARLY_MS, Timers } from './timer-wheel.js'
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
  readonly schedule: Schedule
  readonly done: Promise<WorkerLoadEnd>
  readonly plan: Plan
  private readonly world: World
  private readonly samples: SampleRecorder
  private readonly recorder: WindowRecorder
  private readonly runner: IterationRunner
  private readonly model: Model
  private resolve: (end: WorkerLoadEnd) => void = () => {}
  /** How many users are within an iteration. */
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
    const schedule = new Schedule(plan, segment, beginAt)
    const { startAt, endAt, profile } = schedule
    this.plan = plan
    this.world = world
    this.schedule = schedule
    this.timeoutMs = timeoutOf(plan)
    this.timers = new Timers(
      world.now(),
      world.alarm(() => this.timers.run(world.now(), EARLY_MS)),
    )
    this.samples = new SampleRecorder(plan, {
      startAt,
      durationMs: profile.durationMs,
      gauges: { vus: () => this.model.vus, load: () => world.load() },
      emit,
    })
    this.recorder = this.samples.recorder
    const iterations = new Iterations(plan)
    const giveUp = (reason: string) => this.giveUp(reason)
    this.runner = iterations.isPlain
      ? new SingleRequests(iterations, giveUp)
      : new Journeys(iterations, this.samples, giveUp)
    this.model = load.model === 'closed' ? new ClosedModel(this, load) : new OpenModel(this, load)
    this.done = new Promise((resolve) => {
      this.resolve = resolve
    })
    this.at(beginAt, () => this.model.begin())
    this.at(endAt, (now) => this.finish(now))
    this.watchWindow()
  }

  now(): Ms {
    return this.world.now()
  }

  /** Calls back at `moment`, or up to {@link EARLY_MS} before. */
  at(moment: Ms, callback: (now: Ms) => void): void {
    this.timers.add(new Callback(callback), moment)
  }

  /** A new virtual user with a connection of its own. */
  addUser(): VirtualUser {
    const connection = this.world.connect(this.recorder)
    const user = new VirtualUser(this, connection, this.schedule.nextUser())
    this.users.push(user)
    return user
  }

  /** Starts the next iteration of `user`. Returns false if none is left or the load has been stopped. */
  start(user: VirtualUser, due: Ms, now: Ms): boolean {
    const { schedule } = this
    // On a busy thread the end timer fires late, but nothing is due after the end.
    if (due >= schedule.endAt) this.stop()
    if (this.stoppedAt !== null) return false
    const wait = schedule.userWait(now)
    if (wait > 0) {
      user.rest(now + wait)
      return true
    }
    const isWarmup = due < schedule.startAt
    const number = schedule.next(user, isWarmup)
    if (number === null) {
      if (this.inFlight === 0) this.stop()
      return false
    }
    user.isWarmup = isWarmup
    user.startedAt = due
    if (!isWarmup) user.iterations++
    this.inFlight++
    const goesOn = this.runner.begin(user, number, Math.min(due, now), now)
    if (!goesOn) this.at(now + BREATH_MS, (later) => this.leave(user, later))
    return true
  }

  /** Ends the pause of `user`, unless it is within an iteration. */
  endPause(user: VirtualUser): void {
    if (!this.runner.has(user)) user.stopResting()
  }

  /** Stops because nothing more can be sent. */
  private giveUp(reason: string): void {
    this.error ??= reason
    this.stop()
  }

  /** Drops the iteration due at `due`: no virtual user is free, or the thread is too late. */
  drop(due: Ms): void {
    this.schedule.skip(due)
    if (due >= this.schedule.startAt) this.recorder.recordDropped(this.now())
  }

  /** Records how late a request was sent. */
  recordSchedulingLag(due: Ms, now: Ms): void {
    if (due >= this.schedule.startAt) this.recorder.recordLateness(Math.max(0, now - due))
  }

  finished(user: VirtualUser, ended: Ms, broken: Failure | null): void {
    const { runner } = this
    const failure = this.samples.recordEnd(user, ended, broken, runner.contextOf(user))
    if (runner.answered(user, ended, failure)) this.runTimers(ended)
    else this.leave(user, ended)
  }

  rested(user: VirtualUser, due: Ms, now: Ms): void {
    this.recordSchedulingLag(due, now)
    if (!this.runner.has(user)) this.model.rested(user, due, now)
    else if (!this.runner.rested(user, due, now)) this.leave(user, now)
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

  /** From `atMs` of the measured part on, the level is `level`. Only for plans that are steered. */
  setLevel(atMs: Ms, level: number): void {
    this.schedule.setLevel(atMs, level)
    this.model.steered(atMs)
  }

  /** The load's time is over. What is late is sent first, for at most as long as requests in flight may take. */
  private finish(now: Ms): void {
    if (this.model.isBehind()) this.at(now + this.plan.load.gracefulStopMs, () => this.abort())
    else this.stop()
  }

  /** Starts no more requests. Ends when those in flight have ended, at the latest after `gracefulStop`. */
  stop(): void {
    if (this.stoppedAt !== null) return
    const now = this.now()
    const { endAt } = this.schedule
    this.stoppedAt = now > endAt - 2 * EARLY_MS ? endAt : now
    this.samples.closeAt(this.stoppedAt)
    this.model.halt(this.stoppedAt === endAt)
    for (const user of this.users) this.endPause(user)
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
      this.stoppedAt ??= Math.min(now, this.schedule.endAt)
      for (const user of this.users) this.abandon(user, user.state === 'sending', now)
      this.close()
    }
    this.resolve(this.describeEnd())
  }

  /** Ends at once; requests in flight are aborted. */
  abort(): void {
    this.stop()
    const now = this.now()
    for (const user of this.users) {
      const isSending = user.state === 'sending'
      if (isSending) user.abort()
      else user.stopResting()
      this.abandon(user, isSending, now)
    }
    this.end()
  }

  /** Counts what `user` is within as unfinished. */
  private abandon(user: VirtualUser, isSending: boolean, now: Ms): void {
    if (isSending) this.samples.recordUnfinished(user, now)
    this.runner.abandon(user, now)
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
    if (this.inFlight === 0 && this.schedule.isUsedUp()) this.stop()
  }

  private end(): void {
    if (this.isOver) return
    this.close()
    const closing = this.users.map((user) => user.connection.close())
    Promise.allSettled(closing).then(() => this.resolve(this.describeEnd()))
  }

  /** From now on nothing is recorded or due. */
  private close(): void {
    this.isOver = true
    this.recorder.flush()
    this.timers.clear()
  }

  private describeEnd(): WorkerLoadEnd {
    const { error, fault } = this
    return {
      stoppedMs: this.stoppedAt! - this.schedule.startAt,
      ...(error !== null && { error }),
      ...(fault !== null && { fault: describeFault(fault) }),
    }
  }
}
