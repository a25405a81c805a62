/**
 * The clients of all origins that one user sends to, or the users of one shared connection.
 */
import type { ConnectionEvents } from '../connection.js'
import type { DialOptions } from './connect/dial.js'
import { Http1Client } from './http1/client.js'
import type { WireCaches } from './http1/response-head.js'
import type { Http2Client } from './http2/client.js'
import type { OriginClient } from './origin-client.js'

/** What connections have in common. */
export interface OriginsOptions extends DialOptions {
  readonly texts: WireCaches
  readonly events: ConnectionEvents
  /** Speaks HTTP/2; absent when the scenario doesn't ask for it. */
  readonly http2?: typeof Http2Client | undefined
  /** Exchanges at once on one connection. */
  readonly width: number
}

/** The most idle clients kept: otherwise a user that visits ever new hosts would hold ever more connections. */
const IDLE_MOST = 16

/** One client for each origin, made when it's needed. */
export class Origins {
  /** The one that was used last is at the end, but for the very last. */
  private readonly clients = new Map<string, OriginClient>()
  private last: { readonly origin: string; readonly client: OriginClient } | null = null

  constructor(private readonly options: OriginsOptions) {}

  /** The client of `origin`. Throws when that is nothing that can be sent to. */
  get(origin: string): OriginClient {
    if (this.last?.origin === origin) return this.last.client
    const client = this.clients.get(origin) ?? this.make(origin)
    this.clients.delete(origin)
    this.clients.set(origin, client)
    this.last = { origin, client }
    return client
  }

  private make(origin: string): OriginClient {
    const { protocol } = new URL(origin)
    if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`unsupported protocol ${protocol}`)
    const { options } = this
    for (const [other, client] of this.clients) {
      if (this.clients.size < IDLE_MOST) break
      if (!client.isIdle) continue
      client.destroy()
      this.clients.delete(other)
    }
    return options.http2 === undefined ? new Http1Client(origin, options) : new options.http2(origin, options)
  }

  /** Closes all connections, at once. */
  destroy(): void {
    for (const client of this.clients.values()) client.destroy()
    this.clients.clear()
    this.last = null
  }
}
