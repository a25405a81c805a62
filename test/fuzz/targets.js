/**
 * What is fuzzed: how an input is made of good ones, and how it is tried. Nothing here sends or listens.
 */

import { writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { parse as parseCsv } from 'csv-parse/sync'
import { main, report } from '../../dist/cli.js'
import { DataExhausted, withEndlessData } from '../../dist/plan/feeder-sources.js'
import { Iterations } from '../../dist/plan/iteration.js'
import { makePlan } from '../../dist/plan/make-plan.js'
import { openRows } from '../../dist/plan/rows.js'
import { ValueError } from '../../dist/plan/values.js'
import { Tables } from '../../dist/scenario/data/tables.js'
import { readScenario } from '../../dist/scenario/read.js'
import { findFault } from './check.js'
import { mutateJson, mutateText, mutateWords, toBytes } from './mutate.js'
import { COMMANDS } from './seeds/commands.js'
import { CURLS, HARS, LOGS, OPENAPI_YAMLS, OPENAPIS, POSTMANS } from './seeds/imports.js'
import { BASELINE, CAPACITY, RESULT, SIDE } from './seeds/measurements.js'
import { BROKEN, FILES, GOOD } from './seeds/scenarios.js'

/**
 * By name. `make(chance)` gives an input: bytes, or words. `attempt(input, folder)` tries it and gives what is wrong, or
 * null. `share`: of all inputs, relative to the others.
 */
export const TARGETS = {
  scenario: { share: 18, make: makeScenario, attempt: tryScenario },
  validate: {
    share: 4,
    make: makeScenario,
    attempt: file('input.yaml', (name) => ['validate', name], { places: true }),
  },
  explain: {
    share: 4,
    make: makeScenario,
    attempt: file('input.yaml', (name) => ['explain', name], { places: true }),
  },
  result: {
    share: 6,
    make: (chance) => jsonBytes(chance.of([RESULT, SIDE, CAPACITY]), chance),
    attempt: file('input.json', (name, chance) => reportOn(name, chance), { codes: [0, 1, 2, 3, 4] }),
  },
  baseline: {
    share: 5,
    make: (chance) => jsonBytes(BASELINE, chance),
    attempt: file('input.json', (name, chance) => judgeAgainst(name, chance), { codes: [0, 1, 2, 3, 4] }),
  },
  har: {
    share: 8,
    make: (chance) => jsonBytes(chance.of(HARS), chance),
    attempt: importer('har', 'input.har'),
  },
  postman: {
    share: 8,
    make: (chance) => jsonBytes(chance.of(POSTMANS), chance),
    attempt: importer('postman', 'input.json'),
  },
  openapi: {
    share: 8,
    make: (chance) => jsonBytes(chance.of(OPENAPIS), chance),
    attempt: importer('openapi', 'input.json'),
  },
  'openapi-yaml': {
    share: 3,
    make: (chance) => textBytes(chance.of(OPENAPI_YAMLS), chance),
    attempt: importer('openapi', 'input.yaml'),
  },
  curl: {
    share: 6,
    make: (chance) => textBytes(chance.of(CURLS), chance),
    attempt: importer('curl', 'input.sh'),
  },
  'access-log': {
    share: 6,
    make: (chance) => textBytes(chance.of(LOGS), chance),
    attempt: importer('access-log', 'input.log'),
  },
  csv: { share: 6, make: makeCsv, attempt: tryCsv },
  json: { share: 3, make: makeJsonRows, attempt: tryJsonRows },
  flags: { share: 6, make: makeCommand, attempt: tryCommand },
}

/** What a file or a command line is like, for showing it. */
export function show(input) {
  return Array.isArray(input) ? JSON.stringify(input) : JSON.stringify(Buffer.from(input).toString('latin1'))
}

/** What commands find in their folder besides the input. */
export function furnish(folder) {
  writeFileSync(join(folder, 'result.json'), JSON.stringify(RESULT))
  writeFileSync(join(folder, 'baseline.json'), JSON.stringify(BASELINE))
  writeFileSync(join(folder, 'scenario.yaml'), GOOD[0])
}

function textBytes(text, chance) {
  return toBytes(mutateText(text, chance), chance)
}

function jsonBytes(tree, chance) {
  return toBytes(mutateJson(tree, chance), chance)
}

// --- commands on a file ---

async function command(argv, folder) {
  const written = { stdout: '', stderr: '' }
  const output = (name) => ({
    write: (text) => {
      written[name] += text
    },
    isTerminal: false,
    columns: 80,
    rows: 24,
  })
  const code = await main(argv, {
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: {},
    cwd: folder,
    onSignal: () => () => undefined,
    onExit: () => () => undefined,
  })
  return { code, ...written }
}

function file(name, argvOf, rules) {
  return async (input, folder, chance) => {
    writeFileSync(join(folder, name), input)
    const argv = argvOf(name, chance)
    const outcome = await command(argv, folder)
    // A file that is no text has no lines.
    const places =
      rules.places === true && !/is not valid UTF-8|too large for a scenario/.test(outcome.stderr)
    // JSON, HTML and CSV are for programs.
    const stdout = argv.some((word) => /^(json|html|csv.*)=/.test(word)) ? '' : outcome.stdout
    return findFault({ ...rules, ...outcome, stdout, places })
  }
}

function reportOn(name, chance) {
  const format = chance.of(['junit', 'markdown', 'github', 'csv', 'csv-windows', 'json', 'html'])
  return chance.of([
    ['report', name],
    ['report', name, '--report', `${format}=-`],
    ['compare', 'result.json', name],
    ['compare', name, 'baseline.json', '--allow-environment', '--allow-missing'],
    ['merge', name, 'result.json'],
    ['history', name],
  ])
}

function judgeAgainst(name, chance) {
  return chance.of([
    ['baseline', 'show', name],
    ['compare', name, 'result.json', '--allow-environment'],
    ['history', name],
  ])
}

function importer(format, name) {
  return async (input, folder, chance) => {
    writeFileSync(join(folder, name), input)
    const flags = format === 'har' && chance.hit(0.3) ? ['--mix'] : []
    const outcome = await command(['import', format, name, ...flags], folder)
    // A large document becomes a large scenario.
    const fault = findFault({ ...outcome, textMax: Math.max(500_000, 2 * input.length) })
    if (fault !== null || outcome.code !== 0) return fault
    return readBack(outcome.stdout)
  }
}

/** A scenario that was imported can be read, once its files are there and its variables have values: words, or URLs. */
function readBack(text) {
  const asWords = readWith(text, 'x')
  return asWords === null ? null : readWith(text, 'http://a.example') && asWords
}

function readWith(text, value) {
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [
    name,
    /URL/.test(name) ? 'http://a.example' : value,
  ])
  const files = { read: () => Buffer.from('x') }
  try {
    readScenario(text, { file: 'imported.yaml', env: Object.fromEntries(names), files })
    return null
  } catch (error) {
    const first = error.problems?.[0]
    if (first === undefined) throw error
    return `what it makes can't be read: ${first.message} [${first.place?.text.trim().slice(0, 100)}]`
  }
}

