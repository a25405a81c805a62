/**
 * `perfctl baseline …`: the files that runs are held against.
 */
import { readdir } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { codeOf, userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { fileNameOf, writeFileAtomic } from '../base/files.js'
import { didYouMean } from '../base/suggest.js'
import { renderBaseline, renderBaselineList } from '../report/baseline.js'
import type { Result } from '../stats/result.js'
import { formatBaseline, makeBaseline } from '../verdict/baseline.js'
import type { Io } from './io.js'
import { readBaselineFile, readResultFile } from './measurements.js'
import { pageOf } from './report.js'

/** Where baselines are kept, under the working directory. */
const DIRECTORY = 'baselines'

/** The file of a scenario's baseline, unless the scenario names another. */
export function defaultBaselineFile(scenarioName: string): string {
  return join(DIRECTORY, `${fileNameOf(scenarioName)}.json`)
}

/** Prints one baseline, or all. `name` is a scenario's name or a file. */
export async function baselineShow(
  name: string | undefined,
  options: { readonly color?: boolean },
  io: Io,
): Promise<ExitCode> {
  const files = name === undefined ? await listFiles(io) : [await findFile(name, io)]
  const page = pageOf(io, options.color ?? true)
  for (const [index, file] of files.entries()) {
    const text = renderBaseline(await readBaselineFile(file, io), file, page)
    io.stdout.write(index === 0 ? text : `\n${text}`)
  }
  return EXIT.passed
}

/** Prints one line for each baseline. */
export async function baselineList(io: Io, options: { readonly color?: boolean } = {}): Promise<ExitCode> {
  const files = await listFiles(io)
  const baselines = await Promise.all(
    files.map(async (file) => ({ file, baseline: await readBaselineFile(file, io) })),
  )
  io.stdout.write(renderBaselineList(baselines, pageOf(io, options.color ?? true)))
  return EXIT.passed
}

/** Makes the result the new truth in `file`. Throws a UserError for a result that must not be one. */
export async function writeBaseline(result: Result, file: string, io: Io): Promise<void> {
  await writeFileAtomic(resolve(io.cwd, file), formatBaseline(makeBaseline(result)))
  const shown = relative(io.cwd, resolve(io.cwd, file))
  io.stderr.write(`baseline written: ${shown.startsWith('..') ? file : shown}\n`)
}

/** `baseline update --from`: each saved result becomes the baseline of its scenario. All are checked before any is written. */
export async function baselineFrom(
  files: readonly string[],
  options: { readonly file?: string },
  io: Io,
): Promise<ExitCode> {
  const results = new Map<string, { readonly source: string; readonly result: Result }>()
  for (const source of files) {
    const result = await readResultFile(source, io)
    const target = options.file ?? defaultBaselineFile(result.scenario.name)
    const earlier = results.get(target)
    if (earlier !== undefined) {
      throw userError(
        `${earlier.source} and ${source} would both become ${target}`,
        'give the one result that shall be the new truth',
      )
    }
    makeBaseline(result)
    results.set(target, { source, result })
  }
  for (const [target, { result }] of results) await writeBaseline(result, target, io)
  return EXIT.passed
}

async function listFiles(io: Io): Promise<string[]> {
  try {
    const names = await readdir(join(io.cwd, DIRECTORY))
    const files = names.filter((name) => name.endsWith('.json')).sort()
    if (files.length > 0) return files.map((name) => join(DIRECTORY, name))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
  throw userError(
    `there are no baselines in ${DIRECTORY}/`,
    'make the first: perfctl baseline update scenarios/NAME.yaml',
  )
}

async function findFile(name: string, io: Io): Promise<string> {
  if (/[/\\]|\.json$/.test(name)) return name
  const files = await listFiles(io)
  const found = files.find((file) => basename(file, '.json') === fileNameOf(name))
  if (found !== undefined) return found
  const known = files.map((file) => basename(file, '.json'))
  throw userError(
    `there is no baseline "${name}"`,
    didYouMean(name, known) ?? `there are: ${known.join(', ')}`,
  )
}
