/**
 * What a connection writes: requests, their bodies as far as the service's windows allow, and replies. All of a turn of
 * the event loop goes out in one write.
 */
import { type Ms, now } from '../../../base/clock.js'
import type { Transport } from '../connect/transport.js'
import type { Call } from '../origin-client.js'
import { BATCH_BYTES, Batch } from './batch.js'
import { ConnectionFault, ErrorCode } from './errors.js'
import {
  Flag,
  FRAME_BYTES_MAX,
  FRAME_HEAD_BYTES,
  FrameType,
  LARGEST,
  makeSettings,
  makeWindowUpdate,
  PREFACE,
  Setting,
  WINDOW_BYTES,
  writeFrameHead,
} from './frames.js'
import { LIST_BYTES_MAX } from './hpack/decoder.js'
import { ChangingField, HeaderEncoder } from './hpack/encoder.js'
import { PSEUDO_FIELDS } from './request-heads.js'
import { ServiceSettings } from './service-settings.js'
import { type Http2Stream, STREAM_WINDOW_BYTES, Upload } from './stream.js'

/** How much of all responses on a connection may be in flight before the service has to wait. */
export const CONNECTION_WINDOW_BYTES = 64 * 2 ** 20

/** The client's first bytes. */
const START = Buffer.concat([
  PREFACE,
  makeSettings([
    [Setting.enablePush, 0],
    [Setting.initialWindowSize, STREAM_WINDOW_BYTES],
    [Setting.maxHeaderListSize, LIST_BYTES_MAX],
  ]),
  makeWindowUpdate(0, CONNECTION_WINDOW_BYTES - WINDOW_BYTES),
])

/** A service that wants more replies than this at once floods the connection. */
const REPLIES_MAX = 1000

/** Larger parts of bodies are not copied into the batch. */
const COPIED_BYTES_MAX = 4096

/** A promise reaction costs less than half of queueMicrotask. */
const RESOLVED = Promise.resolve()

/** What the sender needs of its connection. */
export interface SenderOwner {
  /** The streams that are open, by their numbers. */
  readonly streams: Map<number, Http2Stream>
  /** The number of frames of streams that have come. */
  readonly heard: number
  /** Nothing of the streams from `first` on has left: the connection had ended unnoticed. */
  unsent(first: number): void
}

/** Writes to one connection. */
export class Sender {
  readonly settings = new ServiceSettings()
  /** The number of the next stream. */
  nextId = 1
  /** Bytes of frames that belong to no request, until a request takes them into account. */
  otherBytes = 0
  private readonly encoder = new HeaderEncoder()
  private readonly batch = new Batch()
  /** Requests of this turn. */
  private readonly waiting: Http2Stream[] = []
  /** Streams with more of a body to send. */
  private readonly uploads: Http2Stream[] = []
  /** Frames of this turn that are no part of a request. */
  private readonly frames: Buffer[] = [START]
  /** Replies that may still be on this machine. */
  private replyCount = 0
  /** What the service lets all streams send. */
  private window = WINDOW_BYTES
  private isScheduled = false
  private readonly flush = (): void => {
    this.isScheduled = false
    if (!this.transport.isClosed) this.writeAll()
  }

  constructor(
    private readonly owner: SenderOwner,
    private readonly transport: Transport,
  ) {}

  /** Requests that are not yet written. */
  get waitingCount(): number {
    return this.waiting.length
  }

  /** Whether no more streams can be opened: their numbers are used up. */
  get isExhausted(): boolean {
    return this.nextId + 2 * this.waiting.length > LARGEST
  }

  /** Sends a request on a new stream at the end of the turn. */
  send(stream: Http2Stream): void {
    this.waiting.push(stream)
    this.schedule()
  }

  /** Sends a frame at the end of the turn. */
  sendFrame(frame: Buffer): void {
    this.frames.push(frame)
    this.schedule()
  }

