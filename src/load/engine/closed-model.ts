/**
 * The closed model: virtual users that send their next request after the response to the last one and their
 * think time. A slow service gets fewer requests, as it does from people who wait.
 */
import type { Ms } from '../../base/clock.js'
import type { ClosedLoad } from '../../scenario/model/load-types.js'
import type { Model, ModelHost } from './model.js'
import type { VirtualUser } from './virtual-user.js'

export class ClosedModel implements Model {
  private readonly host: ModelHost
  private active = 0
  private halted = false
  private readonly isPaced: boolean
  private readonly iterationsPerVu: number
  /** Users that have finished all their iterations. */
  private retired = 0

  constructor(part: ModelHost, load: ClosedLoad) {
    this.host = part
    this.isPaced = load.pacingMs !== undefined
    this.iterationsPerVu = load.iterationsPerVu ?? Number.POSITIVE_INFINITY
  }

  get vus(): number {
    return this.active - this.retired
  }

  begin(): void {
    this.adjust(-this.host.schedule.warmup.durationMs, this.host.now())
  }

  finished(user: VirtualUser, now: Ms): void {
    if (!user.active) return
    const until = (this.isPaced ? user.startedAt : now) + user.thinkMs
    if (user.iterations >= this.iterationsPerVu) this.retire(user)
    else if (until > now) user.rest(until)
    else this.host.start(user, now, now)
  }

  rested(user: VirtualUser, due: Ms, now: Ms): void {
    this.host.start(user, due, now)
  }

  steered(atMs: Ms): void {
    this.host.at(this.host.schedule.startAt + atMs, (now) => this.adjust(atMs, now))
  }

  isBehind(): boolean {
    return false
  }

  halt(): void {
    this.halted = true
  }

  /**
   * Sets the number of users to the profile's value at `t` ms of the measured part (below 0: of the warm-up),
   * and again whenever it changes.
   */
  private adjust(t: Ms, now: Ms): void {
    if (this.halted) return
    const { host } = this
    const { schedule } = host
    const { warmup, startAt } = schedule
    const [profile, begin] = t < 0 ? [warmup, -warmup.durationMs] : [schedule.profile, 0]
    const wanted = schedule.shareOf(profile.users(t - begin))
    for (let i = wanted; i < this.active; i++) this.dismiss(host.users[i]!)
    this.active = wanted
    const due = startAt + t
    for (let i = 0; i < wanted; i++) this.employ(host.users[i] ?? host.addUser(), due, now)

    // Starting a user may have ended the load; a timer set now would keep the thread alive.
    if (this.halted) return
    // Subtle: times stay relative until the timer is set. Added to the clock, they could be rounded past the
    // end of a stage.
    const next = begin + profile.nextChange(t - begin)
    if (next < schedule.profile.durationMs) host.at(startAt + next, (later) => this.adjust(next, later))
  }

  private employ(user: VirtualUser, due: Ms, now: Ms): void {
    if (user.active) return
    user.active = true
    if (user.state === 'idle') this.host.start(user, due, now)
  }

  /** `user` has finished all its iterations; the load is over once all users have. */
  private retire(user: VirtualUser): void {
    user.active = false
    this.retired++
    if (this.retired === this.active) this.host.stop()
  }

  private dismiss(user: VirtualUser): void {
    user.active = false
    this.host.endPause(user)
  }
}
