import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UserError } from '../../src/base/errors.js'
import { readEnvFiles } from '../../src/commands/env-files.js'

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'perfctl-env-'))
})
afterAll(() => rm(cwd, { recursive: true }))

async function read(...texts: string[]) {
  const files = texts.map((_, i) => `${i}.env`)
  for (const [i, text] of texts.entries()) await writeFile(join(cwd, files[i]!), text)
  const out = { write() {}, isTerminal: false, columns: 80, rows: 24 }
  return readEnvFiles(files, {
    stdout: out,
    stderr: out,
    env: {},
    cwd,
    onSignal: () => () => {},
    onBug: () => () => {},
    onExit: () => () => {},
  })
}

test.each([
  ['A=1\nB = two words \n', { A: '1', B: 'two words' }],
  ['# a comment\n\nexport A=1 # and another\n', { A: '1' }],
  ['A="a # b\\n\\"c\\""\nB=\'${X} \\n\'\n', { A: 'a # b\n"c"', B: '${X} \\n' }],
  ['A=a#b=c\r\nB=\r\n', { A: 'a#b=c', B: '' }],
  ['\ufeffA=1', { A: '1' }],
])('%j is read as dotenv does', async (text, variables) => {
  expect(await read(text)).toEqual(variables)
})

test('later files win', async () => {
  expect(await read('A=1\nB=1\n', 'B=2\n')).toEqual({ A: '1', B: '2' })
})

test('an invalid line is reported by its position, without its text', async () => {
  const error = await read('A=1\nhunter22\n').catch((thrown: unknown) => thrown)
  if (!(error instanceof UserError)) throw error
  expect(error.problems[0]!.place).toMatchObject({ file: '0.env', line: 2 })
  expect(JSON.stringify(error.problems)).not.toContain('hunter22')
})
