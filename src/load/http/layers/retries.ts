/**
 * Retries requests whose failure may be temporary, each time from the beginning. All failures are recorded.
 */
import { type Ms, now, wallTime } from '../../../base/clock.js'
import type { Random } from '../../../base/rng.js'
import { formatDuration } from '../../../base/units.js'
import type { Outgoing } from '../../../plan/request.js'
import type { Retries } from '../../../scenario/model/retries.js'
import type { Connection, Exchange } from '../../connection.js'
import { isExpected } from '../../response/checks.js'
import type { Failure } from '../../response/failure.js'
import { ConnectionLayer, keepRequest } from './layer.js'
import { ASKING, retryAfterMs } from './retry-after.js'

/** Options of the retry layer. */
export interface RetryOptions {
  /** The timeout of each attempt. */
  readonly timeoutMs: Ms
  /** The random numbers for pauses. */
  readonly random: Random
}

/** Makes as many attempts as the request allows, each with its own timeout. */
export class RetryingConnection extends ConnectionLayer {
  private readonly options: RetryOptions
  private request: Outgoing | null = null
  private attempts = 0
  private timer: NodeJS.Timeout | null = null
  private isPausing = false

  constructor(inner: Connection, options: RetryOptions) {
    super(inner)
    this.options = options
  }

  send(request: Outgoing, exchange: Exchange): void {
    this.start(exchange)
    this.request = prepare(request)
    this.attempts = 0
    this.attempt()
  }

  ended(failure: Failure | null, at: Ms): void {
    this.stopTimer()
    this.take()
    this.decide(failure, at)
  }

  override abort(): void {
    this.stopTimer()
    if (this.isPausing) this.isPausing = false
    else super.abort()
  }

  override close(): Promise<void> {
    this.stopTimer()
    return super.close()
  }

  private attempt(): void {
    const { timeoutMs } = this.options
    this.attempts++
    this.timer = setTimeout(() => {
      this.abortInner()
      this.decide(
        { kind: 'timeout', message: `no complete response within ${formatDuration(timeoutMs)}` },
        now(),
      )
    }, timeoutMs)
    this.inner.send(this.request!, this)
  }

  /** After an attempt: ends the exchange, or pauses before the next attempt. */
  private decide(failure: Failure | null, at: Ms): void {
    const { retries } = this.request!
    const passing =
      retries === undefined || this.attempts > retries.count ? null : this.passing(failure, retries)
    if (passing === null) {
      this.finish(failure, at)
      return
    }
    this.detour().failures.push(passing)
    this.isPausing = true
    this.timer = setTimeout(
      () => {
        this.isPausing = false
        this.attempt()
      },
      this.pauseMs(retries!, passing),
    )
  }

  /** A random pause, or the longer one that the service asks for; never longer than the scenario allows. */
  private pauseMs({ backoffMs }: Retries, { kind }: Failure): Ms {
    const drawn = pauseMs(backoffMs, this.attempts, this.options.random)
    if (kind !== 'status' || !ASKING.includes(this.status) || this.answer === null) return drawn
    return Math.max(drawn, Math.min(backoffMs[1], retryAfterMs(this.answer, wallTime().getTime())))
  }

  /** The failure if it is to be retried, else null. */
  private passing(failure: Failure | null, { kinds, statuses }: Retries): Failure | null {
    if (failure !== null) return kinds.includes(failure.kind) ? failure : null
    const { status } = this
    return isExpected(status, statuses) ? { kind: 'status', message: `status ${status}` } : null
  }

  private stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }
}

/** The request of each attempt. */
function prepare(request: Outgoing): Outgoing {
  const { retries, keep } = request
  if (retries === undefined) return request
  // `Retry-After` is in the head.
  const mayAsk = ASKING.some((status) => isExpected(status, retries.statuses))
  return keepRequest(request, mayAsk ? { keep: keep ?? 'head' } : {})
}

/**
 * The pause after the given number of attempts, drawn from a range: its lower end is fixed, its upper end
 * doubles each time up to the maximum.
 */
export function pauseMs([least, most]: readonly [Ms, Ms], attempts: number, random: Random): Ms {
  const end = Math.min(most, least * 2 ** (attempts - 1))
  return least + (end - least) * random.float()
}
