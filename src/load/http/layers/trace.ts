/**
 * Notes what goes over the wire: each request as it was sent, with cookies and all, and what came of it.
 */
import { type Ms, now } from '../../../base/clock.js'
import type { Outgoing } from '../../../plan/request.js'
import type { ConnectTimes, Exchange } from '../../connection.js'
import type { Failure } from '../../response/failure.js'
import type { ReceivedResponse } from '../../response/response.js'
import { ConnectionLayer, keepRequest } from './layer.js'

/** One request on the wire, and what came of it. */
export interface Hop {
  readonly sent: Outgoing
  /** Null when the answer was read to its last byte, whatever its status. */
  readonly failure: Failure | null
  /** 0 when no answer came. */
  readonly status: number
  readonly answer: ReceivedResponse | null
  /** How long setting up a connection took; null when there was one already. */
  readonly connect: ConnectTimes | null
  /** From when the request was written to the head of the answer; null when none came. */
  readonly firstByteMs: Ms | null
  /** From the beginning, connecting included, to the last byte. */
  readonly latencyMs: Ms
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** The lowest layer: notes each exchange, with its whole answer. */
export class TracingConnection extends ConnectionLayer {
  /** Since {@link clear}. */
  hops: Hop[] = []
  private sent: Outgoing | null = null
  private begun: Ms = 0
  private connect: ConnectTimes | null = null

  /** Forgets what was noted. */
  clear(): void {
    this.hops = []
  }

  /** A connection was set up for the exchange under way. */
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
