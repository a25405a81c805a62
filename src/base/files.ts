/**
 * Files that are written whole or not at all.
 */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { codeOf, messageOf, userError } from './errors.js'
import { randomSeed } from './rng.js'

/**
 * Writes a text file so that at any moment, also after a crash, the path holds either the old content or the new
 * one: into a temporary file beside it, flushed to the disk, then renamed. Makes missing directories. Throws a
 * UserError when the file system says no.
 */
export async function writeFileAtomic(path: string, text: string): Promise<void> {
  // Beside the target, because a rename is atomic only within one file system.
  const temporary = join(dirname(path), `.${basename(path)}.${randomSeed().toString(36)}.tmp`)
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeAndSync(temporary, text)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw userError(`cannot write ${path}: ${messageOf(error)}`)
  }
}

/** The content of a text file; a UserError with what is usually wrong when it can't be read. */
export async function readTextFile(path: string, hint: string | null = null): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') throw userError(`${path}: no such file`, hint)
    if (code === 'EISDIR') throw userError(`${path} is a directory, not a file`, hint)
    throw userError(`cannot read ${path}: ${messageOf(error)}`, hint)
  }
}

async function writeAndSync(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A name as a file name that every system takes: what would be a path, a wildcard or a control becomes `-`. */
export function fileNameOf(name: string): string {
  const safe = name
    .replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, '-')
    .replace(/^\.+/, '')
    .replace(/[. ]+$/, '')
    .slice(0, 100)
  return safe === '' ? 'scenario' : safe
}
