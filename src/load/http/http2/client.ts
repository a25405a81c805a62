/**
 * An HTTP/2 client for one origin, over node:http2: each exchange is a stream, many at once on one connection.
 * undici's HTTP/2 is unsuitable: it accepts truncated responses as complete, and fails requests that a closing
 * connection never took.
 */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { Socket } from 'node:net'
import { type Ms, now } from '../../../base/clock.js'
import type { Outgoing } from '../../../plan/request.js'
import { type Failure, failureOf } from '../../response/failure.js'
import { ResponseHead } from '../../response/response.js'
import type { Transport } from '../connect/transport.js'
import { isPath, isPayloadExpected } from '../http1/request-writer.js'
import { type Call, isIdempotent } from '../origin-client.js'
import { type ClientOptions, QueueingClient } from '../queueing-client.js'

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants

/**
 * The number of streams until the service has announced its limit (RFC 9113, section 6.5.2, recommends at least 100).
 */
const STREAMS_FIRST = 100
/** How much of one response, and of all responses on a connection, may be in flight before the service has to wait. */
const STREAM_WINDOW_BYTES = 4 * 2 ** 20
const CONNECTION_WINDOW_BYTES = 64 * 2 ** 20
/** In MB. Nothing is held back here, so node:http2 needn't guard against it. */
const SESSION_MEMORY_MB = 1000

/** How many times a refused stream is sent again, unless its connection took others and was closed. */
const REFUSALS_MAX = 3

/**
 * After this long without a byte for any stream, a connection on which a request was canceled takes no more requests.
 */
const SILENCE_MS = 200

/** Sends to one origin over HTTP/2. */
export class Http2Client extends QueueingClient<WaitingCall, Http2Connection> {
  private readonly scheme: string

  constructor(
    origin: string,
    readonly options: ClientOptions,
  ) {
    super(origin, options)
    this.scheme = new URL(origin).protocol.slice(0, -1)
  }

  send(call: Call, request: Outgoing): void {
    let headers: OutgoingHttpHeaders
    try {
      headers = this.headersOf(request)
    } catch (error) {
      call.end(failureOf(error))
      return
    }
    this.waiting.push({ call, headers, body: bodyOf(request), refusals: 0 })
    this.advance()
  }

  protected callOf({ call }: WaitingCall): Call {
    return call
  }

  protected open(socket: Socket | Transport): Http2Connection {
    return new Http2Connection(this, socket as Socket)
  }

  protected sendFirst(connection: Http2Connection): boolean {
    if (!connection.hasRoom) return false
    connection.send(this.waiting.shift()!)
    return true
  }

  private headersOf(request: Outgoing): OutgoingHttpHeaders {
    const { method, path, body } = request
    if (!isPath(path)) throw new Error('invalid request path')
    const headers: Record<string, string | string[]> = {
      ':method': method,
      ':path': path,
      ':scheme': this.scheme,
      ':authority': this.host,
    }
    for (let i = 0; i + 1 < request.headers.length; i += 2) {
      const name = request.headers[i]!.toLowerCase()
      const value = request.headers[i + 1]!
      const known = headers[name]
      if (name === 'host') headers[':authority'] = value
      else if (known === undefined) headers[name] = value
      else if (name === 'cookie') headers[name] = [known, value].flat()
      else headers[name] = `${known}, ${value}`
    }
    const bytes = body === null ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.sizeBytes
    if (bytes > 0 || isPayloadExpected(method)) headers['content-length'] = String(bytes)
    return headers
  }
}

/** A call and its request. */
interface WaitingCall {
  readonly call: Call
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer | Iterable<Buffer> | null
  refusals: number
}

function bodyOf({ body }: Outgoing): WaitingCall['body'] {
  if (body === null || body === '') return null
  return typeof body === 'string' ? Buffer.from(body) : body.open()
}

/** One connection. */
class Http2Connection {
  /** The error that broke it; null if none did. */
  error: Error | null = null
  /** Streams with a complete response. */
  answered = 0
  private readonly session: ClientHttp2Session
  private readonly exchanges = new Map<Call, Http2Exchange>()
  /** When part of any response last arrived. */
  heardAt: Ms = 0
  private isLeaving = false
  private countedIn = 0
  private countedOut = 0

