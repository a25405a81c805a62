/**
 * Writes text to a file or to stdout.
 */
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { messageOf, userError } from '../../../base/errors.js'
import type { SinkWorld } from './sink.js'

/** An output for text. */
export interface TextOutput {
  write(text: string): void
  close(): Promise<void>
}

/** With more unwritten bytes than this the disk is stuck, and further text is dropped. */
const WAITING_BYTES_MAX = 16e6
const CLOSE_MS = 2000

/**
 * Creates or truncates the file, and creates its directory; `-` is stdout. Throws a UserError if that fails. A later
 * write error is reported once, as a notice.
 */
export async function openTextFile(path: string, flag: string, world: SinkWorld): Promise<TextOutput> {
  if (path === '-') return { write: (text) => world.print(text), close: async () => {} }
  const file = resolve(world.cwd, path)
  let isBroken = false
  const warn = (reason: string) => {
    if (!isBroken) world.notice(`warning: ${flag}=${path}: ${reason}; the load continues without it`)
    isBroken = true
  }
  const stream = await openStream(file).catch((error: unknown) => {
    throw userError(`${flag}=${path}: ${messageOf(error)}`, 'use a file that can be written')
  })
  stream.on('error', (error) => warn(messageOf(error)))
  return {
    write(text) {
      if (isBroken) return
      if (stream.writableLength < WAITING_BYTES_MAX) stream.write(text)
      else warn('the disk is too slow')
    },
    close: () =>
      new Promise((done) => {
        const limit = setTimeout(done, CLOSE_MS)
        stream.on('close', () => {
          clearTimeout(limit)
          done()
        })
        if (stream.closed) stream.emit('close')
        stream.end()
      }),
  }
}

async function openStream(file: string) {
  await mkdir(dirname(file), { recursive: true })
  const stream = createWriteStream(file)
  await new Promise<void>((resolveOpen, reject) => {
    stream.once('open', () => resolveOpen())
    stream.once('error', reject)
  })
  return stream
}
