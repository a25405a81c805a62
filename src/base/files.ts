/**
 * Files that are written whole or not at all.
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

/** A text, or the pieces of one that may be longer than a string can be. */
export type Content = string | Iterable<string>

/**
 * Writes a text file so that at any moment, also after a crash, the path holds either the old content or the new
 * one: into a temporary file beside it, flushed to the disk, then renamed. Makes missing directories. What is no
 * regular file, such as /dev/stdout or a pipe, is written to as it is. Throws a UserError when the file system says no.
 */
export async function writeFileAtomic(path: string, content: Content): Promise<void> {
  try {
    const real = await realpath(path).catch(() => path)
    if (await isSpecial(real)) return await writeAndSync(real, content, 'w')
    await mkdir(dirname(real), { recursive: true })
    // Beside the target, because a rename is atomic only within one file system.
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

/** Less free space than that is none: a result takes more. */
const SPACE_BYTES_LEAST = 1_000_000

/**
 * Throws a UserError with `hint` unless {@link writeFileAtomic} could write the file now. Leaves nothing behind, not
 * even the directories that would have to be made.
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
  // Some file systems don't know.
  const space = await statfs(directory).catch(() => null)
  if (space !== null && space.blocks > 0 && space.bavail * space.bsize < SPACE_BYTES_LEAST)
    throw refuse('the disk is full')
}

/** The lowest directory above the path that is there, or the file that stands where one should be. */
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

/** Not made of the file's own name, which may be as long as names can be. */
function temporaryIn(directory: string): string {
  return join(directory, `.perfctl-${randomSeed().toString(36)}.tmp`)
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

/** In bytes: some characters take four, and a file's name may have 255. */
const NAME_BYTES_MOST = 100

/** A name as a file name that every system takes: what would be a path, a wildcard or a control becomes `-`. */
export function fileNameOf(name: string): string {
  const clean = name
    .replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, '-')
    .replace(/^\.+/, '')
    .replace(/[. ]+$/, '')
  let safe = ''
  for (const character of clean) {
    if (Buffer.byteLength(safe + character) > NAME_BYTES_MOST) break
    safe += character
  }
  return safe === '' ? 'scenario' : safe
}
