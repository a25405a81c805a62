/**
 * Runs undici's HTTP/1.1 client on one of our connections. It reads unusual responses and writes unusual
 * requests, and so decides about everything that is broken. The only file that knows undici.
 *
 * A client is made for one connection and discarded with it. It can't connect, send anything again, or outlive
 * a canceled exchange, and what it throws becomes the failure of the exchanges in flight.
 */
import { EventEmitter } from 'node:events'
import type { Dispatcher } from 'undici'
// All of undici takes twice as long to load, in each thread.
import Client from 'undici/lib/dispatcher/client.js'
import { now } from '../../../base/clock.js'
import type { Payload } from '../../../plan/payload.js'
import type { Outgoing } from '../../../plan/request.js'
import { type Failure, failureOf } from '../../response/failure.js'
import { ResponseHead } from '../../response/response.js'
import type { Transport, TransportReader } from '../connect/transport.js'
import type { Call } from '../origin-client.js'
import { keepAliveIn } from './response-head.js'

/** The owner of the connection. */
export interface UndiciOwner {
  /** A response was read to its last byte. */
  answered(call: Call): void
  /** An exchange failed, in undici or with the connection. */
  failed(call: Call, failure: Failure): void
  /** How long the service keeps the connection open from now on. */
  keepFor(ms: number): void
  /** undici has closed the connection. */
  closed(): void
}

/** What undici needs to know about a connection. */
export interface UndiciOptions {
  readonly origin: string
  /** The most exchanges at once. */
  readonly width: number
  readonly keepAlive: boolean
}

/** The longest delay of a timer. */
const NEVER_MS = 2 ** 31 - 1

/** undici on one connection. */
export class UndiciReader implements TransportReader {
  private readonly client: Client
  private readonly socket: BorrowedSocket
  private readonly entries = new Set<Entry>()
  private isOver = false

  constructor(
    private readonly transport: Transport,
    private readonly owner: UndiciOwner,
    private readonly options: UndiciOptions,
  ) {
    this.socket = new BorrowedSocket(transport, {
      onClosed: () => owner.closed(),
      onThrown: (error) => this.breakOff(error),
    })
    this.client = new Client(options.origin, {
      pipelining: options.width,
      // Virtual users enforce deadlines, and the client of the origin closes idle connections.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: NEVER_MS,
      keepAliveMaxTimeout: NEVER_MS,
      keepAliveTimeoutThreshold: -NEVER_MS,
      // Subtle: not synchronously. undici continues only if its connector calls back later.
      connect: (_target, callback) =>
        queueMicrotask(() => {
          if (!this.isOver) this.socket.contain(() => callback(null, this.socket as never))
        }),
    })
  }

  /** Reads the responses to `calls`, whose requests were already sent, starting with `bytes`. */
  take(calls: readonly Call[], bytes: Buffer | null): void {
    this.socket.replay(calls.length, bytes)
    // What undici writes is discarded; it only needs to know the method.
    for (const call of calls)
      this.dispatch(call, { method: call.method as 'GET', path: '/' }, () => this.socket.replayed())
  }

  /** Sends a request through undici. */
  send(call: Call, { method, path, headers, body }: Outgoing): void {
    const isText = body === null || typeof body === 'string'
    this.dispatch(
      call,
      {
        method: method as 'GET',
        path,
        headers: isText ? headers : (body as Payload).withLength(headers),
        body: isText ? body : ((body as Payload).open() as Buffer),
      },
      (entry) => entry.call.onWritten(now()),
    )
  }

  /** Replaces `call` by `by`. */
  replace(call: Call, by: Call): void {
    for (const entry of this.entries) if (entry.call === call) entry.call = by
  }

  /** Detaches from the connection and its owner. */
  forget(): void {
    this.isOver = true
    this.entries.clear()
    this.socket.removeAllListeners()
  }

  read(bytes: Buffer): void {
    this.socket.receive(bytes)
  }

  lost(error: Error | null): void {
    this.socket.lose(error)
    // Whatever undici made of this, nothing more will come.
    for (const entry of this.entries) this.end(entry, failureOf(error ?? CLOSED))
    this.forget()
  }

  drained(): void {
    this.socket.contain(() => this.socket.emit('drain'))
  }

  private dispatch(
    call: Call,
    request: Pick<Dispatcher.DispatchOptions, 'method' | 'path' | 'headers' | 'body'>,
    onWriting: (entry: Entry) => void,
  ): void {
    const entry: Entry = { call }
    const { entries } = this
    entries.add(entry)
    const handler: Dispatcher.DispatchHandler = {
      onConnect: (abort: (error?: Error) => void) => {
        if (entries.has(entry)) onWriting(entry)
        else abort()
      },
      onHeaders: (status: number, raw: Buffer[]) => {
        // 1xx responses are interim; the final one is still to come.
        if (status >= 200 && entries.has(entry)) this.onHead(entry.call, status, raw)
        return true
      },
      onData: (chunk: Buffer) => {
        if (entries.has(entry)) entry.call.onChunk(chunk)
        return true
      },
      onComplete: () => {
        // Subtle: undici treats a reset as the end of a body without a length, but the body may have been cut off.
        const { errored } = this.transport
        this.end(entry, errored === null ? null : failureOf(errored))
      },
      onError: (error: Error) => this.end(entry, failureOf(error)),
    }
    // Otherwise undici closes the connection after each HEAD, and delays a pipelined request until the last
    // head has come.
    const options = { ...request, reset: !this.options.keepAlive, blocking: false, idempotent: true }
    this.socket.contain(() => this.client.dispatch(options, handler))
  }

