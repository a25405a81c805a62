/**
 * One connection with many streams at once: what becomes of each request, also when a stream or the connection ends
 * early.
 */
import { type Ms, now } from '../../../base/clock.js'
import { type Failure, failureOf } from '../../response/failure.js'
import type { Completions } from '../completion.js'
import type { Transport, TransportReader } from '../connect/transport.js'
import { type Call, isIdempotent } from '../origin-client.js'
import { ConnectionFault, ErrorCode, failureByCode } from './errors.js'
import { makeGoaway, makeReset } from './frames.js'
import { Receiver, type ReceiverOwner } from './receiver.js'
import type { Http2HeadCache } from './response-heads.js'
import { Sender, type SenderOwner } from './sender.js'
import type { Http2Stream } from './stream.js'

/** How many times a refused stream is sent again, unless its connection took others and was closed. */
const REFUSALS_MAX = 3

/** After this long without a frame for any stream, a connection on which a request was canceled takes no more requests. */
const SILENCE_MS = 200

/** The canceled streams for which frames may still come: older ones are treated like all others. */
const CANCELED_MAX = 1000

/** The client of a connection. */
export interface ConnectionOwner {
  /** `width`: the most streams at once. */
  readonly options: { readonly width: number; readonly completions: Completions }
  readonly heads: Http2HeadCache
  /** Queues a request again that was sent, before all others. */
  sendAgain(stream: Http2Stream): void
  /** Queues requests that were not sent, before all others. */
  putBack(streams: readonly Http2Stream[]): void
  /** Sends what waits after the caller has returned. */
  advanceLater(): void
  /** The connection takes no more requests; it is kept as long as it awaits responses. */
  leave(connection: Http2Connection, awaitsResponses: boolean): void
}

/** One connection. */
export class Http2Connection implements TransportReader, ReceiverOwner, SenderOwner {
  readonly streams = new Map<number, Http2Stream>()
  readonly sender: Sender
  heard = 0
  private readonly receiver: Receiver
  private canceled: Set<number> | null = null
  /** Streams with a complete response. */
  private answeredCount = 0
  /** The last stream that the service has taken, or may have. */
  private lastStream = Number.POSITIVE_INFINITY
  /** Why the service closes the connection, if it gave an error. */
  private reason: Failure | null = null
  private isLeaving = false

  constructor(
    private readonly client: ConnectionOwner,
    private readonly transport: Transport,
  ) {
    this.sender = new Sender(this, transport)
    this.receiver = new Receiver(this, client.heads)
    transport.readBy(this)
  }

  get isOpen(): boolean {
    return !this.isLeaving && !this.transport.isClosed
  }

  get readAt(): Ms {
    return this.transport.readAt
  }

  get isIdle(): boolean {
    return this.streams.size === 0 && this.sender.waitingCount === 0
  }

  /** Whether another stream can be opened now. */
  get hasRoom(): boolean {
    const { sender } = this
    const most = Math.min(this.client.options.width, sender.settings.streamsMost)
    return this.streams.size + sender.waitingCount < most
  }

  send(stream: Http2Stream): void {
    this.sender.send(stream)
    if (this.sender.isExhausted) this.isLeaving = true
  }

  cancel(call: Call): boolean {
    if (this.sender.takeBack(call)) return true
    for (const stream of this.streams.values()) {
      if (stream.call !== call) continue
      this.remove(stream)
      this.giveUp(stream, ErrorCode.cancel)
      if (stream.heardBefore === this.heard && now() - stream.sentAt > SILENCE_MS) this.isLeaving = true
      if (this.isLeaving) this.leave()
      this.client.advanceLater()
      return true
    }
    return false
  }

  leave(): void {
    this.isLeaving = true
    this.client.putBack(this.sender.takeWaiting())
    if (this.isIdle) this.destroy()
    this.client.leave(this, !this.isIdle)
  }

  destroy(): void {
    this.isLeaving = true
    this.sender.takeWaiting()
    this.streams.clear()
    this.receiver.stop()
    this.transport.destroy()
  }

  // The transport's reader.

  read(bytes: Buffer): void {
    const { completions } = this.client.options
    completions.beginRead()
    try {
      this.receiver.read(bytes)
    } catch (error) {
      if (!(error instanceof ConnectionFault)) throw error
      this.sender.sendLast(makeGoaway(error.errorCode))
      this.fall(error.failure, false)
    } finally {
      completions.endRead()
    }
    this.client.advanceLater()
  }

