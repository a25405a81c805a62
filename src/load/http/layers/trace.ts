/**
 * Records what goes over the wire: each request as sent, cookies included, and its outcome.
 */
import { type Ms, now } from '../../../base/clock.js'
import type { Outgoing } from '../../../plan/request.js'
import type { ConnectTimes, Exchange } from '../../connection.js'
import type { Failure } from '../../response/failure.js'
import type { ReceivedResponse } from '../../response/response.js'
import { ConnectionLayer, keepRequest } from './layer.js'

/** One request on the wire and its outcome. */
export interface Hop {
  readonly sent: Outgoing
  /** Null if the response was read to its last byte, whatever its status. */
  readonly failure: Failure | null
  /** 0 without a response. */
  readonly status: number
  readonly answer: ReceivedResponse | null
  /** How long setting up the connection took; null if there was one already. */
  readonly connect: ConnectTimes | null
  /** From when the request was written to the head of the response; null without one. */
  readonly firstByteMs: Ms | null
  /** From the beginning, connecting included, to the last byte. */
  readonly latencyMs: Ms
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** The lowest layer: records each exchange with its whole response. */
export class TracingConnection extends ConnectionLayer {
  /** The exchanges since {@link clear}. */
  hops: Hop[] = []
  private sent: Outgoing | null = null
  private begun: Ms = 0
  private connect: ConnectTimes | null = null

  /** Discards what was recorded. */
  clear(): void {
    this.hops = []
  }

  /** A connection was set up for the current exchange. */
  connected(times: ConnectTimes): void {
    this.connect = times
  }

  send(request: Outgoing, exchange: Exchange): void {
    this.start(exchange)
    this.connect = null
    this.begun = now()
    this.sent = keepRequest(request, { keep: 'body', bodyBytesMost: undefined })
    this.inner.send(this.sent, this)
  }

  ended(failure: Failure | null, at: Ms): void {
    this.take()
    this.note(failure)
    this.finish(failure, at)
  }

  override abort(): void {
    super.abort()
    this.note({ kind: 'timeout', message: 'aborted before the response was complete' })
  }

  private note(failure: Failure | null): void {
    const { status, answer, connect, sentAt, firstByteAt, bytesSent, bytesReceived } = this
    this.hops.push({
      sent: this.sent!,
      failure,
      status,
      answer,
      connect,
      firstByteMs: firstByteAt === 0 ? null : firstByteAt - sentAt,
      latencyMs: now() - this.begun,
      bytesSent,
      bytesReceived,
    })
  }
}
