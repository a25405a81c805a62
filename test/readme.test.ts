/**
 * The documentation against the program: README and `docs/`. Scenarios are valid, links lead somewhere, commands take
 * the flags they are shown with, and the tour is walked, command by command, in a directory of its own.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { EXIT } from '../src/base/exit.js'
import { COMMANDS } from '../src/commands/command-specs.js'
import { OPTIONS } from '../src/commands/options.js'
import { TOPICS } from '../src/commands/topics.js'
import { startSession } from './e2e/session.js'
import { findFreeUrl } from './e2e/target.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGES = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'))
const FILES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...PAGES.map((file) => `docs/${file}`)]
const TOUR = 'docs/getting-started.md'

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

/** The fenced blocks of a language, without their fences. */
function blocksOf(file: string, language: string): string[] {
  const blocks = read(file).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))
  return [...blocks].map(([, text]) => text!)
}

const scenarios = FILES.flatMap((file) =>
  blocksOf(file, 'yaml')
    .filter((text) => /^requests:/m.test(text))
    .map((text, index) => ({ file, number: index + 1, text })),
)

/** What the scenarios of the documentation refer to. */
const BESIDE = {
  'users.csv': 'id,name,age,note\n1,Ann,30,\n',
  'accounts.csv': 'ann@example.com,none\n',
  'common.yaml': 'target: demo',
  'cover.png': '',
}

test('there are scenarios to check', () => {
  expect(scenarios.length).toBeGreaterThan(8)
})

test.each(scenarios)('scenario $number of $file is valid', async ({ text }) => {
  const isWhole = /^(target|extends):/m.test(text)
  const session = startSession({ ...BESIDE, 'a.yaml': isWhole ? text : `target: demo\n${text}` })
  const env = { API_TOKEN: 'none', SIGNING_KEY: 'none' }
  const { code, stderr } = await session.perfctl(['validate', 'a.yaml'], env)
  expect(code, stderr).toBe(0)
})

test('the journey runs as it stands, each step once', async () => {
  const { text } = scenarios.find((each) => each.text.includes('\nbeforeEach:'))!
  const session = startSession({ 'journey.yaml': text })
  const { code, stdout } = await session.perfctl(['try', 'journey.yaml'])
  expect(code, stdout).toBe(0)
  for (const name of ['search', 'create', 'check']) expect(stdout).toContain(`book / ${name}\n`)
})

test('the exit codes are those of the program', () => {
  const codes = [...read('docs/files.md').matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code))
  expect(codes).toEqual(Object.values(EXIT))
})

test('each page is a topic of help, and each topic a page', () => {
  const topics = TOPICS.map(({ name }) => `${name}.md`)
  expect([...topics, 'README.md'].sort()).toEqual(PAGES.sort())
})

const specs = COMMANDS.flatMap((spec) =>
  'commands' in spec
    ? spec.commands.map((child) => ({ ...child, name: `${spec.name} ${child.name}` }))
    : [spec],
)

