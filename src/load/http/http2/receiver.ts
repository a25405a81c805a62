/**
 * What a connection reads: frames of its streams, and of the connection itself.
 */
import type { Ms } from '../../../base/clock.js'
import { ConnectionFault, ErrorCode } from './errors.js'
import { type FrameHandler, type FrameHead, FrameReader } from './frame-reader.js'
import {
  Flag,
  FRAME_HEAD_BYTES,
  FrameType,
  LARGEST,
  makeFrame,
  makeWindowUpdate,
  readUint32,
} from './frames.js'
import { HeaderDecoder, LIST_BYTES_MAX } from './hpack/decoder.js'
import type { Http2HeadCache } from './response-heads.js'
import { CONNECTION_WINDOW_BYTES, type Sender } from './sender.js'
import { type Http2Stream, STREAM_WINDOW_BYTES } from './stream.js'

/** What the receiver needs of its connection, and tells it. */
export interface ReceiverOwner {
  readonly sender: Sender
  readonly streams: ReadonlyMap<number, Http2Stream>
  /** When the bytes that are being read came. */
  readonly readAt: Ms
  /** Frames of streams that have come. */
  heard: number
  /** Whether frames may still come for a stream that isn't open any more: it was canceled. */
  isCanceled(id: number): boolean
  /** The service will send no more on a canceled stream. */
  forget(id: number): void
  /** A response is complete. */
  finish(stream: Http2Stream): void
  /** A stream can't be read any further: the service made a mistake on it. `isEnd` if nothing more comes. */
  failStream(stream: Http2Stream, code: number, fault: string, isEnd: boolean): void
  /** The service has reset a stream. */
  resetStream(stream: Http2Stream, code: number): void
  /** The service takes no new streams, and processes none above `last`. */
  goAway(last: number, code: number): void
}

/** A header block without its end. */
interface OpenBlock {
  readonly stream: number
  readonly isEnd: boolean
  bytes: Buffer
  frames: number
}

/** A block has at most this many frames. Each can hold a quarter of the largest allowed block. */
const BLOCK_FRAMES_MAX = 64

/** Reads from one connection. */
export class Receiver implements FrameHandler {
  /** Bytes of frames that belong to no request, until a request takes them into account. */
  otherBytes = 0
  private readonly reader = new FrameReader(this)
  private readonly decoder = new HeaderDecoder()
  private block: OpenBlock | null = null
  /** Bytes of DATA for which the service has got no new window. */
  private consumed = 0
  /** The stream of the DATA frame that is being read; null if it isn't open any more. */
  private current: Http2Stream | null = null

  constructor(
    private readonly owner: ReceiverOwner,
    private readonly heads: Http2HeadCache,
  ) {}

  /** Reads bytes. Throws a {@link ConnectionFault} if they violate the protocol. */
  read(bytes: Buffer): void {
    this.reader.read(bytes)
  }

  /** Reads nothing any more: the connection has ended. */
  stop(): void {
    this.otherBytes += this.reader.pendingBytes
    this.reader.stop()
  }

  /** A stream isn't open any more. */
  leave(stream: Http2Stream): void {
    if (this.current === stream) this.current = null
  }

  onDataHead(frame: FrameHead): void {
    if (this.block !== null) throw outOfPlace()
    const { stream: id, bytes } = frame
    const stream = this.find(id)
    this.current = stream
    this.count(stream, FRAME_HEAD_BYTES)
    // Subtle: they are renewed as they are used, so that no service can use more than it has.
    this.consumed += bytes
    if (stream !== null) stream.consumed += bytes
  }

  onData(frame: FrameHead, bytes: Buffer, from: number, to: number, isLast: boolean): void {
    const stream = this.current
    const isEnd = isLast && (frame.flags & Flag.endStream) !== 0
    this.count(stream, to - from)
    if (isLast) this.renewWindows(stream, isEnd)
    if (stream === null) {
      if (isEnd) this.owner.forget(frame.stream)
      return
    }
    const fault = stream.takeData(bytes, from, to, isEnd)
    if (fault !== null) this.owner.failStream(stream, ErrorCode.protocolError, fault, isEnd)
    else if (isEnd) this.owner.finish(stream)
  }

