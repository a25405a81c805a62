/**
 * Files that an imported scenario sends and nobody has yet: with something in them, it can be tried at once.
 */
import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { writeFileAtomic } from '../base/files.js'
import type { Io } from './io.js'

const CONTENT = 'perfctl wrote this in place of a file that users send.\n'.repeat(20)

/** Writes those that aren't there, a kilobyte each, into a folder; gives a line for each that says so. */
export async function writePlaceholders(
  names: readonly string[] | undefined,
  folder: string,
  io: Io,
): Promise<string[]> {
  const lines: string[] = []
  for (const name of names ?? []) {
    const path = join(folder, name)
    const isThere = await access(resolve(io.cwd, path)).then(
      () => true,
      () => false,
    )
    if (isThere) continue
    await writeFileAtomic(resolve(io.cwd, path), CONTENT)
    lines.push(`written: ${path} (a placeholder: put in its place what users send)`)
  }
  return lines
}
