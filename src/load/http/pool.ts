/**
 * Connections shared by all virtual users of a thread. A user that finds none free waits for the next one,
 * first come, first served; the wait is part of the latency.
 */
import type { Ms } from '../../base/clock.js'
import type { Outgoing } from '../../plan/request.js'
import { type Connection, type Exchange, ExchangeFigures } from '../connection.js'
import type { Failure } from '../response/failure.js'
import type { HttpConnection } from './http-connection.js'
import { keepRequest } from './layers/layer.js'

/** One of the shared connections, with room for one or more exchanges. */
class Slot {
  readonly free: HttpConnection[]
  /** Its neighbors in a ring of slots; itself if it has none. */
  private before: Slot = this
  private after: Slot = this

  constructor(readonly all: readonly HttpConnection[]) {
    this.free = [...all]
  }

  /** The slot behind it; null if it is alone. */
  get next(): Slot | null {
    return this.after === this ? null : this.after
  }

  /** Leaves its ring, and becomes the last one of another. */
  moveTo(ring: Slot): void {
    this.before.after = this.after
    this.after.before = this.before
    this.before = ring.before
    this.after = ring
    ring.before.after = this
    ring.before = this
  }
}

/** The connections and the users that wait for one. */
export class Pool {
  private readonly slots: readonly Slot[]
  /**
   * The slots by the number of their free exchanges, in the order in which they came to have it, so that all connections
   * are used evenly. Each ring begins with a slot that is none.
   */
  private readonly rings: readonly Slot[]
  private readonly waiting = new Set<PooledConnection>()
  private isClosed = false

  /** `make` returns the exchanges of one connection, `width` of them. */
  constructor(size: number, width: number, make: () => readonly HttpConnection[]) {
    this.slots = Array.from({ length: size }, () => new Slot(make()))
    this.rings = Array.from({ length: width + 1 }, () => new Slot([]))
    for (const slot of this.slots) slot.moveTo(this.rings[width]!)
  }

  /** Takes a free connection. Returns null if there is none; the user is called when there is. */
  take(user: PooledConnection): Taken | null {
    const slot = this.idlest()
    if (slot === null) {
      this.waiting.add(user)
      return null
    }
    const connection = slot.free.pop()!
    slot.moveTo(this.rings[slot.free.length]!)
    return { slot, connection }
  }

  /** Stops waiting. */
  leave(user: PooledConnection): void {
    this.waiting.delete(user)
  }

  /** Returns a connection to the pool; the user that has waited longest gets it. */
  give(taken: Taken): void {
    if (this.isClosed) return
    const [next] = this.waiting
    if (next === undefined) {
      const { slot } = taken
      slot.free.push(taken.connection)
      slot.moveTo(this.rings[slot.free.length]!)
      return
    }
    this.waiting.delete(next)
    next.go(taken)
  }

  async close(): Promise<void> {
    this.waiting.clear()
    this.isClosed = true
    await Promise.all(this.slots.flatMap(({ all }) => all.map((each) => each.close())))
  }

  /** The connection with the fewest exchanges in flight; null if there is no room on any. */
  private idlest(): Slot | null {
    for (let free = this.rings.length - 1; free > 0; free--) {
      const slot = this.rings[free]!.next
      if (slot !== null) return slot
    }
    return null
  }
}

/** A connection of the pool that a user has taken. */
export interface Taken {
  readonly slot: Slot
  readonly connection: HttpConnection
}

/** A virtual user's access to the pool, in place of its own connection. */
export class PooledConnection extends ExchangeFigures implements Connection, Exchange {
  private readonly pool: Pool
  private exchange: Exchange | null = null
  private request: Outgoing | null = null
  private taken: Taken | null = null

  constructor(pool: Pool) {
    super()
    this.pool = pool
  }

  send(request: Outgoing, exchange: Exchange): void {
    this.exchange = exchange
    this.reset()
    this.taken = this.pool.take(this)
    if (this.taken === null) this.request = keepRequest(request)
    else this.taken.connection.send(request, this)
  }

  /** A connection is free: sends the waiting request. */
  go(taken: Taken): void {
    this.taken = taken
    taken.connection.send(this.request!, this)
  }

  ended(failure: Failure | null, at: Ms): void {
    const taken = this.release()
    const { exchange } = this
    this.exchange = null
    // Subtle: first the user with a response, whose end is measured now; then the waiting one.
    exchange?.ended(failure, at)
    this.pool.give(taken)
  }

  abort(): void {
    this.exchange = null
    if (this.taken === null) {
      this.pool.leave(this)
      return
    }
    this.taken.connection.abort()
    const taken = this.release()
    // Not at once: when all requests are aborted one after the other, none may begin in between.
    queueMicrotask(() => this.pool.give(taken))
  }

  async close(): Promise<void> {
    this.exchange = null
    await this.pool.close()
  }

  /** Copies what the connection measured, because another user gets it next. */
  private release(): Taken {
    const taken = this.taken!
    const { sentAt, firstByteAt, status, bytesSent, bytesReceived, answer, detours } = taken.connection
    this.sentAt = sentAt
    this.firstByteAt = firstByteAt
    this.status = status
    this.bytesSent = bytesSent
    this.bytesReceived = bytesReceived
    this.answer = answer
    this.detours = detours
    this.taken = null
    return taken
  }
}
