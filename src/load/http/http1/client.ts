/**
 * An HTTP/1.1 client for one origin. It uses one connection after the other, each with one exchange at a time,
 * or several when pipelining.
 */
import { type Ms, now } from '../../../base/clock.js'
import type { Payload } from '../../../plan/payload.js'
import type { Outgoing } from '../../../plan/request.js'
import { type Failure, failureOf } from '../../response/failure.js'
import type { Transport, TransportReader } from '../connect/transport.js'
import { keepRequest } from '../layers/layer.js'
import { type Call, isIdempotent } from '../origin-client.js'
import { type ClientOptions, QueueingClient } from '../queueing-client.js'
import type { RequestWriter } from './request-writer.js'
import type { WireCaches } from './response-head.js'
import { ResponseReader } from './response-reader.js'
import { UndiciReader } from './undici-reader.js'

/** Options of the client. */
export interface Http1Options extends ClientOptions {
  readonly texts: WireCaches
}

/** Idle connections are kept as long as the service says, at most this long. */
const KEEP_ALIVE_MS = 600_000
/** An idle connection is closed this long before the service would close it, so that no request meets its end. */
const KEEP_ALIVE_MARGIN_MS = 500

/**
 * After this many responses, a pipelined connection is drained, so that a surplus response shows. Until then,
 * each request would get the response to the one before.
 */
const RESPONSES_UNTIL_DRAIN = 64

/** Sends to one origin over HTTP/1.1. */
export class Http1Client extends QueueingClient<Call, Http1Connection> {
  private readonly wire: RequestWriter
  private readonly sameHost: string

  constructor(
    origin: string,
    readonly options: Http1Options,
  ) {
    super(origin, options)
    this.wire = options.texts.wire
    this.sameHost = this.wire.sameHost(this.host)
  }

  send(call: Call, request: Outgoing): void {
    const text = this.wire.write(request, this.sameHost)
    call.text = text
    call.body = typeof request.body === 'object' ? request.body : null
    call.request = text === null ? keepRequest(request) : null
    const { connection } = this
    if (connection !== null && this.waiting.length === 0 && connection.accepts(call) && connection.send(call))
      return
    this.waiting.push(call)
    this.advance()
  }

  protected callOf(call: Call): Call {
    return call
  }

  protected open(transport: Transport): Http1Connection {
    return new Http1Connection(this, transport)
  }

  protected sendFirst(connection: Http1Connection): boolean {
    const call = this.waiting[0]!
    if (!connection.accepts(call)) return false
    this.waiting.shift()
    // The connection has ended unnoticed; another one is needed.
    if (!connection.send(call)) this.waiting.unshift(call)
    return true
  }
}

/** One connection. */
class Http1Connection implements TransportReader {
  /** Exchanges in flight, in the order of their responses. */
  private readonly calls: Call[] = []
  private readonly reader: ResponseReader
  /** Takes over reading and writing at the first unusual request or response. */
  private undici: UndiciReader | null = null
  /** The unsent rest of a body. */
  private upload: Iterator<Buffer> | null = null
  private answeredCount = 0
  private sinceEmpty = 0
  private isLeaving = false
  /** When the connection becomes too old for another request. */
  private staleAt: Ms = Number.POSITIVE_INFINITY
  /** The transport's bytes that were already counted. */
  private countedIn = 0
  private countedOut = 0

  constructor(
    private readonly client: Http1Client,
    private readonly transport: Transport,
  ) {
    this.reader = new ResponseReader(client.options.texts.heads)
    transport.readBy(this)
  }

  /** Whether it takes requests, now or after the responses to earlier ones. */
  get isOpen(): boolean {
    if (this.isLeaving || this.transport.isClosed) return false
    const isStale = this.staleAt !== Number.POSITIVE_INFINITY && now() >= this.staleAt
    return !isStale || this.calls.length > 0
  }

  get isIdle(): boolean {
    return this.calls.length === 0
  }

  /** Whether `call` can be sent now. */
  accepts(call: Call): boolean {
    const { calls } = this
    if (!this.isOpen || this.upload !== null) return false
    if (calls.length === 0) {
      this.sinceEmpty = 0
      return true
    }
    if (calls.length >= this.client.options.width || this.sinceEmpty >= RESPONSES_UNTIL_DRAIN) return false
    return mayFollow(call) && mayFollow(calls.at(-1)!)
  }

  /** Sends an accepted call. Returns false if the connection had ended unnoticed, so that nothing was sent. */
  send(call: Call): boolean {
    const { transport, calls } = this
    if (call.request !== null) {
      calls.push(call)
      this.undici ??= this.openUndici()
      this.undici.send(call, call.request)
      return true
    }
    const at = now()
    if (call.body === null) transport.write(call.text!)
    else this.writeWithBody(call.text!, call.body)
    if (transport.socket.errored !== null) {
      transport.isClosed = true
      return false
    }
    call.onWritten(at)
    calls.push(call)
    if (this.undici !== null) this.undici.take([call], null)
    else if (calls.length === 1) this.reader.begin(call)
    return true
  }

  /** Cancels a call. Returns false if it isn't on this connection. */
  cancel(call: Call): boolean {
    const at = this.calls.indexOf(call)
    if (at === -1) return false
    this.count(call)
    if (this.calls.every((each) => each === call || each instanceof AbandonedCall)) {
      this.destroy()
      this.client.leave(this, false)
      return true
    }
    // Responses come in order and others wait behind it: its own is read and discarded.
    const abandoned = new AbandonedCall(call)
    this.calls[at] = abandoned
    if (at === 0) this.reader.replace(abandoned)
    this.undici?.replace(call, abandoned)
    this.leave()
    return true
  }

