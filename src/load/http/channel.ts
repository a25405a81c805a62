/**
 * The way to one origin: undici's client for it, and the connection that it has open just now.
 */
import { isIP, type Socket } from 'node:net'
import { type buildConnector, Client, type Dispatcher } from 'undici'
import { type Ms, now } from '../../base/clock.js'
import type { ConnectTimes } from '../connection.js'
import { ConnectTimeout, type Dial, type DialOptions, dialTcp, dialTls } from './dial.js'
import { keepAliveIn } from './head.js'
import { ThinSocket } from './socket.js'

/** Where to connect, and who wants to know. */
export interface ChannelOptions extends DialOptions {
  /** Called for each connection that is set up. */
  readonly onConnect: (times: ConnectTimes) => void
  /** What is shared with other exchanges under way; absent when the connections are this one's alone. */
  readonly lane?: Lane | undefined
}

/** A request as undici takes it. */
export type Dispatch = Dispatcher.DispatchOptions
/** Who hears from undici what comes of it. */
export type Handler = Dispatcher.DispatchHandler

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
/** The longest that a timer can wait. */
const TIMER_MS_MOST = 2 ** 31 - 1

/**
 * What undici is told of idle connections. It doesn't see what goes past it, and must not take a busy connection for an
 * idle one: {@link Channel.closeStale} is for these.
 */
const UNDICI_GIVES_UP = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  keepAliveMaxTimeout: KEEP_ALIVE_MS,
  keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
}
const UNDICI_KEEPS = {
  keepAliveTimeout: TIMER_MS_MOST,
  keepAliveMaxTimeout: TIMER_MS_MOST,
  keepAliveTimeoutThreshold: -TIMER_MS_MOST,
}

const KEEP_ALIVE = 'keep-alive'
/** After an answer that was none of the plain ones so many go by undici. */
const EXCHANGES_BY_UNDICI = 64

/** A client of one origin. */
export class Channel {
  /** What requests name as their host. */
  readonly host: string
  socket: Socket | ThinSocket | null = null
  /** What of the socket's bytes was counted already. */
  bytesWritten = 0
  bytesRead = 0
  /** Exchanges of a lane that were begun and have not ended. */
  underWay = 0
  private readonly client: Client
  /** A connection being set up. */
  private connecting: Socket | null = null
  /** So many exchanges of this connection go by undici. */
  private byUndici = 0
  /** From then on the connection is too old for another request. */
  private staleAt: Ms = Number.POSITIVE_INFINITY

  constructor(
    readonly origin: string,
    private readonly options: ChannelOptions,
  ) {
    const { protocol, host } = new URL(origin)
    const isSecure = protocol === 'https:'
    const { http, lane } = options
    const width = lane?.width ?? 1
    this.host = host
    this.client = new Client(origin, {
      pipelining: width,
      ...(http.http2 === true && { allowH2: true, maxConcurrentStreams: width, pingInterval: 0 }),
      // Deadlines are kept by the virtual user; undici's would cost a timer for each request.
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(isSecure || lane !== undefined ? UNDICI_GIVES_UP : UNDICI_KEEPS),
      connect: this.timed(isSecure ? dialTls(options) : dialTcp(options, (socket) => this.isIdle(socket))),
    })
  }

  /** The open connection if a request can go over it past undici. */
  get direct(): ThinSocket | null {
    const { socket } = this
    return socket instanceof ThinSocket && !socket.destroyed && socket.isRead ? socket : null
  }

  /** The same for the next request, if it shall go past undici. */
  takeDirect(): ThinSocket | null {
    if (this.byUndici === 0) return this.direct
    this.byUndici--
    return null
  }

  /** The service has answered as undici has to read it, and may well do so again. */
  avoidDirect(): void {
    this.byUndici = EXCHANGES_BY_UNDICI
  }

  /** The service keeps the connection for so long from `moment` on. */
  keepFor(keepAliveMs: Ms, moment: Ms): void {
    this.staleAt = moment + Math.min(keepAliveMs - KEEP_ALIVE_MARGIN_MS, KEEP_ALIVE_MS)
  }

  /** The same, as the headers of an answer say it, if they do: names and values in turn. */
  hear(headers: readonly Buffer[], moment: Ms): void {
    for (let i = 0; i + 1 < headers.length; i += 2) {
      if (headers[i]!.length !== KEEP_ALIVE.length) continue
      if (headers[i]!.toString('latin1').toLowerCase() !== KEEP_ALIVE) continue
      const keepAliveMs = keepAliveIn(headers[i + 1]!.toString('latin1'))
      if (keepAliveMs !== null) this.keepFor(keepAliveMs, moment)
    }
  }

  /** Closes a connection that the service is about to close. */
  closeStale(): void {
    if (this.staleAt !== Number.POSITIVE_INFINITY && now() >= this.staleAt) this.socket?.destroy()
  }

  /** Sends a request through undici. */
  dispatch(request: Dispatch, handler: Handler): void {
    this.client.dispatch(request, handler)
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
            tlsMs: 'encrypted' in socket ? ended - tcpEnd : null,
          })
          this.socket = socket
          this.bytesRead = this.bytesWritten = 0
          this.staleAt = Number.POSITIVE_INFINITY
          this.byUndici = 0
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

/** Given to whatever is given up. */
export const ABORTED = new Error('aborted')

function addressOf({ hostname, port, protocol, servername }: buildConnector.Options) {
  const host = hostname.replace(/^\[|\]$/g, '')
  return { host, port: Number(port) || (protocol === 'https:' ? 443 : 80), servername }
}
