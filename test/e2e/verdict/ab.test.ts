import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startSession } from '../session.js'
import { answerAfter, countAll, startTarget } from '../target.js'

const SCENARIO = `
name: shop
load: { vus: 6, duration: 5s }
requests: [{ name: search, get: /search }]
`

/** A service that prints where it listens. */
const SERVER = `
import { createServer } from 'node:http'
const { PORT } = process.env
createServer((_, response) => setTimeout(() => response.end('fine'), 5))
  .listen(PORT, '127.0.0.1', () => console.log('http://127.0.0.1:' + PORT))
`

describe.concurrent('two versions side by side', () => {
  test('a version twice as slow regresses, and the two result files give the same verdict', async () => {
    const [a, b] = [await startTarget(answerAfter(20)), await startTarget(answerAfter(60))]
    const session = startSession({ 'shop.yaml': SCENARIO })
    const ab = await session.perfctl(['ab', 'shop.yaml', '--a', a.url, '--b', b.url, '--max-duration', '10s'])
    expect(ab.stderr).toContain('after 10s of each side')
    // On a machine too busy to send on time, the session says so. It never says that b passed.
    const isBusy = /^\? Inconclusive: the load generator was the\s+bottleneck/.test(ab.stdout)
    expect(ab.code, ab.stdout + ab.stderr).toBe(isBusy ? 0 : 1)
    if (!isBusy) expect(ab.stdout).toMatch(/^✗ Regressed: .*search/)
    expect(Math.min(countAll(a), countAll(b))).toBeGreaterThan(100)

    const results = session.results()
    expect(results).toHaveLength(2)
    expect(results.map((result) => result.session!.side).sort()).toEqual(['a', 'b'])
    expect(results[0]!.session!.id).toBe(results[1]!.session!.id)
    const files = [...ab.stderr.matchAll(/result of [ab] saved: (\S+)/g)].map((match) => match[1]!)
    const compared = await session.perfctl(['compare', ...files])
    expect(compared.code).toBe(ab.code)
    // The rest of the sentence names the slow run, which `ab` and `compare` call differently.
    const verdict = (text: string) => /^\S+ (\w+):/.exec(text)?.[1]
    expect(verdict(ab.stdout)).toMatch(/^(Regressed|Inconclusive)$/)
    expect(verdict(compared.stdout)).toBe(verdict(ab.stdout))
  }, 120_000)

  test('a command that never listens is reported with its log, and nothing is left behind', async () => {
    const session = startSession({ 'shop.yaml': SCENARIO })
    const a = await startTarget(answerAfter(1))
    const ab = await session.perfctl(['ab', 'shop.yaml', '--a', a.url, '--b-command', 'echo broken; exit 7'])
    expect(ab.code, ab.stderr).toBe(3)
    expect(ab.stdout.replace(/\s+/g, ' ')).toMatch(
      /`echo broken; exit 7` exited before it was ready \(code 7\).*-b\.log/,
    )
    expect(countAll(a)).toBe(0)
    expect(session.results().map(({ verdict }) => verdict)).toEqual(['error', 'error'])
    expect(existsSync(join(session.cwd, 'baselines'))).toBe(false)
  })

  test('with restarts both services are restarted, and each start is a separate block', async () => {
    const session = startSession({ 'shop.yaml': SCENARIO, 'serve.mjs': SERVER })
    const [a, b] = ['--a-command', '--b-command'].map((flag) => [
      flag,
      `exec '${process.execPath}' serve.mjs`,
    ])
    const ab = await session.perfctl([
      ...['ab', 'shop.yaml', ...a!, ...b!, '--restarts', '1', '--max-duration', '12s'],
      ...['--ready', '/ready'],
    ])
    expect(ab.code, ab.stdout + ab.stderr).toBeLessThanOrEqual(1)
    expect(ab.stderr).toContain('restart 1: a is ')
    const results = session.results()
    expect(results.map(({ runs }) => runs.length)).toEqual([2, 2])
    expect(results[0]!.runs[1]!.start).toBe(12)
    for (const side of ['a', 'b']) {
      const started = session.read(`.perfctl/results/shop-${side}.log`).trim().split('\n')
      expect(started, 'the log keeps both starts').toHaveLength(2)
      for (const url of started) await expect(fetch(url)).rejects.toThrow()
    }
  }, 120_000)

  test('--null compares a with itself, and shows what this machine can detect', async () => {
    const session = startSession({ 'shop.yaml': SCENARIO })
    const a = await startTarget(answerAfter(20))
    const flags = ['--null', '--max-duration', '12s', '--no-progress', '-u', '3']
    const ab = await session.perfctl(['ab', 'shop.yaml', '--a', a.url, ...flags])
    // The same code regresses once in hundreds of sessions; the findings are in the table either way.
    expect([0, 1], ab.stdout + ab.stderr).toContain(ab.code)
    const [first, second] = session.results()
    expect([first!.scenario.target, second!.scenario.target]).toEqual([a.url, a.url])
    const { detectable } = second!.comparison!.metrics.find(({ metric }) => metric === 'p50')!
    const [, table] = ab.stdout.split('Smallest slowdown that this machine detects nine times in ten\n')
    expect(table).toMatch(new RegExp(`search +\\+${Math.ceil(detectable! * 100)}% `))
    expect(table).toMatch(/throughput -\d+%/)
    expect(ab.stderr, '--no-progress').not.toMatch(/after \d+s of each side/)
    expect(ab.stderr).toMatch(/result of a saved/)
    expect(second!.scenario.load, '-u').toContain('3 users')
    expect(countAll(a), 'both sides sent').toBeGreaterThan(first!.totals.requests)
  }, 120_000)

  test('the demo can be both sides, and each may send from several threads', async () => {
    const session = startSession({
      'demo.yaml': 'load: { vus: 4 }\nrequests: [{ name: search, get: /api/services }]\n',
    })
    const sides = ['--a', 'demo', '--b', 'demo', '--workers', '2', '-k', '--max-duration', '10s']
    const ab = await session.perfctl(['ab', 'demo.yaml', ...sides])
    expect([0, 1], ab.stdout + ab.stderr).toContain(ab.code)
    expect(ab.stderr).toContain('certificates are not verified')
    const [a, b] = session.results()
    expect([a!.environment.workers, b!.environment.workers]).toEqual([2, 2])
    expect(a!.scenario.target, 'each side is a service of its own').not.toBe(b!.scenario.target)
    for (const { scenario } of [a!, b!]) await expect(fetch(scenario.target)).rejects.toThrow()
  }, 120_000)

  test.each([
    [
      'restarts of a service that perfctl did not start',
      ['--a', 'http://127.0.0.1:1', '--b-command', 'true'],
    ],
    ['restarts without time between them', ['--a-command', 'true', '--b-command', 'true']],
  ])('%s are refused', async (_, sides) => {
    const session = startSession({ 'shop.yaml': SCENARIO })
    const ab = await session.perfctl(['ab', 'shop.yaml', ...sides, '--restarts', '40'])
    expect(ab.code, ab.stdout).toBe(2)
    expect(ab.stderr).toMatch(/--restarts[\s\S]*hint: /)
  })

  test.each([
    ['no second side', ['--a', 'http://127.0.0.1:1']],
    ['a side that is not a URL', ['--a', 'localhost:3000', '--b', 'http://127.0.0.1:1']],
    ['a side given twice', ['--a', 'http://127.0.0.1:1', '--a-command', 'true', '--b', 'http://127.0.0.1:1']],
  ])('%s is refused', async (_, flags) => {
    const session = startSession({ 'shop.yaml': SCENARIO })
    const ab = await session.perfctl(['ab', 'shop.yaml', ...flags])
    expect(ab.code, ab.stdout).toBe(2)
    expect(ab.stderr).toMatch(/hint: /)
  })
})
