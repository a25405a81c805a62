/**
 * A connection on top of another one: the base of redirects, retries, cookies and proxies. Layers are added
 * only if a scenario needs them.
 */
import type { Ms } from '../../../base/clock.js'
import type { Outgoing } from '../../../plan/request.js'
import { type Connection, type Exchange, ExchangeFigures } from '../../connection.js'
import type { Failure } from '../../response/failure.js'

/** Sums up the exchanges of the connection below. Subclasses decide when the next one begins. */
export abstract class ConnectionLayer extends ExchangeFigures implements Connection, Exchange {
  protected readonly inner: Connection
  private exchange: Exchange | null = null

  constructor(inner: Connection) {
    super()
    this.inner = inner
  }

  /** Sends a request through the layer. Subclasses call {@link start} first. */
  abstract send(request: Outgoing, exchange: Exchange): void

  /** The exchange below has ended. Subclasses call {@link take}, then send again or call {@link finish}. */
  abstract ended(failure: Failure | null, at: Ms): void

  begin(): void {
    this.inner.begin?.()
  }

  abort(): void {
    this.exchange = null
    this.abortInner()
  }

  close(): Promise<void> {
    this.exchange = null
    return this.inner.close()
  }

  /** Aborts the exchange below. */
  protected abortInner(): void {
    this.inner.abort()
    this.take()
  }

  protected start(exchange: Exchange): void {
    this.exchange = exchange
    this.reset()
  }

  /**
   * Adds what the connection below measured: bytes of all exchanges, times from the first request to the last response.
   */
  protected take(): void {
    const { inner } = this
    if (this.sentAt === 0) this.sentAt = inner.sentAt
    this.firstByteAt = inner.firstByteAt
    this.status = inner.status
    this.answer = inner.answer ?? null
    this.bytesSent += inner.bytesSent
    this.bytesReceived += inner.bytesReceived
    if (inner.detours != null) this.detour().add(inner.detours)
  }

  protected finish(failure: Failure | null, at: Ms): void {
    const { exchange } = this
    this.exchange = null
    exchange?.ended(failure, at)
  }
}

/** Copies a request so that it stays unchanged; prepared ones are reused for the next iteration. */
export function keepRequest(request: Outgoing, changes: Partial<Outgoing> = {}): Outgoing {
  const { index, method, origin, path, headers, body, keep, bodyBytesMost, redirects, retries } = request
  const kept = { index, method, origin, path, headers: [...headers], body, keep, bodyBytesMost }
  return { ...kept, redirects, retries, ...changes }
}
