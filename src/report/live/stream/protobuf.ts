/**
 * The parts of Protocol Buffers that remote-write needs (protobuf.dev/programming-guides/encoding): numbers, strings
 * and messages.
 */

/** An encoded field. A message is the concatenation of its fields. */
export type Field = Uint8Array

const VARINT = 0
const FIXED_64 = 1
const LENGTH_DELIMITED = 2

/** Encodes an int64 or enum: an integer from 0 to below 2^53. */
export function intField(number: number, value: number): Field {
  return Uint8Array.from([...varint(number * 8 + VARINT), ...varint(value)])
}

/** Encodes a double. */
export function doubleField(number: number, value: number): Field {
  const bytes = Buffer.alloc(9)
  bytes[0] = number * 8 + FIXED_64
  bytes.writeDoubleLE(value, 1)
  return bytes
}

/** Encodes a string. */
export function textField(number: number, text: string): Field {
  return bytesField(number, Buffer.from(text))
}

/** Encodes a message of these fields. */
export function messageField(number: number, fields: readonly Field[]): Field {
  return bytesField(number, Buffer.concat(fields))
}

/** Encodes a number in groups of seven bits, lowest first. */
export function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}

function bytesField(number: number, bytes: Uint8Array): Field {
  return Buffer.concat([
    Uint8Array.from([...varint(number * 8 + LENGTH_DELIMITED), ...varint(bytes.length)]),
    bytes,
  ])
}
