/**
 * Finds histories by name: of baselines, folders of saved results, or single files.
 */
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { codeOf, messageOf, UserError, userError } from '../base/errors.js'
import { readTextFile } from '../base/files.js'
import type { Io } from '../base/io.js'
import { printable } from '../base/printable.js'
import { didYouMean } from '../base/suggest.js'
import { fitted } from '../report/width.js'
import { loadScenario } from '../scenario/file.js'
import { parseResult, schemaOf } from '../stats/read.js'
import { BASELINE_SCHEMA } from '../verdict/baseline.js'
import { parseBaseline } from '../verdict/baseline-file.js'
import {
  findExclusion,
  type History,
  type HistoryResult,
  historiesOfResults,
  historyOfBaseline,
} from '../verdict/history.js'
import { defaultBaselineFile } from './baseline-reference.js'

/** Where `run` saves results by default. */
const RESULTS = join('.perfctl', 'results')

/**
 * Returns all histories, sorted by scenario, then by time. Skipped results are reported on stderr. Throws a
 * UserError if a named file can't be read, or if nothing is found.
 */
export async function findHistories(names: readonly string[], io: Io): Promise<History[]> {
  const found: Found = {
    files: new Set(),
    scenarios: new Set(),
    results: [],
    baselines: [],
    excluded: [],
  }
  if (names.length === 0) await visitFolder(RESULTS, found, io)
  for (const name of names) await visit(name, found, io)
  const histories = [...found.baselines, ...historiesOfResults(found.results)]
  reportExcluded(found.excluded, io)
  if (histories.length === 0) {
    const places = (names.length === 0 ? [RESULTS] : names).map(printable).join(', ')
    throw userError(
      found.excluded.length > 0 ? `no usable results in ${places}` : `no results in ${places}`,
      'save some with perfctl run, or name a folder, files or a baseline',
    )
  }
  const newest = ({ points }: History) => points.at(-1)!.startedAt
  return histories.sort((a, b) => order(a.scenario, b.scenario) || order(newest(a), newest(b)))
}

interface Found {
  /** Absolute paths of files already read, so that a file named twice counts once. */
  readonly files: Set<string>
  /** The names of all scenarios found, for suggestions. */
  readonly scenarios: Set<string>
  readonly results: HistoryResult[]
  readonly baselines: History[]
  /** Why results were skipped. */
  readonly excluded: string[]
}

async function visit(name: string, found: Found, io: Io): Promise<void> {
  const kind = await kindOf(resolve(io.cwd, name))
  if (kind === 'file' && /\.ya?ml$/i.test(name)) return visitScenario(name, found, io)
  if (kind === 'folder') return visitFolder(name, found, io)
  // Treat what looks like a path as one: reading it gives the right error.
  if (kind === 'file' || /[/\\]|\.json$/.test(name)) return visitFile(name, found, io)
  return visitName(name, found, io)
}

async function kindOf(path: string): Promise<'folder' | 'file' | null> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch {
    return null
  }
}

/** A bad file among many is reported and skipped. */
async function visitFolder(
  folder: string,
  found: Found,
  io: Io,
  scenario: string | null = null,
): Promise<void> {
  for (const name of await listJson(folder, io)) {
    try {
      await visitFile(join(folder, name), found, io, scenario)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      skip(error.problems[0]!.message, io)
    }
  }
}

async function listJson(folder: string, io: Io): Promise<string[]> {
  try {
    return (await readdir(resolve(io.cwd, folder))).filter((name) => name.endsWith('.json')).sort()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw userError(`cannot read ${folder}: ${messageOf(error)}`)
  }
}

/** `scenario`: take only the results of this scenario. */
async function visitFile(file: string, found: Found, io: Io, scenario: string | null = null): Promise<void> {
  const path = resolve(io.cwd, file)
  if (found.files.has(path)) return
  const text = await readTextFile(path, 'name a result, a baseline or a folder of them')
  const shown = relative(io.cwd, path).startsWith('..') ? path : relative(io.cwd, path)
  if (schemaOf(text, shown) === BASELINE_SCHEMA) {
    found.files.add(path)
    found.baselines.push(historyOfBaseline(parseBaseline(text, shown), shown))
    return
  }
  const result = parseResult(text, shown)
  found.scenarios.add(result.scenario.name)
  if (scenario !== null && result.scenario.name !== scenario) return
  found.files.add(path)
  const reason = findExclusion(result)
  if (reason === null) found.results.push({ file: shown, result })
  else found.excluded.push(reason)
}

/** A scenario file means the scenario's name. */
async function visitScenario(file: string, found: Found, io: Io): Promise<void> {
  const { name, baseline } = await loadScenario(file, { cwd: io.cwd, env: io.env }).catch(
    (error: unknown) => {
      // It was valid when it ran; by now variables may be unset or files gone.
      if (error instanceof UserError)
        return { name: basename(file).replace(/\.ya?ml$/i, ''), baseline: { file: null } }
      throw error
    },
  )
  await visitName(name, found, io, baseline.file ?? defaultBaselineFile(name))
}

/** A scenario name means its baseline and its saved results. */
async function visitName(
  name: string,
  found: Found,
  io: Io,
  baseline = defaultBaselineFile(name),
): Promise<void> {
  const hasBaseline = (await kindOf(resolve(io.cwd, baseline))) === 'file'
  if (hasBaseline) await visitFile(baseline, found, io)
  await visitFolder(RESULTS, found, io, name)
  if (hasBaseline || found.scenarios.has(name)) return
  const baselines = (await listJson(dirname(baseline), io)).map((file) => basename(file, '.json'))
  const known = [...new Set([...baselines, ...found.scenarios])]
  throw userError(
    `${printable(name)} is not a file, a folder or a scenario with a baseline or saved results`,
    didYouMean(name, known) ?? (known.length === 0 ? null : `use one of ${known.map(printable).join(', ')}`),
  )
}

/** Reports results that are valid but not part of a history. */
function reportExcluded(reasons: readonly string[], io: Io): void {
  if (reasons.length === 0) return
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const list = [...counts].map(([reason, count]) => `${count} (${reason})`)
  skip(list.join(', '), io)
}

/** Says what is left out. */
export function skip(what: string, { stderr }: Io): void {
  stderr.write(`${fitted(`skipped: ${what}`, stderr)}\n`)
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
