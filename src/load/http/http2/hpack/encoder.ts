/**
 * Writes blocks of header fields (RFC 7541). Fields that stay the same are sent once per connection and are one byte from
 * then on; others are sent as they are, as curl and browsers do with paths.
 */
import { DynamicTable, TABLE_BYTES } from './dynamic-table.js'
import { huffmanBytes, writeHuffman } from './huffman.js'
import { HeaderField, STATIC_TABLE, staticFieldIndex, staticNameIndex } from './static-table.js'

/** The pattern of a literal's first byte, and its bits for the index of the name (RFC 7541, section 6.2). */
const ADDED = [0x40, 6] as const
const NOT_ADDED = [0x00, 4] as const

/** Numbers and the first bytes of strings, at most. */
const NUMBER_BYTES_MAX = 6

/** A field of a request that changes. Its bytes are written anew each time, unless they are kept. */
export class ChangingField {
  private readonly start: Buffer
  private bytes: Buffer | null = null

  constructor(
    name: string,
    readonly value: string,
  ) {
    this.start = startOf(name)
  }

  /** An upper bound of its bytes. */
  get bytesMost(): number {
    return this.start.length + NUMBER_BYTES_MAX + this.value.length
  }

  /** Keeps its bytes from now on: it is sent several times. */
  keep(): void {
    if (this.bytes !== null) return
    const bytes = Buffer.allocUnsafe(this.bytesMost)
    this.bytes = bytes.subarray(0, this.write(bytes, 0))
  }

  /** Writes it to `to` from `at` on. Returns where it ends. */
  write(to: Uint8Array, at: number): number {
    if (this.bytes !== null) return copy(this.bytes, to, at)
    return writeString(this.value, to, copy(this.start, to, at))
  }
}

/** A field of requests that stays the same. Each is sent in full once per connection. */
export class FixedField extends HeaderField {
  /** Its index in the static table; 0 if it isn't there. */
  readonly staticIndex: number
  readonly added: Buffer
  readonly notAdded: Buffer

  constructor(
    /** Its number among all fixed fields of a thread, from 0 on. */
    readonly number: number,
    name: string,
    value: string,
  ) {
    super(name, value)
    this.staticIndex = staticFieldIndex(name, value)
    this.added = literal(name, value, ADDED)
    this.notAdded = literal(name, value, NOT_ADDED)
  }

  /** An upper bound of its bytes. */
  get bytesMost(): number {
    return this.added.length + NUMBER_BYTES_MAX
  }
}

/** A field of a request. */
export type RequestField = ChangingField | FixedField

/** Changes of the table's size at the beginning of a block, at most two. */
export const RESIZE_BYTES_MAX = 2 * NUMBER_BYTES_MAX

/** Writes the blocks of one connection. */
export class HeaderEncoder {
  private readonly table = new DynamicTable<FixedField>()
  /** For each fixed field, how many had been added to the table with it; 0 if it never was. */
  private readonly addedAt: number[] = []
  /** The smallest and the last size that the service asked for since the last block; -1 if it didn't. */
  private smallest = -1
  private last = -1

  /** The service says how large the table may be. */
  resize(bytes: number): void {
    const size = Math.min(bytes, TABLE_BYTES)
    if (this.smallest === -1 && size === this.table.maximum) return
    this.smallest = this.smallest === -1 ? size : Math.min(this.smallest, size)
    this.last = size
  }

  /** A block begins. Returns where its fields begin. */
  begin(to: Uint8Array, at: number): number {
    if (this.smallest === -1) return at
    let end = at
    for (const size of new Set([this.smallest, this.last])) {
      this.table.resize(size)
      end = writeInteger(size, 0x20, 5, to, end)
    }
    this.smallest = this.last = -1
    return end
  }

  /** Writes a field to `to` from `at` on. Returns where it ends. */
  write(field: RequestField, to: Uint8Array, at: number): number {
    if (field instanceof ChangingField) return field.write(to, at)
    if (field.staticIndex !== 0) {
      to[at] = 0x80 | field.staticIndex
      return at + 1
    }
    const { table, addedAt } = this
    while (addedAt.length <= field.number) addedAt.push(0)
    const added = addedAt[field.number]!
    if (added > table.oldest) return writeInteger(STATIC_TABLE.length + table.added - added, 0x80, 7, to, at)
    // A large field would drop too many others.
    if (field.sizeBytes > table.maximum / 2) return copy(field.notAdded, to, at)
    table.add(field)
    addedAt[field.number] = table.added
    return copy(field.added, to, at)
  }
}

/** The beginning of a literal that isn't added to the table, up to its name. */
function startOf(name: string): Buffer {
  let start = starts.get(name)
  if (start === undefined) {
    start = nameOf(name, NOT_ADDED)
    if (starts.size < STARTS_MAX) starts.set(name, start)
  }
  return start
}

/** By the name of the field. */
const starts = new Map<string, Buffer>()
const STARTS_MAX = 1000

function nameOf(name: string, [pattern, bits]: typeof ADDED | typeof NOT_ADDED): Buffer {
  const index = staticNameIndex(name)
  const bytes = Buffer.alloc(NUMBER_BYTES_MAX + name.length + 1)
  let end = writeInteger(index, pattern, bits, bytes, 0)
  if (index === 0) end = writeString(name, bytes, end)
  return bytes.subarray(0, end)
}

function literal(name: string, value: string, kind: typeof ADDED | typeof NOT_ADDED): Buffer {
  const bytes = Buffer.alloc(NUMBER_BYTES_MAX + value.length)
  return Buffer.concat([nameOf(name, kind), bytes.subarray(0, writeString(value, bytes, 0))])
}

/** Writes an integer whose first byte has this many bits for it (RFC 7541, section 5.1). */
function writeInteger(value: number, pattern: number, bits: number, to: Uint8Array, at: number): number {
  const most = (1 << bits) - 1
  if (value < most) {
    to[at] = pattern | value
    return at + 1
  }
  let end = at
  to[end++] = pattern | most
  let rest = value - most
  while (rest >= 0x80) {
    to[end++] = 0x80 | (rest & 0x7f)
    rest >>>= 7
  }
  to[end++] = rest
  return end
}

/** Writes a latin1 text, in the Huffman code if that is shorter. */
function writeString(text: string, to: Uint8Array, at: number): number {
  const coded = huffmanBytes(text)
  if (coded < text.length) return writeHuffman(text, to, writeInteger(coded, 0x80, 7, to, at))
  let end = writeInteger(text.length, 0x00, 7, to, at)
  for (let i = 0; i < text.length; i++) to[end++] = text.charCodeAt(i)
  return end
}

/** Copies bytes; mostly they are few, for which a loop is faster than a call. */
function copy(bytes: Uint8Array, to: Uint8Array, at: number): number {
  const { length } = bytes
  if (length > 64) to.set(bytes, at)
  else for (let i = 0; i < length; i++) to[at + i] = bytes[i]!
  return at + length
}
