import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { findLoops, findMissing, findViolations } from './architecture.js'

const SRC = new URL('../src/', import.meta.url)

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'))
  .toSorted()

test('the source tree is there', () => {
  expect(files).toContain('base/units.ts')
})

test.each(files)('%s keeps within its walls', async (file) => {
  expect(await findViolations(file, readFileSync(new URL(file, SRC), 'utf8'))).toEqual([])
})

test('no file imports itself, by whatever way', () => {
  expect(findLoops(files, (file) => readFileSync(new URL(file, SRC), 'utf8'))).toEqual([])
})

const ROOT = new URL('../', import.meta.url)
const scripts = ['bench', 'scripts', 'test'].flatMap((folder) =>
  readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
)

// They are JavaScript, so no compiler sees that a name has gone.
test.each(scripts)('%s imports what there is', (file) => {
  const textOf = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')
  expect(findMissing(file, textOf(file), textOf)).toEqual([])
})

/** Who may say that an exchange has ended: the one way back from the network, and what lies above it. */
const MAY_END = ['load/http/completion.ts', 'load/http/layers/layer.ts', 'load/http/pool.ts']

test.each(files.filter((file) => file.startsWith('load/') && !MAY_END.includes(file)))(
  '%s ends no exchange from within a callback of the network',
  (file) => {
    expect(readFileSync(new URL(file, SRC), 'utf8')).not.toMatch(/\.ended\(/)
  },
)

describe('the check itself', () => {
  test('finds a name that the program does not export', () => {
    const text = "import { gone, here, type as kind } from '../dist/a/b.js'\n"
    const source = 'export function here() {}\nexport type { type } from "./c.js"\n'
    expect(findMissing('bench/a.js', text, (path) => (path === 'src/a/b.ts' ? source : ''))).toEqual([
      'src/a/b.ts exports no gone',
    ])
  })

  test('finds a loop, types included, and who is in it', () => {
    const texts: Record<string, string> = {
      'a/a.ts': "import { b } from './b.js'",
      'a/b.ts': "import type { C } from '../c/c.js'",
      'c/c.ts': "import { a } from '../a/a.js'\nimport { d } from './d.js'",
      'c/d.ts': 'export const d = 1',
    }
    expect(findLoops(Object.keys(texts), (file) => texts[file]!)).toEqual([['a/a.ts', 'a/b.ts', 'c/c.ts']])
  })

  test.each([
    ['upwards', 'stats/a.ts', "import { judge } from '../verdict/judge.js'", 'stats may not know verdict'],
    ['sideways', 'load/a.ts', "import { judge } from '../verdict/judge.js'", 'load may not know verdict'],
    ['a type upwards', 'base/a.ts', "import type { T } from '../plan/plan.js'", 'base may not know plan'],
    ['an inline type', 'base/a.ts', "let a: import('../plan/plan.js').Plan", 'base may not know plan'],
    ['over lines', 'base/a.ts', "import {\n  a,\n  b,\n} from '../plan/plan.js'", 'base may not know plan'],
    ['at run time', 'base/a.ts', "void import('../plan/plan.js')", 'base may not know plan'],
    ['by passing on', 'base/a.ts', "export * from '../plan/plan.js'", 'base may not know plan'],
    ['for its effects', 'base/a.ts', "import '../plan/plan.js'", 'base may not know plan'],
    ['from below', 'load/fleet/a.ts', "import '../../report/csv.js'", 'load may not know report'],
    ['the program', 'commands/a.ts', "import { main } from '../cli.js'", 'commands may not know cli.ts'],
    [
      'the command line',
      'index.ts',
      "import { run } from './commands/run.js'",
      'index.ts may not know commands',
    ],
    ['an unknown folder', 'base/a.ts', "import '../utils/a.js'", 'has no floor'],
  ])('finds an import %s', async (_, file, text, message) => {
    expect(await findViolations(file, text)).toEqual([expect.stringContaining(message)])
  })

  test.each([
    [
      'another vendor than the allowed one',
      'load/fleet/a.ts',
      "import { Pool } from 'undici'",
      'only load/http/http1/undici-reader.ts may',
    ],
    [
      'a vendor of types',
      'scenario/a.ts',
      "import type { Document } from 'yaml/util'",
      'only scenario/yaml/yaml.ts may',
    ],
    [
      'an unknown vendor',
      'cli.ts',
      "import _ from '@scope/lodash'",
      'imports @scope/lodash: only nobody may',
    ],
  ])('finds %s', async (_, file, text, message) => {
    expect(await findViolations(file, text)).toEqual([expect.stringContaining(message)])
  })

  test.each([
    ['console', 'console.log(1)'],
    ['console', 'globalThis.console.log(1)'],
    ['process', 'const cwd = process.cwd()'],
    ['process', 'const { env } = globalThis.process'],
    ['process', "import { env } from 'node:process'"],
    ['Date.now', 'const t = Date.now()'],
    ['Date.now', 'const t = [1].map(Date.now)'],
    ['Date()', 'const t = Date()'],
    ['new Date()', 'const t = new Date()'],
    ['performance.now', 'const t = performance.now()'],
    ['performance.now', "const t = performance['now']()"],
    ['Math.random', 'const r = `${Math.random()}`'],
    ['randomInt', "import { randomInt } from 'node:crypto'\nrandomInt(3)"],
    ['randomUUID', "import { randomUUID as id } from 'node:crypto'\nid()"],
    ['crypto.getRandomValues', 'crypto.getRandomValues(new Uint8Array(1))'],
  ])('finds the use of %s in: %s', async (use, text) => {
    expect(await findViolations('report/a.ts', text)).toEqual([expect.stringContaining(`uses ${use}`)])
  })

  test('finds the nanosecond clock', async () => {
    expect(await findViolations('report/a.ts', "import { hrtime } from 'node:process'\nhrtime()")).toEqual([
      'uses process',
      expect.stringContaining('uses hrtime'),
    ])
  })

  test('finds exports without a comment, but lets the file’s own count for the first', async () => {
    const text =
      '/** A noun. */\nimport "node:fs"\n\nexport const a = 1\nexport interface B {}\n\n/** Three. */\nexport const c = 3\n'
    expect(await findViolations('base/a.ts', text)).toEqual(['exports without a comment: export interface B'])
    expect(await findViolations('base/a.ts', 'export const a = 1')).toHaveLength(1)
  })

  test.each([
    ['downwards', 'report/live/a.ts', "import { now } from '../../base/clock.js'"],
    ['within the folder', 'load/fleet/a.ts', "import { send } from '../http.js'"],
    ['the vendor of the file', 'report/style.ts', "import { Chalk } from 'chalk'"],
    ['the program its commands', 'cli.ts', "import { run } from './commands/run.js'"],
    ['hashing', 'scenario/a.ts', "import { createHash } from 'node:crypto'\ncreateHash('sha256')"],
    ['a date from a text', 'report/a.ts', "const date = new Date('2030-01-01')"],
    ['a word in a comment or text', 'report/a.ts', "// console.log(process)\nconst a = 'Date.now() process'"],
    ['a property of that name', 'report/a.ts', 'const a = { process: 1 }\na.process'],
    ['the load of the event loop', 'load/a.ts', 'performance.eventLoopUtilization()'],
    ['a function of the template language', 'plan/a.ts', 'function randomInt() {}\nrandomInt()'],
    ['process in its places', 'demo/main.ts', 'process.exit(0)'],
    ['the clock', 'base/clock.ts', 'performance.now()\nnew Date()'],
    ['randomness', 'base/rng.ts', "import { randomInt } from 'node:crypto'\nrandomInt(3)"],
  ])('allows %s', async (_, file, text) => {
    expect(await findViolations(file, text)).toEqual([])
  })
})