  /** Sends a frame that the service asked for. Throws if it asks for too many. */
  reply(frame: Buffer): void {
    if (++this.replyCount > REPLIES_MAX)
      throw new ConnectionFault(ErrorCode.enhanceYourCalm, 'too many frames that need a reply')
    this.sendFrame(frame)
  }

  /** Sends a frame at once; the connection is over. */
  sendLast(frame: Buffer): void {
    if (!this.transport.isClosed) this.transport.write(frame)
  }

  /** Takes back all requests that are not yet written. */
  takeWaiting(): Http2Stream[] {
    return this.waiting.splice(0)
  }

  /** Takes back a request that is not yet written. Returns false if it isn't there. */
  takeBack(call: Call): boolean {
    const at = this.waiting.findIndex((stream) => stream.call === call)
    if (at !== -1) this.waiting.splice(at, 1)
    return at !== -1
  }

  /** Sends no more of a body. */
  stopUpload(stream: Http2Stream): void {
    stream.upload = null
    const at = this.uploads.indexOf(stream)
    if (at !== -1) this.uploads.splice(at, 1)
  }

  /** The socket has room again. */
  drained(): void {
    this.replyCount = 0
    if (this.uploads.length > 0) this.schedule()
  }

  /** The service has sent its settings. */
  configure(bytes: Uint8Array, from: number, to: number): void {
    const { settings } = this
    const before = settings.windowBytes
    settings.take(bytes, from, to, (tableBytes) => this.encoder.resize(tableBytes))
    const change = settings.windowBytes - before
    if (change === 0) return
    for (const stream of this.owner.streams.values()) {
      stream.sendWindow += change
      if (stream.sendWindow > LARGEST) throw windowFault()
    }
    if (change > 0 && this.uploads.length > 0) this.schedule()
  }

  /** The service lets all streams send more. */
  widen(bytes: number): void {
    this.window += bytes
    if (this.window > LARGEST) throw windowFault()
    if (this.uploads.length > 0) this.schedule()
  }

  /** The service lets a stream send more. Returns false if that is beyond all bounds. */
  widenStream(stream: Http2Stream, bytes: number): boolean {
    stream.sendWindow += bytes
    if (stream.upload !== null) this.schedule()
    return stream.sendWindow <= LARGEST
  }

  private schedule(): void {
    if (this.isScheduled) return
    this.isScheduled = true
    void RESOLVED.then(this.flush)
  }

  private writeAll(): void {
    const { batch, frames, waiting, transport } = this
    const first = this.nextId
    for (const frame of frames) {
      batch.add(frame)
      this.otherBytes += frame.length
    }
    frames.length = 0
    if (waiting.length > 0) {
      const at = now()
      for (const stream of waiting) {
        if (batch.length >= BATCH_BYTES) batch.write(transport)
        this.writeRequest(stream, at)
      }
      waiting.length = 0
    }
    if (this.uploads.length > 0 && !transport.socket.writableNeedDrain) this.writeUploads()
    if (batch.length > 0) batch.write(transport)
    if (!transport.socket.writableNeedDrain) this.replyCount = 0
    if (transport.socket.errored !== null) this.owner.unsent(first)
  }

  private writeRequest(stream: Http2Stream, at: Ms): void {
    const { batch, settings, owner } = this
    const id = this.nextId
    this.nextId += 2
    owner.streams.set(id, stream)
    stream.begin(id, at, owner.heard, settings.windowBytes)
    const before = batch.length
    this.writeHead(stream)
    const { body, bodyBytes } = stream
    if (body !== null && bodyBytes > 0) {
      const isSmall = bodyBytes <= Math.min(FRAME_BYTES_MAX, this.window, stream.sendWindow)
      if (typeof body === 'string' && isSmall) {
        const to = batch.room(FRAME_HEAD_BYTES + bodyBytes)
        const from = writeFrameHead(to, batch.length, bodyBytes, FrameType.data, Flag.endStream, id)
        batch.length = from + to.write(body, from)
        this.window -= bodyBytes
        stream.sendWindow -= bodyBytes
      } else {
        stream.upload = new Upload(body)
        this.uploads.push(stream)
      }
    }
    stream.bytesSent += batch.length - before
  }

