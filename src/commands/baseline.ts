/**
 * `perfctl baseline …`: the files that runs are compared with.
 */
import { readdir } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { codeOf, userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { fileNameOf, writeFileAtomic } from '../base/files.js'
import type { Io } from '../base/io.js'
import { didYouMean } from '../base/suggest.js'
import { plural } from '../base/units.js'
import { renderBaseline, renderBaselineList } from '../report/baseline.js'
import { fitted } from '../report/width.js'
import type { Result } from '../stats/result.js'
import { type Baseline, extendBaseline, makeBaseline } from '../verdict/baseline.js'
import { formatBaseline } from '../verdict/baseline-file.js'
import { refuseOtherScenario } from '../verdict/comparable.js'
import { BASELINES, defaultBaselineFile } from './baseline-reference.js'
import { readBaselineFile, readResultFile } from './measurement-files.js'
import { pageOf } from './report.js'

/** Prints one baseline, or all. `name` is a scenario name or a file. */
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

/** Prints one line per baseline. */
export async function baselineList(io: Io, options: { readonly color?: boolean } = {}): Promise<ExitCode> {
  const files = await listFiles(io)
  const baselines = await Promise.all(
    files.map(async (file) => ({ file, baseline: await readBaselineFile(file, io) })),
  )
  io.stdout.write(renderBaselineList(baselines, pageOf(io, options.color ?? true)))
  return EXIT.passed
}

/** `update` replaces a baseline with the results; `add` adds them to it. */
export type Acceptance = 'update' | 'add'

/** One or more results. */
export type Results = readonly [Result, ...Result[]]

/** Accepts results into the baseline in `file`. Throws a UserError for results that can't be accepted. */
export async function acceptResults(mode: Acceptance, results: Results, file: string, io: Io): Promise<void> {
  await write(await makeNext(mode, results, file, io), file, io)
}

/**
 * `baseline update --from` and `baseline add --from`: accepts saved results into the baselines of their
 * scenarios. All are checked before any file is written.
 */
export async function acceptFiles(
  mode: Acceptance,
  files: readonly string[],
  options: { readonly file?: string },
  io: Io,
): Promise<ExitCode> {
  const results = new Map<string, Results>()
  for (const source of files) {
    const result = await readResultFile(source, io)
    const target = options.file ?? defaultBaselineFile(result.scenario.name)
    const earlier = results.get(target)
    if (earlier !== undefined) refuseOtherScenario(earlier[0], result, files[0]!)
    results.set(target, earlier === undefined ? [result] : [...earlier, result])
  }
  const made: { readonly target: string; readonly baseline: Baseline }[] = []
  for (const [target, accepted] of results)
    made.push({ target, baseline: await makeNext(mode, accepted, target, io) })
  for (const { target, baseline } of made) await write(baseline, target, io)
  return EXIT.passed
}

async function makeNext(mode: Acceptance, results: Results, file: string, io: Io): Promise<Baseline> {
  if (mode === 'update') return makeBaseline(results)
  const baseline = await readBaselineFile(file, io)
  for (const result of results) refuseOtherScenario(baseline, result, file)
  return extendBaseline(baseline, results)
}

async function write(baseline: Baseline, file: string, io: Io): Promise<void> {
  await writeFileAtomic(resolve(io.cwd, file), formatBaseline(baseline))
  const shown = relative(io.cwd, resolve(io.cwd, file))
  const count = baseline.jobs.length
  const more = count < JOBS_GOOD ? '; add more with perfctl baseline add' : ''
  const text = `baseline written: ${shown.startsWith('..') ? file : shown} (${plural(count, 'job')}${more})`
  io.stderr.write(`${fitted(text, io.stderr)}\n`)
}

/** With this many jobs, a baseline covers the normal noise. */
const JOBS_GOOD = 5

async function listFiles(io: Io): Promise<string[]> {
  try {
    const names = await readdir(join(io.cwd, BASELINES))
    const files = names.filter((name) => name.endsWith('.json')).sort()
    if (files.length > 0) return files.map((name) => join(BASELINES, name))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
  throw userError(
    `no baselines in ${BASELINES}/`,
    'create one with perfctl baseline update scenarios/NAME.yaml',
  )
}

async function findFile(name: string, io: Io): Promise<string> {
  if (/[/\\]|\.json$/.test(name)) return name
  const files = await listFiles(io)
  const found = files.find((file) => basename(file, '.json') === fileNameOf(name))
  if (found !== undefined) return found
  const known = files.map((file) => basename(file, '.json'))
  throw userError(`no baseline "${name}"`, didYouMean(name, known) ?? `use one of ${known.join(', ')}`)
}
