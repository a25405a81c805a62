/**
 * Protocol Buffers, as much of them as remote-write needs (protobuf.dev/programming-guides/encoding): fields that are
 * numbers, texts, and messages.
 */

/** A field as bytes; those of a message follow each other. */
export type Field = Uint8Array

const VARINT = 0
const FIXED_64 = 1
const LENGTH_DELIMITED = 2

/** An int64 or an enum: whole, not negative, below 2^53. */
export function intField(number: number, value: number): Field {
  return Uint8Array.from([...varint(number * 8 + VARINT), ...varint(value)])
}

/** A double. */
export function doubleField(number: number, value: number): Field {
  const bytes = Buffer.alloc(9)
  bytes[0] = number * 8 + FIXED_64
  bytes.writeDoubleLE(value, 1)
  return bytes
}

/** A string. */
export function textField(number: number, text: string): Field {
  return bytesField(number, Buffer.from(text))
}

/** A message of these fields. */
export function messageField(number: number, fields: readonly Field[]): Field {
  return bytesField(number, Buffer.concat(fields))
}

/** A number in groups of seven bits, the lowest first. */
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
