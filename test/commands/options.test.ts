import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli.js'
import type { CommandSpec, Refusal } from '../../src/commands/command.js'
import { KUBERNETES } from '../../src/commands/kubernetes-commands.js'
import { OPTIONS, type OptionName } from '../../src/commands/options.js'
import { AB, BASELINE, RUN, SELFTEST } from '../../src/commands/run-commands.js'
import { createMemoryIo } from './memory-io.js'

const [update, add] = BASELINE.commands
const RELATIVES: readonly (readonly [string[], CommandSpec])[] = [
  [['ab', 'a.yaml'], AB],
  [['selftest'], SELFTEST],
  [['baseline', 'update'], update!],
  [['baseline', 'add'], add!],
  [['kubernetes', 'run'], KUBERNETES.commands[1]!],
]

async function perfctl(args: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const io = createMemoryIo()
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(io.cwd, file, '..'), { recursive: true })
    writeFileSync(join(io.cwd, file), text)
  }
  const code = await main(args, io)
  return { code, ...io.written }
}

const longOf = (flags: string) => /--[a-z-]+/.exec(flags)![0]

const taken = ({ options }: CommandSpec) =>
  options.map((option) => longOf(typeof option === 'string' ? OPTIONS[option].flags : option.flags))

describe.each(RELATIVES)('%s', (_, spec) => {
  test('takes each option of run or says why not: never both, never neither', () => {
    const refused = (spec.refuses ?? [])
      .filter(isUnconditional)
      .flatMap(({ options }) => options.map((name) => longOf(OPTIONS[name].flags)))
    const known = [...taken(spec), ...refused].filter((flag) => taken(RUN).includes(flag))
    expect(known.sort()).toEqual(taken(RUN).sort())
  })
})

const isUnconditional = ({ beside, without }: Refusal) => beside === undefined && without === undefined

const refusals = RELATIVES.flatMap(([args, { refuses = [] }]) =>
  refuses
    .filter(isUnconditional)
    .flatMap(({ options, why, instead }) =>
      options.map((name: OptionName) => ({ args, flags: OPTIONS[name].flags, why, instead: instead ?? '' })),
    ),
)

test.each(refusals)('$args $flags is refused with a reason', async ({ args, flags, why, instead }) => {
  const value = / </.test(flags) ? [/inconclusive|fail/.test(flags) ? 'fail' : 'ab'] : []
  const { code, stderr } = await perfctl([...args, longOf(flags), ...value])
  expect(code).toBe(2)
  expect(stderr).toContain(`${longOf(flags)}: ${why}`)
  expect(stderr).toContain(instead)
})

test('all refused options are reported at once, and help shows none of them', async () => {
  const { stderr } = await perfctl(['ab', 'a.yaml', '-t', 'http://localhost', '--no-baseline'])
  expect(stderr).toContain('--target: an A/B session has two targets')
  expect(stderr).toContain('--no-baseline: b is compared with a')
  expect((await perfctl(['ab', '--help'])).stdout).not.toMatch(/--target|--shard/)
})

test.each([
  ['update', ['-u', '5'], '--from and --vus'],
  ['update', ['--report', 'html'], '--from and --report'],
  ['add', ['--no-progress', '-H', 'a: b'], '--from and --header'],
])('baseline %s --from beside %j sends nothing that it could apply to', async (mode, flags, told) => {
  const { code, stderr } = await perfctl(['baseline', mode, '--from', 'a.json', ...flags])
  expect(code).toBe(2)
  expect(stderr).toContain(`${told}: saved results are used`)
})

describe.each([[['run']], [['baseline', 'update']], [['baseline', 'add']]])('%j', (command) => {
  test.each([['--agents-wait', '2m'], ['--on-agent-lost', 'continue'], ['--send-secrets']])(
    'refuses %s without agents, whatever its value',
    async (...flags) => {
      const { code, stderr } = await perfctl([...command, 'a.yaml', ...flags], { 'a.yaml': SCENARIO })
      expect(code).toBe(2)
      expect(stderr).toContain(`${flags[0]}: this machine sends the load, no agents`)
      expect(stderr).toContain('add --agent or --nats')
    },
  )
})

test.each([
  [['run', 'a.yaml', '--no-baseline', '--allow-missing'], '--no-baseline and --allow-missing'],
  [['run', 'a.yaml', '--no-baseline', '--baseline', 'b.json'], '--no-baseline and --baseline'],
  [['run', 'a.yaml', '--baseline', 'b.json', '--no-baseline'], '--no-baseline and --baseline'],
  [['merge', 'a.json', '--no-baseline', '--allow-environment'], '--no-baseline and --allow-environment'],
  [['capacity', 'a.yaml', '--no-baseline', '--require-baseline'], '--no-baseline and --require-baseline'],
  [['kubernetes', 'run', 'a.yaml', '--no-baseline', '--allow-missing'], '--no-baseline and --allow-missing'],
])('%j: without a baseline, nothing is compared', async (args, told) => {
  const { code, stderr } = await perfctl(args)
  expect(code).toBe(2)
  expect(stderr).toContain(`${told}: without a baseline, nothing is compared`)
})

