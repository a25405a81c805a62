/**
 * What the GitHub Action runs (see action.yml): perfctl over the scenarios, then a page and a text of each result, and
 * the worst verdict as the step's output. Ends with 0 whatever the verdict: a later step fails the job, when all is
 * uploaded.
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const { env } = process
const root = resolve(env.GITHUB_WORKSPACE ?? '.', env.INPUT_WORKING_DIRECTORY || '.')
const reports = join(env.RUNNER_TEMP ?? '.', `perfctl-${process.pid}`)
const command = env.INPUT_COMMAND || 'run'

mkdirSync(reports, { recursive: true })
const scenarios = (env.INPUT_SCENARIO ?? '').split('\n').flatMap((line) => expand(line.trim()))
const flags = env.INPUT_BASELINE === 'none' && command === 'run' ? ['--no-baseline'] : []
const exitCode = run()

const results = readdirSync(reports)
  .filter((file) => file.endsWith('.json'))
  .map((file) => join(reports, file))
  .map((file) => ({ file, result: JSON.parse(readFileSync(file, 'utf8')) }))
  // Of `ab` the second side carries the comparison.
  .filter(({ result }) => result.session?.side !== 'a')
for (const { file } of results) {
  const stem = join(reports, basename(file, '.json'))
  perfctl(['report', file, '--report', `html=${stem}.html`, '--report', `markdown=${stem}.md`])
}
const remembered =
  env.REMEMBER === 'true' && results.map(({ file, result }) => remember(file, result)).some(Boolean)

setOutput('exit-code', exitCode)
setOutput('verdict', worst(results.map(({ result }) => result.verdict)))
setOutput('reports', results.length === 0 ? '' : reports)
setOutput('remembered', remembered)

function run() {
  const version = env.INPUT_VERSION ?? ''
  if (version !== '' && version !== 'installed')
    return complain(`version: ${version} is unknown; it is installed, or empty for the action's own`)
  const args = split(env.INPUT_ARGS ?? '')
  if (args === null) return complain('args: a quote is not closed')
  if (scenarios.length === 0)
    return complain(`scenario: nothing matches ${JSON.stringify(env.INPUT_SCENARIO ?? '')}`)
  return perfctl([command, ...scenarios, ...flags, '--results-dir', reports, '--report', 'github', ...args])
}

/** One more accepted run, or the first one; of a scenario that is not what it was, the first one again. */
function remember(file, { scenario, verdict }) {
  if (verdict === 'interrupted' || verdict === 'error') return false
  const known = existsSync(join(root, 'baselines', `${scenario.name}.json`))
  const isAdded = known && perfctl(['baseline', 'add', '--from', file]) === 0
  return isAdded || perfctl(['baseline', 'update', '--from', file]) === 0
}

function perfctl(args) {
  const [program, ...first] = programOf(env.INPUT_VERSION ?? '')
  const { status, error } = spawnSync(program, [...first, ...args], { cwd: root, stdio: 'inherit' })
  return error === undefined ? (status ?? 70) : complain(`${program}: ${error.message}`)
}

function programOf(version) {
  // Not npx, which fetches what has the name where it isn't installed.
  if (version === 'installed') return [join(root, 'node_modules/.bin/perfctl')]
  return [process.execPath, fileURLToPath(new URL('../../bin/perfctl.js', import.meta.url))]
}

/** `*` in a file's name is what matches; a name without one is that file, whether it's there or not. */
function expand(pattern) {
  if (pattern === '') return []
  const [directory, name] = [dirname(pattern), basename(pattern)]
  if (!name.includes('*')) return [pattern]
  const folder = resolve(root, directory)
  if (!existsSync(folder)) return []
  const form = new RegExp(`^${name.split('*').map(escapePattern).join('.*')}$`)
  return readdirSync(folder)
    .filter((file) => form.test(file))
    .toSorted()
    .map((file) => join(directory, file))
}

function escapePattern(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Words as a shell splits them, quotes and all; nothing in them is expanded or run. Null for a quote without end. */
function split(text) {
  if (/["']/.test(text.replace(/"[^"]*"|'[^']*'/g, ''))) return null
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single))
}

/** Without a result there was an error, which perfctl has told. */
function worst(verdicts) {
  const order = ['error', 'interrupted', 'regressed', 'failed', 'inconclusive', 'passed']
  return order.find((verdict) => verdicts.includes(verdict)) ?? 'error'
}

function complain(message) {
  process.stdout.write(`::error title=perfctl::${message}\n`)
  return 2
}

function setOutput(name, value) {
  if (env.GITHUB_OUTPUT) appendFileSync(env.GITHUB_OUTPUT, `${name}=${value}\n`)
}