// --- scenarios ---

function makeScenario(chance) {
  const text = chance.hit(0.7) ? chance.of(GOOD) : chance.of(BROKEN)
  const mutated = mutateText(text, chance)
  return toBytes(chance.hit(0.1) ? mutateText(mutated, chance) : mutated, chance)
}

const ENV = {
  API_TOKEN: 'token-of-the-environment',
  PASSWORD: 'hunter2222',
  BASE_URL: 'http://localhost:3000',
}
const FILE_READER = {
  read: (path) => {
    const content = FILES[extname(path)]
    if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    return Buffer.from(content)
  },
}

function tryScenario(input, _folder, chance) {
  let stderr = ''
  const write = (text) => {
    stderr += text
  }
  let scenario
  try {
    scenario = readScenario(input.toString('utf8'), { file: 'input.yaml', env: ENV, files: FILE_READER })
  } catch (error) {
    const code = report(error, { stderr: { write } })
    return findFault({ code, stderr, places: true })
  }
  walk(scenario, chance)
  return null
}

/** The first iterations: they may run out of data, or find a value of no use; anything else they throw is a bug. */
function walk(scenario, chance) {
  const plan = withEndlessData(
    makePlan(scenario, { target: 'http://localhost:1/base', seed: chance.below(100), today: 1.7e12 }),
  )
  try {
    const iterations = new Iterations(plan)
    const traveller = iterations.vuContext(0)
    if (iterations.hasFirst) pass(iterations.beginFirst(0))
    for (let n = 0; n < 4; n++) {
      if (iterations.isPlain) iterations.prepare(n, n === 0)
      else pass(iterations.begin(n, n === 0, traveller).walk)
      iterations.thinkTime()
    }
  } catch (error) {
    if (!(error instanceof ValueError || error instanceof DataExhausted)) throw error
  }
}

function pass(way) {
  for (let moves = 0; moves < 50; moves++) {
    const move = way.next()
    if (move.type === 'end' || move.type === 'stuck') return
  }
}

// --- data files ---

const CSV_PIECES = [
  'a',
  'é',
  ' ',
  '1',
  ',',
  ',',
  '""',
  '"',
  '\n',
  '\n',
  '\r\n',
  '\r',
  ';',
  '"x"',
  '\t',
  '\0',
  '😀',
]