/** The command lines of a file's shell blocks; a line that ends in a backslash goes on in the next one. */
const commandLines = FILES.flatMap((file) =>
  ['sh', 'console', 'yaml']
    .flatMap((language) => blocksOf(file, language))
    .flatMap((block) =>
      [...block.replaceAll(/\\\n\s*/g, ' ').matchAll(/(?:^|npx |\$ )perfctl (.+)$/gm)].map(([, line]) => ({
        file,
        line: line!.replace(/ +#.*$/, ''),
      })),
    ),
)

test.each(commandLines)('$file: perfctl $line', ({ line }) => {
  const spec = specs.find(({ name }) => line === name || line.startsWith(`${name} `))
  expect(spec, 'a command').toBeDefined()
  const known = spec!.options.map((option) => (typeof option === 'string' ? OPTIONS[option] : option).flags)
  const withoutQuoted = line.replaceAll(/'[^']*'|"[^"]*"/g, '')
  for (const [, flag] of withoutQuoted.matchAll(/ (--?[a-z][a-z-]*)/g)) {
    expect(
      known.some((flags) => flags.split(/[ ,]+/).includes(flag!)),
      flag,
    ).toBe(true)
  }
})

const links = FILES.flatMap((file) =>
  [
    ...read(file)
      .replaceAll(/^```[\s\S]*?^```/gm, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ]
    .map(([, url]) => url!)
    .filter((url) => !/^[a-z]+:/.test(url))
    .map((url) => ({ file, url })),
)

test.each(links)('$file: the link $url leads somewhere', ({ file, url }) => {
  const [path, anchor] = url.split('#') as [string, string?]
  const target = path === '' ? join(ROOT, file) : resolve(join(ROOT, dirname(file)), path)
  expect(existsSync(target)).toBe(true)
  if (anchor !== undefined) expect(anchorsOf(readFileSync(target, 'utf8'))).toContain(anchor)
})

/** The anchors of headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test('the README and its pictures stay small', () => {
  expect(statSync(join(ROOT, 'README.md')).size).toBeLessThan(12_000)
  for (const image of readdirSync(join(ROOT, 'docs/images')))
    expect(statSync(join(ROOT, 'docs/images', image)).size, image).toBeLessThan(200_000)
})

test('what is made from the code is up to date', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/docs.js', '--check'], { cwd: ROOT })
  expect(status, String(stderr)).toBe(0)
})

const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill()
})

test('the tour goes as it says', { timeout: 120_000, retry: 1 }, async () => {
  const session = startSession({ 'scenarios/quick.yaml': blocksOf(TOUR, 'yaml')[0]! })
  cpSync(join(ROOT, 'scenarios'), join(session.cwd, 'scenarios'), { recursive: true })
  const { port } = new URL(await findFreeUrl())
  const tour = blocksOf(TOUR, 'console').filter((text) => text.startsWith('$ perfctl '))
  expect(tour).toHaveLength(5)
  for (const block of tour) {
    const [line, ...output] = block.replaceAll('3001', port).split('\n')
    const { text, code } = await walk(line!.replace('$ perfctl ', '').split(' '), session.cwd)
    expect(shapeOf(text)).toEqual(shapeOf(output.join('\n')))
    expect(code, text).toBe(text.startsWith('✗') ? 1 : 0)
  }
})

/** Runs a command as a user does; the demo service stays when its first line is out. */
async function walk(args: readonly string[], cwd: string): Promise<{ text: string; code: number }> {
  const child = spawn(process.execPath, [join(ROOT, 'bin/perfctl.js'), ...args], {
    cwd,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  children.push(child)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  if (args[0] === 'demo') {
    await once(child.stdout, 'data')
    return { text, code: 0 }
  }
  const [code] = await once(child, 'close')
  return { text, code }
}

/**
 * What stays the same from one run to the next: of the first line the words before a colon, of a table its head and
 * the names in its first column, of everything else nothing. A single line counts as a whole, without its numbers.
 */
function shapeOf(text: string): string[] {
  const paragraphs = text.trimEnd().split('\n\n')
  if (!text.trimEnd().includes('\n')) return [withoutNumbers(text.trimEnd())]
  return paragraphs.flatMap((paragraph, index) => {
    const rows = paragraph.split('\n')
    if (index === 0) return [/^\S \w+/.exec(rows[0]!)?.[0] ?? rows[0]!, ...tableShape(rows.slice(1))]
    return tableShape(rows)
  })
}

function tableShape(rows: readonly string[]): string[] {
  const head = rows.findIndex((row) => /^ *(request|threshold) {2}/.test(row))
  if (head === -1) return rows[0]?.endsWith(':') ? rows.map((row) => row.trim()) : []
  // Which metrics of the comparison are listed depends on the noise.
  if (rows[head]!.includes('change')) return [withoutNumbers(rows[head]!)]
  return rows.slice(head).flatMap((row) => /^ {0,2}(\S.*?) {2}/.exec(row)?.[1] ?? [])
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+/g, '#').replace(/ +/g, ' ')
}
