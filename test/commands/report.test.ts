import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { report } from '../../src/commands/report.js'
import { renderJson } from '../../src/report/json.js'
import { passed } from '../report/results.js'
import { createMemoryIo, type MemoryIo } from './memory-io.js'

let io: MemoryIo

beforeEach(() => {
  io = createMemoryIo()
  writeFileSync(join(io.cwd, 'result.json'), renderJson(passed))
})

test('without --report the saved result is printed as run did', async () => {
  expect(await report('result.json', [], io)).toBe(0)
  expect(io.written.stdout).toMatch(/^✓ Passed: not slower than the baseline/)
})

test('a format without a path is written into the working directory', async () => {
  await report('result.json', ['markdown', 'csv'], io)
  expect(io.written.stderr).toBe('report written: shop.md\nreport written: shop.csv\n')
  expect(readFileSync(join(io.cwd, 'shop.csv'), 'utf8')).toMatch(/^scenario,request,/)
  expect(io.written.stdout).toBe('')
})

test('json=- gives the saved result, and nothing else', async () => {
  await report('result.json', ['json=-'], io)
  expect(io.written.stdout).toBe(renderJson(passed))
})

test('an unknown format is found before anything is written', async () => {
  await expect(report('result.json', ['csv', 'pfd'], io)).rejects.toThrow('there is no format "pfd"')
  expect(io.written.stderr).toBe('')
})

test('a terminal of the C locale gets ASCII', async () => {
  const terminal = { ...io.stdout, isTerminal: true }
  await report('result.json', [], { ...io, stdout: terminal, env: { LC_ALL: 'C', NO_COLOR: '1' } })
  expect(io.written.stdout).toMatch(/^\+ Passed/)
})
