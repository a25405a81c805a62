/**
 * Exchanges over HTTP/1.1 and 2, one after the other, for one virtual user.
 *
 * undici's `Client` connects, and sends whatever is out of the ordinary. Over a connection that is open, a plain request is
 * written and its plain answer read past undici ({@link Wire}, {@link AnswerReader}), which takes half the CPU time outside of the kernel. An answer that
 * begins as no plain one does is handed to undici, request and all, so that it has the last word about everything broken.
 */
import { type Ms, now } from '../../base/clock.js'
import type { Keep, Outgoing } from '../../plan/request.js'
import { Answer, AnswerHead } from '../answer.js'
import type { Connection, Exchange } from '../connection.js'
import { type Failure, failureOf } from '../outcome.js'
import { ABORTED, Channel, type ChannelOptions, type Dispatch, type Handler } from './channel.js'
import type { Head, Texts } from './head.js'
import { keepRequest } from './layer.js'
import { AnswerReader, type Receiver } from './reader.js'
import type { ThinSocket } from './socket.js'

/** What a virtual user needs for its exchanges. */
export interface HttpConnectionOptions extends ChannelOptions {
  /** The origin that requests without one of their own go to. */
  readonly origin: string
  /** What the connections of a thread have in common. */
  readonly texts: Texts
}

/** The end of a connection with several exchanges on it: undici would send those again that it had written. */
const LOST = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })

/** The connections of one virtual user. */
export class HttpConnection implements Connection, Handler, Receiver {
  sentAt: Ms = 0
  firstByteAt: Ms = 0
  status = 0
  bytesSent = 0
  bytesReceived = 0
  answer: Answer | null = null
  private keep: Keep | undefined = undefined
  private readonly options: HttpConnectionOptions
  private readonly isShared: boolean
  private readonly mayGoDirect: boolean
  private readonly channels: Map<string, Channel>
  private readonly reader: AnswerReader
  /** The channel of the exchange under way. */
  private channel: Channel
  private exchange: Exchange | null = null
  /** Waits until undici is done with the exchange before it. */
  private waiting: Outgoing | null = null
  /** undici is just telling the end of an exchange, and may close the connection after that. */
  private isEnding = false
  /** The request was written, and undici reads the answer. */
  private isHandedOver = false
  private abortExchange: ((error: Error) => void) | null = null
  /** Filled anew for each request: undici takes what it needs before `dispatch` returns. */
  private readonly outgoing: Dispatch = {
    method: 'GET',
    path: '/',
    headers: [],
    body: null,
    // Else undici closes the connection after each HEAD, and after a GET or DELETE with a body.
    reset: false as boolean,
  }

  constructor(options: HttpConnectionOptions) {
    this.options = options
    const { lane, http, origin, texts } = options
    this.channels = lane?.channels ?? new Map()
    this.channel = this.channels.get(origin) ?? this.open(origin)
    this.reader = new AnswerReader(texts.heads, this)
    this.isShared = lane !== undefined
    this.mayGoDirect = !this.isShared && http.keepAlive !== false
    this.outgoing.reset = http.keepAlive === false
    if (!this.isShared) return
    // Else undici sends the next request of a row when the head of the last answer has come.
    this.outgoing.blocking = false
    if (http.http2 === true) this.outgoing.idempotent = true
  }

  /** Whether it was given up before it was written, so that it still waits in a row and can't send another one. */
  get isStuck(): boolean {
    return this.isShared && this.exchange === null && this.abortExchange === null
  }

  send(request: Outgoing, exchange: Exchange): void {
    this.exchange = exchange
    this.abortExchange = null
    this.sentAt = this.firstByteAt = this.status = 0
    this.answer = null
    this.keep = request.keep
    if (!this.turnTo(request.origin ?? this.options.origin)) return
    this.channel.closeStale()
    if (this.isEnding && this.mayGoDirect && this.channel.direct !== null) this.sendLater(request)
    else if (!this.sendDirect(request)) this.dispatch(request)
  }

  abort(): void {
    this.exchange = null
    if (this.isShared) this.channel.underWay--
    if (this.waiting !== null) {
      this.waiting = null
    } else if (this.abortExchange !== null) {
      this.abortExchange(ABORTED)
    } else if (this.isDirect) {
      this.channel.socket!.destroy()
    } else if (!this.isShared) {
      // Not written yet: it waits for a connection, and only the client as a whole can be told to stop.
      this.channel.destroy()
      this.channel = this.open(this.channel.origin)
    }
    this.isHandedOver = false
    this.countBytes()
  }

  async close(): Promise<void> {
    this.exchange = null
    this.waiting = null
    await Promise.all([...this.channels.values()].map((channel) => channel.destroy()))
  }

  /** Is the exchange under way one that goes past undici? */
  private get isDirect(): boolean {
    return this.channel.direct?.reader === this.reader
  }

