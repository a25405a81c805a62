import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { main } from '../../src/cli.js'
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

test('an empty directory gets a scenario, a job and a .gitignore, and the next steps are printed', async () => {
  expect(await call()).toBe(`written: scenarios/demo.yaml
written: .github/workflows/perf.yml
written: .gitignore (keeps the results in .perfctl/ out of git)

Next:
  perfctl try scenarios/demo.yaml              see the requests and responses
  perfctl run scenarios/demo.yaml              measure
  perfctl baseline update scenarios/demo.yaml  set what later runs are compared with; commit baselines/
  add perfctl to your devDependencies: npm install --save-dev SOURCE, where SOURCE is a git URL, a folder or a .tgz
  fill in the places marked "FILL IN" in .github/workflows/perf.yml
`)
  expect(read('scenarios/demo.yaml')).toContain('target: demo')
  expect(read('.gitignore')).toBe('.perfctl/\n')
})

test('a scenario is named after its service', async () => {
  await call({ url: 'http://localhost:3000/health' })
  expect(read('scenarios/localhost-3000.yaml')).toContain('get: "/health"')
})

describe('from an OpenAPI document', () => {
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
    expect(notes).toContain(
      'note: these requests delete data; keep them only where that is safe: deletePet\n',
    )
    const written = readScenario(read('scenarios/petstore-3-1.yaml'), { file: 'a.yaml', env: {} })
    expect([0, 1].map((index) => requestOf(written, index).method)).toEqual(['GET', 'DELETE'])
    expect(read('.github/workflows/perf.yml')).toContain('petstore-3-1')
  })

  test('a file that it sends gets a placeholder beside the scenario', async () => {
    const media = '{ image/png: { schema: { type: string, format: binary } } }'
    const put = `{ operationId: putPhoto, requestBody: { content: ${media} }, responses: { "204": {} } }`
    write('pets.yaml', `${document}  /photo:\n    put: ${put}\n`)
    expect(await call({ openapi: 'pets.yaml' })).toContain('written: scenarios/putPhoto.bin (a placeholder')
    expect(parse(read('scenarios/petstore-3-1.yaml')).requests[2].file).toBe('putPhoto.bin')
    expect(read('scenarios/putPhoto.bin').length).toBeGreaterThan(500)
  })

  test('other files of a document are read from its folder', async () => {
    write(
      'api.yaml',
      'openapi: 3.0.0\nservers: [{ url: http://a.example }]\npaths: { /x: { $ref: ./x.json } }\n',
    )
    write('x.json', '{"get": {"operationId": "found", "responses": {}}}')
    await call({ openapi: 'api.yaml' })
    expect(read('scenarios/api.yaml')).toContain('name: found\n')
  })

  test('--url sets the target', async () => {
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

describe('an existing file', () => {
  test('is not overwritten without --force', async () => {
    await call()
    write('scenarios/demo.yaml', 'mine')
    write('.github/workflows/perf.yml', 'mine')
    await expect(call()).rejects.toThrow('scenarios/demo.yaml already exists')
    expect(await call({ url: 'http://a.example' })).toContain(
      'kept: .github/workflows/perf.yml (use --force to overwrite it)',
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

  test('the scenario refers to the schema if there is one', async () => {
    mkdirSync(join(io.cwd, 'node_modules/perfctl/scenarios'), { recursive: true })
    write('node_modules/perfctl/scenarios/scenario.schema.json', '{}')
    await call()
    expect(read('scenarios/demo.yaml')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/node_modules\/perfctl\/scenarios\/scenario\.schema\.json\n/,
    )
  })
})

interface Job {
  readonly variables: Record<string, string>
  readonly script: readonly string[]
}

interface GithubJob {
  readonly env: Record<string, string>
  readonly steps: readonly { readonly run?: string }[]
}

/** What a job sets and runs, for any CI service. */
function readJob({ jobs, perf }: { jobs?: { perf: GithubJob }; perf?: Job }): Job {
  if (jobs === undefined) return perf!
  const script = jobs.perf.steps.flatMap(({ run }) => (run === undefined ? [] : [run]))
  return { variables: jobs.perf.env, script }
}

describe('the job', () => {
  test.each([
    [
      { ci: 'github', url: 'http://a.example' },
      '.github/workflows/perf.yml',
      'head',
      'scenarios/a.example.yaml',
    ],
    [{ ci: 'gitlab' }, '.gitlab/perf.yml', '.', 'scenarios/demo.yaml'],
  ])('%j drives both versions with flags that perfctl knows', async (flags, file, folder, scenario) => {
    await call(flags)
    const { variables, script } = readJob(parse(read(file)))
    expect(variables).toEqual({ SCENARIO: scenario, START: 'npm start', READY: '/healthz' })
    // Runs the job's last command in a shell, with a program in place of perfctl that prints its arguments.
    const bin = join(io.cwd, folder, 'node_modules/.bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'perfctl'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 })
    const env = { PATH: process.env['PATH'], ...variables, START: 'exit 7' }
    const told = execFileSync('bash', ['-ec', script.at(-1)!], { cwd: join(io.cwd, folder), env })
    const args = told.toString().trimEnd().split('\n')
    expect(args.slice(0, 2)).toEqual(['ab', scenario])
    expect(args.filter((arg) => arg.includes('exit 7'))).toHaveLength(2)
    mkdirSync(join(io.cwd, 'base'), { recursive: true })
    mkdirSync(join(io.cwd, '.perf-base'), { recursive: true })
    mkdirSync(join(io.cwd, folder, 'scenarios'), { recursive: true })
    writeFileSync(join(io.cwd, folder, scenario), read(scenario))
    // The only problem is that this service never starts.
    expect(await main(args, { ...io, cwd: join(io.cwd, folder) })).toBe(3)
    expect(io.written.stdout).toContain('exit 7')
  })

  test.each(['github', 'gitlab'])(
    'for %s fetches nothing by its name, and marks what only you know',
    async (ci) => {
      const next = await call({ ci })
      const text = read(ci === 'github' ? '.github/workflows/perf.yml' : '.gitlab/perf.yml')
      expect(text).not.toMatch(/npx|perfctl@/)
      // Each group of options has a line.
      expect(text).not.toMatch(/\S {2,}\S/)
      expect(text.match(/# FILL IN:/g)).toHaveLength(4)
      expect(text).toContain('this one is for the built-in demo')
      expect(next).toContain('fill in the places marked "FILL IN"')
    },
  )

  test('for your own service has a scenario that needs no filling in', async () => {
    await call({ url: 'http://a.example' })
    expect(read('.github/workflows/perf.yml')).not.toContain('demo')
  })

  test('says nothing about devDependencies if perfctl is installed', async () => {
    write('package.json', '{ "devDependencies": { "perfctl": "file:../perfctl" } }')
    expect(await call()).not.toContain('devDependencies')
  })

  test('is for GitLab if the project uses it, and says how to include it', async () => {
    write('.gitlab-ci.yml', 'stages: [test]')
    expect(await call()).toContain('add to .gitlab-ci.yml: include: [{ local: .gitlab/perf.yml }]')
    expect(Object.keys(parse(read('.gitlab/perf.yml')))).toEqual(['perf'])
  })

  test('is not written with --no-ci', async () => {
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
  [{ url: 'http://me:pass@a.example' }, '--url: a scenario must not contain a password', null],
  [{ ci: 'jenkins' }, '--ci jenkins: unknown service', 'use github or gitlab, or --no-ci for no CI job'],
])('%j is refused, and nothing is written', async (flags, message, hint) => {
  const error = await init(flags, io).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ problems: [hint === null ? { message } : { message, hint }] })
  expect(() => read('.gitignore')).toThrow()
})
