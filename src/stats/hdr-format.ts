/**
 * HdrHistogram's V2 encoding, compressed, as base64, which every HdrHistogram library reads: a header, and the counts
 * slot by slot as bytes.
 */
import { deflateSync, inflateSync } from 'node:zlib'
import { HIGHEST, SIGNIFICANT_DIGITS } from './slots.js'

/** Encodes counts. */
export function encodeHdr(counts: Uint8Array): string {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeInt32BE(COOKIE | WORD_SIZE, 0)
  header.writeInt32BE(counts.length, 4)
  header.writeInt32BE(SIGNIFICANT_DIGITS, 12)
  header.writeBigInt64BE(1n, 16)
  header.writeBigInt64BE(BigInt(HIGHEST), 24)
  header.writeDoubleBE(1, 32)
  const deflated = deflateSync(Buffer.concat([header, counts]), DEFLATE)
  const head = Buffer.alloc(8)
  head.writeInt32BE(COMPRESSED_COOKIE | WORD_SIZE, 0)
  head.writeInt32BE(deflated.length, 4)
  return Buffer.concat([head, deflated]).toString('base64')
}

/**
 * Decodes base64, compressed or not. Returns null for the counts of other slots than those of `slots.ts`, as other
 * programs may have them. Throws an Error with the reason if it is damaged.
 */
export function decodeHdr(base64: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new Error('not base64')
  const bytes = decompress(Buffer.from(base64, 'base64'))
  if (bytes.length < HEADER_BYTES || !isCookie(bytes.readInt32BE(0), COOKIE))
    throw new Error('not an HdrHistogram V2')
  if (HEADER_BYTES + bytes.readInt32BE(4) !== bytes.length) throw new Error(TRUNCATED)
  if (bytes.readInt32BE(12) !== SIGNIFICANT_DIGITS || bytes.readBigInt64BE(16) !== 1n) return null
  // A copy: what zlib returns is a piece of a much larger buffer.
  return new Uint8Array(bytes.subarray(HEADER_BYTES))
}

/** Why an encoding can't be read that ends too early. */
export const TRUNCATED = 'the histogram is truncated'

/** A small window: allocating zlib's default 256 kB takes longer than compressing a histogram. */
const DEFLATE = { windowBits: 12, memLevel: 5 }
/** A small piece: most histograms need a few hundred bytes of zlib's default 16 kB. */
const INFLATE = { chunkSize: 1024 }
/** In the cookie: counts have variable length. */
const WORD_SIZE = 0x10
const HEADER_BYTES = 40
const COOKIE = 0x1c849303
const COMPRESSED_COOKIE = 0x1c849304

function decompress(bytes: Buffer): Buffer {
  if (bytes.length < 8 || !isCookie(bytes.readInt32BE(0), COMPRESSED_COOKIE)) return bytes
  try {
    return inflateSync(bytes.subarray(8, 8 + bytes.readInt32BE(4)), INFLATE)
  } catch {
    throw new Error(TRUNCATED)
  }
}

/** The second hexadecimal digit of the cookie is the size of a count, which the V2 encoding doesn't depend on. */
function isCookie(word: number, cookie: number): boolean {
  return (word & ~0xf0) === (cookie & ~0xf0)
}
