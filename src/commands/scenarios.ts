/**
 * The scenarios a command works on, from files or a URL, with the flags applied.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Problem, UserError, userError } from '../base/errors.js'
import { loadScenario } from '../scenario/load.js'
import { overrideHeaders, overrideLoad } from '../scenario/override.js'
import { readScenario } from '../scenario/read.js'
import type { Scenario } from '../scenario/scenario.js'
import { readEnvFiles } from './env-files.js'
import type { RunFlags } from './flags.js'
import type { Io } from './io.js'

/** Where `baseline update` finds scenarios when it is given none. */
const DIRECTORY = 'scenarios'

/** Reads them all before anything is sent. Throws a UserError with every mistake of every file. */
export async function readScenarios(
  names: readonly string[],
  flags: Pick<RunFlags, 'env' | 'envFiles' | 'profile' | 'headers' | 'load' | 'insecure'>,
  io: Io,
): Promise<Scenario[]> {
  const env = { ...io.env, ...(await readEnvFiles(flags.envFiles, io)), ...flags.env }
  const problems: Problem[] = []
  const scenarios: Scenario[] = []
  for (const name of names) {
    try {
      const scenario = isUrl(name)
        ? scenarioOfUrl(name)
        : await loadScenario(name, { cwd: io.cwd, env, profile: flags.profile })
      const { http } = scenario
      const loose = flags.insecure ? { ...scenario, http: { ...http, insecure: true } } : scenario
      scenarios.push(overrideHeaders(overrideLoad(loose, flags.load), flags.headers))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      problems.push(...error.problems)
    }
  }
  if (problems.length > 0) throw new UserError(problems)
  refuseTwins(scenarios)
  return scenarios
}

/** The scenario files in the usual place. */
export async function findScenarioFiles(io: Io): Promise<string[]> {
  const names = await readdir(join(io.cwd, DIRECTORY)).catch(() => [])
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort()
  if (files.length > 0) return files.map((name) => join(DIRECTORY, name))
  throw userError(
    `there are no scenarios in ${DIRECTORY}/`,
    'name the files: perfctl baseline update my-scenario.yaml',
  )
}

function isUrl(name: string): boolean {
  return /^https?:\/\//i.test(name)
}

/** One GET of a URL, by ten users for ten seconds unless flags say otherwise. */
function scenarioOfUrl(text: string): Scenario {
  if (!URL.canParse(text)) throw userError(`${text}: not a URL`, 'such as http://localhost:3000/health')
  const { origin, host, pathname, search } = new URL(text)
  const definition = {
    name: host.replace(/[^\w.-]+/g, '-'),
    target: origin,
    load: { vus: 10, duration: '10s' },
    requests: [{ get: pathname + search }],
  }
  return { ...readScenario(JSON.stringify(definition), { file: text, env: {} }), file: null }
}

/** Two scenarios of one name would overwrite each other's results and share a baseline. */
function refuseTwins(scenarios: readonly Scenario[]): void {
  const seen = new Map<string, Scenario>()
  for (const scenario of scenarios) {
    const twin = seen.get(scenario.name)
    if (twin !== undefined && twin.file !== null) {
      throw userError(
        `${twin.file} and ${scenario.file} are both named "${scenario.name}"`,
        'give each a name of its own: name: ...',
      )
    }
    seen.set(scenario.name, scenario)
  }
}
