/**
 * Divides the bytes of a connection into frames. DATA goes on as it comes, other frames once they are complete.
 */
import { NO_HTTP2 } from '../../response/failure.js'
import { ConnectionFault, ErrorCode } from './errors.js'
import { Flag, FRAME_BYTES_MAX, FRAME_HEAD_BYTES, FrameType, LARGEST, readUint32 } from './frames.js'

/** What takes the frames. Bytes are valid until the call returns. */
export interface FrameHandler {
  /** A whole frame; DATA only if it is padded. The payload is `bytes` from `from` to `to`. */
  onFrame(frame: FrameHead, bytes: Buffer, from: number, to: number): void
  /** A DATA frame without padding begins. */
  onDataHead(frame: FrameHead): void
  /** A part of that frame; `isLast` if it is the last one. */
  onData(frame: FrameHead, bytes: Buffer, from: number, to: number, isLast: boolean): void
}

/** The head of a frame. */
export interface FrameHead {
  readonly type: number
  readonly flags: number
  /** 0 for the connection. */
  readonly stream: number
  /** The bytes of the payload. */
  readonly bytes: number
}

const NOTHING = Buffer.alloc(0)

/** Reads the frames of one connection. */
export class FrameReader {
  /** The beginning of a frame that isn't complete. */
  private partial = NOTHING
  /** Reused for all frames. */
  private readonly head = { type: 0, flags: 0, stream: 0, bytes: 0 }
  /** Bytes of the DATA frame that are still to come; -1 outside of one. */
  private left = -1
  private isFirst = true
  private isStopped = false

  constructor(private readonly handler: FrameHandler) {}

  /** The bytes of an incomplete frame that nobody has seen. */
  get pendingBytes(): number {
    return this.partial.length
  }

  /** Reads nothing any more. */
  stop(): void {
    this.isStopped = true
    this.partial = NOTHING
  }

  /** Reads bytes. Throws a {@link ConnectionFault} for frames that aren't allowed. */
  read(received: Buffer): void {
    const bytes = this.partial.length === 0 ? received : Buffer.concat([this.partial, received])
    const { head, handler } = this
    const end = bytes.length
    this.partial = NOTHING
    let at = 0
    while (!this.isStopped) {
      if (this.left >= 0) {
        const to = Math.min(end, at + this.left)
        this.left -= to - at
        const isLast = this.left === 0
        if (to > at || isLast) handler.onData(head, bytes, at, to, isLast)
        at = to
        if (!isLast) return
        this.left = -1
        continue
      }
      if (end - at < FRAME_HEAD_BYTES) break
      head.bytes = readUint32(bytes, at) >>> 8
      head.type = bytes[at + 3]!
      head.flags = bytes[at + 4]!
      head.stream = readUint32(bytes, at + 5) & LARGEST
      this.check()
      const from = at + FRAME_HEAD_BYTES
      if (head.type === FrameType.data && (head.flags & Flag.padded) === 0) {
        handler.onDataHead(head)
        this.left = head.bytes
        at = from
        continue
      }
      const to = from + head.bytes
      if (to > end) break
      handler.onFrame(head, bytes, from, to)
      at = to
    }
    // Subtle: the next read of any socket overwrites the buffer.
    if (at < end && !this.isStopped) this.partial = Buffer.from(bytes.subarray(at))
  }

  private check(): void {
    const { type, flags, bytes } = this.head
    if (this.isFirst && (type !== FrameType.settings || (flags & Flag.ack) !== 0)) throw new NotHttp2()
    this.isFirst = false
    if (bytes > FRAME_BYTES_MAX)
      throw new ConnectionFault(ErrorCode.frameSizeError, 'a frame larger than allowed')
  }
}

/** The first bytes aren't SETTINGS. */
class NotHttp2 extends ConnectionFault {
  constructor() {
    super(ErrorCode.protocolError, NO_HTTP2)
  }

  override get failure() {
    return { kind: 'protocol', message: NO_HTTP2 } as const
  }
}
