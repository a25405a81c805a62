import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RawValidateFlags, validate } from '../../src/commands/validate.js'

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'perfctl-validate-'))
  await writeFile(join(cwd, 'good.yaml'), 'target: demo\nrequests: [{ get: / }]\nthresholds: [p95 < 1s]\n')
  await writeFile(
    join(cwd, 'slow.yaml'),
    `target: demo
requests:
  - { name: a, get: /,
    expect: { matches: '^(\\w+)+$' } }
  - name: b
    steps:
      - { get: /, expect: { matches: ^ok }, capture: { x: { regex: "(?:\\\\d*)*x" } } }
`,
  )
  await writeFile(join(cwd, 'bad.yaml'), 'lod: 1\nrequests: [{ get: x }]\n')
})
afterAll(() => rm(cwd, { recursive: true }))

test('valid files are summarized and exit with 0', async () => {
  const { code, stdout, stderr } = await run(['good.yaml'])
  expect(stdout).toBe('good.yaml: valid (1 request, 1 user for 10s, 1 threshold, target demo)\n')
  expect([code, stderr]).toEqual([0, ''])
})

test('all problems of all files are reported, and the exit code is 2', async () => {
  const { code, stdout, stderr } = await run(['bad.yaml', 'good.yaml', 'missing.yaml'])
  expect(code).toBe(2)
  expect(stdout).toMatch(/^good\.yaml: valid/)
  expect(stderr).toContain(
    'bad.yaml:1:1: unknown key "lod"\n  1 | lod: 1\n    | ^^^\n  hint: did you mean "load"?',
  )
  expect(stderr).toContain('bad.yaml:2:19: requests[0].get: the path "x" does not start with /')
  expect(stderr).toContain('missing.yaml: no such file')
})

test('slow patterns are a warning with a position', async () => {
  const { code, stdout, stderr } = await run(['slow.yaml'])
  expect([code, stdout]).toEqual([0, 'slow.yaml: valid (2 requests, 1 user for 10s, target demo)\n'])
  expect(stderr).toContain(
    'warning: slow.yaml:4:25: "a": the pattern "^(\\w+)+$" can take very long on some responses',
  )
  expect(stderr).toContain('warning: slow.yaml:7:')
  expect(stderr.match(/warning:/g)).toHaveLength(2)
})

test('--report json is one JSON object', async () => {
  const { code, stdout } = await run(['bad.yaml', 'good.yaml'], { report: 'json=-' })
  const report = JSON.parse(stdout)
  expect([code, report.schema, report.valid]).toEqual([2, 'perfctl/validation@1', false])
  expect(report.files[0].problems[0]).toEqual({
    message: 'unknown key "lod"',
    hint: 'did you mean "load"?',
    file: 'bad.yaml',
    line: 1,
    column: 1,
    length: 3,
  })
  expect(report.files[1]).toEqual({
    file: 'good.yaml',
    valid: true,
    scenario: 'good',
    problems: [],
    warnings: [],
  })
})

test('another format is refused', async () => {
  await expect(run(['good.yaml'], { report: 'xml' })).rejects.toThrow('validate reports only json')
})

async function run(files: string[], flags: RawValidateFlags = {}) {
  const written = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text
    },
    isTerminal: false,
    columns: 80,
    rows: 24,
  })
  const io = {
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: {},
    cwd,
    onSignal: () => () => {},
    onBug: () => () => {},
    onExit: () => () => {},
  }
  return { code: await validate(files, flags, io), ...written }
}
