/**
 * A virtual user: one simulated client that sends one request at a time over connections of its own.
 */
import type { Ms } from '../../base/clock.js'
import { formatDuration } from '../../base/units.js'
import type { Outgoing } from '../../plan/request.js'
import type { Connection, Exchange } from '../connection.js'
import type { Failure } from '../response/failure.js'
import type { JourneyState } from './journey-state.js'
import { type Timers, Waiting } from './timer-wheel.js'

/** What a virtual user has to know of the part of the load it belongs to. */
export interface VirtualUserHost {
  readonly timers: Timers
  readonly timeoutMs: Ms
  now(): Ms
  /** A user's request has ended, well or badly, at `ended`. */
  finished(user: VirtualUser, ended: Ms, failure: Failure | null): void
  /** A user's pause is over; it was due to end at `due`. */
  rested(user: VirtualUser, due: Ms, now: Ms): void
}

/**
 * After a request that could not even be written a user without think time would begin the next at once, for ever. Longer
 * than pauses may end before their time.
 */
const BREATH_MS = 2

/** Sends, waits for the answer, rests. */
export class VirtualUser extends Waiting implements Exchange {
  readonly connection: Connection
  /** Over all parts: 0, 1, 2, … */
  readonly number: number
  state: 'idle' | 'sending' | 'resting' = 'idle'
  /** Shall it go on after its current request? */
  active = false
  /** The request under way, or the last one: the number of its series. */
  request = 0
  isWarmup = false
  /** When that request was due. */
  due: Ms = 0
  /** When it was taken on, whether or not a connection was ready. */
  begun: Ms = 0
  /** The pause after it; of a paced load, from when its iteration was due to the next one. */
  thinkMs: Ms = 0
  /** When its iteration was due, not when it began: users wake a little early, and a pace would run ahead. */
  startedAt: Ms = 0
  /** Measured iterations it has begun. */
  iterations = 0
  /** Where it stands in iterations of several steps; null when it had none. */
  journey: JourneyState | null = null
  private readonly host: VirtualUserHost

  constructor(host: VirtualUserHost, connection: Connection, number: number) {
    super()
    this.host = host
    this.connection = connection
    this.number = number
  }

  /** Sends a request that was due at `due`. */
  send(outgoing: Outgoing, due: Ms, now: Ms): void {
    this.state = 'sending'
    this.request = outgoing.index
    this.due = due
    this.begun = now
    this.host.timers.add(this, now + this.host.timeoutMs)
    this.connection.send(outgoing, this)
  }

  /** Pauses until `moment`. */
  rest(moment: Ms): void {
    this.state = 'resting'
    this.host.timers.add(this, moment)
  }

  /** Ends a pause before its time. */
  stopResting(): void {
    if (this.state !== 'resting') return
    this.host.timers.remove(this)
    this.state = 'idle'
  }

  /** Gives up the request under way. */
  abort(): void {
    this.host.timers.remove(this)
    this.connection.abort()
    this.state = 'idle'
  }

  ended(failure: Failure | null, at: Ms): void {
    this.host.timers.remove(this)
    this.state = 'idle'
    if (failure !== null && this.connection.sentAt === 0) this.thinkMs = Math.max(this.thinkMs, BREATH_MS)
    this.host.finished(this, at, failure)
  }

  override wake(now: Ms): void {
    if (this.state === 'resting') {
      this.state = 'idle'
      this.host.rested(this, this.wakeAt, now)
      return
    }
    this.abort()
    const message = `no complete answer within ${formatDuration(this.host.timeoutMs)}`
    this.host.finished(this, now, { kind: 'timeout', message })
  }
}
