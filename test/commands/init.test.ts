import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type InitFlags, init } from '../../src/commands/init.js'
import { readScenario } from '../../src/scenario/read.js'
import { STARTER_LOAD } from '../../src/scenario/starter.js'
import { requestOf } from '../scenario/only.js'
import { createMemoryIo, type MemoryIo } from './memory-io.js'

let io: MemoryIo
beforeEach(() => {
  io = createMemoryIo()
})

const read = (file: string) => readFileSync(join(io.cwd, file), 'utf8')
const write = (file: string, text: string) => writeFileSync(join(io.cwd, file), text)

async function call(flags: InitFlags = {}): Promise<string> {
  const before = io.written.stdout.length
  expect(await init(flags, io)).toBe(0)
  return io.written.stdout.slice(before)
}

test('an empty directory gets a scenario, a job and a .gitignore, and is told what to type next', async () => {
  expect(await call()).toBe(`written: scenarios/demo.yaml
written: .github/workflows/perf.yml
written: .gitignore (results, in .perfctl/, are not for git)

Next:
  perfctl try scenarios/demo.yaml              see what is sent, and what is answered
  perfctl run scenarios/demo.yaml              measure
  perfctl baseline update scenarios/demo.yaml  what later runs are held against; commit baselines/
`)
  expect(read('scenarios/demo.yaml')).toContain('target: demo')
  expect(read('.gitignore')).toBe('.perfctl/\n')
})

test('a scenario is named after its service', async () => {
  await call({ url: 'http://localhost:3000/health' })
  expect(read('scenarios/localhost-3000.yaml')).toContain('get: "/health"')
})

describe('of an OpenAPI document', () => {
  const document = `openapi: 3.1.0
info: { title: "Petstore - 3.1" }
servers: [{ url: https://pets.example/v1 }]
paths:
  /pets:
    get: { operationId: listPets, responses: { "200": {} } }
  /pets/{petId}:
    delete: { operationId: deletePet, responses: { "204": {} } }
`

  test('the first scenario has its operations, and a load', async () => {
    write('pets.yaml', document)
    expect(await call({ openapi: 'pets.yaml' })).toContain('written: scenarios/petstore-3-1.yaml\n')
    const scenario = parse(read('scenarios/petstore-3-1.yaml'))
    expect(scenario).toEqual({
      name: 'petstore-3-1',
      description: 'Petstore - 3.1',
      target: '${BASE_URL:-https://pets.example/v1}',
      load: STARTER_LOAD,
      requests: [
        { name: 'listPets', weight: 10, get: '/pets', expect: { status: 200 } },
        { name: 'deletePet', weight: 1, delete: '/pets/{{ randomInt(1, 1000) }}', expect: { status: 204 } },
      ],
      thresholds: ['error_rate < 1%'],
    })
    const notes = io.written.stderr
    expect(notes).toContain('note: these delete data: keep them only where that does no harm: deletePet\n')
    const written = readScenario(read('scenarios/petstore-3-1.yaml'), { file: 'a.yaml', env: {} })
    expect([0, 1].map((index) => requestOf(written, index).method)).toEqual(['GET', 'DELETE'])
    expect(read('.github/workflows/perf.yml')).toContain('petstore-3-1')
  })

  test('a file that it sends lies beside the scenario', async () => {
    const media = '{ image/png: { schema: { type: string, format: binary } } }'
    const put = `{ operationId: putPhoto, requestBody: { content: ${media} }, responses: { "204": {} } }`
    write('pets.yaml', `${document}  /photo:\n    put: ${put}\n`)
    expect(await call({ openapi: 'pets.yaml' })).toContain('written: scenarios/putPhoto.bin (a placeholder')
    expect(parse(read('scenarios/petstore-3-1.yaml')).requests[2].file).toBe('putPhoto.bin')
    expect(read('scenarios/putPhoto.bin').length).toBeGreaterThan(500)
  })

  test('--url says where the service is', async () => {
    write('pets.yaml', document)
    await call({ openapi: 'pets.yaml', url: 'http://localhost:3000' })
    expect(read('scenarios/petstore-3-1.yaml')).toContain('target: ${BASE_URL:-http://localhost:3000/v1}\n')
  })

  test.each([
    ['missing.yaml', 'missing.yaml: no such file'],
    ['other.yaml', 'other.yaml: not an OpenAPI document'],
  ])('%s writes nothing', async (file, message) => {
    write('other.yaml', 'a: 1')
    await expect(call({ openapi: file })).rejects.toThrow(message)
    expect(existsSync(join(io.cwd, 'scenarios'))).toBe(false)
  })
})