  private writeHead(stream: Http2Stream): void {
    const { batch, encoder, settings } = this
    const { id, head, path, bodyBytes } = stream
    const start = batch.length
    const to = batch.room(FRAME_HEAD_BYTES + stream.headBytesMost)
    const from = start + FRAME_HEAD_BYTES
    let end = encoder.begin(to, from)
    for (let i = 0; i < head.fields.length; i++) {
      if (i === PSEUDO_FIELDS) end = encoder.write(path, to, end)
      end = encoder.write(head.fields[i]!, to, end)
    }
    if (head.fields.length === PSEUDO_FIELDS) end = encoder.write(path, to, end)
    if (bodyBytes !== -1) end = new ChangingField('content-length', String(bodyBytes)).write(to, end)
    const endStream = bodyBytes > 0 ? 0 : Flag.endStream
    const bytes = end - from
    if (bytes <= settings.frameBytesMost) {
      writeFrameHead(to, start, bytes, FrameType.headers, Flag.endHeaders | endStream, id)
      batch.length = end
      return
    }
    const block = Buffer.from(to.subarray(from, end))
    for (let at = 0; at < bytes; at += settings.frameBytesMost) {
      const part = block.subarray(at, at + settings.frameBytesMost)
      const flags = (at === 0 ? endStream : 0) | (at + part.length === bytes ? Flag.endHeaders : 0)
      this.writeFrame(at === 0 ? FrameType.headers : FrameType.continuation, flags, id, part)
    }
  }

  /** Writes a frame of each upload in turn, until the windows are closed or it is enough for one turn. */
  private writeUploads(): void {
    const { uploads, batch, transport } = this
    let bytes = batch.length
    transport.socket.cork()
    for (let blocked = 0; blocked < uploads.length && this.window > 0 && bytes < BATCH_BYTES; ) {
      const stream = uploads.shift()!
      const { sendWindow } = stream
      if (sendWindow <= 0) {
        uploads.push(stream)
        blocked++
        continue
      }
      blocked = 0
      const upload = stream.upload!
      const part = upload.take(Math.min(this.settings.frameBytesMost, BATCH_BYTES, this.window, sendWindow))
      this.window -= part.length
      stream.sendWindow -= part.length
      stream.bytesSent += FRAME_HEAD_BYTES + part.length
      bytes += FRAME_HEAD_BYTES + part.length
      this.writeData(stream.id, part, upload.isOver)
      if (upload.isOver) stream.upload = null
      else uploads.push(stream)
    }
    if (batch.length > 0) batch.write(transport)
    transport.socket.uncork()
    // The socket says when it has room for more.
    if (bytes >= BATCH_BYTES && uploads.length > 0) this.schedule()
  }

  private writeData(stream: number, part: Buffer, isEnd: boolean): void {
    const { batch, transport } = this
    const flags = isEnd ? Flag.endStream : 0
    if (part.length < COPIED_BYTES_MAX) {
      this.writeFrame(FrameType.data, flags, stream, part)
      return
    }
    const to = batch.room(FRAME_HEAD_BYTES)
    batch.length = writeFrameHead(to, batch.length, part.length, FrameType.data, flags, stream)
    batch.write(transport)
    transport.write(part)
  }

  private writeFrame(type: number, flags: number, stream: number, payload: Buffer): void {
    const { batch } = this
    const to = batch.room(FRAME_HEAD_BYTES + payload.length)
    batch.length = writeFrameHead(to, batch.length, payload.length, type, flags, stream)
    batch.add(payload)
  }
}

function windowFault(): ConnectionFault {
  return new ConnectionFault(ErrorCode.flowControlError, 'a window beyond all bounds')
}