  onFrame(frame: FrameHead, bytes: Buffer, from: number, to: number): void {
    if (this.block !== null && frame.type !== FrameType.continuation) throw outOfPlace()
    switch (frame.type) {
      case FrameType.headers:
        this.onHeaders(frame, bytes, from, to)
        return
      case FrameType.continuation:
        this.onContinuation(frame, bytes, from, to)
        return
      case FrameType.data:
        this.onPaddedData(frame, bytes, from, to)
        return
    }
    this.otherBytes += FRAME_HEAD_BYTES + frame.bytes
    switch (frame.type) {
      case FrameType.rstStream:
        this.onReset(frame, bytes, from)
        break
      case FrameType.settings:
        this.onSettings(frame, bytes, from, to)
        break
      case FrameType.pushPromise:
        throw violation('a push that nobody asked for')
      case FrameType.ping:
        checkFrame(frame, 8, false)
        if ((frame.flags & Flag.ack) === 0)
          this.owner.sender.reply(makeFrame(FrameType.ping, Flag.ack, 0, bytes.subarray(from, to)))
        break
      case FrameType.goaway:
        if (frame.stream !== 0) throw onStream(false)
        if (frame.bytes < 8) throw wrongSize()
        this.owner.goAway(readUint32(bytes, from) & LARGEST, readUint32(bytes, from + 4))
        break
      case FrameType.windowUpdate:
        this.onWindowUpdate(frame, bytes, from)
        break
    }
    // PRIORITY is obsolete, and unknown frames have to be ignored.
  }

  private onHeaders(frame: FrameHead, bytes: Buffer, from: number, to: number): void {
    const { flags, stream } = frame
    const [start, end] = withoutPadding(frame, bytes, from, to, (flags & Flag.priority) === 0 ? 0 : 5)
    const isEnd = (flags & Flag.endStream) !== 0
    this.count(this.find(stream), FRAME_HEAD_BYTES + frame.bytes)
    if ((flags & Flag.endHeaders) !== 0) this.onBlock(stream, bytes, start, end, isEnd)
    else this.block = { stream, isEnd, bytes: Buffer.from(bytes.subarray(start, end)), frames: 1 }
  }

  private onContinuation(
    { stream, flags, bytes: size }: FrameHead,
    bytes: Buffer,
    from: number,
    to: number,
  ): void {
    const { block } = this
    if (block === null || block.stream !== stream) throw outOfPlace()
    this.count(this.owner.streams.get(stream) ?? null, FRAME_HEAD_BYTES + size)
    block.bytes = Buffer.concat([block.bytes, bytes.subarray(from, to)])
    if (++block.frames > BLOCK_FRAMES_MAX || block.bytes.length > LIST_BYTES_MAX)
      throw new ConnectionFault(ErrorCode.enhanceYourCalm, 'endless response headers')
    if ((flags & Flag.endHeaders) === 0) return
    this.block = null
    this.onBlock(stream, block.bytes, 0, block.bytes.length, block.isEnd)
  }

  private onBlock(id: number, bytes: Buffer, from: number, to: number, isEnd: boolean): void {
    // Subtle: also for canceled streams, because blocks build on each other.
    const head = this.heads.read(this.decoder, bytes, from, to)
    const stream = this.owner.streams.get(id)
    if (stream === undefined) {
      if (isEnd) this.owner.forget(id)
      return
    }
    const fault = stream.takeHead(head, isEnd, this.owner.readAt)
    if (fault !== null) this.owner.failStream(stream, ErrorCode.protocolError, fault, isEnd)
    else if (isEnd) this.owner.finish(stream)
  }

  private onPaddedData(frame: FrameHead, bytes: Buffer, from: number, to: number): void {
    const [start, end] = withoutPadding(frame, bytes, from, to, 0)
    this.onDataHead(frame)
    this.count(this.current, frame.bytes - (end - start))
    this.onData(frame, bytes, start, end, true)
  }

  private onReset(frame: FrameHead, bytes: Buffer, from: number): void {
    checkFrame(frame, 4, true)
    const stream = this.owner.streams.get(frame.stream)
    if (stream !== undefined) this.owner.resetStream(stream, readUint32(bytes, from))
    else this.checkOpened(frame.stream)
    this.owner.forget(frame.stream)
  }

