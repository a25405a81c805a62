/**
 * Reads files and writes them atomically.
 */
import {
  access,
  constants,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  statfs,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf, messageOf, userError } from './errors.js'
import { randomSeed } from './rng.js'

/** Text, or pieces of text that together may exceed the longest string. */
export type Content = string | Iterable<string>

/**
 * Writes a text file atomically: even after a crash, the path holds either the old or the new content. Writes to a
 * temporary file in the same directory, flushes it to disk and renames it. Creates missing directories. Writes directly
 * to anything but a regular file, such as /dev/stdout or a pipe. Throws a UserError if the file system refuses.
 */
export async function writeFileAtomic(path: string, content: Content): Promise<void> {
  try {
    const real = await realpath(path).catch(() => path)
    if (await isSpecial(real)) return await writeAndSync(real, content, 'w')
    await mkdir(dirname(real), { recursive: true })
    // In the same directory, because a rename is atomic only within a file system.
    const temporary = temporaryIn(dirname(real))
    try {
      await writeAndSync(temporary, content, 'wx')
      await rename(temporary, real)
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw error
    }
  } catch (error) {
    throw userError(`cannot write ${path}: ${messageOf(error)}`)
  }
}

/** With less free space the disk counts as full, as a result needs more. */
const SPACE_BYTES_MIN = 1_000_000

/**
 * Throws a UserError with `hint` unless {@link writeFileAtomic} could write the file now. Leaves nothing behind, not
 * even missing directories.
 */
export async function checkWritable(path: string, hint: string): Promise<void> {
  const refuse = (reason: string) => userError(`cannot write ${path}: ${reason}`, hint)
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory()) throw refuse('it is a directory')
  if (found !== null && !found.isFile()) {
    await access(path, constants.W_OK).catch((error: unknown) => {
      throw refuse(messageOf(error))
    })
    return
  }
  const directory = await nearestParent(path)
  if (!(await stat(directory)).isDirectory()) throw refuse(`${directory} is a file, not a directory`)
  const temporary = temporaryIn(directory)
  try {
    await writeAndSync(temporary, 'x', 'wx')
  } catch (error) {
    throw refuse(messageOf(error))
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined)
  }
  // Some file systems don't report it.
  const space = await statfs(directory).catch(() => null)
  if (space !== null && space.blocks > 0 && space.bavail * space.bsize < SPACE_BYTES_MIN)
    throw refuse('the disk is full')
}

/** The lowest existing directory above the path, or the file in place of one. */
async function nearestParent(path: string): Promise<string> {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    const isThere = await stat(directory).then(
      () => true,
      () => false,
    )
    if (isThere || directory === dirname(directory)) return directory
  }
}

async function isSpecial(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found !== null && !found.isFile() && !found.isDirectory()
}

/** Doesn't contain the file's name, which may already have the maximum length. */
function temporaryIn(directory: string): string {
  return join(directory, `.perfctl-${randomSeed().toString(36)}.tmp`)
}

/** Reads a text file. Throws a UserError that explains the usual causes if it can't. */
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

async function writeAndSync(path: string, content: Content, flags: 'w' | 'wx'): Promise<void> {
  const file = await open(path, flags)
  try {
    if (typeof content === 'string') await file.writeFile(content)
    else for (const piece of content) await file.writeFile(piece)
    await file.sync().catch((error: unknown) => {
      // A pipe or a device can't be flushed.
      if (codeOf(error) !== 'EINVAL') throw error
    })
  } finally {
    await file.close()
  }
}

/** In bytes: a file name may have 255, and some characters take four. */
const NAME_BYTES_MAX = 100

/**
 * The name as a file name that is valid on every system. Replaces path separators, wildcards and control characters
 * with `-`.
 */
export function fileNameOf(name: string): string {
  const clean = name
    .replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, '-')
    .replace(/^\.+/, '')
    .replace(/[. ]+$/, '')
  let safe = ''
  for (const character of clean) {
    if (Buffer.byteLength(safe + character) > NAME_BYTES_MAX) break
    safe += character
  }
  return safe === '' ? 'scenario' : safe
}
