/**
 * The common part of the clients of both protocols: requests wait for the one connection that takes new ones. A
 * connection that takes no more is kept until it has delivered its responses.
 */
import type { Outgoing } from '../../plan/request.js'
import type { ConnectionEvents } from '../connection.js'
import { failureOf } from '../response/failure.js'
import type { Completions } from './completion.js'
import { type Connecting, type ConnectOptions, connectTo } from './connect/connect.js'
import { type DialOptions, dialTcp, dialTls } from './connect/dial.js'
import { Transport } from './connect/transport.js'
import type { Call, OriginClient } from './origin-client.js'

/** Options of a client. */
export interface ClientOptions extends DialOptions {
  readonly events: ConnectionEvents
  readonly completions: Completions
  /** The most exchanges at once on one connection. */
  readonly width: number
}

/** A connection, as its client sees it. */
interface OwnConnection {
  /** Whether it takes requests, now or later. */
  readonly isOpen: boolean
  /** Whether no request is in flight on it. */
  readonly isIdle: boolean
  /** Cancels a call. Returns false if it isn't on this connection. */
  cancel(call: Call): boolean
  /** Takes no more requests. */
  leave(): void
  /** Closes it at once. */
  destroy(): void
}

/** Sends to one origin. `W`: a waiting request; `C`: a connection. */
export abstract class QueueingClient<W, C extends OwnConnection> implements OriginClient {
  /** The origin's host and port, as requests name them. */
  protected readonly host: string
  protected readonly waiting: W[] = []
  protected connection: C | null = null
  private readonly connectOptions: ConnectOptions
  /** Connections that take no more requests but still await responses. */
  private readonly leaving = new Set<C>()
  private connecting: Connecting | null = null
  private isAdvancing = false

  constructor(
    readonly origin: string,
    options: ClientOptions,
  ) {
    const { host, protocol } = new URL(origin)
    this.host = host
    this.connectOptions = {
      dial: protocol === 'https:' ? dialTls(options) : dialTcp(options),
      timeoutMs: options.http.connectTimeoutMs,
      events: options.events,
    }
  }

  abstract send(call: Call, request: Outgoing): void

  /** The call of a waiting request. */
  protected abstract callOf(waiting: W): Call

  /** Makes a connection. */
  protected abstract open(transport: Transport): C

  /** Sends the first waiting request. Returns false if the connection has no room for it. */
  protected abstract sendFirst(connection: C): boolean

  cancel(call: Call): void {
    const at = this.waiting.findIndex((each) => this.callOf(each) === call)
    if (at === -1) {
      for (const connection of [this.connection, ...this.leaving]) if (connection?.cancel(call)) return
      return
    }
    this.waiting.splice(at, 1)
    if (this.waiting.length > 0) return
    this.connecting?.cancel()
    this.connecting = null
  }

  get isIdle(): boolean {
    return this.waiting.length === 0 && this.leaving.size === 0 && (this.connection?.isIdle ?? true)
  }

  destroy(): void {
    this.waiting.length = 0
    this.connecting?.cancel()
    this.connecting = null
    for (const connection of [this.connection, ...this.leaving]) connection?.destroy()
    this.connection = null
    this.leaving.clear()
  }

  /** Sends the waiting requests after the caller has returned. */
  advanceLater(): void {
    if (this.isAdvancing || this.waiting.length === 0) return
    this.isAdvancing = true
    queueMicrotask(() => {
      this.isAdvancing = false
      this.advance()
    })
  }

  /** Queues a request again, before all others: the service has not processed it, or it is idempotent. */
  sendAgain(waiting: W): void {
    this.callOf(waiting).onReconnect()
    this.waiting.unshift(waiting)
  }

  /** The connection takes no more requests. It is kept as long as it awaits responses. */
  leave(connection: C, awaitsResponses: boolean): void {
    if (this.connection === connection) this.connection = null
    if (awaitsResponses) this.leaving.add(connection)
    else this.leaving.delete(connection)
    this.advanceLater()
  }

  /** Sends waiting requests while the connection has room; connects if there is none. */
  protected advance(): void {
    while (this.waiting.length > 0) {
      if (this.connection !== null && !this.connection.isOpen) this.connection.leave()
      const { connection } = this
      if (connection === null) {
        this.connecting ??= this.connect()
        return
      }
      if (!this.sendFirst(connection)) return
    }
  }

  private connect(): Connecting {
    return connectTo(this.origin, this.connectOptions, (error, socket) => {
      this.connecting = null
      if (error === null) {
        this.connection = this.open(socket instanceof Transport ? socket : new Transport(socket))
        this.advanceLater()
        return
      }
      const failure = failureOf(error)
      for (const waiting of this.waiting.splice(0)) this.callOf(waiting).end(failure)
    })
  }
}