  lost(error: Error | null): void {
    this.fall(error === null ? (this.reason ?? CLOSED) : failureOf(error), true)
  }

  drained(): void {
    this.sender.drained()
  }

  // The owner of the sender and the receiver.

  unsent(first: number): void {
    this.lastStream = Math.min(this.lastStream, first - 1)
    this.isLeaving = true
  }

  isCanceled(id: number): boolean {
    return this.canceled?.has(id) ?? false
  }

  forget(id: number): void {
    this.canceled?.delete(id)
  }

  finish(stream: Http2Stream): void {
    this.answeredCount++
    this.remove(stream)
    // A response may come before the whole request is sent; the rest is of no use.
    if (stream.upload !== null) {
      this.sender.sendFrame(makeReset(stream.id, ErrorCode.noError))
      this.sender.stopUpload(stream)
    }
    stream.call.end(null, this.readAt)
    if (this.isLeaving) this.leave()
  }

  failStream(stream: Http2Stream, code: number, fault: string, isEnd: boolean): void {
    this.remove(stream)
    this.giveUp(stream, code)
    if (isEnd) this.forget(stream.id)
    stream.call.end({ kind: 'protocol', message: `malformed HTTP/2 response: ${fault}` })
    if (this.isLeaving) this.leave()
  }

  resetStream(stream: Http2Stream, code: number): void {
    this.remove(stream)
    this.sender.stopUpload(stream)
    this.fail(stream, failureByCode('stream reset', code), code === ErrorCode.refusedStream)
    if (this.isLeaving) this.leave()
  }

  goAway(last: number, code: number): void {
    this.lastStream = Math.min(this.lastStream, last)
    if (code !== ErrorCode.noError) this.reason = failureByCode('connection closed', code)
    this.isLeaving = true
    for (const stream of [...this.streams.values()].reverse()) {
      if (stream.id <= this.lastStream) continue
      this.remove(stream)
      this.sender.stopUpload(stream)
      this.fail(stream, this.reason ?? CLOSED, true)
    }
    this.leave()
  }

  /** The connection has ended: streams are sent again if that is allowed, or fail. */
  private fall(failure: Failure, maySendAgain: boolean): void {
    this.isLeaving = true
    this.receiver.stop()
    for (const stream of [...this.streams.values()].reverse()) {
      this.remove(stream)
      if (maySendAgain) this.fail(stream, failure, stream.id > this.lastStream)
      else stream.call.end(failure)
    }
    this.leave()
    this.client.advanceLater()
  }

  /** A stream has ended without a response. `isUntouched`: the service has not processed it. */
  private fail(stream: Http2Stream, failure: Failure, isUntouched: boolean): void {
    if (this.goesAgain(stream, isUntouched)) this.client.sendAgain(stream)
    else stream.call.end(failure)
  }

  private goesAgain(stream: Http2Stream, isUntouched: boolean): boolean {
    const { call, id, method } = stream
    if (call.isAnswering) return false
    // RFC 9113, section 8.7: such a stream may be sent again, whatever its method.
    if (isUntouched) {
      const hasTakenOthers = this.answeredCount > 0 || (this.lastStream > 0 && id > this.lastStream)
      return (hasTakenOthers && !this.isOpen) || stream.refusals++ < REFUSALS_MAX
    }
    // The end of a kept-alive connection, as in HTTP/1.1 (RFC 9112, section 9.3.1).
    return !this.isOpen && this.answeredCount > 0 && isIdempotent(method)
  }

  /** Tells the service that nothing more of a stream is wanted. */
  private giveUp(stream: Http2Stream, code: number): void {
    this.sender.stopUpload(stream)
    this.sender.sendFrame(makeReset(stream.id, code))
    this.canceled ??= new Set()
    this.canceled.add(stream.id)
    if (this.canceled.size <= CANCELED_MAX) return
    const [oldest] = this.canceled
    this.canceled.delete(oldest!)
  }

  private remove(stream: Http2Stream): void {
    const { sender, receiver } = this
    this.streams.delete(stream.id)
    receiver.leave(stream)
    const sent = stream.bytesSent + sender.otherBytes
    const received = stream.bytesReceived + receiver.otherBytes
    sender.otherBytes = receiver.otherBytes = 0
    stream.call.addBytes(sent, received)
  }
}

const CLOSED = failureOf(Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }))
