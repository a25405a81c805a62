/**
 * Searches for the capacity of real services. The machine may be busy, so bounds are wide: what a service carries at
 * most is certain, what it carries at least is not.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type CapacityTrial, capacity, loadScenario } from '../../dist/index.js'
import { Slots } from '../../src/demo/slots.js'
import { interfere } from './programs.js'
import { type Session, startSession } from './session.js'
import { startTarget } from './target.js'

const SCENARIO = `
name: shop
load: { rate: 10/s, maxVus: 500, gracefulStop: 1s }
http: { timeout: 10s }
capacity: { from: 40/s, trial: 1s, settle: 500ms, sum: 3s, exceed: 40%, width: 20%, budget: 60s }
requests:
  - { name: home, get: /home, weight: 3 }
  - name: visit
    steps:
      - { name: search, get: /search }
      - { name: details, get: /details }
thresholds:
  - p95 < 500ms
`

/** A service that carries so many requests per second, all of the same kind. */
async function startSlots(perSecond: number) {
  const slots = new Slots(perSecond)
  return startTarget((_, response) => {
    const now = performance.now()
    setTimeout(() => response.end('fine'), slots.take(now) - now)
  })
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ')

test.concurrent('the capacity of a mixed load is found, saved and gated, and verified as a baseline', async () => {
  const session = startSession({ 'shop.yaml': `${SCENARIO}baseline: { tolerance: { capacity: 40% } }\n` })
  // A visit is two requests: 200 requests per second are 160 iterations.
  const { url, seen } = await startSlots(200)
  const search = ['capacity', 'shop.yaml', '-t', url]
  const first = await session.perfctl([...search, '--require', '50/s', '--update-baseline'])
  const [result] = session.results()
  const { capacity, requests, runs } = result!
  expect(first.code, first.stdout + first.stderr).toBe(0)
  expect(capacity!.trials.length).toBeGreaterThan(4)
  expect(capacity!.check).toEqual({ load: 50, by: 'require', isCarried: true })
  expect(capacity!.lower!).toBeGreaterThanOrEqual(50)
  // More than a queue of half a second in a trial can't be carried, however lucky a trial is.
  expect(capacity!.lower!).toBeLessThan(260)
  expect(capacity!.carried!).toBeLessThan(200)
  expect(capacity!.slo).toEqual(['p95 < 500ms', 'error_rate < 1%'])
  // The figures are those of the trials at the capacity.
  const own = capacity!.trials.filter(({ offered }) => offered === capacity!.lower)
  expect(runs).toHaveLength(own.length)
  expect(requests.map(({ name }) => name)).toEqual(['home', 'visit', 'visit / search', 'visit / details'])
  expect(oneLine(first.stdout)).toContain('✓ Passed: "shop" carries')
  expect(first.stderr).toMatch(/40\.0\/s for 1s: carried \d/)
  expect(Object.keys(seen.counts).sort()).toEqual(['GET /details', 'GET /home', 'GET /search'])
  expect(first.stderr).toContain('baseline written: baselines/shop-capacity.json')
  expect(first.stdout).not.toContain('--update-baseline')

  const verify = (target: string) => session.perfctl(['capacity', 'shop.yaml', '-t', target, '--verify'])
  const fast = await startTarget((_, response) => response.end('fine'))
  const same = await verify(fast.url)
  expect(same.code, same.stdout + same.stderr).toBe(0)
  expect(same.stdout).toContain("the baseline's less the")

  // So slow that it carries a third of that.
  const slow = await startSlots(60)
  const worse = await verify(slow.url)
  expect(worse.code, worse.stdout + worse.stderr).toBe(1)
  expect(oneLine(worse.stdout)).toMatch(/✗ Regressed: .*"shop"/)
}, 250_000)

test.concurrent('what is too much for the first load is said at once', async () => {
  const session = startSession({ 'shop.yaml': SCENARIO.replace('p95 < 500ms', 'p95 < 5ms') })
  const { url } = await startSlots(200)
  const { code, stdout } = await session.perfctl(['capacity', 'shop.yaml', '-t', url])
  expect(code).toBe(1)
  expect(oneLine(stdout)).toContain('✗ Failed: "shop" does not even carry 40.0/s within its limits')
  expect(session.results()[0]!.capacity!.limitedBy).toMatchObject({ why: 'threshold', metric: 'p95' })
}, 150_000)

describe.concurrent('a service that carries nothing is no error of the search, whether its first load is named or not', () => {
  test.each([
    ['named', SCENARIO],
    ['found', SCENARIO.replace('from: 40/s, ', '')],
  ])(
    'it answers 429 to everything: %s',
    async (_, scenario) => {
      const session = startSession({ 'shop.yaml': scenario })
      const { url } = await startTarget((_, response) => {
        response.statusCode = 429
        response.end('slow down')
      })
      const { code, stdout } = await session.perfctl(['capacity', 'shop.yaml', '-t', url])
      expect(code, stdout).toBe(1)
      expect(oneLine(stdout)).toMatch(/✗ Failed: ".*" never succeeded: .*status 429/)
      expect(session.results()[0]!.capacity).toMatchObject({
        end: 'from_missed',
        limitedBy: { why: 'threshold', metric: 'error_rate', status: 429 },
      })
    },
    150_000,
  )

  test.each([
    ['named', SCENARIO],
    ['found', SCENARIO.replace('from: 40/s, ', '')],
  ])(
    'it never answers: %s',
    async (_, scenario) => {
      const session = startSession({ 'shop.yaml': scenario.replace('timeout: 10s', 'timeout: 60s') })
      const { url } = await startTarget(() => {})
      const { code, stdout } = await session.perfctl(['capacity', 'shop.yaml', '-t', url])
      expect(code, stdout).toBe(1)
      expect(oneLine(stdout)).toMatch(/✗ Failed: "shop" does not even carry .* within its limits/)
      expect(oneLine(stdout)).toContain('✗ none completed')
      expect(session.results()[0]!.capacity).toMatchObject({
        end: 'from_missed',
        limitedBy: { why: 'unfinished' },
      })
    },
    150_000,
  )
})

test.concurrent('a rate limiter is named as the limit', async () => {
  const session = startSession({ 'shop.yaml': SCENARIO })
  const recent: number[] = []
  const { url } = await startTarget((_, response) => {
    const now = performance.now()
    while (recent.length > 0 && recent[0]! < now - 1000) recent.shift()
    if (recent.length < 100) recent.push(now)
    else response.statusCode = 429
    response.end('fine')
  })
  const { stdout } = await session.perfctl(['capacity', 'shop.yaml', '-t', url])
  const { capacity } = session.results()[0]!
  expect(capacity!.limitedBy).toMatchObject({ why: 'threshold', metric: 'error_rate', status: 429 })
  expect(oneLine(stdout)).toContain('limited by responses with status 429')
}, 150_000)

describe.concurrent('from the shell', () => {
  test('Ctrl-C ends a search with what is known, and saves it', async () => {
    const session = startSession({ 'shop.yaml': SCENARIO })
    const { url } = await startSlots(200)
    const { code, stdout, stderr } = await interfere(['capacity', 'shop.yaml', '-t', url], session.cwd, {
      // Whatever came of the first trial.
      what: '40.0/s for 1s',
      act: (child) => child.kill('SIGINT'),
    })
    expect(code, stdout + stderr).toBe(130)
    expect(oneLine(stdout)).toMatch(/! Interrupted: .*"shop".*, as far as it is known/)
    expect(session.results()[0]).toMatchObject({ interrupted: true, verdict: 'interrupted' })
    expect(session.results()[0]!.capacity!.trials.length).toBeGreaterThan(0)
  }, 150_000)

  test('a service that is killed on the way ends the search with what is known', async () => {
    const session = startSession({ 'shop.yaml': SCENARIO })
    const server = createServer((_, response) => response.end('fine')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { code, stdout, stderr } = await interfere(
      ['capacity', 'shop.yaml', '-t', url, '--max', '80/s'],
      session.cwd,
      {
        what: ', met',
        act: () => {
          server.close()
          server.closeAllConnections()
        },
      },
    )
    const [result] = session.results()
    expect(code, stdout + stderr).toBe(3)
    expect(result).toMatchObject({ verdict: 'error', capacity: { end: 'stopped' } })
    expect(result!.capacity!.trials.some(({ met }) => met)).toBe(true)
    expect(oneLine(stdout)).toContain(
      'Error: the service was lost: no request reached it for 10s: connect ECONNREFUSED',
    )
  }, 150_000)
})

/** A search that goes no higher than 60/s. */
const searchTo60 = (session: Session, url: string) =>
  session.perfctl(['capacity', 'shop.yaml', '-t', url, '--max', '60/s'])

// The others run side by side, as they wait most of the time. These need the machine for themselves.
test('a service that carries all that may be tried gets no more than that', async () => {
  const session = startSession({ 'shop.yaml': SCENARIO })
  const arrivals: number[] = []
  const { url } = await startTarget((_, response) => {
    arrivals.push(performance.now())
    response.end('fine')
  })
  const { code, stdout, stderr } = await searchTo60(session, url)
  const { capacity } = session.results()[0]!
  expect(code, stdout + stderr).toBe(0)
  expect(capacity).toMatchObject({ end: 'max_carried', lower: 60, upper: null, max: 60 })
  expect(oneLine(stdout)).toContain('carries at least 60.0/s, the most that was tried, within its limits')
  // 60 iterations are at most 120 requests; a late second may hold some of the one before.
  const most = Math.max(
    ...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + 1000).length),
  )
  expect(most).toBeLessThan(200)
}, 150_000)

