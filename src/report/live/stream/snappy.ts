/**
 * Snappy's block format (google/snappy, format_description.txt), which remote-write requires: repeated bytes become
 * references to earlier ones. Metrics repeat their labels, so they compress well.
 */
import { varint } from './protobuf.js'

/** References reach back at most this far, because the distance has two bytes. */
const REACH = 65_535
const SHORTEST_MATCH = 4
const LONGEST_COPY = 64
const LONGEST_LITERAL = 65_536
const HASH_BITS = 14

const COPY_2 = 2

/** Compresses `bytes` to a block. */
export function compress(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: Uint8Array[] = [Uint8Array.from(varint(source.length))]
  /** By hash: the last position of four bytes with that hash, plus one. */
  const seen = new Uint32Array(2 ** HASH_BITS)
  let literalAt = 0
  let at = 0
  while (at + SHORTEST_MATCH <= source.length) {
    const word = source.readUInt32LE(at)
    const hash = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS)
    const earlier = seen[hash]! - 1
    seen[hash] = at + 1
    if (earlier < 0 || at - earlier > REACH || source.readUInt32LE(earlier) !== word) {
      at++
      continue
    }
    let length = SHORTEST_MATCH
    while (at + length < source.length && source[earlier + length] === source[at + length]) length++
    pushLiteral(parts, source.subarray(literalAt, at))
    pushCopy(parts, at - earlier, length)
    at += length
    literalAt = at
  }
  pushLiteral(parts, source.subarray(literalAt))
  return Buffer.concat(parts)
}

function pushLiteral(parts: Uint8Array[], bytes: Buffer): void {
  for (let from = 0; from < bytes.length; from += LONGEST_LITERAL) {
    const piece = bytes.subarray(from, from + LONGEST_LITERAL)
    const rest = piece.length - 1
    if (rest < 60) parts.push(Uint8Array.of(rest << 2))
    else if (rest < 256) parts.push(Uint8Array.of(60 << 2, rest))
    else parts.push(Uint8Array.of(61 << 2, rest & 255, rest >> 8))
    parts.push(piece)
  }
}

function pushCopy(parts: Uint8Array[], distance: number, length: number): void {
  for (let left = length; left > 0; left -= LONGEST_COPY) {
    const piece = Math.min(left, LONGEST_COPY)
    parts.push(Uint8Array.of(((piece - 1) << 2) | COPY_2, distance & 255, distance >> 8))
  }
}
