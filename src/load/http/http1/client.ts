/**
 * HTTP/1.1 to one origin: one connection after the other, with one exchange at a time on it, or several in a row (pipelining).
 */
import type { Socket } from 'node:net'
import { type Ms, now } from '../../../base/clock.js'
import type { Payload } from '../../../plan/payload.js'
import type { Outgoing } from '../../../plan/request.js'
import { type Failure, failureOf } from '../../response/failure.js'
import { Transport, type TransportReader } from '../connect/transport.js'
import { keepRequest } from '../layers/layer.js'
import { type Call, isIdempotent } from '../origin-client.js'
import { type ClientOptions, QueueingClient } from '../queueing-client.js'
import type { WireCaches } from './response-head.js'
import { ResponseReader } from './response-reader.js'
import { UndiciReader } from './undici-reader.js'

/** What a client of one origin has to know. */
export interface Http1Options extends ClientOptions {
  readonly texts: WireCaches
}

/** Idle connections are kept for as long as the service says, at most this long. */
const KEEP_ALIVE_MS = 600_000
/** An idle connection is given up this much before the service would: a request must not meet its end. */
const KEEP_ALIVE_MARGIN_MS = 500

/**
 * After this many answers on a pipelined connection its row is let run empty, so that an answer too many shows: until then
 * each request would be given the answer to the one before.
 */
const ANSWERS_IN_A_ROW = 64

/** Sends to one origin over HTTP/1.1. */
export class Http1Client extends QueueingClient<Call, Http1Connection> {
  constructor(
    origin: string,
    readonly options: Http1Options,
  ) {
    super(origin, options)
  }

  send(call: Call, request: Outgoing): void {
    const text = this.options.texts.wire.write(request, this.host)
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

  protected open(socket: Socket | Transport): Http1Connection {
    return new Http1Connection(this, socket instanceof Transport ? socket : new Transport(socket))
  }

  protected sendFirst(connection: Http1Connection): boolean {
    const call = this.waiting[0]!
    if (!connection.accepts(call)) return false
    this.waiting.shift()
    // It has ended unnoticed: another one is needed.
    if (!connection.send(call)) this.waiting.unshift(call)
    return true
  }
}

/** One connection. */
class Http1Connection implements TransportReader {
  /** Exchanges under way, in the order of their answers. */
  private readonly calls: Call[] = []
  private readonly reader: ResponseReader
  /** Reads and writes instead of this from the first thing on that is out of the ordinary. */
  private undici: UndiciReader | null = null
  /** What is left of a body that is being sent. */
  private upload: Iterator<Buffer> | null = null
  private answeredCount = 0
  private sinceEmpty = 0
  private isLeaving = false
  /** From then on the connection is too old for another request. */
  private staleAt: Ms = Number.POSITIVE_INFINITY
  /** What of the transport's bytes was counted already. */
  private countedIn = 0
  private countedOut = 0

  constructor(
    private readonly client: Http1Client,
    private readonly transport: Transport,
  ) {
    this.reader = new ResponseReader(client.options.texts.heads)
    transport.readBy(this)
  }

  /** Whether it takes requests, now or when the ones before are answered. */
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
    if (calls.length >= this.client.options.width || this.sinceEmpty >= ANSWERS_IN_A_ROW) return false
    return mayFollow(call) && mayFollow(calls.at(-1)!)
  }

  /** Sends a call that is accepted. False when nothing of it was sent, because the connection had ended unnoticed. */
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

  /** Gives up a call; false when it's none of this connection's. */
  cancel(call: Call): boolean {
    const at = this.calls.indexOf(call)
    if (at === -1) return false
    this.count(call)
    if (this.calls.every((each) => each === call || each instanceof AbandonedCall)) {
      this.destroy()
      this.client.leave(this, false)
      return true
    }
    // Others wait behind it for their answers, which come in order: its own is read and thrown away.
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
    if (this.undici !== null) {
      this.undici.read(bytes)
      return
    }
    let rest: Buffer | null = bytes
    while (rest !== null) {
      const call = this.calls[0]
      if (call === undefined) {
        // It must not be taken for the answer to the next request.
        this.client.options.events.unsolicited()
        this.leave()
        break
      }
      call.isAnswering = true
      const reading = this.reader.read(rest)
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

  // undici's owner.

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

  /** The answer is whole; `isLast`: the service closes the connection after it. */
  private finish(call: Call, isLast: boolean): void {
    if (!this.remove(call)) return
    this.answeredCount++
    this.sinceEmpty++
    call.end(null)
    // A service that answers before it has read the request won't read the rest.
    if (isLast || this.upload !== null || this.client.options.http.keepAlive === false) this.fall(CLOSED)
    else if (this.calls.length > 0) this.reader.begin(this.calls[0]!)
    else if (this.isLeaving) this.leave()
  }

  /** The connection is over: calls without a word of their answers go again if they may, the others fail. */
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

  /** The bytes since the last count are those of `call`. */
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
    // Head and body in one packet, if they fit.
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

  /** Sends what is left of a body, as fast as it goes out. */
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

/** In the place of a call that was given up, while others wait behind it. */
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
  onHead(): void {}
  onChunk(): void {}
  onReconnect(): void {}
  addBytes(): void {}
  end(): void {}
}

/**
 * Whether others may be on the connection with it (RFC 9112, section 9.3.2): what can't be sent again isn't put at risk by
 * them, nor are they by it. What undici writes goes alone.
 */
function mayFollow({ method, request }: Call): boolean {
  return request === null && isIdempotent(method)
}

const CLOSED = failureOf(Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }))
