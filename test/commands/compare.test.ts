import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { compareFiles } from '../../src/commands/compare.js'
import { renderJson } from '../../src/report/formats/json.js'
import type { Result } from '../../src/stats/result.js'
import { makeBaseline } from '../../src/verdict/baseline.js'
import { formatBaseline } from '../../src/verdict/baseline-file.js'
import { SHOP, shopWith, simulate } from '../verdict/simulate.js'
import { createMemoryIo, type MemoryIo } from './memory-io.js'

const before = simulate(SHOP, { seed: 1 })
const same = simulate(SHOP, { seed: 2 })
const slower = simulate(shopWith('search', { medianMs: 26 }), { seed: 3 })

let io: MemoryIo

beforeEach(() => {
  io = createMemoryIo()
  save('before.json', renderJson(before))
  save('same.json', renderJson(same))
  save('slower.json', renderJson(slower))
  save('baseline.json', formatBaseline(makeBaseline([before])))
})

function save(name: string, text: string): void {
  writeFileSync(join(io.cwd, name), text)
}

describe('the exit code', () => {
  test.each([
    ['before.json', 'same.json', 0, 'Passed: a slowdown of '],
    ['baseline.json', 'same.json', 0, 'Passed: a slowdown of '],
    ['before.json', 'slower.json', 1, 'Regressed: "search" got slower: '],
    ['baseline.json', 'slower.json', 1, 'Regressed: "search" got slower: '],
    ['slower.json', 'baseline.json', 0, 'Improved: "search" got faster: '],
  ])('%s compared with %s exits with %i', async (a, b, code, sentence) => {
    expect(await compareFiles(a, b, { report: [] }, io)).toBe(code)
    expect(io.written.stdout.replace(/\n {2}/g, ' ')).toContain(sentence)
  })

  test('an inconclusive comparison exits with 0, or 4 with --inconclusive fail', async () => {
    const environment = { ...slower.environment, cpu: 'Other' }
    save('elsewhere.json', renderJson({ ...slower, environment }))
    expect(await compareFiles('before.json', 'elsewhere.json', { report: [] }, io)).toBe(0)
    expect(
      await compareFiles('before.json', 'elsewhere.json', { report: [], inconclusive: 'fail' }, io),
    ).toBe(4)
    expect(
      await compareFiles('before.json', 'elsewhere.json', { report: [], allowEnvironment: true }, io),
    ).toBe(1)
  })
})

test('a file that does not exist is named', async () => {
  await expect(compareFiles('gone.json', 'same.json', { report: [] }, io)).rejects.toThrow(
    'gone.json: no such file',
  )
})

test('a result of another program needs only windows and names', async () => {
  const bare = ({ scenario, requests }: Result) => ({
    schema: 'perfctl/result@1',
    scenario: { name: scenario.name, hash: scenario.hash },
    requests: requests.map(({ name, windows }) => ({ name, windows })),
  })
  save('a.json', JSON.stringify(bare(before)))
  save('b.json', JSON.stringify(bare(slower)))
  expect(await compareFiles('a.json', 'b.json', { report: [] }, io)).toBe(1)
})

test('reports contain the comparison, and nothing else goes to stdout beside a report', async () => {
  await compareFiles('before.json', 'slower.json', { report: ['json=-', 'junit=out/junit.xml'] }, io)
  const result = JSON.parse(io.written.stdout)
  expect(result.verdict).toBe('regressed')
  expect(result.comparison.baseline).toBe('before.json')
  expect(readFileSync(join(io.cwd, 'out/junit.xml'), 'utf8')).toContain('<failure')
  expect(io.written.stderr).toBe('report written: out/junit.xml\n')
})

test('a baseline as the second file makes no report', async () => {
  await expect(compareFiles('before.json', 'baseline.json', { report: ['json'] }, io)).rejects.toThrow(
    'is a baseline',
  )
})
