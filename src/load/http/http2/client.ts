/**
 * An HTTP/2 client for one origin. It uses one connection after the other, with many streams at once.
 */
import type { Outgoing } from '../../../plan/request.js'
import { failureOf } from '../../response/failure.js'
import type { Transport } from '../connect/transport.js'
import type { Call } from '../origin-client.js'
import { type ClientOptions, QueueingClient } from '../queueing-client.js'
import { type ConnectionOwner, Http2Connection } from './connection.js'
import { type Destination, RequestHeads } from './request-heads.js'
import { Http2HeadCache } from './response-heads.js'
import { Http2Stream } from './stream.js'

/** Returns how to make clients. All of them share what they know of requests and responses. */
export function http2Clients(): (origin: string, options: ClientOptions) => Http2Client {
  const requests = new RequestHeads()
  const heads = new Http2HeadCache()
  return (origin, options) => new Http2Client(origin, options, requests, heads)
}

/** Sends to one origin over HTTP/2. */
export class Http2Client extends QueueingClient<Http2Stream, Http2Connection> implements ConnectionOwner {
  private readonly destination: Destination

  constructor(
    origin: string,
    readonly options: ClientOptions,
    private readonly requests: RequestHeads,
    readonly heads: Http2HeadCache,
  ) {
    super(origin, options)
    this.destination = { scheme: new URL(origin).protocol.slice(0, -1), authority: this.host }
  }

  send(call: Call, request: Outgoing): void {
    let stream: Http2Stream
    try {
      const { head, path } = this.requests.make(request, this.destination)
      stream = new Http2Stream(call, head, path, request)
    } catch (error) {
      call.end(failureOf(error))
      return
    }
    const { connection } = this
    if (connection?.isOpen && connection.hasRoom && this.waiting.length === 0) {
      connection.send(stream)
      return
    }
    this.waiting.push(stream)
    this.advance()
  }

  putBack(streams: readonly Http2Stream[]): void {
    this.waiting.unshift(...streams)
  }

  protected callOf({ call }: Http2Stream): Call {
    return call
  }

  protected open(transport: Transport): Http2Connection {
    return new Http2Connection(this, transport)
  }

  protected sendFirst(connection: Http2Connection): boolean {
    if (!connection.hasRoom) return false
    connection.send(this.waiting.shift()!)
    return true
  }
}
