import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UserError } from '../../src/base/errors.js'
import { loadScenario } from '../../src/scenario/file.js'

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'perfctl-load-'))
  await mkdir(join(cwd, 'scenarios'))
  await writeFile(
    join(cwd, 'scenarios/search.yaml'),
    'baseline: { file: ../b.json }\nrequests: [{ get: / }]\n',
  )
  await writeFile(join(cwd, 'latin1.yaml'), Buffer.from('name: caf\xe9\n', 'latin1'))
  await writeFile(join(cwd, 'big.yaml'), Buffer.alloc(5_000_001, '#'))
})
afterAll(() => rm(cwd, { recursive: true }))

test('a file is relative to the working directory, and keeps its path as given', async () => {
  const scenario = await loadScenario('scenarios/search.yaml', { cwd, env: {} })
  expect(scenario.file).toBe('scenarios/search.yaml')
  expect(scenario.baseline.file).toBe(join(cwd, 'b.json'))
})

test.each([
  ['scenarios/serch.yaml', 'no such file', 'did you mean scenarios/search.yaml?'],
  ['search.yaml', 'no such file', 'did you mean scenarios/search.yaml?'],
  ['search', 'no such file', 'did you mean scenarios/search.yaml?'],
  ['nothing-like-it.yaml', 'no such file', 'scenarios contains search.yaml'],
  ['scenarios/other-one.yaml', 'no such file', 'scenarios contains search.yaml'],
  ['nowhere/x.yaml', 'no such file', 'pass the path of a scenario'],
  ['scenarios', 'is a directory', 'scenarios contains search.yaml'],
  ['latin1.yaml', 'not valid UTF-8', 'save the file as UTF-8'],
  ['big.yaml', 'too large for a scenario', 'at most 5.00MB'],
])('%s is rejected', async (file, message, hint) => {
  const error = (await loadScenario(file, { cwd, env: {} }).catch((thrown) => thrown)) as UserError
  expect(error.problems[0]!.message).toContain(message)
  expect(error.problems[0]!.hint).toContain(hint)
})
