/**
 * The one way back from the network to the load. Sockets, TLS, HTTP/2, proxies, timers and undici call back in the middle of
 * their own work. Whoever starts the next request from inside such a call pulls the rug from under its caller: undici's
 * assertions fail, and the run with them. So the end of an exchange is only noted there, with its moment, and handed on
 * when the caller has returned.
 */
import { type Ms, now } from '../../base/clock.js'
import type { Exchange } from '../connection.js'
import type { Failure } from '../outcome.js'

/** Hands on the ends of one thread's exchanges, in their order, with nobody else's code on the stack. */
export class Completions {
  private ended: Completion[] = []
  private spare: Completion[] = []
  private readonly handOn = (): void => {
    const { ended } = this
    this.ended = this.spare
    for (const completion of ended) completion.handOn()
    ended.length = 0
    this.spare = ended
  }

  /** Notes an end. */
  add(completion: Completion): void {
    this.ended.push(completion)
    if (this.ended.length === 1) queueMicrotask(this.handOn)
  }
}

/**
 * The end of the exchange under way on one connection. It alone may call {@link Exchange.ended} from what a callback of
 * the network does: connections get no other hold of an exchange.
 */
export class Completion {
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
    this.completions.add(this)
  }

  /** It was given up: its end is nobody's business any more. */
  cancel(): void {
    this.exchange = null
  }

  /** Only for {@link Completions}. */
  handOn(): void {
    const { exchange } = this
    // Given up meanwhile, and perhaps another one has begun.
    if (exchange === null || !this.isEnded) return
    this.exchange = null
    exchange.ended(this.failure, this.endedAt)
  }
}
