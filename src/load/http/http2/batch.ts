/**
 * The bytes that a connection writes at once. All connections of a thread collect theirs in the same memory, one after the
 * other.
 */
import type { Transport } from '../connect/transport.js'

/** With this many bytes, a batch is large enough to be written. */
export const BATCH_BYTES = 64 * 1024

/** Shared by all connections of a thread, and empty between their turns. */
let shared = Buffer.allocUnsafeSlow(2 * BATCH_BYTES)

/** The bytes for one write. */
export class Batch {
  /** The number of bytes so far. */
  length = 0

  /** The memory, with room for this many bytes behind {@link length}. */
  room(bytes: number): Buffer {
    if (this.length + bytes > shared.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (this.length + bytes))
      shared.copy(larger, 0, 0, this.length)
      shared = larger
    }
    return shared
  }

  /** Adds bytes. */
  add(bytes: Buffer): void {
    bytes.copy(this.room(bytes.length), this.length)
    this.length += bytes.length
  }

  /** Writes them. */
  write(transport: Transport): void {
    // Subtle: a socket may keep what it can't send at once.
    const bytes = Buffer.allocUnsafe(this.length)
    shared.copy(bytes, 0, 0, this.length)
    this.length = 0
    transport.write(bytes)
  }
}