describe('what is there already', () => {
  test('is not overwritten, unless forced', async () => {
    await call()
    write('scenarios/demo.yaml', 'mine')
    write('.github/workflows/perf.yml', 'mine')
    await expect(call()).rejects.toThrow('scenarios/demo.yaml is there already')
    expect(await call({ url: 'http://a.example' })).toContain(
      'kept: .github/workflows/perf.yml (--force overwrites it)',
    )
    expect([read('scenarios/demo.yaml'), read('.github/workflows/perf.yml')]).toEqual(['mine', 'mine'])
    expect(await call({ force: true })).toContain('overwritten: scenarios/demo.yaml')
    expect(read('.github/workflows/perf.yml')).toContain('name: perf')
  })

  test.each([
    ['dist\n', 'dist\n.perfctl/\n'],
    ['dist', 'dist\n.perfctl/\n'],
    ['dist\r\n', 'dist\r\n.perfctl/\r\n'],
    ['.perfctl/\ndist\n', '.perfctl/\ndist\n'],
    ['a\n/.perfctl', 'a\n/.perfctl'],
    ['x.perfctl/\n', 'x.perfctl/\n.perfctl/\n'],
  ])('a .gitignore of %j becomes %j', async (before, after) => {
    write('.gitignore', before)
    await call()
    expect(read('.gitignore')).toBe(after)
  })

  test('a schema is pointed at, where there is one', async () => {
    mkdirSync(join(io.cwd, 'node_modules/perfctl/scenarios'), { recursive: true })
    write('node_modules/perfctl/scenarios/scenario.schema.json', '{}')
    await call()
    expect(read('scenarios/demo.yaml')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/node_modules\/perfctl\/scenarios\/scenario\.schema\.json\n/,
    )
  })
})

describe('the job', () => {
  test('for GitHub runs the scenario of a pull request, and measures a baseline by hand', async () => {
    await call({ url: 'http://a.example' })
    const { jobs, on } = parse(read('.github/workflows/perf.yml'))
    expect(Object.keys(on)).toEqual(['pull_request', 'workflow_dispatch'])
    const runs = jobs.perf.steps.map(({ run }: { run?: string }) => run).filter(Boolean)
    expect(runs[0]).toMatch(
      /^npx --yes perfctl@\S+ run scenarios\/a\.example\.yaml --report github --report html=perf\.html$/,
    )
    expect(runs[1]).toMatch(/^npx --yes perfctl@\S+ baseline update scenarios\/a\.example\.yaml/)
  })

  test('for GitLab is written where the project uses it, and says how to include it', async () => {
    write('.gitlab-ci.yml', 'stages: [test]')
    expect(await call()).toContain('add to .gitlab-ci.yml: include: [{ local: .gitlab/perf.yml }]')
    const jobs = parse(read('.gitlab/perf.yml'))
    expect(jobs.perf.script[0]).toMatch(
      /^npx --yes perfctl@\S+ run scenarios\/demo\.yaml --report junit=perf\.xml --report html=perf\.html$/,
    )
    // A job that waits for a click would hold up the pipeline.
    expect(jobs['perf-baseline'].rules).toEqual([
      expect.objectContaining({ when: 'manual', allow_failure: true }),
    ])
    expect(jobs['perf-baseline'].artifacts).toEqual(jobs.perf.artifacts)
  })

  test('is left out when it is not wanted', async () => {
    expect(await call({ ci: false })).not.toContain('perf.yml')
  })
})

test.each([
  [
    { url: 'localhost:3000' },
    '--url localhost:3000: not an http or https URL',
    'write --url http://localhost:3000',
  ],
  [
    { url: 'ftp://a.example' },
    '--url ftp://a.example: not an http or https URL',
    'write --url http://a.example',
  ],
  [{ url: 'http://me:pass@a.example' }, '--url: a scenario is no place for a password', null],
  [{ ci: 'jenkins' }, '--ci jenkins: unknown', 'it is github or gitlab; --no-ci writes no job'],
])('%j is refused, and nothing is written', async (flags, message, hint) => {
  const error = await init(flags, io).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ problems: [hint === null ? { message } : { message, hint }] })
  expect(() => read('.gitignore')).toThrow()
})
