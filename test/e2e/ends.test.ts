/**
 * However a run ends, it writes its files and gives the reason.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadScenario, run } from '../../dist/index.js'
import { type Session, startSession } from './session.js'
import { answerAfter, countAll, findFreeUrl, startTarget } from './target.js'

const FILES = ['all.json', 'all.xml', 'all.html', 'all.md', 'all.csv', 'windows.csv', 'summary.md', 'output']

const REPORTS = ['json=all.json', 'junit=all.xml', 'html=all.html', 'markdown=all.md', 'csv=all.csv']
  .concat(['csv-windows=windows.csv', 'github'])
  .flatMap((report) => ['--report', report])

const env = (session: Session) => ({
  GITHUB_STEP_SUMMARY: join(session.cwd, 'summary.md'),
  GITHUB_OUTPUT: join(session.cwd, 'output'),
})

/** Expects all reports and the saved result to give `reason`. */
function expectReports(session: Session, reason: string, verdict = 'error') {
  for (const file of FILES) expect(session.exists(file), file).toBe(true)
  const json = JSON.parse(session.read('all.json')) as { verdict: string; error: string }
  expect(json).toMatchObject({ verdict, error: expect.stringContaining(reason) })
  expect(session.read('all.xml')).toMatch(/<testsuite .*errors="1"/)
  expect(session.read('all.xml')).toContain('<error ')
  expect(session.read('output')).toBe(`verdict=${verdict}\n`)
  for (const result of session.results())
    expect(result).toMatchObject({ verdict, error: expect.stringContaining(reason) })
}

const flat = (text: string) => text.replace(/\s+/g, ' ')

describe('a run that could not start writes all its reports', () => {
  test("for a target that can't be reached", async () => {
    const url = await findFreeUrl()
    const session = startSession({ 'a.yaml': `target: ${url}\nrequests: [{ get: / }]\n` })
    const { code, stdout } = await session.perfctl(['run', 'a.yaml', ...REPORTS], env(session))
    expect(code).toBe(3)
    expectReports(session, `${url} can't be reached`)
    expect(flat(stdout)).toContain(`Error: ${url} can't be reached`)
    expect(session.results()).toHaveLength(1)
    expect(session.results()[0]!.totals.requests).toBe(0)
  })

  test('with the reason on stderr if stdout is for a report', async () => {
    const url = await findFreeUrl()
    const session = startSession({ 'a.yaml': `target: ${url}\nrequests: [{ get: / }]\n` })
    const { code, stdout, stderr } = await session.perfctl(['run', 'a.yaml', '--report', 'json=-'])
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'error' })
    expect(stderr).toContain(`${url} can't be reached`)
  })

  test('for a setup that fails', async () => {
    const target = await startTarget((_, response) => response.writeHead(500).end())
    const session = startSession({
      'a.yaml': `target: ${target.url}\nbefore: [{ post: /login }]\nrequests: [{ get: / }]\n`,
    })
    const { code } = await session.perfctl(['run', 'a.yaml', ...REPORTS], env(session))
    expect(code).toBe(3)
    expectReports(session, 'before / POST /login failed: status 500; the load was not sent')
    expect(target.seen.counts).toEqual({ 'POST /login': 1 })
  })

  test('for a service that does not start', async () => {
    const session = startSession({ 'a.yaml': 'load: { vus: 1 }\nrequests: [{ get: / }]\n' })
    const sides = ['--a-command', 'exit 7', '--b', 'demo']
    const { code, stdout } = await session.perfctl(['ab', 'a.yaml', ...sides, ...REPORTS], env(session))
    expect(code).toBe(3)
    expectReports(session, '`exit 7` exited before it was ready (code 7)')
    expect(session.results().map((result) => result.session?.side)).toEqual(['a', 'b'])
    expect(flat(stdout)).toContain('Error: `exit 7` exited before it was ready')
  })

  test('for a baseline, which is not written', async () => {
    const url = await findFreeUrl()
    const session = startSession({ 'a.yaml': `target: ${url}\nrequests: [{ get: / }]\n` })
    const { code } = await session.perfctl(['baseline', 'update', 'a.yaml', ...REPORTS], env(session))
    expect(code).toBe(3)
    expectReports(session, `${url} can't be reached`)
    expect(session.exists('baselines')).toBe(false)
  })

  test('and the next scenario is run', async () => {
    const target = await startTarget(answerAfter(0))
    const session = startSession({
      'a.yaml': `target: ${await findFreeUrl()}\nrequests: [{ get: / }]\n`,
      'b.yaml': `target: ${target.url}\nload: { vus: 1, iterations: 5 }\nrequests: [{ get: / }]\n`,
    })
    const { code } = await session.perfctl(['run', 'a.yaml', 'b.yaml'])
    expect(code).toBe(3)
    expect(countAll(target)).toBe(5)
    expect(session.results().map(({ scenario, verdict }) => `${scenario.name}: ${verdict}`)).toEqual([
      'a: error',
      'b: passed',
    ])
  })

  test('and is a result for programs, too', async () => {
    const url = await findFreeUrl()
    const session = startSession({ 'a.yaml': `requests: [{ get: / }]\n` })
    const scenario = await loadScenario(join(session.cwd, 'a.yaml'))
    const result = await run(scenario, { target: url, seed: 7 })
    expect(result).toMatchObject({ verdict: 'error', seed: 7, interrupted: false, durationSeconds: 0 })
    expect(result.error).toContain(`${url} can't be reached`)
    expect(result.requests.map(({ name }) => name)).toEqual(['GET /'])
    await expect(run(scenario)).rejects.toThrow('the scenario has no target')
  })
})