function makeCsv(chance) {
  if (chance.hit(0.3)) return textBytes(FILES['.csv'].repeat(chance.of([1, 1, 20])), chance)
  const length = chance.of([3, 8, 16, 40])
  return toBytes(Array.from({ length }, () => chance.of(CSV_PIECES)).join(''), chance)
}

/** Read as csv-parse reads it, or refused as csv-parse refuses it. */
function tryCsv(input) {
  const outcome = open('input.csv', input)
  const problem = problemOf(outcome)
  if (problem !== null) return problem
  const text = input.toString('utf8')
  let wanted = null
  try {
    wanted = parseCsv(text, { bom: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] })
  } catch {
    // Refused: for reasons that csv-parse puts in its own words.
  }
  if ('problems' in outcome) {
    // Headers, encodings and files without rows are our own rules.
    const isOwn = /column|expected \d+ field|UTF-8|is empty|no rows|CR only/.test(outcome.problems[0].message)
    // To csv-parse a byte of 0 is the comment sign that it wasn't given.
    if (text.includes('\0')) return null
    return wanted === null || isOwn ? null : `refused, and csv-parse reads it: ${outcome.problems[0].message}`
  }
  if (wanted === null) {
    // An end of line that is CR alone is one at the very end only for us.
    return /\r$/.test(text) ? null : 'read, and csv-parse refuses it'
  }
  const rows = openRows({ table: outcome.table })
  const seen = Array.from({ length: rows.size }, (_, i) => Object.values(rows.at(i)))
  const body = wanted.slice(1)
  // Keys that are whole numbers come first in an object: only rows without such columns can be compared.
  if (outcome.table.columns.some((name) => /^\d+$/.test(name)) || /\r$/.test(text)) return null
  return JSON.stringify(seen) === JSON.stringify(body) ? null : 'read otherwise than csv-parse reads it'
}

function makeJsonRows(chance) {
  const rows = JSON.parse(FILES['.json'])
  if (chance.hit(0.5)) return jsonBytes(rows, chance)
  return textBytes(rows.map((row) => JSON.stringify(row)).join('\n'), chance)
}

/** A list is read as JSON.parse reads it. */
function tryJsonRows(input, _folder, chance) {
  const asLines = chance.hit(0.5)
  const outcome = open(asLines ? 'input.ndjson' : 'input.json', input)
  const problem = problemOf(outcome)
  if (problem !== null || asLines) return problem
  let wanted = null
  try {
    wanted = JSON.parse(input.toString('utf8').replace(/^\ufeff/, ''))
  } catch {
    return 'problems' in outcome ? null : 'read, and it is no JSON'
  }
  if ('problems' in outcome) {
    const isOwn = /row|single value|UTF-8|expected a list|__proto__|is empty/.test(
      outcome.problems[0].message,
    )
    return isOwn ? null : `refused, and JSON.parse reads it: ${outcome.problems[0].message}`
  }
  const rows = openRows({ table: outcome.table })
  const seen = Array.from({ length: rows.size }, (_, i) => rows.at(i))
  return JSON.stringify(seen, asNumber) === JSON.stringify(wanted)
    ? null
    : 'read otherwise than JSON.parse reads it'
}

/** Integers too long for a number are read as BigInt, which keeps their digits; JSON.parse rounds them. */
function asNumber(_key, value) {
  return typeof value === 'bigint' ? Number(value) : value
}

function open(name, input) {
  return new Tables({ read: () => input }).open({ file: name, delimiter: null, columns: null })
}

function problemOf(outcome) {
  if (!('problems' in outcome)) return null
  if (outcome.problems.length === 0) return 'refused without a word'
  const placeless = outcome.problems.find(({ message }) => !message.includes('input.'))
  return placeless === undefined ? null : `a problem without a place: ${placeless.message}`
}

// --- command lines ---

function makeCommand(chance) {
  const { fixed, words } = chance.of(COMMANDS)
  const argv = [...fixed, ...mutateWords(words, chance)]
  // Nothing outside of the folder is written, and nothing is sent.
  const isSafe =
    argv.every((word) => !/(^|=)\s*(~|\/)|\.\./.test(word)) && !(fixed.length === 0 && SENDERS.has(argv[0]))
  return isSafe ? argv : [...fixed, ...words]
}

const SENDERS = new Set(['run', 'ab', 'try', 'demo', 'selftest', 'doctor', 'baseline', 'init'])

async function tryCommand(argv, folder) {
  return findFault({ ...(await command(argv, folder)), stdout: '', codes: [0, 1, 2, 4] })
}