  /** Sends past undici, if that can be done. */
  private sendDirect(request: Outgoing): boolean {
    const socket = this.mayGoDirect ? this.channel.takeDirect() : null
    if (socket === null) return false
    const text = this.options.texts.wire.write(request, this.channel.host)
    if (text === null) return false
    // In case undici has to read the answer.
    this.fillIn(request.hasFixedHeaders ? request : keepRequest(request))
    this.reader.begin(request.index, request.method)
    this.sentAt = now()
    if (socket.send(text, this.reader)) return true
    this.sentAt = 0
    return false
  }

  private sendLater(request: Outgoing): void {
    this.waiting = keepRequest(request)
    queueMicrotask(() => {
      const { waiting } = this
      this.waiting = null
      if (waiting !== null && !this.sendDirect(waiting)) this.dispatch(waiting)
    })
  }

  private dispatch(request: Outgoing): void {
    this.fillIn(request)
    if (this.isShared) this.channel.underWay++
    this.channel.dispatch(this.outgoing, this)
  }

  private fillIn({ method, path, headers, body }: Outgoing): void {
    const { outgoing } = this
    outgoing.method = method as Dispatch['method']
    outgoing.path = path
    const isText = body === null || typeof body === 'string'
    outgoing.headers = isText ? headers : body.withLength(headers)
    outgoing.body = isText ? body : (body.open() as Buffer)
  }

  // The reader's receiver.

  onHead(head: Head): void {
    this.status = head.status
    this.firstByteAt = now()
    if (head.keepAliveMs !== null) this.channel.keepFor(head.keepAliveMs, this.firstByteAt)
    if (this.keep !== undefined) this.answer = new Answer(head.answerHead, this.keep)
  }

  onChunk(chunk: Buffer): void {
    if (this.answer !== null) this.answer.add(chunk)
  }

  onAnswered(isSpent: boolean): void {
    const socket = this.channel.socket as ThinSocket
    socket.reader = null
    if (isSpent) socket.destroy()
    this.end(null)
  }

  onBroken(failure: Failure): void {
    this.channel.socket!.destroy()
    this.end(failure)
  }

  onStrange(bytes: Buffer): void {
    const socket = this.channel.socket as ThinSocket
    socket.handOver(bytes)
    this.isHandedOver = true
    this.channel.avoidDirect()
    this.channel.dispatch(this.outgoing, this)
  }

  // undici's handler, in the form that its core calls without a wrapper around it.

  onConnect(abort: (error?: Error) => void): void {
    if (this.exchange === null || (this.sentAt !== 0 && !this.isHandedOver)) {
      abort(LOST)
      return
    }
    this.abortExchange = abort
    if (this.isHandedOver) {
      this.isHandedOver = false
      const socket = this.channel.socket as ThinSocket
      // When it has returned it has written the request.
      queueMicrotask(() => socket.release())
    } else {
      this.sentAt = now()
    }
  }

  onHeaders(status: number, headers: Buffer[]): boolean {
    // 1xx are announcements; the answer is still to come.
    if (status >= 200) {
      this.status = status
      this.firstByteAt = now()
      if (this.mayGoDirect) this.channel.hear(headers, this.firstByteAt)
      if (this.keep !== undefined) this.answer = new Answer(AnswerHead.of(headers), this.keep)
    }
    return true
  }

  onData(chunk: Buffer): boolean {
    if (this.answer !== null) this.answer.add(chunk)
    return true
  }

  onComplete(): void {
    // Subtle: undici takes a reset for the end of a body without a length. It may as well have been cut off.
    const { errored } = this.channel.socket!
    this.endByUndici(errored === null ? null : failureOf(errored))
  }

  onError(error: Error): void {
    this.endByUndici(failureOf(error))
  }

  private endByUndici(failure: Failure | null): void {
    this.isEnding = true
    this.end(failure)
    this.isEnding = false
  }

  private end(failure: Failure | null): void {
    const exchange = this.exchange
    if (exchange === null) return
    this.exchange = null
    if (this.isShared) this.channel.underWay--
    this.countBytes()
    exchange.ended(failure)
  }

  private countBytes(): void {
    const { channel } = this
    const { socket } = channel
    if (socket === null) {
      this.bytesSent = this.bytesReceived = 0
      return
    }
    const { bytesWritten, bytesRead } = socket
    this.bytesSent = bytesWritten - channel.bytesWritten
    this.bytesReceived = bytesRead - channel.bytesRead
    channel.bytesWritten = bytesWritten
    channel.bytesRead = bytesRead
  }

  /** Makes `origin` the one to send to; ends the exchange when it is none that can be sent to. */
  private turnTo(origin: string): boolean {
    if (origin === this.channel.origin) return true
    try {
      this.channel = this.channels.get(origin) ?? this.open(origin)
      return true
    } catch (error) {
      // As if it had been sent: `end` takes it back.
      if (this.isShared) this.channel.underWay++
      this.end(failureOf(error))
      return false
    }
  }

  private open(origin: string): Channel {
    const channel = new Channel(origin, this.options)
    this.channels.set(origin, channel)
    return channel
  }
}
