/**
 * Whole numbers from 0 as bytes: seven bits in each, the lowest first (LEB128). Small numbers take one byte.
 */

/** Writes numbers into memory that grows as needed. */
export class NumberWriter {
  private bytes: Uint8Array<ArrayBuffer>
  private end = 0

  constructor(bytes = 64) {
    this.bytes = new Uint8Array(bytes)
  }

  /** The number of bytes written. */
  get length(): number {
    return this.end
  }

  put(value: number): void {
    this.reserve(BYTES_MAX)
    let rest = value
    while (rest >= 128) {
      this.bytes[this.end++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.bytes[this.end++] = rest
  }

  /** Writes bytes as they are. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.end)
    this.end += bytes.length
  }

  /** Returns what was written, as long as nothing more is. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.end)
  }

  /** Forgets what was written. */
  clear(): void {
    this.end = 0
  }

  private reserve(bytes: number): void {
    if (this.end + bytes <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(1.5 * this.bytes.length, this.end + bytes))
    larger.set(this.view())
    this.bytes = larger
  }
}

/** Safe integers have 53 bits. */
const BYTES_MAX = 8

/** Reads what a {@link NumberWriter} has written. */
export class NumberReader {
  private readonly bytes: Uint8Array
  private at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get hasMore(): boolean {
    return this.at < this.bytes.length
  }

  /** Returns the next number. Throws an Error if the bytes end within it. */
  next(): number {
    let byte = this.bytes[this.at++]
    if (byte !== undefined && byte < 128) return byte
    let value = 0
    let scale = 1
    for (;;) {
      if (byte === undefined) throw new Error('a number is cut off')
      value += (byte & 0x7f) * scale
      if (byte < 128) return value
      scale *= 128
      byte = this.bytes[this.at++]
    }
  }

  /** Returns the next `count` bytes, which are shared. */
  take(count: number): Uint8Array {
    this.at += count
    return this.bytes.subarray(this.at - count, this.at)
  }
}
