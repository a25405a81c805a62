import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { main } from '../../dist/cli.js'
import { createMemoryIo } from '../commands/memory-io.js'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const { version } = JSON.parse(read('package.json')) as { version: string }

interface Step {
  readonly name?: string
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly run?: string
  readonly shell?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

interface Action {
  readonly name: string
  readonly description: string
  readonly inputs: Readonly<Record<string, { description: string; default?: string; required?: boolean }>>
  readonly outputs: Readonly<Record<string, { description: string; value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}

const action: Action = parse(read('action.yml'))

describe('the GitHub Action', () => {
  const { inputs, outputs, runs } = action
  const steps = runs.steps

  test('is a composite one whose inputs and outputs are described', () => {
    expect(runs.using).toBe('composite')
    for (const { description } of [...Object.values(inputs), ...Object.values(outputs)])
      expect(description).toMatch(/\.$/)
    // GitHub takes texts, and passes on no others.
    for (const preset of Object.values(inputs).map((input) => input.default))
      expect(preset).toBeTypeOf('string')
  })

  test('says for every command in which shell it runs, and runs nothing made of inputs', () => {
    for (const { run, shell, uses } of steps) {
      expect([run, uses].filter((one) => one !== undefined)).toHaveLength(1)
      if (run === undefined) continue
      expect(shell).toBe('bash')
      expect(run).not.toContain('${{')
    }
  })

  test('uses the inputs there are, all of them', () => {
    const used = [...JSON.stringify(runs).matchAll(/\binputs\.([\w-]+)/g)].map(([, name]) => name)
    expect(new Set(used)).toEqual(new Set(Object.keys(inputs)))
  })

  test('refers to steps before, and to what they put out', () => {
    const script = read('deploy/github/run.js')
    const put = [...script.matchAll(/setOutput\('([\w-]+)'/g)].map(([, name]) => name)
    const asked = [...JSON.stringify(action).matchAll(/steps\.(\w+)\.outputs\.([\w-]+)/g)]
    for (const [, id, name] of asked) expect([id, put.includes(name!)]).toEqual(['run', true])
    const at = steps.findIndex(({ id }) => id === 'run')
    for (const step of steps.slice(0, at + 1)) expect(JSON.stringify(step)).not.toContain('steps.')
    expect(Object.keys(outputs).every((name) => put.includes(name))).toBe(true)
  })

  test('gives its scripts the variables they read', () => {
    const given = new Set([
      'GITHUB_WORKSPACE',
      'RUNNER_TEMP',
      'GITHUB_OUTPUT',
      'GITHUB_API_URL',
      'GITHUB_REPOSITORY',
    ])
    for (const script of ['run.js', 'comment.js']) {
      const step = steps.find(({ run }) => run?.endsWith(`/deploy/github/${script}"`))
      const names = new Set(
        read(`deploy/github/${script}`).match(
          /\b(INPUT|GITHUB|RUNNER|PULL)_[A-Z_]+|\bREMEMBER\b|\bREPORTS\b/g,
        ),
      )
      expect(new Set([...names].filter((name) => !given.has(name)))).toEqual(new Set(Object.keys(step!.env!)))
    }
  })

  test('fails last, when everything is uploaded, and only by the verdict', () => {
    expect(steps.at(-1)).toMatchObject({ run: 'exit "$EXIT_CODE"' })
    const at = steps.findIndex(({ id }) => id === 'run')
    for (const step of steps.slice(at + 1)) expect(step.if).toMatch(/^always\(\) && /)
  })

  test('names the cache that it saves as it looks for it', () => {
    const [restore, save] = steps.filter(({ uses }) => uses?.startsWith('actions/cache/'))
    expect(save!.with).toMatchObject({ path: restore!.with!['path'], key: restore!.with!['key'] })
    expect(restore!.with!['key']).toContain(restore!.with!['restore-keys'])
  })
})

describe('the examples for GitHub', () => {
  test.each(['github.yml', 'github-baseline.yml'])('%s gives the action inputs that it has', (file) => {
    const { jobs, permissions } = parse(read(`deploy/ci/${file}`))
    const step: Step = jobs.gate.steps.find(({ uses }: Step) => uses?.includes('/perfctl@'))
    expect(step.uses).toBe(`your-org/perfctl@v${version}`)
    expect(Object.keys(step.with!).filter((name) => action.inputs[name] === undefined)).toEqual([])
    expect(permissions['pull-requests']).toBe(step.with!['comment'] === true ? 'write' : undefined)
  })
})

/** The words of perfctl's command line in a text, its variables filled in. */
function commandsIn(text: string): string[][] {
  return [...text.replace(/\\\n/g, ' ').matchAll(/node_modules\/\.bin\/perfctl (.+)/g)].map(([, words]) =>
    words!.replaceAll('"$BASE_URL"', 'http://127.0.0.1:9').trim().split(/\s+/),
  )
}

describe('the examples for GitLab and Jenkins', () => {
  const { performance: job } = parse(read('deploy/ci/gitlab.yml'))
  const jenkins = read('deploy/ci/Jenkinsfile')
  const examples = [
    ['gitlab.yml', job.script.join('\n')],
    ['Jenkinsfile', jenkins],
  ] as const

  test.each(examples)('%s has flags that perfctl knows, and fetches nothing by its name', async (_, text) => {
    expect(text).toContain('npm ci')
    expect(text).not.toContain('npx')
    const commands = commandsIn(text)
    expect(commands).toHaveLength(1)
    // The scenario isn't there: that is all there is to complain about.
    const io = createMemoryIo()
    expect(await main(commands[0]!, io)).toBe(2)
    expect(io.written.stderr).toMatch(/^scenarios\/search\.yaml: no such file/)
  })

  test('GitLab keeps the reports that are written, and takes an inconclusive run for a warning', () => {
    const written = [...job.script.join('\n').matchAll(/--report (\w+)=(\S+)/g)].map(([, , file]) => file)
    expect(written).toEqual(['perfctl.xml', 'perfctl.html', 'perfctl.md'])
    expect([...job.artifacts.paths, job.artifacts.reports.junit]).toEqual(expect.arrayContaining(written))
    expect(job.allow_failure).toEqual({ exit_codes: [4] })
    expect(job.script.join()).toContain('--inconclusive fail')
  })

  test('Jenkins closes what it opens', () => {
    const code = jenkins.replace(/\/\/ .*/g, '').replace(/'''[\s\S]*?'''|'[^'\n]*'|"[^"\n]*"/g, '""')
    for (const [open, close] of ['{}', '()', '[]']) {
      expect(code.split(open!)).toHaveLength(code.split(close!).length)
    }
  })
})
