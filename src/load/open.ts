/**
 * The open model: arrivals at moments worked out beforehand, whatever the service does. A slow service gets as many
 * requests as before, as it does from the public; latency counts from the moment an arrival was due.
 */
import type { Ms } from '../base/clock.js'
import { Arrivals } from '../plan/arrivals.js'
import type { OpenLoad } from '../scenario/scenario.js'
import { EARLY_MS, type Model, type Part } from './part.js'
import { Waiting } from './timers.js'
import type { VirtualUser } from './user.js'

export class OpenModel extends Waiting implements Model {
  private readonly part: Part
  /** Taken from its end, so that few connections are used often rather than all of them rarely. */
  private readonly free: VirtualUser[] = []
  private readonly usersMost: number
  private readonly warmup: Arrivals
  private readonly measured: Arrivals
  private halted = false
  private vusAtHalt: number | null = null

  constructor(part: Part, load: OpenLoad) {
    super()
    const options = { arrivals: load.arrivals, seed: part.plan.seed, ...part.stripe }
    this.part = part
    this.usersMost = Math.max(1, part.shareOf(load.maxVus))
    this.warmup = new Arrivals(part.warmup, options)
    this.measured = new Arrivals(part.profile, options)
  }

  get vus(): number {
    return this.vusAtHalt ?? this.part.users.length - this.free.length
  }

  begin(): void {
    this.schedule()
  }

  finished(user: VirtualUser): void {
    this.free.push(user)
  }

  rested(): void {
    throw new Error('users of an open model have no think time')
  }

  halt(): void {
    this.vusAtHalt = this.vus
    this.halted = true
    this.part.timers.remove(this)
  }

  /** Sends all arrivals that are due. */
  override wake(now: Ms): void {
    while (this.nextDue() <= now + EARLY_MS && !this.halted) this.arrive(this.takeDue(), now)
    this.schedule()
  }

  private arrive(due: Ms, now: Ms): void {
    const { part } = this
    if (part.isOffTurn(due)) {
      part.skip(due)
      return
    }
    const user = this.free.pop() ?? (part.users.length < this.usersMost ? part.addUser() : undefined)
    if (user === undefined) {
      part.drop(due)
      return
    }
    part.recordLateness(due, now)
    if (!part.start(user, due, now)) this.free.push(user)
  }

  private schedule(): void {
    const due = this.nextDue()
    if (!this.halted && due < Number.POSITIVE_INFINITY) this.part.timers.add(this, due)
  }

  private nextDue(): Ms {
    const { startAt, warmup } = this.part
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
