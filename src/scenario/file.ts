/**
 * A scenario file on disk → Scenario.
 */
import { readFileSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, parse, resolve } from 'node:path'
import { codeOf, messageOf, type UserError, userError } from '../base/errors.js'
import { nearest } from '../base/suggest.js'
import { formatSize } from '../base/units.js'
import type { Scenario } from './model/scenario.js'
import { readScenario } from './read.js'
import type { Environment } from './template/environment.js'

/** The folder in which scenarios usually are. */
export const SCENARIOS = 'scenarios'

/** Larger files are not scenarios. */
const BYTES_MAX = 5_000_000

/** How a scenario file is read. */
export interface LoadOptions {
  /** The folder that relative paths start from. */
  readonly cwd: string
  /** Variables for `${NAME}`. */
  readonly env: Environment
  /** The profile to use; absent for `load`. */
  readonly profile?: string | undefined
}

/**
 * Reads a scenario file. Throws a UserError if it doesn't exist or has problems. The scenario keeps the path as given;
 * the paths of its baseline and socket become absolute.
 */
export async function loadScenario(file: string, options: LoadOptions): Promise<Scenario> {
  return placeScenario(await readText(file, resolve(options.cwd, file)), file, options)
}

/** The scenario in `text`, read as if it were the content of `file`. Throws a UserError if it has problems. */
export function placeScenario(text: string, file: string, { cwd, env, profile }: LoadOptions): Scenario {
  const folder = dirname(resolve(cwd, file))
  const scenario = readScenario(text, {
    file,
    env,
    profile,
    files: { read: (path) => readFileSync(resolve(folder, path)) },
  })
  const { baseline, http } = scenario
  return {
    ...scenario,
    ...(http.socketPath !== undefined && { http: { ...http, socketPath: resolve(cwd, http.socketPath) } }),
    ...(baseline.file !== null && { baseline: { ...baseline, file: resolve(cwd, baseline.file) } }),
  }
}

async function readText(file: string, path: string): Promise<string> {
  const bytes = await readBytes(file, path)
  try {
    // Fatal, because a file in another encoding would be sent with the wrong characters.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw userError(`${file} is not valid UTF-8`, 'save the file as UTF-8')
  }
}

async function readBytes(file: string, path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path)
    if (size > BYTES_MAX)
      throw userError(
        `${file} is too large for a scenario: ${formatSize(size)}`,
        `write at most ${formatSize(BYTES_MAX)}`,
      )
    return await readFile(path)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') throw await missing(file, path)
    if (code === 'EISDIR')
      throw userError(`${file} is a directory, not a file`, await listScenarios(file, path))
    if (code === null) throw error
    throw userError(`cannot read ${file}: ${messageOf(error)}`)
  }
}

/** The file that was meant may be in the folder `scenarios` beside it, and have an ending. */
async function missing(file: string, path: string): Promise<UserError> {
  const folders = ['.', SCENARIOS]
  for (const folder of folders) {
    const named = new Map(
      (await scenariosIn(join(dirname(path), folder))).map((name) => [parse(name).name, name]),
    )
    const similar = nearest(parse(file).name, named.keys())
    if (similar === null) continue
    const meant = join(dirname(file), folder, named.get(similar)!)
    return userError(`${file}: no such file`, `did you mean ${meant}?`)
  }
  const own = await scenariosIn(join(dirname(path), SCENARIOS))
  const folder = own.length > 0 ? SCENARIOS : '.'
  return userError(
    `${file}: no such file`,
    await listScenarios(join(dirname(file), folder), join(dirname(path), folder)),
  )
}

async function listScenarios(directory: string, path: string): Promise<string> {
  const found = await scenariosIn(path)
  return found.length === 0
    ? 'pass the path of a scenario, such as scenarios/search.yaml, or a URL such as http://localhost:3000/'
    : `${directory} contains ${found.slice(0, 5).join(', ')}`
}

async function scenariosIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [])
  return names.filter((name) => /\.ya?ml$/.test(name)).sort()
}
