/**
 * The one way back from the network to the load. Sockets, TLS, HTTP/2, proxies, timers and undici call back in the middle of
 * their own work. Whoever starts the next request from inside such a call pulls the rug from under its caller: undici's
 * assertions fail, and the run with them. So the end of an exchange is only noted there, with its moment, and handed on
 * when the caller has returned.
 */
import { type Ms, now } from '../../base/clock.js'
import type { Exchange } from '../connection.js'
import type { Failure } from '../response/failure.js'

/** A promise's reaction costs less than half of queueMicrotask (50 ns against 120), which tracks each call as a resource. */
const RESOLVED = Promise.resolve()

/** Hands on the ends of one thread's exchanges, in their order, with no foreign code on the stack. */
export class Completions {
  private first: Completion | null = null
  private last: Completion | null = null
  private readonly handOn = (): void => {
    let completion = this.first
    this.first = this.last = null
    while (completion !== null) {
      const next: Completion | null = completion.next
      completion.next = null
      completion.handOn()
      completion = next
    }
  }

  /** Notes an end. */
  add(completion: Completion): void {
    if (this.last === null) {
      this.first = completion
      void RESOLVED.then(this.handOn)
    } else {
      this.last.next = completion
    }
    this.last = completion
  }
}

/**
 * The end of the exchange under way on one connection. It alone may call {@link Exchange.ended} from what a callback of
 * the network does: connections get no other hold of an exchange.
 */
export class Completion {
  /** The next in the row of {@link Completions}, whose it is. */
  next: Completion | null = null
  private isNoted = false
  private exchange: Exchange | null = null
  private failure: Failure | null = null
  private endedAt: Ms = 0
  private isEnded = false

  constructor(private readonly completions: Completions) {}

  /** Whether an exchange is under way. */
  get isOpen(): boolean {
    return this.exchange !== null && !this.isEnded
  }

  /** An exchange begins. */
  begin(exchange: Exchange): void {
    this.exchange = exchange
    this.isEnded = false
  }

  /** It has ended just now: `failure` is null when its answer was read to the last byte. A second end is ignored. */
  end(failure: Failure | null): void {
    if (!this.isOpen) return
    this.isEnded = true
    this.failure = failure
    this.endedAt = now()
    // One that was given up may still be queued.
    if (this.isNoted) return
    this.isNoted = true
    this.completions.add(this)
  }

  /** It was given up: its end is ignored. */
  cancel(): void {
    this.exchange = null
  }

  /** Only for {@link Completions}. */
  handOn(): void {
    this.isNoted = false
    const { exchange } = this
    // Given up meanwhile, and perhaps another one has begun.
    if (exchange === null || !this.isEnded) return
    this.exchange = null
    exchange.ended(this.failure, this.endedAt)
  }
}
