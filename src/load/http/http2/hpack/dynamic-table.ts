/**
 * The table of recent header fields that both ends of a connection keep in step (RFC 7541, section 2.3.2).
 */
import type { HeaderField } from './static-table.js'

/** The size of a table until its reader asks for another one. */
export const TABLE_BYTES = 4096

/** First in, first out. `F`: a header field. */
export class DynamicTable<F extends Pick<HeaderField, 'sizeBytes'>> {
  /** All fields that were ever added: the number of the next one. */
  added = 0
  /** The number of the oldest field that is still in the table. */
  oldest = 0
  private sizeBytes = 0
  private sizeBytesMost = TABLE_BYTES
  /** Field n is at n modulo its length, which is a power of two. */
  private ring: (F | undefined)[] = []

  /** The number of fields in the table. */
  get length(): number {
    return this.added - this.oldest
  }

  /** The field that was added before `age` others; it must be in the table. */
  get(age: number): F {
    return this.ring[(this.added - 1 - age) & (this.ring.length - 1)]!
  }

  /** Adds a field, and drops the oldest ones if it is full. A field that is larger than the table empties it. */
  add(field: F): void {
    this.sizeBytes += field.sizeBytes
    const isTooLarge = field.sizeBytes > this.sizeBytesMost
    this.shrink()
    if (isTooLarge) return
    if (this.length === this.ring.length) this.grow()
    this.ring[this.added++ & (this.ring.length - 1)] = field
  }

  /** The most that the fields may take. */
  get maximum(): number {
    return this.sizeBytesMost
  }

  /** Changes the size of the table. */
  resize(bytes: number): void {
    this.sizeBytesMost = bytes
    this.shrink()
  }

  private shrink(): void {
    const { ring } = this
    while (this.sizeBytes > this.sizeBytesMost) {
      if (this.length === 0) {
        this.sizeBytes = 0
        return
      }
      const at = this.oldest++ & (ring.length - 1)
      this.sizeBytes -= ring[at]!.sizeBytes
      ring[at] = undefined
    }
  }

  private grow(): void {
    const larger: (F | undefined)[] = new Array(Math.max(8, 2 * this.ring.length)).fill(undefined)
    for (let n = this.oldest; n < this.added; n++)
      larger[n & (larger.length - 1)] = this.ring[n & (this.ring.length - 1)]
    this.ring = larger
  }
}
