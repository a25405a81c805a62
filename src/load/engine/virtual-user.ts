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

/** What a virtual user needs from its worker's load. */
export interface VirtualUserHost {
  readonly timers: Timers
  readonly timeoutMs: Ms
  now(): Ms
  /** A user's request succeeded or failed at `ended`. */
  finished(user: VirtualUser, ended: Ms, failure: Failure | null): void
  /** A user's pause, due to end at `due`, is over. */
  rested(user: VirtualUser, due: Ms, now: Ms): void
}

/**
 * The least pause after a request that could not be written: without one, a user without think time would retry in an
 * endless loop. Longer than the time by which a pause may end early.
 */
const BREATH_MS = 2

/** Sends a request, waits for the response, pauses. */
export class VirtualUser extends Waiting implements Exchange {
  readonly connection: Connection
  /** Unique over all workers: 0, 1, 2, … */
  readonly number: number
  state: 'idle' | 'sending' | 'resting' = 'idle'
  /** Whether it continues after its current request. */
  active = false
  /** The series number of the current or last request. */
  request = 0
  isWarmup = false
  /** When that request was due. */
  due: Ms = 0
  /** When it was begun, whether or not a connection was ready. */
  begun: Ms = 0
  /** The pause after it; with `pacing`, the time from this iteration's due time to the next one's. */
  thinkMs: Ms = 0
  /** When its iteration was due. Not when it began: users wake slightly early, so the pace would run ahead. */
  startedAt: Ms = 0
  /** Measured iterations so far. */
  iterations = 0
  /** Its position in iterations of several steps; null if it has had none. */
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

  /** Ends a pause early. */
  stopResting(): void {
    if (this.state !== 'resting') return
    this.host.timers.remove(this)
    this.state = 'idle'
  }

  /** Aborts the current request. */
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
    const message = `no complete response within ${formatDuration(this.host.timeoutMs)}`
    this.host.finished(this, now, { kind: 'timeout', message })
  }
}
