/**
 * The README against the program: its scenarios are valid, its flags and exit codes are those there are, and the
 * tour is walked, command by command, in a directory of its own.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { EXIT } from '../src/base/exit.js'
import { startSession } from './e2e/session.js'
import { findFreeUrl } from './e2e/target.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')

/** The fenced blocks of a language, without their fences. */
function blocksOf(language: string): string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, text]) => text!,
  )
}

const scenarios = blocksOf('yaml').filter((text) => text.includes('\nrequests:'))

test('the scenarios are valid', async () => {
  expect(scenarios).toHaveLength(6)
  for (const text of scenarios) {
    const users = 'id,name,age,note\n1,Ann,30,\n'
    const session = startSession({ 'a.yaml': text, 'users.csv': users, 'common.yaml': 'target: demo' })
    const env = { API_TOKEN: 'none', SIGNING_KEY: 'none' }
    const { code, stderr } = await session.perfctl(['validate', 'a.yaml'], env)
    expect(code, stderr).toBe(0)
  }
})

test('the journey runs as it stands, each step once', async () => {
  const session = startSession({ 'journey.yaml': scenarios.find((text) => text.includes('\nbeforeEach:'))! })
  const { code, stdout } = await session.perfctl(['try', 'journey.yaml'])
  expect(code, stdout).toBe(0)
  for (const name of ['search', 'create', 'check']) expect(stdout).toContain(`book / ${name}\n`)
})

test('the exit codes are those of the program', () => {
  const codes = [...README.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code))
  expect(codes).toEqual(Object.values(EXIT))
})

test('all commands and flags are there, and no others', async () => {
  const session = startSession()
  const commands = new Set(['help'])
  const flags = new Set<string>()
  /** Reads a page of help, and those of the commands it lists. */
  const visit = async (command: readonly string[]): Promise<void> => {
    const page = (await session.perfctl([...command, '--help'])).stdout
    for (const flag of flagsIn(page)) flags.add(flag)
    const [, list] = /^Commands:\n((?: .*\n)+)/m.exec(page) ?? []
    if (list === undefined) commands.add(command.join(' '))
    for (const [, name] of list?.matchAll(/^ {2}([a-z]+)/gm) ?? []) {
      if (name !== 'help') await visit([...command, name!])
    }
  }
  await visit([])
  const section = README.split('\n## Commands\n')[1]!.split('\n## ')[0]!
  const documented = [...section.matchAll(/^\| `perfctl ([a-z]+(?: [a-z]+)?)/gm)].map(([, name]) => name)
  expect(new Set(documented)).toEqual(commands)
  expect(flagsIn(section)).toEqual(flags)
})

function flagsIn(text: string): Set<string> {
  return new Set(text.match(/--[a-z][a-z-]*/g))
}

test('what is made from the code is up to date', () => {
  const { status, stderr } = spawnSync(process.execPath, ['test/docs.js', '--check'], { cwd: ROOT })
  expect(status, String(stderr)).toBe(0)
})

const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill()
})

test('the tour goes as it says', { timeout: 120_000, retry: 1 }, async () => {
  const session = startSession({ 'scenarios/quick.yaml': scenarios[0]! })
  cpSync(join(ROOT, 'scenarios'), join(session.cwd, 'scenarios'), { recursive: true })
  const { port } = new URL(await findFreeUrl())
  const tour = blocksOf('console').filter((text) => text.startsWith('$ perfctl '))
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
