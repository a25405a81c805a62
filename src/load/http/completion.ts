/**
 * The only way back from the network to the load. Sockets, TLS, HTTP/2, proxies, timers and undici call back in
 * the middle of their own work. Starting the next request from inside such a callback changes state under its
 * caller: undici's assertions fail, and the run with them. So the end of an exchange is only noted with its
 * time, and handed on after the caller has returned: at the end of a read, or in a microtask.
 */
import { type Ms, now } from '../../base/clock.js'
import type { Exchange } from '../connection.js'
import type { Failure } from '../response/failure.js'

/**
 * A promise reaction costs less than half of queueMicrotask (50 ns against 120 ns), which tracks each call as a
 * resource.
 */
const RESOLVED = Promise.resolve()

/** Hands on the ends of one thread's exchanges in order, with no foreign code on the stack. */
export class Completions {
  private first: Completion | null = null
  private last: Completion | null = null
  /** How many reads are going on, one within the other, and whether ends are being handed on. */
  private busy = 0
  private readonly handOn = (): void => {
    if (this.first === null || this.busy > 0) return
    this.busy++
    try {
      while (this.first !== null) {
        const completion: Completion = this.first
        this.first = completion.next
        if (this.first === null) this.last = null
        completion.next = null
        completion.handOn()
      }
    } finally {
      this.busy--
    }
  }

  /** Bytes have come: the ends they bring are handed on in {@link endRead}, as no foreign code has anything left to do. */
  beginRead(): void {
    this.busy++
  }

  /** All bytes were read, and nothing but the socket's callback is on the stack. */
  endRead(): void {
    this.busy--
    this.handOn()
  }

  /** Notes an end. */
  add(completion: Completion): void {
    if (this.last !== null) {
      this.last.next = completion
    } else {
      this.first = completion
      if (this.busy === 0) void RESOLVED.then(this.handOn)
    }
    this.last = completion
  }
}

/**
 * The end of the current exchange on one connection. Only this class may call {@link Exchange.ended} as a
 * consequence of a network callback; connections have no other access to an exchange.
 */
export class Completion {
  /** The next one in the queue of {@link Completions}, which owns this field. */
  next: Completion | null = null
  private isNoted = false
  private exchange: Exchange | null = null
  private failure: Failure | null = null
  private endedAt: Ms = 0
  private isEnded = false

  constructor(private readonly completions: Completions) {}

  /** Whether an exchange is in flight. */
  get isOpen(): boolean {
    return this.exchange !== null && !this.isEnded
  }

  /** An exchange begins. */
  begin(exchange: Exchange): void {
    this.exchange = exchange
    this.isEnded = false
  }

  /**
   * The exchange ended at `at`. `failure` is null if its response was read to the last byte. A second end is ignored.
   */
  end(failure: Failure | null, at = now()): void {
    if (!this.isOpen) return
    this.isEnded = true
    this.failure = failure
    this.endedAt = at
    // A canceled one may still be queued.
    if (this.isNoted) return
    this.isNoted = true
    this.completions.add(this)
  }

  /** Ignores the exchange's end. */
  cancel(): void {
    this.exchange = null
  }

  /** Only for {@link Completions}. */
  handOn(): void {
    this.isNoted = false
    const { exchange } = this
    // Canceled meanwhile; perhaps another exchange has begun.
    if (exchange === null || !this.isEnded) return
    this.exchange = null
    exchange.ended(this.failure, this.endedAt)
  }
}
