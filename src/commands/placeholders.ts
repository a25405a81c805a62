/**
 * Placeholders for files that an imported scenario sends, so that it can be tried at once.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { codeOf, messageOf, userError } from '../base/errors.js'
import type { Io } from '../base/io.js'

const CONTENT = 'perfctl wrote this in place of a file that users send.\n'.repeat(20)

/**
 * Writes missing files into a folder, about a kilobyte each. Returns a line for each file that says what is
 * sent. Existing files are never touched, not even through a symbolic link.
 */
export async function writePlaceholders(
  names: readonly string[] | undefined,
  folder: string,
  io: Io,
): Promise<string[]> {
  const lines: string[] = []
  for (const name of names ?? []) {
    const path = join(folder, name)
    try {
      await mkdir(resolve(io.cwd, folder), { recursive: true })
      await writeFile(resolve(io.cwd, path), CONTENT, { flag: 'wx' })
      lines.push(`written: ${path} (a placeholder: replace it with what users send)`)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw userError(`cannot write ${path}: ${messageOf(error)}`)
      lines.push(`kept: ${path} (it already exists and is sent as it is)`)
    }
  }
  return lines
}

/** Names that no placeholder can have: the scenario's own, and those of anything but plain files. */
export async function reservedBeside(scenario: string, io: Io): Promise<string[]> {
  const entries = await readdir(resolve(io.cwd, dirname(scenario)), { withFileTypes: true }).catch(() => [])
  return [basename(scenario), ...entries.filter((entry) => !entry.isFile()).map(({ name }) => name)]
}