  private onHead(call: Call, status: number, raw: Buffer[]): void {
    const responseHead = ResponseHead.of(raw)
    const keepAlive = responseHead.header('keep-alive')
    const keepAliveMs = keepAlive === null ? null : keepAliveIn(keepAlive)
    if (keepAliveMs !== null) this.owner.keepFor(keepAliveMs)
    call.onHead(status, { responseHead }, this.transport.readAt)
  }

  private end(entry: Entry, failure: Failure | null): void {
    if (!this.entries.delete(entry)) return
    if (failure === null) this.owner.answered(entry.call)
    else this.owner.failed(entry.call, failure)
  }

  /** undici threw an error that it should have caught. */
  private breakOff(error: unknown): void {
    for (const entry of this.entries) this.end(entry, failureOf(error))
    this.forget()
    this.owner.closed()
  }
}

/** An exchange in undici and its call. */
interface Entry {
  call: Call
}

const CLOSED = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })
const EMPTY = Buffer.alloc(0)

interface Lender {
  /** undici closed the socket. */
  onClosed(): void
  /** A listener of undici threw an error. */
  onThrown(error: unknown): void
}

/**
 * The part of a `net.Socket` that undici's HTTP/1.1 client uses. It relies on how undici reads: on `readable`,
 * it calls `read()` until null, all in one go, and `unshift` for what it leaves.
 */
class BorrowedSocket extends EventEmitter {
  readonly alpnProtocol = false
  destroyed = false
  errored: Error | null = null
  /** Received but not yet read. */
  private kept = EMPTY
  /** Requests that were already sent and that undici only believes it sends. */
  private replays = 0

  constructor(
    private readonly transport: Transport,
    private readonly lender: Lender,
  ) {
    super()
  }

  /** Calls undici and handles what it throws. */
  contain(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.destroyed = true
      this.lender.onThrown(error)
    }
  }

  /** Discards what undici writes for the next `requests` requests, then lets it read, starting with `bytes`. */
  replay(requests: number, bytes: Buffer | null): void {
    this.replays += requests
    if (bytes !== null) this.keep(bytes)
  }

  /** undici is writing one of these requests now. */
  replayed(): void {
    queueMicrotask(() => {
      this.replays--
      this.tellReadable()
    })
  }

  receive(bytes: Buffer): void {
    this.keep(bytes)
    this.tellReadable()
  }

  lose(error: Error | null): void {
    this.replays = 0
    this.tellReadable()
    if (this.destroyed) return
    this.contain(() => {
      this.errored = error
      if (error === null) this.emit('end')
      else this.emit('error', error)
      this.destroyed = true
      this.emit('close')
    })
  }

  private keep(bytes: Buffer): void {
    // A copy, because the next read of any socket may overwrite the buffer.
    this.kept = this.kept.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.kept, bytes])
  }

  private tellReadable(): void {
    if (this.replays === 0 && this.kept.length > 0 && !this.destroyed)
      this.contain(() => this.emit('readable'))
  }

  // Called by undici.

  read(): Buffer | null {
    const { kept } = this
    if (this.replays > 0 || kept.length === 0) return null
    this.kept = EMPTY
    return kept
  }

  unshift(chunk: Buffer): void {
    this.kept = Buffer.concat([chunk, this.kept])
  }

  write(chunk: string | Buffer, encoding?: BufferEncoding): boolean {
    if (this.replays > 0) return true
    return this.transport.write(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk)
  }

  cork(): void {
    this.transport.socket.cork()
  }

  uncork(): void {
    this.transport.socket.uncork()
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this
    this.destroyed = true
    this.errored = error ?? null
    this.transport.destroy()
    // As in a socket: only after the caller has returned.
    queueMicrotask(() => {
      this.contain(() => {
        if (error !== undefined) this.emit('error', error)
        this.emit('close')
      })
      this.lender.onClosed()
    })
    return this
  }

  /** undici checks for this method to recognize a stream before it destroys it. */
  pipe(): never {
    throw new Error('a borrowed socket is not for piping')
  }

  get writableNeedDrain(): boolean {
    return this.transport.socket.writableNeedDrain
  }

  get bytesRead(): number {
    return this.transport.bytesRead
  }

  get bytesWritten(): number {
    return this.transport.bytesWritten
  }
}
