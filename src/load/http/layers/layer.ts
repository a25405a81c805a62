/**
 * A connection over another one: what redirects, retries, cookies and proxies have in common. Layers are put on when
 * a scenario asks for them, so that one that doesn't has none in its way.
 */
import type { Ms } from '../../../base/clock.js'
import type { Outgoing } from '../../../plan/request.js'
import { type Connection, type Exchange, RetriesAndRedirects } from '../../connection.js'
import type { Failure } from '../../response/failure.js'
import type { ReceivedResponse } from '../../response/response.js'

/** Adds up what the exchanges of the connection below came to; when the next one begins is for its heirs to say. */
export abstract class ConnectionLayer implements Connection, Exchange {
  sentAt: Ms = 0
  firstByteAt: Ms = 0
  status = 0
  bytesSent = 0
  bytesReceived = 0
  answer: ReceivedResponse | null = null
  detours: RetriesAndRedirects | null = null
  protected readonly inner: Connection
  private exchange: Exchange | null = null

  constructor(inner: Connection) {
    this.inner = inner
  }

  /** Sends a request through the layer. An heir calls {@link start} first. */
  abstract send(request: Outgoing, exchange: Exchange): void

  /** The exchange below has ended. An heir calls {@link take}, then sends again or {@link finish}es. */
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

  /** Gives up what is under way below. */
  protected abortInner(): void {
    this.inner.abort()
    this.take()
  }

  protected start(exchange: Exchange): void {
    this.exchange = exchange
    this.sentAt = this.firstByteAt = this.status = this.bytesSent = this.bytesReceived = 0
    this.answer = null
    this.detours = null
  }

  /** Adds what the connection below measured: bytes of all exchanges, from the first request to the last answer. */
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

  /** What the exchange took besides, to count in. */
  protected detour(): RetriesAndRedirects {
    this.detours ??= new RetriesAndRedirects()
    return this.detours
  }

  protected finish(failure: Failure | null, at: Ms): void {
    const { exchange } = this
    this.exchange = null
    exchange?.ended(failure, at)
  }
}

/** A request that stays as it is: a prepared one is filled in anew for the next iteration. */
export function keepRequest(request: Outgoing, changes: Partial<Outgoing> = {}): Outgoing {
  const { index, method, origin, path, headers, body, keep, bodyBytesMost, redirects, retries } = request
  const kept = { index, method, origin, path, headers: [...headers], body, keep, bodyBytesMost }
  return { ...kept, redirects, retries, ...changes }
}
