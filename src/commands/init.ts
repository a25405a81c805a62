/**
 * `perfctl init`: writes a first scenario and a CI job, and keeps results out of git. It asks nothing and
 * overwrites nothing.
 */
import { access, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { codeOf, messageOf, userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { fileNameOf, writeFileAtomic } from '../base/files.js'
import type { Io } from '../base/io.js'
import { printable } from '../base/printable.js'
import { makeStarter } from '../scenario/starter.js'
import { type CiService, makeCiFile } from './ci.js'
import { findSchema } from './editor-schema.js'
import type { First } from './init-openapi.js'
import { writePlaceholders } from './placeholders.js'
import { readServiceUrl } from './service-url.js'

/** The flags, as parsed by commander. */
export interface InitFlags {
  readonly url?: string
  /** An OpenAPI document to make the scenario from. */
  readonly openapi?: string
  /** A CI service; false for `--no-ci`, true or absent for the one that fits. */
  readonly ci?: string | boolean
  readonly force?: boolean
}

/** Writes the files and prints the next steps. Throws a UserError if the scenario already exists. */
export async function init(flags: InitFlags, io: Io): Promise<ExitCode> {
  const url = flags.url === undefined ? null : readServiceUrl('--url', flags.url)
  const service = await chooseService(flags.ci ?? true, io)
  const { name, text, notes, placeholders } = await makeFirst(flags, url, io)
  const scenario = `scenarios/${fileNameOf(name)}.yaml`
  if (!flags.force && (await exists(scenario, io))) {
    throw userError(`${scenario} already exists`, 'use --force to overwrite it, or --url for another service')
  }

  const said = [
    await write(scenario, text, flags, io),
    ...(await writePlaceholders(placeholders, 'scenarios', io)),
  ]
  const isDemo = url === null && flags.openapi === undefined
  const ci = service === null ? null : makeCiFile(service, { scenario, isDemo })
  if (ci !== null) said.push(await write(ci.path, ci.text, flags, io))
  said.push(...(await ignoreResults(io)))
  io.stderr.write(notes.map((note) => `note: ${printable(note)}\n`).join(''))
  io.stdout.write(
    `${[...said, '', ...nextSteps(scenario, ci === null ? [] : [...(await missingDependency(io)), ...ci.next])].join('\n')}\n`,
  )
  return EXIT.passed
}

async function makeFirst({ openapi }: InitFlags, url: URL | null, io: Io): Promise<First> {
  const schema = await findSchema('scenarios', io)
  if (openapi !== undefined)
    return (await import('./init-openapi.js')).makeFromOpenapi(openapi, { url, schema }, io)
  const name = url === null ? 'demo' : nameOf(url)
  return { name, text: makeStarter({ name, url, schema }), notes: [] }
}

/** A job uses the project's own perfctl, and only the project knows where that comes from. */
async function missingDependency(io: Io): Promise<string[]> {
  const text = await readFile(join(io.cwd, 'package.json'), 'utf8').catch(() => null)
  try {
    const { dependencies, devDependencies } = JSON.parse(text ?? '{}')
    if ({ ...dependencies, ...devDependencies }.perfctl !== undefined) return []
  } catch {
    // A broken package.json is not ours to report.
  }
  return [
    'add perfctl to your devDependencies: npm install --save-dev SOURCE, where SOURCE is a git URL, a folder or a .tgz',
  ]
}

function nextSteps(scenario: string, further: readonly string[]): string[] {
  const steps = [
    [`perfctl try ${scenario}`, 'see the requests and responses'],
    [`perfctl run ${scenario}`, 'measure'],
    [`perfctl baseline update ${scenario}`, 'set what later runs are compared with; commit baselines/'],
  ] as const
  const width = Math.max(...steps.map(([command]) => command.length))
  const lines = steps.map(([command, why]) => `  ${command.padEnd(width)}  ${why}`)
  return ['Next:', ...lines, ...further.map((step) => `  ${step}`)]
}

/** `http://localhost:3000/` becomes `localhost-3000`. */
function nameOf({ host }: URL): string {
  return host.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '')
}

async function chooseService(ci: string | boolean, io: Io): Promise<CiService | null> {
  if (ci === false) return null
  if (ci === 'github' || ci === 'gitlab') return ci
  if (ci === true) return (await exists('.gitlab-ci.yml', io)) ? 'gitlab' : 'github'
  throw userError(`--ci ${ci}: unknown service`, 'use github or gitlab, or --no-ci for no CI job')
}

/** Writes a file unless it already exists. Returns a line that says what happened. */
async function write(file: string, text: string, { force }: InitFlags, io: Io): Promise<string> {
  const isThere = await exists(file, io)
  if (isThere && !force) return `kept: ${file} (use --force to overwrite it)`
  await writeFileAtomic(resolve(io.cwd, file), text)
  return `${isThere ? 'overwritten' : 'written'}: ${file}`
}

/** Adds a line to .gitignore unless it has one. Returns a line that says so. */
async function ignoreResults(io: Io): Promise<string[]> {
  const path = join(io.cwd, '.gitignore')
  const before = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return ''
    throw userError(`cannot read .gitignore: ${messageOf(error)}`)
  })
  if (/^\/?\.perfctl\/?\s*$/m.test(before)) return []
  const newLine = before.includes('\r\n') ? '\r\n' : '\n'
  const gap = before === '' || before.endsWith('\n') ? '' : newLine
  await writeFileAtomic(path, `${before}${gap}.perfctl/${newLine}`)
  return [`${before === '' ? 'written' : 'changed'}: .gitignore (keeps the results in .perfctl/ out of git)`]
}

async function exists(file: string, io: Io): Promise<boolean> {
  return access(resolve(io.cwd, file)).then(
    () => true,
    () => false,
  )
}