  constructor(
    readonly client: Http2Client,
    private readonly socket: Socket,
  ) {
    this.session = connect(client.origin, {
      createConnection: () => socket,
      maxSessionMemory: SESSION_MEMORY_MB,
      peerMaxConcurrentStreams: STREAMS_FIRST,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
    })
    this.session.once('connect', () => this.session.setLocalWindowSize(CONNECTION_WINDOW_BYTES))
    this.session.on('remoteSettings', () => client.advanceLater())
    this.session.on('error', (error: Error) => {
      this.error ??= error
    })
    socket.on('error', (error) => {
      this.error ??= error
    })
    // No new streams from then on; those in flight may still get responses.
    this.session.on('goaway', () => this.leave())
    this.session.on('close', () => this.leave())
  }

  get isOpen(): boolean {
    return !this.isLeaving && !this.session.closed && !this.session.destroyed && !this.socket.destroyed
  }

  get isIdle(): boolean {
    return this.exchanges.size === 0
  }

  /** Whether another stream can be opened now. */
  get hasRoom(): boolean {
    const { client, session } = this
    const offered = session.pendingSettingsAck ? undefined : session.remoteSettings?.maxConcurrentStreams
    return this.exchanges.size < Math.min(client.options.width, offered ?? STREAMS_FIRST)
  }

  /** The last stream that the service accepted, once it has said so (GOAWAY); `Infinity` until then. */
  get lastStream(): number {
    const { goawayLastStreamID } = this.session as { readonly goawayLastStreamID?: number }
    return goawayLastStreamID || Number.POSITIVE_INFINITY
  }

  send(waiting: WaitingCall): void {
    const { call, headers, body } = waiting
    const at = now()
    const { bytesRead } = this.socket
    let stream: ClientHttp2Stream
    try {
      stream = this.session.request(headers, { endStream: body === null })
    } catch (error) {
      if (this.isOpen) {
        call.end(failureOf(error))
      } else {
        // The connection was closing, and nothing was sent.
        this.client.sendAgain(waiting)
        this.leave()
      }
      return
    }
    call.onWritten(at)
    this.exchanges.set(call, new Http2Exchange(this, stream, waiting, at, bytesRead))
  }

  /** Cancels a call. Returns false if it isn't on this connection. */
  cancel(call: Call): boolean {
    const exchange = this.exchanges.get(call)
    if (exchange === undefined) return false
    this.remove(call)
    exchange.cancel()
    // Subtle: node:http2 doesn't report that it found a protocol error and stopped reading.
    if (exchange.sentAt > this.heardAt && now() - exchange.sentAt > SILENCE_MS) this.leave()
    this.client.advanceLater()
    return true
  }

  /** Takes no more requests. */
  leave(): void {
    this.isLeaving = true
    if (this.exchanges.size === 0) this.destroy()
    this.client.leave(this, this.exchanges.size > 0)
  }

  destroy(): void {
    this.isLeaving = true
    for (const exchange of this.exchanges.values()) exchange.cancel()
    this.exchanges.clear()
    this.session.destroy()
    this.socket.destroy()
  }

  /** A stream has ended. */
  conclude(exchange: Http2Exchange, failure: Failure | null): void {
    const { call } = exchange.waiting
    if (!this.exchanges.has(call)) return
    // Subtle: node:http2 doesn't report that it found a protocol error, but refuses all streams from then on.
    const isBroken = exchange.isRefused && this.isOpen && this.socket.bytesRead === exchange.readBefore
    this.remove(call)
    if (failure === null) this.answered++
    if (isBroken) this.breakDown(exchange.waiting)
    else if (failure !== null && this.goesAgain(exchange)) this.client.sendAgain(exchange.waiting)
    else call.end(failure)
    if (this.isLeaving) this.leave()
    this.client.advanceLater()
  }

  /** Whether a failed stream may be sent again: if the service can't have processed it, or if it is idempotent. */
  private goesAgain({ waiting, stream, isRefused }: Http2Exchange): boolean {
    const { call } = waiting
    if (call.isAnswering) return false
    const isUntouched = stream.id === undefined || stream.id > this.lastStream || isRefused
    // RFC 9113, section 8.7: such a stream may be sent again, whatever its method.
    if (isUntouched) {
      const hasTakenOthers = this.answered > 0 || this.lastStream !== Number.POSITIVE_INFINITY
      return (hasTakenOthers && !this.isOpen) || waiting.refusals++ < REFUSALS_MAX
    }
    // The end of a kept-alive connection, as in HTTP/1.1 (RFC 9112, section 9.3.1).
    return !this.isOpen && this.answered > 0 && isIdempotent(call.method)
  }

  /** The connection is unusable: streams in flight fail, and `unsent` goes on another one. */
  private breakDown(unsent: WaitingCall): void {
    this.client.sendAgain(unsent)
    for (const call of [...this.exchanges.keys()]) {
      this.remove(call)
      call.end(BROKEN_DOWN)
    }
    this.leave()
  }

