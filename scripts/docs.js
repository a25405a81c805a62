/**
 * Writes the generated files: the JSON Schema of scenario files, the types of scenarios written in code, the tables of
 * the documentation, and the base for Kustomize. With `--check` it writes nothing and fails if a file is out of date.
 * Run it after a build: `npm run docs`.
 */
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { COMMANDS } from '../dist/commands/command-specs.js'
import { OPTIONS } from '../dist/commands/options.js'
import { SECTIONS, TOPICS } from '../dist/commands/topics.js'
import { METRICS as STREAM_METRICS } from '../dist/report/live/stream/metrics.js'
import { scenarioJsonSchema } from '../dist/scenario/blocks/definition.js'
import { FUNCTIONS } from '../dist/scenario/template/functions.js'
import { METRICS } from '../dist/stats/metrics.js'
import { typesOf } from './definition-types.js'

const TYPES = 'src/scenario/definition-types.ts'
const schema = scenarioJsonSchema()
await keep('scenarios/scenario.schema.json', () => `${JSON.stringify(schema, null, 2)}\n`)
await keep(TYPES, () => format(definitionTypes()))
await keepBlocks('docs/README.md', { topics: topicLists() })
await keepBlocks('docs/commands.md', { commands: commandSections() })
await keepBlocks('docs/scenario-reference.md', {
  keys: keyTables(),
  functions: functionTable(),
  metrics: metricTable(),
})
await keepBlocks('docs/live-metrics.md', { 'stream-metrics': streamMetricTable() })
await keepBlocks('docs/measuring.md', { speed: await speedTable() })
await keep('deploy/kubernetes/agents.yaml', kubernetesBase)

/** Replaces the text between the marks of each name. */
function keepBlocks(file, blocks) {
  return keep(file, (text) =>
    Object.entries(blocks).reduce((all, [name, block]) => replaceBlock(all, name, block), text),
  )
}

/** Replaces the table between the marks of `name`. */
function replaceBlock(text, name, table) {
  const begin = `<!-- ${name}: made by \`npm run docs\` -->\n`
  const end = `<!-- end of ${name} -->`
  const [before, rest] = text.split(begin)
  const [, after] = rest.split(end)
  return `${before}${begin}\n${table}\n${end}${after}`
}

function definitionTypes() {
  const head =
    '/**\n * A scenario as a value: the keys of its file. Generated from the schema by `npm run docs`.\n */\n\n'
  const variable =
    '/** Filled in from the environment: `${NAME}`, or `${NAME:-default}`. */\ntype Variable = `${string}${"$"}{${string}}${string}`\n\n'
  return head + variable + typesOf(schema)
}

function format(text) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const args = ['format', `--stdin-file-path=${TYPES}`]
  return spawnSync('node_modules/.bin/biome', args, { cwd: root, input: text, encoding: 'utf8' }).stdout
}

/** What `perfctl kubernetes manifest` prints, but for the key, which has no place in a repository. */
function kubernetesBase() {
  const command = 'kubernetes manifest --agents 4 --image registry.example/perfctl:1.0.0 --key-secret perfctl'
  const args = ['bin/perfctl.js', ...command.split(' ')]
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const { stdout } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
  return `# Made by \`npm run docs\`: perfctl ${command}\n${stdout}`
}

function functionTable() {
  return table(
    ['function', 'result'],
    FUNCTIONS.map(({ example, description }) => [code(example), prose(description)]),
  )
}

function metricTable() {
  return table(
    ['metric', 'meaning'],
    METRICS.map(({ id, description }) => [code(id), prose(description)]),
  )
}

function streamMetricTable() {
  return table(
    ['metric', 'type', 'meaning'],
    Object.values(STREAM_METRICS).map(({ id, kind, help }) => [code(id), kind, prose(help)]),
  )
}

/** The ratios that `npm run bench -- --save` saved, without those of times. */
async function speedTable() {
  const ratios = JSON.parse(await readFile(new URL('../bench/ratios.json', import.meta.url), 'utf8'))
  const rows = Object.entries(ratios).map(([name, ratio]) => [...name.split(' / '), `${ratio.toFixed(2)} ×`])
  return table(
    ['load', 'compared with', 'rate of perfctl'],
    rows.filter(([, other]) => other !== 'node'),
  )
}

function topicLists() {
  const lists = SECTIONS.map((section) => {
    const topics = TOPICS.filter((topic) => topic.section === section)
    return [`## ${section}\n`, ...topics.map(({ name, summary }) => `- [${name}](${name}.md): ${summary}`)]
  })
  return lists.map((list) => `${list.join('\n')}\n`).join('\n')
}

function commandSections() {
  const specs = COMMANDS.flatMap((spec) =>
    spec.commands === undefined
      ? [spec]
      : spec.commands.map((child) => ({ ...child, name: `${spec.name} ${child.name}` })),
  )
  return [...specs.map(commandSection), helpSection()].join('\n')
}

