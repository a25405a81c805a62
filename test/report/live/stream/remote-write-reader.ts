/**
 * Decodes remote-write as a receiver does: Snappy's block format, then the protobuf message by the field numbers of
 * prompb/remote.proto. Strict: throws for anything unexpected.
 */

export interface WrittenSeries {
  readonly labels: readonly (readonly [name: string, value: string])[]
  readonly samples: readonly { readonly value: number; readonly timestampMs: number }[]
}

export interface Written {
  readonly series: readonly WrittenSeries[]
  readonly metadata: readonly {
    readonly type: number
    readonly name: string
    readonly help: string
    readonly unit: string
  }[]
}

/** Decodes a Snappy block (google/snappy, format_description.txt). */
export function uncompress(block: Buffer): Buffer {
  const [length, start] = readVarint(block, 0)
  const out = Buffer.alloc(length)
  let at = start
  let done = 0
  while (at < block.length) {
    const tag = block[at++]!
    if ((tag & 3) === 0) {
      const extra = Math.max(0, (tag >> 2) - 59)
      const size = (extra === 0 ? tag >> 2 : block.readUIntLE(at, extra)) + 1
      at += extra
      if (at + size > block.length || done + size > length) throw new Error('truncated literal')
      block.copy(out, done, at, at + size)
      at += size
      done += size
      continue
    }
    const [size, distance, bytes] = readCopy(block, at, tag)
    at += bytes
    if (distance === 0 || distance > done || done + size > length) throw new Error('a copy of nothing')
    for (let i = 0; i < size; i++) out[done + i] = out[done + i - distance]!
    done += size
  }
  if (done !== length) throw new Error(`${done} bytes instead of ${length}`)
  return out
}

function readCopy(block: Buffer, at: number, tag: number): [size: number, distance: number, bytes: number] {
  if ((tag & 3) === 1) return [((tag >> 2) & 7) + 4, ((tag >> 5) << 8) | block[at]!, 1]
  if ((tag & 3) === 2) return [(tag >> 2) + 1, block.readUInt16LE(at), 2]
  return [(tag >> 2) + 1, block.readUInt32LE(at), 4]
}

/** Decodes a WriteRequest. */
export function readWrite(message: Buffer): Written {
  const fields = readFields(message)
  if (fields.some(({ number }) => number !== 1 && number !== 3)) throw new Error('an unknown field')
  return {
    series: fields.filter(({ number }) => number === 1).map(({ value }) => readSeries(bytesOf(value))),
    metadata: fields
      .filter(({ number }) => number === 3)
      .map(({ value }) => {
        const metadata = readFields(bytesOf(value))
        return {
          type: numberOf(only(metadata, 1)),
          name: textOf(only(metadata, 2)),
          help: textOf(only(metadata, 4)),
          unit: textOf(only(metadata, 5)),
        }
      }),
  }
}

function readSeries(message: Buffer): WrittenSeries {
  const fields = readFields(message)
  return {
    labels: fields
      .filter(({ number }) => number === 1)
      .map(({ value }) => {
        const label = readFields(bytesOf(value))
        return [textOf(only(label, 1)), textOf(only(label, 2))] as const
      }),
    samples: fields
      .filter(({ number }) => number === 2)
      .map(({ value }) => {
        const sample = readFields(bytesOf(value))
        return { value: bytesOf(only(sample, 1)).readDoubleLE(), timestampMs: numberOf(only(sample, 2)) }
      }),
  }
}

interface ReadField {
  readonly number: number
  readonly value: number | Buffer
}

function readFields(message: Buffer): ReadField[] {
  const fields: ReadField[] = []
  let at = 0
  while (at < message.length) {
    const [key, afterKey] = readVarint(message, at)
    const [number, wire] = [key >> 3, key & 7]
    if (wire === 0) {
      const [value, next] = readVarint(message, afterKey)
      fields.push({ number, value })
      at = next
      continue
    }
    const [size, from] = wire === 1 ? [8, afterKey] : readVarint(message, afterKey)
    if (wire !== 1 && wire !== 2) throw new Error(`wire type ${wire}`)
    if (from + size > message.length) throw new Error('truncated field')
    fields.push({ number, value: message.subarray(from, from + size) })
    at = from + size
  }
  return fields
}

function readVarint(bytes: Buffer, start: number): [value: number, next: number] {
  let value = 0n
  for (let at = start, shift = 0n; ; at++, shift += 7n) {
    const byte = bytes[at]
    if (byte === undefined) throw new Error('truncated number')
    value |= BigInt(byte & 127) << shift
    if (byte < 128) return [Number(value), at + 1]
  }
}

function only(fields: readonly ReadField[], number: number): number | Buffer {
  const found = fields.filter((field) => field.number === number)
  if (found.length !== 1) throw new Error(`field ${number} comes ${found.length} times`)
  return found[0]!.value
}

function bytesOf(value: number | Buffer): Buffer {
  if (typeof value === 'number') throw new Error('a number instead of bytes')
  return value
}

function numberOf(value: number | Buffer): number {
  if (typeof value !== 'number') throw new Error('bytes instead of a number')
  return value
}

function textOf(value: number | Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(value))
}