  private onSettings(frame: FrameHead, bytes: Buffer, from: number, to: number): void {
    const isAck = (frame.flags & Flag.ack) !== 0
    if (frame.stream !== 0) throw onStream(false)
    if (isAck && frame.bytes > 0) throw wrongSize()
    if (isAck) return
    this.owner.sender.configure(bytes, from, to)
    this.owner.sender.reply(SETTINGS_ACK)
  }

  private onWindowUpdate(frame: FrameHead, bytes: Buffer, from: number): void {
    if (frame.bytes !== 4) throw wrongSize()
    const { owner } = this
    const { stream: id } = frame
    const increment = readUint32(bytes, from) & LARGEST
    if (id === 0) {
      if (increment === 0) throw violation('a window that grows by nothing')
      owner.sender.widen(increment)
      return
    }
    const stream = owner.streams.get(id)
    if (stream === undefined) this.checkOpened(id)
    else if (increment === 0)
      owner.failStream(stream, ErrorCode.protocolError, 'a window that grows by nothing', false)
    else if (!owner.sender.widenStream(stream, increment))
      owner.failStream(stream, ErrorCode.flowControlError, 'a window beyond all bounds', false)
  }

  /** The stream of a frame with a part of a response; null if it was canceled. */
  private find(id: number): Http2Stream | null {
    this.owner.heard++
    const stream = this.owner.streams.get(id)
    if (stream !== undefined) return stream
    this.checkOpened(id)
    if (!this.owner.isCanceled(id))
      throw new ConnectionFault(ErrorCode.streamClosed, 'a response on a stream that has ended')
    return null
  }

  private checkOpened(id: number): void {
    if (id === 0) throw onStream(true)
    if ((id & 1) === 0 || id >= this.owner.sender.nextId)
      throw violation('a frame on a stream that never was')
  }

  private count(stream: Http2Stream | null, bytes: number): void {
    if (stream === null) this.otherBytes += bytes
    else stream.bytesReceived += bytes
  }

  /** Nothing is held back, so the service gets new windows when half of one is used. */
  private renewWindows(stream: Http2Stream | null, isEnd: boolean): void {
    const { sender } = this.owner
    if (this.consumed >= CONNECTION_WINDOW_BYTES / 2) {
      sender.sendFrame(makeWindowUpdate(0, this.consumed))
      this.consumed = 0
    }
    if (stream === null || isEnd || stream.consumed < STREAM_WINDOW_BYTES / 2) return
    sender.sendFrame(makeWindowUpdate(stream.id, stream.consumed))
    stream.consumed = 0
  }
}

const SETTINGS_ACK = makeFrame(FrameType.settings, Flag.ack, 0, Buffer.alloc(0))

/** The payload's part without padding and without `skipped` bytes at the beginning. */
function withoutPadding(
  { flags }: FrameHead,
  bytes: Buffer,
  from: number,
  to: number,
  skipped: number,
): [from: number, to: number] {
  const isPadded = (flags & Flag.padded) !== 0
  if (isPadded && from === to) throw wrongSize()
  const start = from + (isPadded ? 1 : 0) + skipped
  const end = to - (isPadded ? bytes[from]! : 0)
  if (start > end) throw violation('padding longer than its frame')
  return [start, end]
}

/** Checks the size of a frame, and whether it is one of a stream or of the connection. */
function checkFrame({ stream, bytes }: FrameHead, size: number, isOfStream: boolean): void {
  if ((stream !== 0) !== isOfStream) throw onStream(isOfStream)
  if (bytes !== size) throw wrongSize()
}

function violation(what: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.protocolError, what)
}

function wrongSize(): ConnectionFault {
  return new ConnectionFault(ErrorCode.frameSizeError, 'a frame of a wrong size')
}

function onStream(isOfStream: boolean): ConnectionFault {
  return violation(isOfStream ? 'a frame without its stream' : 'a frame of the connection on a stream')
}

function outOfPlace(): ConnectionFault {
  return violation('a frame in the middle of a header block, or a part of none')
}