describe("files that can't be written", () => {
  const RUN = `load: { vus: 1, duration: 3s, thinkTime: 20ms }\nrequests: [{ get: / }]\n`

  test('are detected before the load, and nothing is sent or written', async () => {
    const target = await startTarget(answerAfter(0))
    const session = startSession({ 'a.yaml': `target: ${target.url}\n${RUN}`, file: '' })
    const wrong = [
      [['--results-dir', 'file'], 'file'],
      [['--results-dir', 'file/below/it'], '--results-dir'],
      [['--report', 'html=file/report.html'], '--report html='],
      [['--report', `junit=${session.cwd}`], 'is a directory'],
    ] as const
    for (const [flags, told] of wrong) {
      for (const command of [['run'], ['baseline', 'update'], ['ab', '--b', 'demo', '--a', target.url]]) {
        const { code, stdout, stderr } = await session.perfctl([...command, 'a.yaml', ...flags])
        expect(code, stderr).toBe(2)
        expect(stderr).toContain('cannot write')
        expect(stderr).toContain('hint:')
        expect(stderr).toContain(told)
        expect(stdout).toBe('')
      }
    }
    const { code, stderr } = await session.perfctl(['baseline', 'update', 'a.yaml', '--baseline', 'file/b'])
    expect(code, stderr).toBe(2)
    expect(countAll(target)).toBe(0)
    expect(session.exists('.perfctl')).toBe(false)
  })

  /** A run of 3 s. `meanwhile` is called when the first requests have come. */
  async function runWhile(flags: readonly string[], meanwhile: (cwd: string) => void) {
    let isDone = false
    const session = startSession({})
    const target = await startTarget((request, response) => {
      if (!isDone) meanwhile(session.cwd)
      isDone = true
      answerAfter(0)(request, response)
    })
    session.write('a.yaml', `target: ${target.url}\n${RUN}`)
    return { session, ...(await session.perfctl(['run', 'a.yaml', ...flags])) }
  }

  const block = (name: string) => (cwd: string) => {
    rmSync(join(cwd, name), { recursive: true, force: true })
    writeFileSync(join(cwd, name), '')
  }

  test('during the run lose nothing: the result goes to stdout, the summary to stderr, 3', async () => {
    const { code, stdout, stderr, session } = await runWhile(['--report', 'junit=a.xml'], block('.perfctl'))
    expect(code).toBe(3)
    const result = JSON.parse(stdout) as { verdict: string; totals: { requests: number } }
    expect(result.verdict).toMatch(/^(passed|inconclusive)$/)
    expect(result.totals.requests).toBeGreaterThan(5)
    expect(stderr).toContain('cannot write')
    expect(stderr).toMatch(/request +count/)
    expect(session.read('a.xml')).toContain('<testsuites')
  })

  test('during the run, with a report on stdout: the result goes to a temporary file', async () => {
    const { code, stdout, stderr } = await runWhile(['--report', 'junit=-'], block('.perfctl'))
    expect(code).toBe(3)
    expect(stdout).toMatch(/^<\?xml/)
    const file = /result saved instead: (\S+)/.exec(stderr)![1]!
    const session = startSession()
    const { code: again } = await session.perfctl(['report', file, '--report', 'junit=-'])
    expect(again).toBe(0)
    rmSync(file)
  })

  test('of a report, during the run: the others and the result are written, 3', async () => {
    const flags = ['--report', 'html=reports/a.html', '--report', 'json=a.json']
    const { code, stdout, stderr, session } = await runWhile(flags, block('reports'))
    expect(code).toBe(3)
    expect(stderr).toMatch(/--report html=reports\/a.html: cannot write/)
    expect(stdout).toMatch(/request +count/)
    expect(session.exists('a.json')).toBe(true)
    expect(session.results()).toHaveLength(1)
  })
})