test.runIf(process.platform === 'linux')(
  'what the service uses is observed in each trial',
  async () => {
    const session = startSession({ 'shop.yaml': SCENARIO })
    const service = fork(fileURLToPath(new URL('./busy-service.js', import.meta.url)), ['{"burnMs":2}'], {
      execArgv: [],
    })
    onTestFinished(() => void service.kill('SIGKILL'))
    const [port] = (await once(service, 'message')) as [number]
    writeFileSync(join(session.cwd, 'shop.yaml'), `${SCENARIO}observe: { process: { port: ${port} } }\n`)
    const url = `http://127.0.0.1:${port}`
    const { code, stdout, stderr } = await searchTo60(session, url)
    expect(code, stdout + stderr).toBe(0)
    const { capacity, target } = session.results()[0]!
    expect(target!.failures).toEqual([])
    for (const { cpuCores, memory, carried } of capacity!.trials) {
      // Each request takes 2 ms, and an iteration is one of them or two.
      expect(cpuCores!).toBeGreaterThan((0.9 * carried * 2) / 1000)
      expect(cpuCores!).toBeLessThan(1.2)
      expect(memory!).toBeGreaterThan(10e6)
    }
    expect(target!.cpuPerRequest!).toBeGreaterThan(1.8)
    expect(oneLine(stdout)).toContain('errors cores met')
  },
  150_000,
)

