/**
 * Reads results and baselines from files.
 */
import { access } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { userError } from '../base/errors.js'
import { readTextFile } from '../base/files.js'
import type { Io } from '../base/io.js'
import { RESULT_SCHEMA, type Result } from '../stats/result.js'
import { BASELINE_SCHEMA, type Baseline } from '../verdict/baseline.js'

// What reads the formats is loaded with the first file: most runs have no baseline yet, or none at all.
const loadResultFormat = () => import('../stats/read.js')
const loadBaselineFormat = () => import('../verdict/baseline-file.js')

/** Reads a result saved by `run`. Throws a UserError if it can't be read. */
export async function readResultFile(file: string, io: Io): Promise<Result> {
  refuseScenario(file, 'a result')
  const text = await readTextFile(resolve(io.cwd, file), 'perfctl run saves results in .perfctl/results')
  return (await loadResultFormat()).parseResult(text, file)
}

/** Reads a baseline. Throws a UserError if it can't be read. */
export async function readBaselineFile(file: string, io: Io): Promise<Baseline> {
  refuseScenario(file, 'a baseline')
  const text = await readTextFile(resolve(io.cwd, file), 'create it with perfctl baseline update')
  return (await loadBaselineFormat()).parseBaseline(text, file)
}

/** Reads a result or a baseline. Throws a UserError if the file can't be read. */
export async function readMeasurementFile(file: string, io: Io): Promise<Result | Baseline> {
  refuseScenario(file, 'a result or baseline')
  const text = await readTextFile(resolve(io.cwd, file), 'name a result or a baseline')
  const { parseResult, schemaOf } = await loadResultFormat()
  if (schemaOf(text, file) !== BASELINE_SCHEMA) return parseResult(text, file)
  return (await loadBaselineFormat()).parseBaseline(text, file)
}

/** Reads a baseline; null if there is no such file. Throws a UserError if it can't be read. */
export async function findBaselineFile(file: string, io: Io): Promise<Baseline | null> {
  const exists = await access(resolve(io.cwd, file)).then(
    () => true,
    () => false,
  )
  return exists ? readBaselineFile(file, io) : null
}

/** Throws a UserError if the file that should be a scenario is a result or a baseline. */
export async function refuseMeasurement(file: string, io: Pick<Io, 'cwd'>): Promise<void> {
  const { schemaOf } = await loadResultFormat()
  const schema = await readTextFile(resolve(io.cwd, file))
    .then((text) => schemaOf(text, file))
    .catch(() => null)
  if (schema === RESULT_SCHEMA)
    throw userError(`${file} is a result, not a scenario`, `view it with perfctl report ${file}`)
  if (schema === BASELINE_SCHEMA)
    throw userError(`${file} is a baseline, not a scenario`, `view it with perfctl baseline show ${file}`)
}

/** perfctl saves nothing as YAML: a user who names a scenario here means its measurements. */
function refuseScenario(file: string, wanted: string): void {
  if (!/\.ya?ml$/i.test(file)) return
  const name = basename(file).replace(/\.ya?ml$/i, '')
  throw userError(
    `${file} is a scenario, not ${wanted}`,
    `its results are .perfctl/results/${name}-*.json, its baseline is baselines/${name}.json`,
  )
}
