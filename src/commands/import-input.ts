/**
 * Reads what is imported, from files or stdin: whole, or in pieces if it may be large.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { codeOf, messageOf, userError } from '../base/errors.js'
import type { Io } from '../base/io.js'

/** The size limit; only logs may be larger, because they are read line by line. */
const CHARACTERS_MAX = 300_000_000

/** Reads a whole source: a path, or `-` for stdin. Throws a UserError if it can't be read. */
export async function readWhole(source: string, io: Io): Promise<string> {
  const pieces: string[] = []
  let length = 0
  for await (const piece of readPieces([source], io)) {
    length += piece.length
    if (length > CHARACTERS_MAX)
      throw userError(`${source} is too large`, 'record or export less; the limit is 300 MB')
    pieces.push(piece)
  }
  return pieces.join('')
}

/**
 * Reads several sources one after the other, in pieces. Gzip is decompressed. Invalid UTF-8 becomes U+FFFD.
 * Throws a UserError if a source can't be read.
 */
export async function* readPieces(sources: readonly string[], io: Io): AsyncGenerator<string> {
  for (const source of sources) {
    const decoder = new TextDecoder()
    try {
      for await (const bytes of unpack(await open(source, io))) yield decoder.decode(bytes, { stream: true })
    } catch (error) {
      throw unreadable(source, error)
    }
    // Separates logs, even if one doesn't end in a line break.
    yield `${decoder.decode()}${sources.length > 1 ? '\n' : ''}`
  }
}

async function open(source: string, io: Io): Promise<AsyncIterable<Uint8Array>> {
  if (source === '-') return io.stdin ?? Readable.from([])
  const path = resolve(io.cwd, source)
  await stat(path)
  return createReadStream(path)
}

function unreadable(source: string, error: unknown): unknown {
  const code = codeOf(error)
  if (code === 'ENOENT') return userError(`${source}: no such file`, 'use - to read from stdin')
  if (code === 'EISDIR') return userError(`${source} is a directory, not a file`)
  if (code?.startsWith('Z_')) return userError(`cannot unpack ${source}: ${messageOf(error)}`)
  return code === null ? error : userError(`cannot read ${source}: ${messageOf(error)}`)
}

/** Decompresses input that starts like gzip, and passes on other input. */
async function* unpack(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done === true) return
  const rest = async function* () {
    yield first.value
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
  }
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* rest()
    return
  }
  const gunzip = createGunzip()
  // Errors are thrown to the reader of `gunzip`.
  pipeline(rest(), gunzip).catch(() => undefined)
  yield* gunzip
}
