/**
 * Reads the scenarios of a command from files or a URL, and applies the flags.
 */
import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { type Problem, UserError, userError } from '../base/errors.js'
import type { Io } from '../base/io.js'
import { type LoadOptions, loadScenario, SCENARIOS } from '../scenario/file.js'
import { overrideAddresses, overrideHeaders, overrideLoad } from '../scenario/model/override.js'
import type { Scenario } from '../scenario/model/scenario.js'
import { hasLogin, LOGIN_HINT, NO_LOGIN } from '../scenario/model/target-login.js'
import { readScenario } from '../scenario/read.js'
import { readEnvFiles } from './env-files.js'
import type { RunFlags } from './run-options.js'
import { guessUrl } from './url-guess.js'

/** Flags that change a scenario. */
type ScenarioFlags = Pick<RunFlags, 'headers' | 'load' | 'insecure' | 'connectTo'>

/**
 * Reads the named scenarios, by default all of `scenarios/`, before anything is sent. Throws a UserError that
 * lists all problems in all files.
 */
export async function readScenarios(
  names: readonly string[],
  flags: ScenarioFlags & Pick<RunFlags, 'env' | 'envFiles' | 'profile' | 'quiet'>,
  io: Io,
): Promise<Scenario[]> {
  const note = (text: string) => {
    if (!flags.quiet) io.stderr.write(`${text}\n`)
  }
  const env = await readVariables(flags, io)
  const problems: Problem[] = []
  const scenarios: Scenario[] = []
  for (const name of names.length > 0 ? names : await findAll(io, note)) {
    try {
      const url = await findUrl(name, io)
      if (url !== null && url !== name) note(`${name}: using ${url}`)
      const scenario =
        url === null ? await loadFile(name, { cwd: io.cwd, env, profile: flags.profile }) : scenarioOfUrl(url)
      scenarios.push(applyFlags(scenario, flags))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      problems.push(...error.problems)
    }
  }
  if (problems.length > 0) throw new UserError(problems)
  refuseDuplicateNames(scenarios)
  return scenarios
}

/** Every variable that a scenario may use: of the process, of files and of flags. */
export async function readVariables(
  { env, envFiles }: Pick<RunFlags, 'env' | 'envFiles'>,
  io: Io,
): Promise<Io['env']> {
  return { ...io.env, ...(await readEnvFiles(envFiles, io)), ...env }
}

/** Applies the flags to a scenario. */
export function applyFlags(
  scenario: Scenario,
  { headers, load, insecure, connectTo }: ScenarioFlags,
): Scenario {
  const { http } = scenario
  const loose = insecure ? { ...scenario, http: { ...http, insecure } } : scenario
  return overrideHeaders(overrideLoad(overrideAddresses(loose, connectTo), load), headers)
}

/** Results and baselines are JSON and therefore YAML: read as a scenario, each of their keys would be a problem. */
async function loadFile(file: string, options: LoadOptions): Promise<Scenario> {
  try {
    return await loadScenario(file, options)
  } catch (error) {
    if (error instanceof UserError && /\.json$/i.test(file))
      await (await import('./measurement-files.js')).refuseMeasurement(file, options)
    throw error
  }
}

async function findAll(io: Io, note: (text: string) => void): Promise<string[]> {
  const files = await findScenarioFiles(io)
  note(`no scenario given, using all of ${SCENARIOS}/: ${files.map((file) => basename(file)).join(', ')}`)
  return files
}

/** The files in `scenarios/`. */
export async function findScenarioFiles(io: Io): Promise<string[]> {
  const names = await readdir(join(io.cwd, SCENARIOS)).catch(() => [])
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort()
  if (files.length > 0) return files.map((name) => join(SCENARIOS, name))
  throw userError(`no scenarios in ${SCENARIOS}/`, 'name a scenario file, or create one with perfctl init')
}

/** The URL that a name means; null for a file. Without a scheme, it is a URL only if there is no such file. */
async function findUrl(name: string, io: Io): Promise<string | null> {
  if (/^https?:\/\//i.test(name)) return name
  const url = guessUrl(name)
  if (url === null) return null
  // In a misspelled `shop.d/search`, the folder exists.
  const [first] = name.split('/')
  for (const path of [name, first!]) if (await stat(resolve(io.cwd, path)).catch(() => null)) return null
  return url
}

/** A GET request from ten users for ten seconds, unless flags change that. */
function scenarioOfUrl(text: string): Scenario {
  if (hasLogin(text)) throw userError(NO_LOGIN, LOGIN_HINT)
  if (!URL.canParse(text))
    throw userError(`${text}: not a URL`, 'write a URL such as http://localhost:3000/health')
  const { origin, host, pathname, search } = new URL(text)
  const definition = {
    name: host.replace(/[^\w.-]+/g, '-'),
    target: origin,
    load: { vus: 10, duration: '10s' },
    requests: [{ get: pathname + search }],
  }
  return { ...readScenario(JSON.stringify(definition), { file: text, env: {} }), file: null }
}

/** Scenarios of the same name would overwrite each other's results and share a baseline. */
function refuseDuplicateNames(scenarios: readonly Scenario[]): void {
  const seen = new Map<string, Scenario>()
  for (const scenario of scenarios) {
    const other = seen.get(scenario.name)
    if (other !== undefined && other.file !== null) {
      throw userError(
        `${other.file} and ${scenario.file} are both named "${scenario.name}"`,
        'give each its own name: name: ...',
      )
    }
    seen.set(scenario.name, scenario)
  }
}