test('a service that stands still for a while does not fool the search', async () => {
  const session = startSession({ 'shop.yaml': SCENARIO })
  const begun = performance.now()
  const { url } = await startTarget((_, response) => {
    const at = performance.now() - begun
    // Three seconds of silence, in the middle of the first trials.
    setTimeout(() => response.end('fine'), at > 4500 && at < 7500 ? 7500 - at : 1)
  })
  const { code, stdout, stderr } = await session.perfctl([
    'capacity',
    'shop.yaml',
    '-t',
    url,
    '--max',
    '80/s',
  ])
  expect(code, stdout + stderr).toBe(0)
  expect(session.results()[0]!.capacity).toMatchObject({ end: 'max_carried', lower: 80 })
}, 150_000)

test('a program searches by itself: bounds, trials as they come, and a stop with what is known', async () => {
  const session = startSession({ 'shop.yaml': SCENARIO })
  const scenario = await loadScenario('shop.yaml', { cwd: session.cwd })
  const { url } = await startTarget((_, response) => response.end('fine'))
  const trials: CapacityTrial[] = []
  const onTrial = (trial: CapacityTrial) => trials.push(trial)
  const result = await capacity(scenario, { target: url, max: 60, require: 50, onTrial })
  expect(result.verdict, JSON.stringify(result.error)).toBe('passed')
  expect(result.capacity).toMatchObject({ lower: 60, upper: null, end: 'max_carried', trials })
  expect(result.capacity!.check).toEqual({ load: 50, by: 'require', isCarried: true })

  const reference = { measurement: result, name: 'before' }
  const verified = await capacity(scenario, { target: url, max: 60, reference, verify: true })
  expect(verified.capacity!.check).toEqual({ load: 54, by: 'baseline', isCarried: true })

  const stop = new AbortController()
  const stopped = await capacity(scenario, {
    target: url,
    max: 60,
    signal: stop.signal,
    onTrial: () => stop.abort(),
  })
  expect(stopped).toMatchObject({ verdict: 'interrupted', interrupted: true })
  expect(stopped.capacity!.trials).toHaveLength(1)
}, 150_000)
