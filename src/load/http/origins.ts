/**
 * The clients of all origins that one user, or the users of one shared connection, send to.
 */
import type { ConnectionEvents } from '../connection.js'
import type { Completions } from './completion.js'
import type { DialOptions } from './connect/dial.js'
import { Http1Client } from './http1/client.js'
import type { WireCaches } from './http1/response-head.js'
import type { OriginClient } from './origin-client.js'
import type { ClientOptions } from './queueing-client.js'

/** Options shared by all connections. */
export interface OriginsOptions extends DialOptions {
  readonly texts: WireCaches
  readonly events: ConnectionEvents
  readonly completions: Completions
  /** Makes an HTTP/2 client; absent if the scenario doesn't use HTTP/2. */
  readonly http2?: ((origin: string, options: ClientOptions) => OriginClient) | undefined
  /** The most exchanges at once on one connection. */
  readonly width: number
}

/** The most idle clients kept: otherwise a user that visits ever new hosts would hold ever more connections. */
const IDLE_MAX = 16

/** One client per origin, created on demand. */
export class Origins {
  /** Sorted by last use, except for the very last one. */
  private readonly clients = new Map<string, OriginClient>()
  private last: { readonly origin: string; readonly client: OriginClient } | null = null

  constructor(private readonly options: OriginsOptions) {}

  /** The client of `origin`. Throws if it isn't an http(s) origin. */
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
      if (this.clients.size < IDLE_MAX) break
      if (!client.isIdle) continue
      client.destroy()
      this.clients.delete(other)
    }
    return options.http2 === undefined ? new Http1Client(origin, options) : options.http2(origin, options)
  }

  /** Closes all connections at once. */
  destroy(): void {
    for (const client of this.clients.values()) client.destroy()
    this.clients.clear()
    this.last = null
  }
}
