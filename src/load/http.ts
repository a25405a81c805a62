/**
 * Exchanges over HTTP/1.1, through undici's `Client`, one for each virtual user and origin. The connection object is
 * undici's handler and is reused, so that a request allocates nothing of ours.
 */
import { isIP, type Socket } from 'node:net'
import { buildConnector, Client, type Dispatcher } from 'undici'
import { type Ms, now } from '../base/clock.js'
import { formatDuration } from '../base/units.js'
import type { Keep, Outgoing } from '../plan/request.js'
import type { HttpOptions } from '../scenario/scenario.js'
import { Answer } from './answer.js'
import type { Connection, ConnectTimes, Exchange } from './connection.js'
import { type Failure, failureOf } from './outcome.js'
import { ThinSocket } from './socket.js'

/** Where to connect, and who wants to know. */
export interface HttpConnectionOptions {
  /** The origin that requests without one of their own go to. */
  readonly origin: string
  readonly http: Pick<HttpOptions, 'connectTimeoutMs' | 'insecure'>
  /** Called for each connection that is set up. */
  readonly onConnect: (times: ConnectTimes) => void
}

/** Idle connections are kept for as long as the service says, at most this long. */
const KEEP_ALIVE_MS = 600_000
/** An idle connection is given up this much before the service would: a request must not meet its end. */
const KEEP_ALIVE_MARGIN_MS = 500

const ABORTED = new Error('aborted')

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
  private readonly channels = new Map<string, Channel>()
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
    this.channel = this.open(options.origin)
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
    outgoing.headers = request.headers
    outgoing.body = request.body
    this.channel.client.dispatch(outgoing, this)
  }

  abort(): void {
    this.exchange = null
    if (this.abortExchange !== null) {
      this.abortExchange(ABORTED)
    } else {
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

  constructor(
    readonly origin: string,
    private readonly options: HttpConnectionOptions,
  ) {
    const isSecure = origin.startsWith('https:')
    this.client = new Client(origin, {
      pipelining: 1,
      // Deadlines are kept by the virtual user; undici's would cost a timer for each request.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
      connect: this.timed(isSecure ? overTls(options.http) : overTcp((socket) => this.isIdle(socket))),
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
    return socket === this.socket && socket.bytesWritten === this.bytesWritten
  }

  /** Connects in time, tells how long each part took, and remembers the socket. */
  private timed(connect: Connect): buildConnector.connector {
    const { connectTimeoutMs } = this.options.http
    return (target, callback) => {
      const started = now()
      let lookedUp: Ms | null = null
      let connected: Ms | null = null
      const raw = connect(target, (error, socket) => {
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
      })
      // undici's own would be late by up to a second.
      const timer = setTimeout(() => raw.destroy(new ConnectTimeout(connectTimeoutMs)), connectTimeoutMs)
      this.connecting = raw
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

/** Connects and gives the raw socket at once, for its events. */
type Connect = (target: buildConnector.Options, callback: Connected) => Socket

type Connected = (
  ...result: [error: Error, socket: null] | [error: null, socket: Socket | ThinSocket]
) => void

function overTls({ insecure }: HttpConnectionOptions['http']): Connect {
  const connect = buildConnector({ timeout: 0, rejectUnauthorized: !insecure })
  // The connector returns its socket, though its type doesn't say so.
  return (target, callback) => connect(target, callback as buildConnector.Callback) as unknown as Socket
}

function overTcp(isIdle: (socket: ThinSocket) => boolean): Connect {
  return ({ hostname, port }, callback) => {
    const thin = new ThinSocket({ host: hostname, port: port === '' ? 80 : Number(port), isIdle })
    const failed = (error: Error) => callback(error, null)
    thin.once('error', failed)
    thin.socket.once('connect', () => {
      thin.removeListener('error', failed)
      callback(null, thin)
    })
    return thin.socket
  }
}

class ConnectTimeout extends Error {
  readonly code = 'UND_ERR_CONNECT_TIMEOUT'

  constructor(timeout: Ms) {
    super(`no connection within ${formatDuration(timeout)}`)
  }
}
