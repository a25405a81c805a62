/**
 * Files that requests send: each is read once and kept in shared memory.
 */
import { createHash } from 'node:crypto'
import type { FileBytes, SentFile } from '../model/request.js'
import type { FileReader } from './files.js'

/** The files of one scenario. */
export class Uploads {
  private readonly files: FileReader | undefined
  private readonly known = new Map<string, SentFile>()
  private readonly bytes: Record<string, Uint8Array> = {}

  constructor(files: FileReader | undefined) {
    this.files = files
  }

  /** Returns a file, and reads it on first use. Throws an error of the file system. */
  open(path: string): SentFile {
    const known = this.known.get(path)
    if (known !== undefined) return known
    if (this.files === undefined) throw new Error("files can't be read here")
    const content = this.files.read(path)
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
    this.bytes[digest] ??= share(content)
    const file = { path, digest, sizeBytes: content.length }
    this.known.set(path, file)
    return file
  }

  /** The bytes of all files by digest; undefined if there are none. */
  all(): FileBytes | undefined {
    return this.known.size === 0 ? undefined : this.bytes
  }
}

/** A copy in memory that all threads share. */
function share(content: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(content.length))
  shared.set(content)
  return shared
}
