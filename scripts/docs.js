/**
 * Writes what is made from the code: the JSON Schema of scenario files, the types of scenarios that are written in
 * code, and the table of keys in the README.
 * With `--check` it writes nothing and fails when a file in the repository is another one. Run it after a build:
 * `npm run docs`.
 */
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { scenarioJsonSchema } from '../dist/scenario/definition.js'
import { FUNCTIONS } from '../dist/scenario/functions.js'
import { typesOf } from './definition-types.js'

const TYPES = 'src/scenario/definition-types.ts'
const schema = scenarioJsonSchema()
await keep('scenarios/scenario.schema.json', () => `${JSON.stringify(schema, null, 2)}\n`)
await keep(TYPES, () => format(definitionTypes()))
await keep('README.md', (readme) => {
  const withKeys = replaceBlock(readme, 'keys', keyTable())
  return replaceBlock(withKeys, 'functions', functionTable())
})

/** The text with another table between the marks of that name. */
function replaceBlock(text, name, table) {
  const begin = `<!-- ${name}: made by \`npm run docs\` -->\n`
  const end = `<!-- end of ${name} -->`
  const [before, rest] = text.split(begin)
  const [, after] = rest.split(end)
  return `${before}${begin}\n${table}\n${end}${after}`
}

function definitionTypes() {
  const head =
    '/**\n * A scenario as a value: what may stand in its file. Made from the schema by `npm run docs`.\n */\n\n'
  const variable =
    '/** Filled in from the environment: `${NAME}`, or `${NAME:-default}`. */\ntype Variable = `${string}${"$"}{${string}}${string}`\n\n'
  return head + variable + typesOf(schema, 'ScenarioDefinition', () => 'StepDefinition')
}

function format(text) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const args = ['format', `--stdin-file-path=${TYPES}`]
  return spawnSync('node_modules/.bin/biome', args, { cwd: root, input: text, encoding: 'utf8' }).stdout
}

function functionTable() {
  const rows = FUNCTIONS.map(({ example, description }) => {
    return `| \`${example.replaceAll('|', '\\|')}\` | ${description.replaceAll('|', '\\|')} |`
  })
  return ['| in a template | gives |', '| --- | --- |', ...rows, ''].join('\n')
}

/** Writes what `make` makes of the file's text, or complains when that is another one. */
async function keep(file, make) {
  const url = new URL(`../${file}`, import.meta.url)
  const text = await readFile(url, 'utf8').catch(() => '')
  const wanted = make(text)
  if (wanted === text) return
  if (!process.argv.includes('--check')) return writeFile(url, wanted)
  process.stderr.write(`${file} is out of date: run npm run docs\n`)
  process.exitCode = 1
}

function keyTable() {
  const rows = mergeMethods([...keysOf(schema, '')]).map(([key, { default: preset, description }]) => {
    const value = preset === undefined ? '' : `\`${preset}\``
    return `| ${key} | ${value} | ${description.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`
  })
  return ['| key | default | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n')
}

/** Every key of a schema with what stands under it, `load.stages[].vus`. */
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

/** Of steps, which refer to themselves: what a request of its own doesn't have. */
function* ownKeysOf({ $ref }, known, prefix) {
  const { properties } = schema.definitions[$ref.split('/').at(-1)]
  const own = Object.entries(properties).filter(([name]) => name === 'steps' || !(name in known))
  yield* keysOf({ properties: Object.fromEntries(own) }, prefix)
}

/** Of a value that has a short form: the map it stands for. */
function longForm(part) {
  return part?.anyOf?.find(({ type }) => type === 'object')
}

/** One row for all methods: they differ in their name only. */
function mergeMethods(keys) {
  const isMethod = ([key]) => /^`requests\[\]\.(get|post|put|patch|delete|head|options)`$/.test(key)
  const methods = keys.filter(isMethod)
  const names = methods.map(([key]) => key).join(' ')
  return keys.flatMap((row) => {
    if (!isMethod(row)) return [row]
    return row === methods[0] ? [[names, row[1]]] : []
  })
}
