/**
 * A request, and the stream that carries it and its response.
 */
import type { Ms } from '../../../base/clock.js'
import type { Payload } from '../../../plan/payload.js'
import type { Outgoing } from '../../../plan/request.js'
import { isPayloadExpected } from '../http1/request-writer.js'
import type { Call } from '../origin-client.js'
import type { RequestField } from './hpack/encoder.js'
import type { RequestHead } from './request-heads.js'
import type { Http2Head } from './response-heads.js'

/** How much of one response may be in flight before the service has to wait. */
export const STREAM_WINDOW_BYTES = 4 * 2 ** 20

/** One request. It gets a new stream each time it is sent. */
export class Http2Stream {
  readonly method: string
  readonly body: Outgoing['body']
  /** The value of `content-length`; -1 for none. */
  readonly bodyBytes: number
  /** How many times services refused it. */
  refusals = 0
  /** The number of its stream; 0 until it is sent. */
  id = 0
  sentAt: Ms = 0
  /** Frames of all streams that had come on the connection when it was sent. */
  heardBefore = 0
  /** What the service lets it send. */
  sendWindow = 0
  /** The unsent rest of the body; null if the request is complete. */
  upload: Upload | null = null
  /** Bytes of its own frames. */
  bytesSent = 0
  bytesReceived = 0
  /** Bytes of the response for which the service has got no new window. */
  consumed = 0
  private hasHead = false
  private needsBody = false
  /** The bytes of the body that are still to come; -1 if the service hasn't said. */
  private left = -1

  constructor(
    readonly call: Call,
    readonly head: RequestHead,
    readonly path: RequestField,
    { method, body }: Outgoing,
  ) {
    this.method = method
    this.body = body === '' ? null : body
    const bytes = body === null ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.sizeBytes
    this.bodyBytes = bytes > 0 || isPayloadExpected(method) ? bytes : -1
  }

  /** An upper bound of the bytes of its header block. */
  get headBytesMost(): number {
    return this.head.bytesMost + this.path.bytesMost
  }

  /** It is sent, for the first time or again. */
  begin(id: number, at: Ms, heardBefore: number, sendWindow: number): void {
    this.id = id
    this.sentAt = at
    this.heardBefore = heardBefore
    this.sendWindow = sendWindow
    this.upload = null
    this.bytesSent = this.bytesReceived = this.consumed = 0
    this.hasHead = false
    this.left = -1
    this.call.onWritten(at)
  }

  /** A head or trailers came at `at`. Returns what is wrong with them; null if nothing is. */
  takeHead(head: Http2Head, isEnd: boolean, at: Ms): string | null {
    const { call } = this
    const { status, fault } = head
    call.isAnswering = true
    if (fault !== null) return fault
    if (this.hasHead) {
      if (status !== 0) return 'a second head'
      return isEnd ? this.checkEnd() : 'trailers that do not end the response'
    }
    if (status === 0) return 'a head without :status'
    if (status < 200) return takeInterim(status, isEnd)
    this.hasHead = true
    const hasBody = this.method !== 'HEAD' && status !== 204 && status !== 304
    this.left = hasBody ? head.bodyBytes : 0
    this.needsBody = call.onHead(status, head, at)
    return isEnd ? this.checkEnd() : null
  }

  /** A part of the body has come. Returns what is wrong with it; null if nothing is. */
  takeData(bytes: Buffer, from: number, to: number, isEnd: boolean): string | null {
    if (!this.hasHead) return 'a body without a head'
    if (to > from) {
      if (this.left !== -1) {
        this.left -= to - from
        if (this.left < 0) return 'a body longer than its content-length'
      }
      if (this.needsBody)
        this.call.onChunk(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to))
    }
    return isEnd ? this.checkEnd() : null
  }

  private checkEnd(): string | null {
    return this.left > 0 ? 'a body shorter than its content-length' : null
  }
}

function takeInterim(status: number, isEnd: boolean): string | null {
  // RFC 9113, section 8.6.
  if (status === 101) return 'status 101'
  return isEnd ? 'an interim response that ends the stream' : null
}

/** The unsent rest of a request's body. */
export class Upload {
  private chunk: Buffer
  private readonly rest: Iterator<Buffer> | null
  private left: number

  constructor(body: string | Payload) {
    const opened = typeof body === 'string' ? Buffer.from(body) : body.open()
    this.left = typeof body === 'string' ? (opened as Buffer).length : body.sizeBytes
    this.rest = Buffer.isBuffer(opened) ? null : opened[Symbol.iterator]()
    this.chunk = Buffer.isBuffer(opened) ? opened : EMPTY
  }

  /** Whether everything was taken. */
  get isOver(): boolean {
    return this.left === 0
  }

  /** Takes the next bytes, at most this many; fewer at the end of a chunk. */
  take(bytesMost: number): Buffer {
    if (this.chunk.length === 0) this.chunk = this.rest!.next().value as Buffer
    const taken = this.chunk.subarray(0, bytesMost)
    this.chunk = this.chunk.subarray(taken.length)
    this.left -= taken.length
    return taken
  }
}

const EMPTY = Buffer.alloc(0)