test('the help of a command with many options has a group for each purpose', async () => {
  const { stdout } = await perfctl(['run', '--help'])
  const groups = stdout.match(/^[A-Z][a-z ]+:$/gm)
  expect(groups).toEqual([
    'Arguments:',
    'Requests:',
    'Load:',
    'Output:',
    'Verdict:',
    'Several machines:',
    'Options:',
  ])
  expect((await perfctl(['try', '--help'])).stdout).not.toContain('Requests:')
})

test('run refuses --max-duration without --confirm', async () => {
  const { code, stderr } = await perfctl(['run', 'a.yaml', '--max-duration', '60s'], { 'a.yaml': SCENARIO })
  expect(code).toBe(2)
  expect(stderr).toContain('--max-duration: there is no A/B session')
})

test.each([[['run', 'http://localhost:1/']], [['run', 'a.yaml']], [['explain', 'a.yaml']]])(
  '-u and -r are refused together: %j',
  async (args) => {
    const scenario = 'target: demo\nload: { vus: 1, duration: 1s }\nrequests: [{ get: / }]\n'
    const { code, stderr } = await perfctl([...args, '-u', '5', '-r', '10/s'], { 'a.yaml': scenario })
    expect(code).toBe(2)
    expect(stderr).toContain("-u can't be used with -r")
    expect(stderr).toContain('maxVus')
  },
)

test.each([
  [['rum', 'a.yaml'], 'Did you mean run?'],
  [['baseline', 'updte'], 'Did you mean update?'],
  [['run', '--no-progres', 'a.yaml'], 'Did you mean --no-progress?'],
  [['ab', '--no-progres', 'a.yaml'], 'Did you mean --no-progress?'],
  [['run', 'a.yaml', '--report', 'htm'], 'did you mean "html"?'],
  [['scenarios/search.yaml'], 'perfctl run scenarios/search.yaml'],
  [['http://localhost:3000/'], 'perfctl run http://localhost:3000/'],
])('%j gets a hint at what was meant', async (args, meant) => {
  const { code, stderr } = await perfctl(args)
  expect(code).toBe(2)
  expect(stderr).toContain(meant)
})

const SCENARIO = 'target: demo\nload: { vus: 1, duration: 1s }\nrequests: [{ get: / }]\n'

test.each(['validate', 'explain'])('%s without a scenario takes all of scenarios/', async (command) => {
  const files = { 'scenarios/a.yaml': SCENARIO, 'scenarios/b.yml': SCENARIO }
  const { code, stdout } = await perfctl([command], files)
  expect(code).toBe(0)
  for (const name of ['a', 'b']) expect(stdout).toMatch(new RegExp(`^(scenarios/)?${name}\\b`, 'm'))
})

test('without any scenario, the error says how to make one', async () => {
  const { code, stderr } = await perfctl(['run'])
  expect(code).toBe(2)
  expect(stderr).toContain('no scenarios in scenarios/')
  expect(stderr).toContain('perfctl init')
})

const RESULT = '{ "schema": "perfctl/result@1" }'

test.each([
  [['report', 'a.yaml'], 'a.yaml is a scenario, not a result'],
  [['merge', 'a.yaml'], 'a.yaml is a scenario, not a result'],
  [['compare', 'a.yaml', 'r.json'], 'a.yaml is a scenario, not a result or baseline'],
  [['baseline', 'show', './a.yaml'], 'a.yaml is a scenario, not a baseline'],
  [['baseline', 'update', '--from', 'a.yaml'], 'a.yaml is a scenario, not a result'],
  [['run', 'r.json'], 'r.json is a result, not a scenario'],
  [['validate', 'b.json'], 'b.json is a baseline, not a scenario'],
])('%j takes another kind of file', async (args, told) => {
  const files = { 'a.yaml': SCENARIO, 'r.json': RESULT, 'b.json': '{ "schema": "perfctl/baseline@1" }' }
  const { code, stderr } = await perfctl(args, files)
  expect(code).toBe(2)
  expect(stderr).toContain(told)
  expect(stderr.match(/hint/g), stderr).toHaveLength(1)
})

test.each([
  ['connection: close', 'keepAlive: false'],
  ['Content-Length: 5', 'follows from the body'],
  ['upgrade: h2c', 'http2: true'],
])('the header %s is refused, with what to write instead', async (header, instead) => {
  const flag = await perfctl(['run', 'http://127.0.0.1:1/', '-H', header])
  const file = `headers: { ${header} }`
  const scenario = `target: demo\nhttp: { ${file} }\nload: { vus: 1, duration: 1s }\nrequests: [{ get: /, ${file} }]\n`
  const validated = await perfctl(['validate', 'a.yaml'], { 'a.yaml': scenario })
  for (const { code, stderr } of [flag, validated]) {
    expect(code).toBe(2)
    expect(stderr).toContain(instead)
  }
  expect(validated.stderr.split(instead)).toHaveLength(3)
})
