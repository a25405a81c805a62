/**
 * A body with files: text between file contents, which are in memory once for all users.
 */

/** A section of a body. */
export interface Stretch {
  readonly bytes: Buffer
  readonly file: { readonly name: string; readonly contentType: string } | null
}

/**
 * The number of bytes written to a connection at once. Larger chunks saved nothing, and the unsent rest is buffered.
 */
const CHUNK_BYTES = 65_536

/** The body of one request. Immutable, so that it can be sent again. */
export class Payload {
  readonly stretches: readonly Stretch[]
  readonly sizeBytes: number

  constructor(stretches: readonly Stretch[]) {
    this.stretches = stretches
    this.sizeBytes = stretches.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  /** The bytes to send: a small body as a whole, a large one in chunks without copying. */
  open(): Buffer | Iterable<Buffer> {
    const [first] = this.stretches
    if (this.sizeBytes > CHUNK_BYTES) return this.chunks()
    return this.stretches.length === 1
      ? first!.bytes
      : Buffer.concat(this.stretches.map(({ bytes }) => bytes))
  }

  /** Adds a content-length header. Without it, a body in chunks would have no known length. */
  withLength(headers: readonly string[]): string[] {
    return [...headers, 'content-length', String(this.sizeBytes)]
  }

  private *chunks(): Generator<Buffer> {
    for (const { bytes } of this.stretches)
      for (let from = 0; from < bytes.length; from += CHUNK_BYTES)
        yield bytes.subarray(from, from + CHUNK_BYTES)
  }
}

/** A file's bytes as a Buffer on the same memory. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
