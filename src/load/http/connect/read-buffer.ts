/**
 * The one buffer that all sockets of a thread read into.
 */

const BUFFER_BYTES = 64 * 1024

/** Reads up to this many bytes get the same view for the same length: making one takes 40 ns. */
const VIEW_BYTES_MAX = 4096

let shared: ReadBuffer | null = null

/** What sockets read into. Its bytes are valid until the next read of any socket. */
export class ReadBuffer {
  readonly bytes = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  readonly words = new Int32Array(this.bytes.buffer)
  private readonly views: (Buffer | undefined)[] = new Array(VIEW_BYTES_MAX + 1).fill(undefined)

  /** The thread's buffer. */
  static get(): ReadBuffer {
    shared ??= new ReadBuffer()
    return shared
  }

  /** Its first bytes. */
  view(length: number): Buffer {
    if (length > VIEW_BYTES_MAX) return this.bytes.subarray(0, length)
    const view = this.views[length] ?? this.bytes.subarray(0, length)
    this.views[length] = view
    return view
  }

  /** Whether `bytes` is one of its views of few bytes. */
  isView(bytes: Buffer): boolean {
    return bytes.length <= VIEW_BYTES_MAX && this.views[bytes.length] === bytes
  }
}
