/**
 * Reads and writes encoded histograms without building them. A result has thousands, one for each window and request,
 * each with a few dozen of 23,000 possible values.
 */
import { deflateSync, inflateSync } from 'node:zlib'

/** Latencies and their counts: `values` in µs, ascending, each the highest value of its slot. */
export interface SparseCounts {
  readonly values: readonly number[]
  readonly counts: readonly number[]
  readonly total: number
}

/** Decodes an HdrHistogram V2 (base64, compressed or not). Throws an Error with the reason if it is damaged. */
export function readSparseCounts(base64: string): SparseCounts {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new Error('not base64')
  const bytes = decompress(Buffer.from(base64, 'base64'))
  if (bytes.length < HEADER_BYTES || !isCookie(bytes.readInt32BE(0), COOKIE))
    throw new Error('not an HdrHistogram V2')
  const payloadBytes = bytes.readInt32BE(4)
  if (HEADER_BYTES + payloadBytes !== bytes.length) throw new Error('the histogram is truncated')
  const slots = new Slots(bytes.readInt32BE(12), Number(bytes.readBigInt64BE(16)))
  return readCounts(bytes, slots)
}

/** The slot layout in the header. */
interface Layout {
  readonly digits: number
  /** The highest trackable value in µs. */
  readonly highest: number
}

/** Encodes `[slot, count, slot, count, …]`, slots ascending, as an HdrHistogram V2: compressed, base64. */
export function encodeCounts(packed: Uint32Array, { digits, highest }: Layout): string {
  // A count takes at most 5 bytes, and so does the run of empty slots before it.
  const bytes = Buffer.alloc(HEADER_BYTES + 5 * packed.length)
  bytes.writeInt32BE(COOKIE | WORD_SIZE, 0)
  bytes.writeInt32BE(digits, 12)
  bytes.writeBigInt64BE(1n, 16)
  bytes.writeBigInt64BE(BigInt(highest), 24)
  bytes.writeDoubleBE(1, 32)
  let end = HEADER_BYTES
  let next = 0
  for (let i = 0; i < packed.length; i += 2) {
    const empty = packed[i]! - next
    // Zigzag: a run of n empty slots is −n, written as 2n − 1. A single empty slot is a count of 0.
    if (empty === 1) bytes[end++] = 0
    else if (empty > 1) end = writeLeb128(bytes, end, 2 * empty - 1)
    end = writeLeb128(bytes, end, 2 * packed[i + 1]!)
    next = packed[i]! + 1
  }
  bytes.writeInt32BE(end - HEADER_BYTES, 4)
  const deflated = deflateSync(bytes.subarray(0, end), DEFLATE)
  const head = Buffer.alloc(8)
  head.writeInt32BE(COMPRESSED_COOKIE | WORD_SIZE, 0)
  head.writeInt32BE(deflated.length, 4)
  return Buffer.concat([head, deflated]).toString('base64')
}

/** A small window: allocating zlib's default 256 kB takes longer than compressing a histogram. */
const DEFLATE = { windowBits: 12, memLevel: 5 }
/** In the cookie: counts have variable length. */
const WORD_SIZE = 0x10

function writeLeb128(bytes: Buffer, at: number, value: number): number {
  let rest = value
  let end = at
  while (rest >= 128) {
    bytes[end++] = (rest % 128) + 128
    rest = Math.floor(rest / 128)
  }
  bytes[end++] = rest
  return end
}

const HEADER_BYTES = 40
const COOKIE = 0x1c849303
const COMPRESSED_COOKIE = 0x1c849304

function decompress(bytes: Buffer): Buffer {
  if (bytes.length < 8 || !isCookie(bytes.readInt32BE(0), COMPRESSED_COOKIE)) return bytes
  try {
    return inflateSync(bytes.subarray(8, 8 + bytes.readInt32BE(4)))
  } catch {
    throw new Error('the histogram is truncated')
  }
}

/** The second hexadecimal digit of the cookie is the size of a count, which the V2 encoding doesn't depend on. */
function isCookie(word: number, cookie: number): boolean {
  return (word & ~0xf0) === (cookie & ~0xf0)
}

/**
 * Reads counts as consecutive zigzag LEB128 numbers, slot by slot; a negative one is a run of that many empty slots.
 */
function readCounts(bytes: Buffer, slots: Slots): SparseCounts {
  const values: number[] = []
  const counts: number[] = []
  let total = 0
  let slot = 0
  let at = HEADER_BYTES
  while (at < bytes.length) {
    let word = 0
    let scale = 1
    let byte: number
    do {
      if (at >= bytes.length) throw new Error('the histogram is truncated')
      byte = bytes[at++]!
      word += (byte & 0x7f) * scale
      scale *= 128
    } while (byte >= 128)
    if (word % 2 === 1) {
      slot += (word + 1) / 2
      continue
    }
    if (word > 0) {
      values.push(slots.highestValue(slot))
      counts.push(word / 2)
      total += word / 2
    }
    slot++
  }
  return { values, counts, total }
}

/** HdrHistogram's slots: the first half of a bucket in steps of the unit, each next bucket twice as wide. */
class Slots {
  private readonly halfCount: number
  private readonly halfMagnitude: number
  private readonly unitMagnitude: number

  constructor(significantDigits: number, lowestDiscernible: number) {
    if (significantDigits < 0 || significantDigits > 5 || lowestDiscernible < 1)
      throw new Error('not an HdrHistogram V2')
    const magnitude = Math.ceil(Math.log2(2 * 10 ** significantDigits))
    this.halfMagnitude = Math.max(magnitude, 1) - 1
    this.halfCount = 2 ** this.halfMagnitude
    this.unitMagnitude = Math.floor(Math.log2(lowestDiscernible))
  }

  highestValue(slot: number): number {
    const bucket = Math.max(Math.floor(slot / this.halfCount) - 1, 0)
    const subBucket = slot - bucket * this.halfCount
    const step = 2 ** (bucket + this.unitMagnitude)
    return (subBucket + 1) * step - 1
  }
}
