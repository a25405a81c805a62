/**
 * Exchanges over HTTP/1.1, through undici's `Client`, one for each virtual user and origin. The connection object is
 * undici's handler and is reused, so that a request allocates nothing of ours.
 */
import { isIP, type Socket } from 'node:net'
import { type buildConnector, Client, type Dispatcher } from 'undici'
import { type Ms, now } from '../../base/clock.js'
import type { Keep, Outgoing } from '../../plan/request.js'
import { Answer } from '../answer.js'
import type { Connection, ConnectTimes, Exchange } from '../connection.js'
import { type Failure, failureOf } from '../outcome.js'
import { ConnectTimeout, type Dial, type DialOptions, dialTcp, dialTls } from './dial.js'
import { ThinSocket } from './socket.js'

/** Where to connect, and who wants to know. */
export interface HttpConnectionOptions extends DialOptions {
  /** The origin that requests without one of their own go to. */
  readonly origin: string
  /** Called for each connection that is set up. */
  readonly onConnect: (times: ConnectTimes) => void
  /** What is shared with other exchanges under way; absent when the connections are this one's alone. */
  readonly lane?: Lane | undefined
}

/** Connections on which several exchanges are under way at once: requests in a row (HTTP/1.1), or streams (HTTP/2). */
export class Lane {
  readonly channels = new Map<string, Channel>()
  /** So many at once. */
  readonly width: number

  constructor(width: number) {
    this.width = width
  }
}

/** Idle connections are kept for as long as the service says, at most this long. */
const KEEP_ALIVE_MS = 600_000
/** An idle connection is given up this much before the service would: a request must not meet its end. */
const KEEP_ALIVE_MARGIN_MS = 500

const ABORTED = new Error('aborted')
/** The end of a connection with several exchanges on it: undici would send those again that it had written. */
const LOST = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })

/** The connections of one virtual user. */
export class HttpConnection implements Connection, Dispatcher.DispatchHandler {
  sentAt: Ms = 0
  firstByteAt: Ms = 0
  status = 0
  bytesSent = 0
  bytesReceived = 0
  answer: Answer | null = null
  private keep: Keep | undefined = undefined
  private readonly options: HttpConnectionOptions
  private readonly isShared: boolean
  private readonly channels: Map<string, Channel>
  /** The channel of the exchange under way. */
  private channel: Channel
  private exchange: Exchange | null = null
  private abortExchange: ((error: Error) => void) | null = null
  /** Filled anew for each request: undici takes what it needs before `dispatch` returns. */
  private readonly outgoing: Dispatcher.DispatchOptions = {
    method: 'GET',
    path: '/',
    headers: [],
    body: null,
    // Else undici closes the connection after each HEAD, and after a GET or DELETE with a body.
    reset: false,
  }

  constructor(options: HttpConnectionOptions) {
    this.options = options
    const { lane, http, origin } = options
    this.channels = lane?.channels ?? new Map()
    this.channel = this.channels.get(origin) ?? this.open(origin)
    if (http.keepAlive === false) this.outgoing.reset = true
    this.isShared = lane !== undefined
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
    const origin = request.origin ?? this.options.origin
    if (origin !== this.channel.origin && !this.turnTo(origin)) return
    const { outgoing } = this
    outgoing.method = request.method as Dispatcher.HttpMethod
    outgoing.path = request.path
    const { body } = request
    const isText = body === null || typeof body === 'string'
    outgoing.headers = isText ? request.headers : body.withLength(request.headers)
    outgoing.body = isText ? body : (body.open() as Buffer)
    if (this.isShared) this.channel.underWay++
    this.channel.client.dispatch(outgoing, this)
  }

  abort(): void {
    this.exchange = null
    if (this.isShared) this.channel.underWay--
    if (this.abortExchange !== null) {
      this.abortExchange(ABORTED)
    } else if (!this.isShared) {
      // Not written yet: it waits for a connection, and only the client as a whole can be told to stop.
      this.channel.destroy()
      this.channel = this.open(this.channel.origin)
    }
    this.countBytes()
  }

  async close(): Promise<void> {
    this.exchange = null
    await Promise.all([...this.channels.values()].map((channel) => channel.destroy()))
  }

