/**
 * The files that requests send as they are: each read once, and kept as bytes in shared memory.
 */
import { createHash } from 'node:crypto'
import { codeOf, messageOf } from '../../base/errors.js'
import type { FileReader } from '../data/files.js'
import { type Reader, readFilePath, wrong } from '../fields/fields.js'
import type { FileBytes, SentFile } from '../model/scenario.js'

/** The files of one scenario. */
export class Uploads {
  private readonly files: FileReader | undefined
  private readonly known = new Map<string, SentFile>()
  private readonly bytes: Record<string, Uint8Array> = {}

  constructor(files: FileReader | undefined) {
    this.files = files
  }

  /** Reads a file that was not read before. Throws an error of the file system. */
  open(path: string): SentFile {
    const known = this.known.get(path)
    if (known !== undefined) return known
    if (this.files === undefined) throw new Error('there are no files here')
    const content = this.files.read(path)
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
    this.bytes[digest] ??= share(content)
    const file = { path, digest, sizeBytes: content.length }
    this.known.set(path, file)
    return file
  }

  /** The bytes of all files by digest; undefined when there are none. */
  all(): FileBytes | undefined {
    return this.known.size === 0 ? undefined : this.bytes
  }
}

function share(content: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(content.length))
  shared.set(content)
  return shared
}

/** A file to send, by its path. */
export const readSentFile: Reader<SentFile> = (tree, context, report) => {
  const path = readFilePath(tree, context, report)
  if (path === null) return null
  try {
    return context.uploads!.open(path)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT')
      return wrong(report, `${path}: no such file`, "write the file's path from the folder of the scenario")
    if (code === 'EISDIR') return wrong(report, `${path} is a directory, not a file`, 'name a file in it')
    return wrong(report, `cannot read ${path}: ${messageOf(error)}`, 'see that it can be read')
  }
}