  private remove(call: Call): void {
    this.exchanges.delete(call)
    const { bytesRead, bytesWritten } = this.socket
    call.addBytes(bytesWritten - this.countedOut, bytesRead - this.countedIn)
    this.countedOut = bytesWritten
    this.countedIn = bytesRead
  }
}

/** One stream. */
class Http2Exchange {
  private isOver = false
  /** Whether the service has marked the end of the response. */
  private isWhole = false

  constructor(
    private readonly connection: Http2Connection,
    readonly stream: ClientHttp2Stream,
    readonly waiting: WaitingCall,
    readonly sentAt: Ms,
    /** The bytes that the connection had received when the request was sent. */
    readonly readBefore: number,
  ) {
    const { call, body } = waiting
    this.watchEnd()
    stream.on('response', (headers) => {
      connection.heardAt = now()
      if (this.isOver) return
      call.isAnswering = true
      const status = headers[':status'] ?? 0
      call.onHead(status, new LazyHead(headers))
    })
    stream.on('data', (chunk: Buffer) => {
      if (!this.isOver) call.onChunk(chunk)
    })
    stream.on('end', () => {
      if (this.isWhole && call.isAnswering) this.end(null)
    })
    stream.on('error', (error) => {
      // The error of the connection is the better reason.
      this.end(this.connection.error === null ? this.failureOf(error) : failureOf(this.connection.error))
    })
    stream.on('close', () => this.end(this.failureOf(null)))
    if (body === null) return
    if (Buffer.isBuffer(body)) stream.end(body)
    else this.upload(body[Symbol.iterator]())
  }

  /** Whether the service refused the stream, and so has not processed it. */
  get isRefused(): boolean {
    return this.stream.rstCode === NGHTTP2_REFUSED_STREAM
  }

  cancel(): void {
    this.isOver = true
    this.stream.close(NGHTTP2_CANCEL)
  }

  /**
   * Subtle: node:http2 also reports an end for a stream that was reset without an error. Only after a frame
   * with END_STREAM does it do so before the stream is closed.
   */
  private watchEnd(): void {
    const { stream } = this
    const push = stream.push
    stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null && !stream.closed) this.isWhole = true
      return push.call(stream, chunk, encoding)
    }
  }

  private end(failure: Failure | null): void {
    if (this.isOver) return
    this.isOver = true
    // A response may come before the whole request is sent; the rest is of no use.
    if (failure === null && !this.stream.writableFinished) this.stream.close(NGHTTP2_NO_ERROR)
    this.connection.conclude(this, failure)
  }

  private failureOf(error: Error | null): Failure {
    const { rstCode } = this.stream
    if (
      rstCode === undefined ||
      this.connection.error !== null ||
      (!this.connection.isOpen && error === null)
    )
      return failureOf(this.connection.error ?? CLOSED)
    const name = RESETS[rstCode] ?? `code ${rstCode}`
    return { kind: BROKEN.has(name) ? 'protocol' : 'reset', message: `stream reset by the service (${name})` }
  }

  /** Sends a body as fast as the stream takes it. */
  private upload(chunks: Iterator<Buffer>): void {
    const { stream } = this
    const pump = () => {
      while (!this.isOver) {
        const { done, value } = chunks.next()
        if (done === true) {
          stream.off('drain', pump)
          stream.end()
          return
        }
        if (!stream.write(value)) return
      }
    }
    stream.on('drain', pump)
    pump()
  }
}

/** The headers of a response, parsed on demand. */
class LazyHead {
  private whole: ResponseHead | null = null

  constructor(private readonly headers: IncomingHttpHeaders) {}

  get responseHead(): ResponseHead {
    this.whole ??= new ResponseHead(
      Object.entries(this.headers)
        .filter(([name]) => !name.startsWith(':'))
        .flatMap(([name, value]) => [value ?? []].flat().map((each): [string, string] => [name, each])),
    )
    return this.whole
  }
}

/** The names of error codes by number (RFC 9113, section 7). */
const RESETS = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
]

/** Codes of protocol violations, whichever side found them. */
const BROKEN: ReadonlySet<string> = new Set([
  'PROTOCOL_ERROR',
  'FLOW_CONTROL_ERROR',
  'FRAME_SIZE_ERROR',
  'COMPRESSION_ERROR',
  'STREAM_CLOSED',
  'HTTP_1_1_REQUIRED',
  'INADEQUATE_SECURITY',
])

const BROKEN_DOWN: Failure = { kind: 'protocol', message: 'the service violated the HTTP/2 protocol' }
const CLOSED = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })
