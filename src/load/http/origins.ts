/**
 * The clients of all origins that one user sends to, or the users of one shared connection.
 */
import type { ConnectionEvents } from '../connection.js'
import type { OriginClient } from './call.js'
import type { DialOptions } from './dial.js'
import type { Texts } from './head.js'
import { Http1Client } from './http1.js'
import type { Http2Client } from './http2.js'

/** What connections have in common. */
export interface OriginsOptions extends DialOptions {
  readonly texts: Texts
  readonly events: ConnectionEvents
  /** Speaks HTTP/2; absent when the scenario doesn't ask for it. */
  readonly http2?: typeof Http2Client | undefined
  /** Exchanges at once on one connection. */
  readonly width: number
}

/** One client for each origin, made when it's needed. */
export class Origins {
  private readonly clients = new Map<string, OriginClient>()

  constructor(private readonly options: OriginsOptions) {}

  /** The client of `origin`. Throws when that is nothing that can be sent to. */
  get(origin: string): OriginClient {
    const known = this.clients.get(origin)
    if (known !== undefined) return known
    const { protocol } = new URL(origin)
    if (protocol !== 'http:' && protocol !== 'https:')
      throw new Error(`${protocol} is no protocol of perfctl's`)
    const { options } = this
    const client =
      options.http2 === undefined ? new Http1Client(origin, options) : new options.http2(origin, options)
    this.clients.set(origin, client)
    return client
  }

  /** Closes all connections, at once. */
  destroy(): void {
    for (const client of this.clients.values()) client.destroy()
    this.clients.clear()
  }
}
