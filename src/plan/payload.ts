/**
 * A body that isn't one text: bytes of files, which lie in memory once for all users, with texts between them.
 */

/** A stretch of a body. */
export interface Stretch {
  readonly bytes: Buffer
  /** Of a file what it's called and what is in it; null for a text. */
  readonly file: { readonly name: string; readonly contentType: string } | null
}

/** So many bytes are handed to a connection at once. Larger ones saved nothing, and what is left is buffered. */
const CHUNK_BYTES = 65_536

/** The body of one request. It never changes, so that it can be sent again. */
export class Payload {
  readonly stretches: readonly Stretch[]
  readonly sizeBytes: number

  constructor(stretches: readonly Stretch[]) {
    this.stretches = stretches
    this.sizeBytes = stretches.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  /** The bytes as they are sent: a small body as a whole, a large one chunk by chunk, of which none is a copy. */
  open(): Buffer | Iterable<Buffer> {
    const [first] = this.stretches
    if (this.sizeBytes > CHUNK_BYTES) return this.chunks()
    return this.stretches.length === 1
      ? first!.bytes
      : Buffer.concat(this.stretches.map(({ bytes }) => bytes))
  }

  /** Headers with the length, without which a body in chunks would be sent as one of unknown length. */
  withLength(headers: readonly string[]): string[] {
    return [...headers, 'content-length', String(this.sizeBytes)]
  }

  private *chunks(): Generator<Buffer> {
    for (const { bytes } of this.stretches)
      for (let from = 0; from < bytes.length; from += CHUNK_BYTES)
        yield bytes.subarray(from, from + CHUNK_BYTES)
  }
}

/** The bytes of a file as a Buffer, which shares their memory. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
