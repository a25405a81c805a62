import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Delivery, deliver } from '../../src/commands/deliver.js'
import { report, writeReports } from '../../src/commands/report.js'
import { renderJson } from '../../src/report/formats/json.js'
import { failed, passed } from '../report/results.js'
import { createMemoryIo, type MemoryIo } from './memory-io.js'

let io: MemoryIo

beforeEach(() => {
  io = createMemoryIo()
  writeFileSync(join(io.cwd, 'result.json'), renderJson(passed))
})

test('without --report, the summary of the saved result is printed', async () => {
  expect(await report('result.json', [], io)).toBe(0)
  expect(io.written.stdout).toMatch(/^✓ Passed: a slowdown of \d+ % or more of any request's median/)
})

test('a format without a path is written into the working directory', async () => {
  await report('result.json', ['markdown', 'csv'], io)
  expect(io.written.stderr).toBe('report written: shop.md\nreport written: shop.csv\n')
  expect(readFileSync(join(io.cwd, 'shop.csv'), 'utf8')).toMatch(/^scenario,request,/)
  expect(io.written.stdout).toBe('')
})

test('json=- prints the saved result, and nothing else', async () => {
  await report('result.json', ['json=-'], io)
  expect(io.written.stdout).toBe(renderJson(passed))
})

test('an unknown format is refused before anything is written', async () => {
  await expect(report('result.json', ['csv', 'pfd'], io)).rejects.toThrow('unknown format "pfd"')
  expect(io.written.stderr).toBe('')
})

test('several results that share the flags have a file each', async () => {
  const flags = ['html=out/report.html', 'junit=perf', 'csv']
  for (const name of ['shop', 'a/b']) {
    const result = { ...passed, scenario: { ...passed.scenario, name } }
    await writeReports(result, flags, io, { isOneOfSeveral: true })
  }
  const files = [
    'out/report-shop.html',
    'perf-shop',
    'shop.csv',
    'out/report-a-b.html',
    'perf-a-b',
    'a-b.csv',
  ]
  expect(io.written.stderr).toBe(files.map((file) => `report written: ${file}\n`).join(''))
  for (const file of files) expect(existsSync(join(io.cwd, file)), file).toBe(true)
})

describe('github', () => {
  test('in a workflow it is appended to the job summary and the step outputs', async () => {
    const [summary, output] = [join(io.cwd, 'summary.md'), join(io.cwd, 'output')]
    writeFileSync(summary, 'built\n')
    writeFileSync(output, 'sha=1\n')
    const env = { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output }
    await report('result.json', ['github'], { ...io, env })
    expect(readFileSync(summary, 'utf8')).toMatch(/^built\n<!-- perfctl:shop -->\n## ✅ shop\n\nPassed: /)
    expect(readFileSync(output, 'utf8')).toBe('sha=1\nverdict=passed\n')
    expect(io.written).toEqual({ stdout: '', stderr: '' })
  })

  test('its annotations have paths relative to the repository, and go to stderr', async () => {
    writeFileSync(join(io.cwd, 'result.json'), renderJson(failed))
    mkdirSync(join(io.cwd, 'scenarios'))
    writeFileSync(join(io.cwd, 'scenarios/shop.yaml'), 'thresholds:\n  - p95 < 200ms\n  - error_rate < 1%\n')
    const env = { GITHUB_OUTPUT: join(io.cwd, 'output'), GITHUB_WORKSPACE: dirname(io.cwd) }
    await report('result.json', ['github', 'json=-'], { ...io, env })
    expect(io.written.stderr).toContain(
      `::error file=${basename(io.cwd)}/scenarios/shop.yaml,line=3,title=perfctl%3A threshold not met::error_rate`,
    )
    expect(io.written.stdout).toBe(renderJson(failed))
  })

  test('elsewhere the summary is printed, unless another report is', async () => {
    await report('result.json', ['github'], io)
    expect(io.written.stdout).toMatch(/^<!-- perfctl:shop -->\n## ✅ shop/)
    const other = createMemoryIo()
    writeFileSync(join(other.cwd, 'result.json'), renderJson(passed))
    await report('result.json', ['github', 'json=-'], other)
    expect(other.written.stdout).toBe(renderJson(passed))
    expect(readFileSync(join(other.cwd, 'shop.github.md'), 'utf8')).toMatch(
      /^<!-- perfctl:shop -->\n## ✅ shop/,
    )
  })

  test("a summary that can't be written is reported with its variable, and everything else is written", async () => {
    const output = join(io.cwd, 'output')
    const env = { GITHUB_STEP_SUMMARY: io.cwd, GITHUB_OUTPUT: output }
    expect(await report('result.json', ['github', 'junit'], { ...io, env })).toBe(3)
    expect(io.written.stderr).toMatch(/--report github: cannot write .*\n.*GITHUB_STEP_SUMMARY/)
    expect(readFileSync(output, 'utf8')).toBe('verdict=passed\n')
    expect(readFileSync(join(io.cwd, 'shop.xml'), 'utf8')).toContain('<testsuites')
  })
})

test("reports that can't be written or made are reported, and the others are written", async () => {
  mkdirSync(join(io.cwd, 'taken'))
  // No run produces such a result: an error in a format is its bug.
  const broken = { ...passed, timeline: null } as never
  expect(await writeReports(broken, ['json=taken', 'html', 'junit=fine.xml'], io)).toBe(false)
  expect(io.written.stderr).toMatch(/--report json=taken: cannot write .*taken/)
  expect(io.written.stderr).toMatch(/--report html: .*a bug in perfctl.*TypeError.*\n +at /)
  expect(readFileSync(join(io.cwd, 'fine.xml'), 'utf8')).toContain('<testsuites')
  expect(readdirSync(io.cwd).sort()).toEqual(['fine.xml', 'result.json', 'taken'])
})

test('csv and csv-windows do not take the same file', async () => {
  await report('result.json', ['csv', 'csv-windows', 'html'], io)
  expect(io.written.stderr).toBe(
    'report written: shop.csv\nreport written: shop.windows.csv\nreport written: shop.html\n',
  )
})

test('a terminal of the C locale gets ASCII', async () => {
  const terminal = { ...io.stdout, isTerminal: true }
  await report('result.json', [], { ...io, stdout: terminal, env: { LC_ALL: 'C', NO_COLOR: '1' } })
  expect(io.written.stdout).toMatch(/^\+ Passed/)
})

test.each(['html', 'github'])('%s says what the terminal says to do next', async (id) => {
  const result = { ...passed, comparison: null }
  const flags = { reports: [`${id}=out`], streams: [], quiet: true, color: false }
  const leave = async (next: Delivery['next']) => {
    await deliver({ saves: [], result, summary: () => '', ...(next !== undefined && { next }) }, flags, io)
    return readFileSync(join(io.cwd, 'out'), 'utf8')
  }
  expect(await leave(undefined)).toContain('perfctl baseline update')
  expect(await leave(null)).not.toContain('perfctl baseline update')
  expect(await leave({ why: 'To go on', command: 'perfctl report x' })).toContain('perfctl report x')
})