/** `help` isn't among the commands because it needs all of them. */
function helpSection() {
  return `## perfctl help

\`perfctl help [command or topic]\`

Show help for a command, or a page of this documentation. \`--help\` (\`-h\`) after any command does the same, and
\`perfctl --version\` (\`-V\`) prints the version.
`
}

function commandSection({ name, description, argument, further, options }) {
  const positional = [argument, further].filter((each) => each != null)
  const usage = ['perfctl', name, '[options]', ...positional.map(([text]) => text)].join(' ')
  const all = options.map((option) => (typeof option === 'string' ? OPTIONS[option] : option))
  const argumentRows = positional.map(([text, meaning]) => [code(text), '', prose(meaning)])
  const optionRows = all.map(({ flags, preset, description: meaning }) => [
    code(flags),
    preset === undefined ? '' : code(preset),
    prose(meaning),
  ])
  const text = `${description.replace(/\.$/, '').replaceAll('\n', ' ')}.`
  const rows = table(['argument or option', 'default', 'meaning'], [...argumentRows, ...optionRows])
  return `## perfctl ${name}\n\n\`${usage}\`\n\n${text.replaceAll('<', '&lt;')}\n\n${rows}`
}

function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `${lines.join('\n').replaceAll('|  |', '| |')}\n`
}

function code(text) {
  return `\`${text.replaceAll('|', '\\|')}\``
}

/**
 * A sentence in a table cell, with nothing that looks like a tag. Templates become code, because the web site would
 * evaluate them.
 */
function prose(text) {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll(/\{\{.*?\}\}/g, '`$&`')
}

/** Writes the file's text as `make` returns it; with `--check`, reports a difference. */
async function keep(file, make) {
  const url = new URL(`../${file}`, import.meta.url)
  const text = await readFile(url, 'utf8').catch(() => '')
  const wanted = make(text)
  if (wanted === text) return
  if (!process.argv.includes('--check')) return writeFile(url, wanted)
  process.stderr.write(`${file} is out of date: run npm run docs\n`)
  process.exitCode = 1
}

/** One table per block of the file. Keys without children share one with their neighbors. */
function keyTables() {
  const groups = []
  for (const row of mergeMethods([...keysOf(schema, '')])) {
    const [, name] = /^`(\w+)/.exec(row[0])
    const group = groups.at(-1)
    const isSingle = !isNested(name)
    if (group !== undefined && (group.names.includes(name) || (group.isSingle && isSingle))) {
      group.rows.push(row)
      if (!group.names.includes(name)) group.names.push(name)
    } else groups.push({ names: [name], isSingle, rows: [row] })
  }
  return groups.map(({ names, rows }) => `### ${names.join(', ')}\n\n${keyTable(rows)}`).join('\n')
}

function isNested(name) {
  return [...keysOf({ properties: { [name]: schema.properties[name] } }, '')].length > 1
}

function keyTable(keys) {
  const rows = keys.map(([key, { default: preset, description }]) => {
    const value = Array.isArray(preset) ? preset.join(', ') : preset
    return [key, value === undefined ? '' : code(`${value}`), prose(description)]
  })
  return table(['key', 'default', 'meaning'], rows)
}

/** Every key of a schema with its path, such as `load.stages[].vus`. */
function* keysOf({ properties = {} }, prefix) {
  for (const [name, given] of Object.entries(properties)) {
    const part = given.description === undefined ? (longForm(given) ?? given) : given
    const key = `${prefix}${name}`
    yield [`\`${key}\``, part]
    const named = part.additionalProperties?.anyOf?.find(({ type }) => type === 'object')
    const items = longForm(part.items) ?? part.items
    if (items?.$ref !== undefined)
      yield* prefix === 'requests[].' ? ownKeysOf(items, properties, `${key}[].`) : []
    else if (items !== undefined) yield* keysOf(items, `${key}[].`)
    else if (named !== undefined) yield* keysOf(named, `${key}.<name>.`)
    else yield* keysOf(part, `${key}.`)
  }
}

/** For steps, which refer to themselves: the keys that a plain request doesn't have. */
function* ownKeysOf({ $ref }, known, prefix) {
  const { properties } = schema.definitions[$ref.split('/').at(-1)]
  const own = Object.entries(properties).filter(([name]) => name === 'steps' || !(name in known))
  yield* keysOf({ properties: Object.fromEntries(own) }, prefix)
}

/** For a value with a short form: the map that it means. */
function longForm(part) {
  return part?.anyOf?.find(({ type }) => type === 'object')
}

/** One row for all methods, which differ only in name. */
function mergeMethods(keys) {
  const isMethod = ([key]) => /^`requests\[\]\.(get|post|put|patch|delete|head|options)`$/.test(key)
  const methods = keys.filter(isMethod)
  const names = methods.map(([key]) => key).join(' ')
  return keys.flatMap((row) => {
    if (!isMethod(row)) return [row]
    return row === methods[0] ? [[names, row[1]]] : []
  })
}
