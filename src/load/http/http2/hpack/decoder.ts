/**
 * Reads blocks of header fields (RFC 7541).
 */
import { ConnectionFault, ErrorCode } from '../errors.js'
import { DynamicTable, TABLE_BYTES } from './dynamic-table.js'
import { readHuffman } from './huffman.js'
import { HeaderField, STATIC_TABLE } from './static-table.js'

/** The most that the fields of one block may take, as counted by RFC 9113, section 6.5.2. */
export const LIST_BYTES_MAX = 65_536

/** A block, and what reading it did to the table. */
export interface Block {
  readonly fields: readonly HeaderField[]
  /** Fields that were added to the table. */
  readonly added: readonly HeaderField[]
  /** Fields that were in the table before, with their age at the beginning of the block. */
  readonly used: readonly Used[]
  /** Whether the same bytes mean the same again, as long as the used fields are at the same ages. */
  readonly isRepeatable: boolean
}

interface Used {
  readonly age: number
  readonly field: HeaderField
}

const NO_FIELDS: readonly never[] = []

/** Reads the blocks of one connection. Throws a {@link ConnectionFault} if one is invalid. */
export class HeaderDecoder {
  private readonly table = new DynamicTable<HeaderField>()
  private bytes: Uint8Array = new Uint8Array(0)
  private at = 0
  private end = 0

  /** Reads a whole block. */
  read(bytes: Uint8Array, from: number, to: number): Block {
    this.bytes = bytes
    this.at = from
    this.end = to
    const addedBefore = this.table.added
    const fields: HeaderField[] = []
    let added: HeaderField[] | null = null
    let used: Used[] | null = null
    let isRepeatable = true
    let listBytes = 0
    while (this.at < to) {
      const first = bytes[this.at]!
      if ((first & 0xe0) === 0x20) {
        if (fields.length > 0) throw broken('a late change of the table size')
        this.resize(this.readInteger(5))
        isRepeatable = false
        continue
      }
      let field: HeaderField
      let index: number
      if (first >= 0x80) {
        index = this.readInteger(7)
        field = this.lookUp(index)
      } else {
        const isAdded = first >= 0x40
        index = this.readInteger(isAdded ? 6 : 4)
        const name = index === 0 ? this.readString() : this.lookUp(index).name
        field = new HeaderField(name, this.readString())
        if (isAdded) {
          added ??= []
          added.push(field)
        }
      }
      if (index >= STATIC_TABLE.length) {
        const inBlock = added === null ? 0 : this.table.added - addedBefore
        const age = index - STATIC_TABLE.length - inBlock
        used ??= []
        used.push({ age, field: this.table.get(index - STATIC_TABLE.length) })
      }
      if (first < 0x80 && first >= 0x40) this.table.add(field)
      fields.push(field)
      listBytes += field.sizeBytes
      if (listBytes > LIST_BYTES_MAX) throw new ConnectionFault(ErrorCode.enhanceYourCalm, TOO_LARGE)
    }
    // What is added changes the ages of what is used after it.
    if (added !== null && used !== null) isRepeatable = false
    return { fields, added: added ?? NO_FIELDS, used: used ?? NO_FIELDS, isRepeatable }
  }

  /** Does to the table what reading the block would do. Returns false if the block would mean something else. */
  repeat({ added, used }: Block): boolean {
    const { table } = this
    for (let i = 0; i < used.length; i++) {
      const { age, field } = used[i]!
      if (age >= table.length) return false
      const current = table.get(age)
      if (current !== field && (current.name !== field.name || current.value !== field.value)) return false
    }
    for (let i = 0; i < added.length; i++) table.add(added[i]!)
    return true
  }

  private resize(bytes: number): void {
    if (bytes > TABLE_BYTES) throw broken('a table larger than allowed')
    this.table.resize(bytes)
  }

  private lookUp(index: number): HeaderField {
    if (index === 0) throw broken('index 0')
    if (index < STATIC_TABLE.length) return STATIC_TABLE[index]!
    const age = index - STATIC_TABLE.length
    if (age >= this.table.length) throw broken('an unknown index')
    return this.table.get(age)
  }

  /** An integer whose first byte has this many bits for it (RFC 7541, section 5.1). */
  private readInteger(bits: number): number {
    const { bytes } = this
    const most = (1 << bits) - 1
    let value = bytes[this.at++]! & most
    if (value < most) return value
    for (let shift = 0; shift <= 21; shift += 7) {
      if (this.at === this.end) throw broken('an incomplete number')
      const byte = bytes[this.at++]!
      value += (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw broken('a number that is too large')
  }

  private readString(): string {
    if (this.at === this.end) throw broken('an incomplete field')
    const isHuffman = this.bytes[this.at]! >= 0x80
    const length = this.readInteger(7)
    const from = this.at
    const to = from + length
    if (to > this.end) throw broken('an incomplete text')
    this.at = to
    if (!isHuffman) return latin1(this.bytes, from, to)
    const text = readHuffman(this.bytes, from, to)
    if (text === null) throw broken('an invalid Huffman code')
    return text
  }
}

const TOO_LARGE = `response headers larger than ${LIST_BYTES_MAX / 1024} KiB`

function broken(what: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.compressionError, `invalid header compression (${what})`)
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
}