  /** Takes no more requests. */
  leave(): void {
    this.isLeaving = true
    if (this.calls.length === 0) this.destroy()
    this.client.leave(this, this.calls.length > 0)
  }

  destroy(): void {
    this.isLeaving = true
    this.calls.length = 0
    this.undici?.forget()
    this.transport.destroy()
  }

  // The transport's reader.

  read(bytes: Buffer): void {
    const { completions } = this.client.options
    completions.beginRead()
    try {
      this.readAll(bytes)
    } finally {
      completions.endRead()
    }
  }

  private readAll(bytes: Buffer): void {
    if (this.undici !== null) {
      this.undici.read(bytes)
      return
    }
    let rest: Buffer | null = bytes
    while (rest !== null) {
      const call = this.calls[0]
      if (call === undefined) {
        // It must not be taken for the response to the next request.
        this.client.options.events.unsolicited()
        this.leave()
        break
      }
      call.isAnswering = true
      const reading = this.reader.read(rest, this.transport.readAt)
      rest = this.reader.rest
      if (reading === 'more') return
      if (reading === 'strange') {
        this.undici = this.openUndici()
        this.undici.take(this.calls, rest)
        return
      }
      if (reading === 'broken') {
        this.failed(call, this.reader.failure!)
        return
      }
      if (this.reader.keepAliveMs !== null) this.keepFor(this.reader.keepAliveMs)
      this.finish(call, this.reader.isLast)
    }
    this.client.advanceLater()
  }

  lost(error: Error | null): void {
    const [first] = this.calls
    if (this.undici !== null) this.undici.lost(error)
    else if (first?.isAnswering && error === null && this.reader.endsWithConnection) this.finish(first, true)
    this.fall(error === null ? CLOSED : failureOf(error))
  }

  drained(): void {
    if (this.upload !== null) this.pump()
    else this.undici?.drained()
  }

  // The owner of the undici reader.

  answered(call: Call): void {
    this.finish(call, false)
    this.client.advanceLater()
  }

  failed(call: Call, failure: Failure): void {
    if (!this.remove(call)) return
    call.end(failure)
    this.fall(CLOSED)
  }

  closed(): void {
    this.fall(CLOSED)
  }

  keepFor(ms: Ms): void {
    this.staleAt = now() + Math.min(ms - KEEP_ALIVE_MARGIN_MS, KEEP_ALIVE_MS)
  }

  /** The response is complete. `isLast`: the service closes the connection after it. */
  private finish(call: Call, isLast: boolean): void {
    if (!this.remove(call)) return
    this.answeredCount++
    this.sinceEmpty++
    call.end(null, this.transport.readAt)
    // A service that responds before it has read the request won't read the rest.
    if (isLast || this.upload !== null || this.client.options.http.keepAlive === false) this.fall(CLOSED)
    else if (this.calls.length > 0) this.reader.begin(this.calls[0]!)
    else if (this.isLeaving) this.leave()
  }

  /** The connection has ended. Calls without any byte of a response are sent again if allowed; others fail. */
  private fall(failure: Failure): void {
    const { calls, client } = this
    const wasKept = this.answeredCount > 0
    for (const call of calls.splice(0).reverse()) {
      this.count(call)
      if (wasKept && !call.isAnswering && isIdempotent(call.method) && !(call instanceof AbandonedCall))
        client.sendAgain(call)
      else call.end(failure)
    }
    this.leave()
    client.advanceLater()
  }

  private remove(call: Call): boolean {
    const at = this.calls.indexOf(call)
    if (at === -1) return false
    if (at === 0) this.calls.shift()
    else this.calls.splice(at, 1)
    this.count(call)
    return true
  }

  /** Attributes the bytes since the last count to `call`. */
  private count(call: Call): void {
    const { bytesRead, bytesWritten } = this.transport
    call.addBytes(bytesWritten - this.countedOut, bytesRead - this.countedIn)
    this.countedOut = bytesWritten
    this.countedIn = bytesRead
  }

  private openUndici(): UndiciReader {
    const { origin, options } = this.client
    const { width, http } = options
    return new UndiciReader(this.transport, this, { origin, width, keepAlive: http.keepAlive !== false })
  }

  private writeWithBody(head: string | Buffer, body: Payload): void {
    const { transport } = this
    const bytes = body.open()
    // Sends head and body in one packet, if they fit.
    transport.socket.cork()
    transport.write(head)
    if (Buffer.isBuffer(bytes)) {
      transport.write(bytes)
    } else {
      this.upload = bytes[Symbol.iterator]()
      this.pump()
    }
    transport.socket.uncork()
  }

  /** Sends the rest of a body as fast as the socket takes it. */
  private pump(): void {
    for (;;) {
      const { done, value } = this.upload!.next()
      if (done === true) {
        this.upload = null
        return
      }
      if (!this.transport.write(value)) return
    }
  }
}

/** Takes the place of a canceled call while others wait behind it. */
class AbandonedCall implements Call {
  readonly series: number
  readonly method: string
  readonly text = null
  readonly body = null
  readonly request = null
  isAnswering: boolean

  constructor({ series, method, isAnswering }: Call) {
    this.series = series
    this.method = method
    this.isAnswering = isAnswering
  }

  onWritten(): void {}
  onHead(): boolean {
    return false
  }

  onChunk(): void {}
  onReconnect(): void {}
  addBytes(): void {}
  end(): void {}
}

/**
 * Whether a call may share the connection with others (RFC 9112, section 9.3.2). Calls that can't be sent again
 * are not put at risk, nor do they put others at risk. What undici writes goes alone.
 */
function mayFollow({ method, request }: Call): boolean {
  return request === null && isIdempotent(method)
}

const CLOSED = failureOf(Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }))
