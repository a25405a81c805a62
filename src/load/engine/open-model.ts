/**
 * The open model: arrivals at precomputed times, whatever the service does. A slow service gets as many
 * requests as a fast one, as it does from the public. Latency counts from the due time of an arrival.
 */
import type { Ms } from '../../base/clock.js'
import { Arrivals } from '../../plan/arrivals.js'
import type { OpenLoad } from '../../scenario/model/load-types.js'
import type { Model, ModelHost } from './model.js'
import { EARLY_MS, Waiting } from './timer-wheel.js'
import type { VirtualUser } from './virtual-user.js'

/** The most connections opened in a millisecond. */
const OPENED_PER_MS = 4

export class OpenModel extends Waiting implements Model {
  private readonly host: ModelHost
  /** A stack, so that a few connections are used often instead of all of them rarely. */
  private readonly free: VirtualUser[] = []
  private readonly usersMost: number
  private readonly warmup: Arrivals
  private readonly measured: Arrivals
  private readonly opening = { until: Number.NEGATIVE_INFINITY, left: 0, freed: 0, lateMs: 0 }
  private halted = false
  private vusAtHalt: number | null = null

  constructor(part: ModelHost, load: OpenLoad) {
    super()
    const { plan, schedule } = part
    const options = { arrivals: load.arrivals, seed: plan.seed, ...schedule.segment }
    this.host = part
    this.usersMost = Math.max(1, schedule.shareOf(load.maxVus))
    this.warmup = new Arrivals(schedule.warmup, options)
    this.measured = new Arrivals(schedule.profile, options)
  }

  get vus(): number {
    return this.vusAtHalt ?? this.host.users.length - this.free.length
  }

  begin(): void {
    // Subtle: a level may have been set before, and what waits already must not be added again.
    this.host.timers.remove(this)
    this.schedule()
  }

  finished(user: VirtualUser, now: Ms): void {
    this.free.push(user)
    this.opening.freed++
    // Arrivals that wait for a new connection take the first free user instead.
    while (this.free.length > 0 && this.nextDue() <= now && !this.halted) this.arrive(this.takeDue(), now)
    this.stopWhenSent(now)
  }

  rested(): void {
    throw new Error('users of an open model have no think time')
  }

  steered(): void {
    this.measured.refresh()
    this.host.timers.remove(this)
    this.schedule()
  }

  isBehind(): boolean {
    return this.nextDue() < this.host.schedule.endAt
  }

  halt(isOver: boolean): void {
    const { schedule, timers } = this.host
    this.vusAtHalt = this.vus
    this.halted = true
    timers.remove(this)
    // What is late even after the load's end must not be lost.
    while (isOver && this.isBehind() && !schedule.isUsedUp()) this.giveUp(this.takeDue())
  }

  /**
   * Sends all arrivals that are due. Users are added a few at a time: opening a connection takes as long as sending
   * twenty requests, and meanwhile responses that would free a user have to wait. Without a limit, a thread that is late
   * once opens a connection for each missed arrival, falls further behind, and continues until it has `maxVus`.
   */
  override wake(now: Ms): void {
    let lastDue = Number.NaN
    while (this.nextDue() <= now + EARLY_MS && !this.halted) {
      const due = this.nextDue()
      // A burst opens all its connections at once on purpose. Arrivals in the other side's slices open none.
      const isLimited = due !== lastDue && this.needsNewcomer() && !this.host.schedule.isOffTurn(due)
      if (isLimited && !this.mayOpen(now)) break
      lastDue = due
      this.arrive(this.takeDue(), now)
    }
    this.schedule()
    this.stopWhenSent(now)
  }

  /** A thread that was late sends what was due before the load's end, and only then stops. */
  private stopWhenSent(now: Ms): void {
    const isOver = now > this.host.schedule.endAt - 2 * EARLY_MS
    if (isOver && !this.halted && !this.isBehind()) this.host.stop()
  }

  private needsNewcomer(): boolean {
    return this.free.length === 0 && this.host.users.length < this.usersMost
  }

  /**
   * Whether another connection may be opened in this millisecond: fewer while responses free users, and none
   * while the model is catching up.
   */
  private mayOpen(now: Ms): boolean {
    const { opening } = this
    if (now >= opening.until) {
      const lateMs = now - this.nextDue()
      const isCatchingUp = lateMs < opening.lateMs
      opening.until = now + 1
      opening.left = isCatchingUp ? 0 : Math.max(1, OPENED_PER_MS - opening.freed)
      opening.freed = 0
      opening.lateMs = lateMs
    }
    return opening.left-- > 0
  }

  private arrive(due: Ms, now: Ms): void {
    const { host } = this
    if (host.schedule.isOffTurn(due)) {
      host.schedule.skip(due)
      return
    }
    const user = this.free.pop() ?? (host.users.length < this.usersMost ? host.addUser() : undefined)
    if (user === undefined) {
      host.drop(due)
      return
    }
    host.recordSchedulingLag(due, now)
    if (!host.start(user, due, now)) this.free.push(user)
  }

  /** Counts an arrival that was not sent, unless it is the other side's. */
  private giveUp(due: Ms): void {
    if (this.host.schedule.isOffTurn(due)) this.host.schedule.skip(due)
    else this.host.drop(due)
  }

  private schedule(): void {
    const due = this.nextDue()
    if (this.halted || due === Number.POSITIVE_INFINITY) return
    this.host.timers.add(this, this.opening.left < 0 ? Math.max(due, this.opening.until) : due)
  }

  private nextDue(): Ms {
    const { startAt, warmup } = this.host.schedule
    return this.warmup.due < Number.POSITIVE_INFINITY
      ? startAt - warmup.durationMs + this.warmup.due
      : startAt + this.measured.due
  }

  private takeDue(): Ms {
    const due = this.nextDue()
    if (this.warmup.due < Number.POSITIVE_INFINITY) this.warmup.advance()
    else this.measured.advance()
    return due
  }
}