  // undici's handler, in the form that its core calls without a wrapper around it.

  onConnect(abort: (error?: Error) => void): void {
    if (this.exchange === null || this.sentAt !== 0) {
      abort(LOST)
      return
    }
    this.abortExchange = abort
    this.sentAt = now()
  }

  onHeaders(status: number, headers: Buffer[]): boolean {
    // 1xx are announcements; the answer is still to come.
    if (status >= 200) {
      this.status = status
      this.firstByteAt = now()
      if (this.keep !== undefined) this.answer = new Answer(headers, this.keep)
    }
    return true
  }

  onData(chunk: Buffer): boolean {
    if (this.answer !== null) this.answer.add(chunk)
    return true
  }

  onComplete(): void {
    // Subtle: undici takes a reset for the end of a body without a length. It may as well have been cut off.
    const error = this.channel.socket!.errored
    this.end(error === null ? null : failureOf(error))
  }

  onError(error: Error): void {
    this.end(failureOf(error))
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

/** The way to one origin: a client, and the socket it has open just now. */
class Channel {
  readonly client: Client
  socket: Socket | ThinSocket | null = null
  /** A connection being set up. */
  private connecting: Socket | null = null
  /** What of the socket's bytes was counted already. */
  bytesWritten = 0
  bytesRead = 0
  /** Exchanges of a lane that were begun and have not ended. */
  underWay = 0

  constructor(
    readonly origin: string,
    private readonly options: HttpConnectionOptions,
  ) {
    const isSecure = origin.startsWith('https:')
    const { http, lane } = options
    const width = lane?.width ?? 1
    this.client = new Client(origin, {
      pipelining: width,
      ...(http.http2 === true && { allowH2: true, maxConcurrentStreams: width, pingInterval: 0 }),
      // Deadlines are kept by the virtual user; undici's would cost a timer for each request.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
      connect: this.timed(isSecure ? dialTls(options) : dialTcp(options, (socket) => this.isIdle(socket))),
    })
  }

  /** Closes the connection, and gives up one that is just being set up: undici would wait for it. */
  async destroy(): Promise<void> {
    const closed = this.client.destroy(ABORTED)
    this.connecting?.destroy(ABORTED)
    await closed
  }

  /** Is it between two requests? All that was written is counted when an exchange ends. */
  private isIdle(socket: ThinSocket): boolean {
    return socket === this.socket && socket.bytesWritten === this.bytesWritten && this.underWay === 0
  }

  /** Connects in time, tells how long each part took, and remembers the socket. */
  private timed(dial: Dial): buildConnector.connector {
    const { connectTimeoutMs } = this.options.http
    return (target, callback) => {
      const started = now()
      let lookedUp: Ms | null = null
      let connected: Ms | null = null
      const raw = dial(
        addressOf(target),
        (error, socket) => {
          clearTimeout(timer)
          this.connecting = null
          if (error !== null) return callback(error, null)
          const ended = now()
          const tcpEnd = connected ?? ended
          this.options.onConnect({
            dnsMs: lookedUp === null ? null : lookedUp - started,
            tcpMs: tcpEnd - (lookedUp ?? started),
            tlsMs: socket instanceof ThinSocket ? null : ended - tcpEnd,
          })
          this.socket = socket
          this.bytesRead = this.bytesWritten = 0
          callback(null, socket as Socket)
        },
        (socket) => {
          this.connecting = socket
        },
      )
      this.connecting = raw
      // undici's own would be late by up to a second.
      const timer = setTimeout(
        () => this.connecting?.destroy(new ConnectTimeout(connectTimeoutMs)),
        connectTimeoutMs,
      )
      // Also told for an address that needs no look-up: then it took no time.
      raw.once('lookup', () => {
        if (isIP(target.hostname) === 0) lookedUp = now()
      })
      raw.once('connect', () => {
        connected = now()
      })
    }
  }
}

function addressOf({ hostname, port, protocol, servername }: buildConnector.Options) {
  const host = hostname.replace(/^\[|\]$/g, '')
  return { host, port: Number(port) || (protocol === 'https:' ? 443 : 80), servername }
}
