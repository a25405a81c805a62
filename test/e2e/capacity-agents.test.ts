/**
 * Searches for the capacity of a service by several agents, each a process of its own. The machine may be busy, so bounds are
 * wide: what a service carries at most is certain, what it carries at least is not.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { serveAgent } from '../../dist/run/agents/agent.js'
import { Slots } from '../../src/demo/slots.js'
import { openPair } from '../../src/run/agents/pair.js'
import { scenarioHash } from '../../src/scenario/model/hash.js'
import { readScenario } from '../../src/scenario/read.js'
import { AGENT, agents, isAlive, PERFCTL, pidOf } from './programs.js'
import { type Session, startSession } from './session.js'
import { answerAfter, countAll, startTarget } from './target.js'

const SHOP = (more = 'from: 40/s, budget: 60s') => `
name: shop
load: { rate: 10/s, maxVus: 500, gracefulStop: 1s }
capacity: { trial: 1s, settle: 500ms, sum: 3s, exceed: 40%, width: 20%, max: 2000/s, ${more} }
requests:
  - { name: home, get: /home }
thresholds:
  - p95 < 500ms
`

const flat = (text: string) => text.replace(/\s+/g, ' ')

test.concurrent('two agents find what a service carries, beginning with a look at it', async () => {
  const session = startSession({ 'shop.yaml': SHOP('budget: 90s') })
  const slots = new Slots(200)
  const { url } = await startTarget((_, response) => {
    const now = performance.now()
    setTimeout(() => response.end('fine'), slots.take(now) - now)
  })
  const search = ['capacity', 'shop.yaml', '-t', url, '--workers', '1', ...agents('one', 'two')]
  const { code, stdout, stderr } = await session.perfctl(search)
  expect(code, stdout + stderr).toBe(0)
  const [result] = session.results()
  const { capacity, environment } = result!
  expect(environment).toMatchObject({ workers: 2, agents: 2 })
  expect(capacity!.lower!).toBeGreaterThan(40)
  // More than a queue of half a second in a trial can't be carried, however lucky a trial is.
  expect(capacity!.lower!).toBeLessThan(320)
  expect(capacity!.carried!).toBeLessThan(220)
  const [one, two] = result!.agents!
  expect([one!.name, two!.name]).toEqual(['one', 'two'])
  expect(one!.requests / two!.requests).toBeCloseTo(1, 1)
  expect(flat(stdout)).toMatch(/sent by 2 agents: one \(\d+ cores?\), two \(\d+ cores?\); began within/)
}, 150_000)

test.runIf(process.platform === 'linux')(
  'while two agents search, the service is observed from here',
  { concurrent: true, timeout: 150_000 },
  async () => {
    const shop = SHOP('from: 20/s, budget: 60s').replace('/home', '/api/services')
    const session = startSession({ 'shop.yaml': `${shop}observe: { process: auto }\n` })
    const search = ['capacity', 'shop.yaml', '-t', 'demo', '--max', '40/s', ...agents('one', 'two')]
    const { code, stdout, stderr } = await session.perfctl(search)
    expect(code, stdout + stderr).toBe(0)
    const { capacity, target } = session.results()[0]!
    expect(target!.failures).toEqual([])
    for (const { cpuCores = 0, memory = 0 } of capacity!.trials)
      expect([cpuCores > 0, memory > 0]).toEqual([true, true])
    expect(flat(stdout)).toContain('errors cores met')
  },
)

describe.concurrent('an agent', () => {
  test.each([
    ['SIGKILL', 'its command ended with SIGKILL'],
    ['SIGSTOP', 'no sign of it for 4s'],
  ] as const)(
    'that gets %s ends the search with what was found, and leaves no other behind',
    async (signal, why) => {
      const target = await startTarget(answerAfter(2))
      const session = startSession({ 'shop.yaml': SHOP() })
      const running = session.perfctl(['capacity', 'shop.yaml', '-t', target.url, ...agents('one', 'two')])
      const [one, two] = [await pidOf(session, 'one'), await pidOf(session, 'two')]
      // The first trials, with 40/s and 80/s for 1.5 s, are over.
      while (countAll(target) < 400) await sleep(50)
      process.kill(two, signal)
      const { code, stdout, stderr } = await running
      expect(code, stdout + stderr).toBe(3)
      expect(flat(stdout)).toMatch(new RegExp(`^✗ Error: agent two was lost after [\\d.]+m?s: ${why}`))
      const [result] = session.results()
      expect(result).toMatchObject({ verdict: 'error', capacity: { end: 'stopped' } })
      expect(result!.capacity!.trials.length).toBeGreaterThan(0)
      for (const { offered, carried } of result!.capacity!.trials)
        expect(carried).toBeGreaterThan(0.8 * offered)
      expect(result!.agents!.map(({ lost }) => lost === null)).toEqual([true, false])
      expect([one, two].filter(isAlive)).toEqual([])
    },
    60_000,
  )

  test('that is lost leaves a search inconclusive if that is wanted', async () => {
    const target = await startTarget(answerAfter(2))
    const session = startSession({ 'shop.yaml': SHOP() })
    const running = session.perfctl([
      ...['capacity', 'shop.yaml', '-t', target.url, '--require', '30/s', '--on-agent-lost', 'continue'],
      ...['--inconclusive', 'fail', ...agents('one', 'two')],
    ])
    const two = await pidOf(session, 'two')
    while (countAll(target) < 400) await sleep(50)
    process.kill(two, 'SIGKILL')
    const { code, stdout, stderr } = await running
    expect(code, stdout + stderr).toBe(4)
    expect(flat(stdout)).toMatch(/^\? Inconclusive: .*; an agent was lost, which ended the search\./)
    expect(flat(stdout)).toMatch(/agent two was lost after [\d.]+m?s, which ended the search/)
  }, 60_000)

  test('that must not send as much refuses the search, and the first look', async () => {
    const target = await startTarget(answerAfter(2))
    const session = startSession({ 'shop.yaml': SHOP('budget: 60s') })
    const limited = ['--agent', `${AGENT} --name slow --max-rate 500/s`]
    const search = ['capacity', 'shop.yaml', '-t', target.url, ...limited]
    const tooMuch = await session.perfctl(search)
    expect(tooMuch.code).toBe(3)
    expect(flat(tooMuch.stdout)).toContain(
      "agent slow can't send its part: its part is 2,000/s, but its --max-rate is 500/s",
    )
    const look = await session.perfctl([...search, '--max', '400/s'])
    expect(look.code).toBe(3)
    expect(flat(look.stdout)).toContain('which its --max-rate does not allow; name a first load: --from 10/s')
    expect(countAll(target)).toBe(0)
  }, 60_000)
})

describe.concurrent('an agent that is steered', () => {
  /** An agent in this process that has its part of a search of at most 100/s; says what it answers, by type. */
  async function steerAgent(url: string) {
    const scenario = readScenario('requests: [{ name: home, get: / }]', { file: 'shop.yaml', env: {} })
    const [agent, own] = openPair()
    const ended = serveAgent(agent, {
      name: 'one',
      limits: { hosts: null, proxies: [], ratePerSecond: null },
      readJob: () => scenario,
    })
    const answers: Record<string, unknown>[] = []
    own.onLine((line) => answers.push(JSON.parse(line)))
    const next = async (type: string) => {
      for (;;) {
        const found = answers.findIndex((answer) => answer.type === type)
        if (found >= 0) return answers.splice(found, 1)[0]!
        await sleep(10)
      }
    }
    const job = {
      file: 'x',
      text: 'x',
      files: {},
      env: {},
      secrets: [],
      profile: null,
      headers: {},
      load: {},
    }
    own.send({ type: 'job', job: { ...job, insecure: false, connectTo: [], hash: scenarioHash(scenario) } })
    const steered = { of: 'rate', most: 100, durationMs: 60_000 }
    const assignment = { target: url, seed: 1, today: 0, variables: {}, workers: 1, steered, index: 1, of: 1 }
    own.send({ type: 'assign', assignment })
    await next('ready')
    return { send: (order: object) => own.send(order), next, ended }
  }

  test('looks, starts, and sends each level from its moment on', async () => {
    const { url, seen } = await startTarget(answerAfter(2))
    const { send, next, ended } = await steerAgent(url)
    send({ type: 'look', pausesMs: 0 })
    expect((await next('looked')).found).toMatchObject({ load: expect.any(Number) })
    const looked = seen.counts['GET /']!
    send({ type: 'start', atMs: Date.now() + 300 })
    // Before its threads have begun.
    send({ type: 'level', atMs: 1000, level: 50 })
    send({ type: 'level', atMs: 3000, level: 0 })
    const aheadMs = (await next('level')).aheadMs as number
    expect(aheadMs).toBeGreaterThan(800)
    expect(aheadMs).toBeLessThanOrEqual(1300)
    await next('level')
    await sleep(2000)
    send({ type: 'level', atMs: 500, level: 0 })
    expect((await next('level')).aheadMs).toBeLessThan(0)
    await sleep(1500)
    send({ type: 'stop' })
    await next('end')
    // That change replaced the ones after it: nothing more was sent.
    expect(seen.counts['GET /']! - looked).toBeGreaterThan(10)
    expect(seen.counts['GET /']! - looked).toBeLessThan(100)
    await ended
  }, 60_000)

  test('leaves if it is told more than was said before', async () => {
    const { url, seen } = await startTarget(answerAfter(2))
    const { send, next, ended } = await steerAgent(url)
    send({ type: 'start', atMs: Date.now() + 300 })
    send({ type: 'level', atMs: 1000, level: 101 })
    expect((await next('refused')).message).toBe('it was told a level that is not of its load')
    await ended
    expect(seen.counts['GET /'] ?? 0).toBe(0)
  }, 60_000)
})

test.concurrent('nobody sends anything without a limit', async () => {
  const session = startSession({ 'shop.yaml': SHOP().replace('max: 2000/s, ', '') })
  const { code, stderr } = await session.perfctl([
    ...['capacity', 'shop.yaml', '-t', 'http://127.0.0.1:9', ...agents('one')],
  ])
  expect(code).toBe(2)
  expect(flat(stderr)).toContain('nothing limits what the agents may send to http://127.0.0.1:9')
  expect(session.exists('one.pid')).toBe(false)
})

describe.concurrent('Ctrl-C', () => {
  async function interrupt(
    session: Session,
    url: string,
    times: number,
  ): Promise<{ code: number; stdout: string }> {
    const child: ChildProcess = spawn(
      process.execPath,
      [PERFCTL, 'capacity', 'shop.yaml', '-t', url, ...agents('one', 'two')],
      { cwd: session.cwd, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let [stdout, stderr, left] = ['', '', times]
    child.stdout!.on('data', (text) => {
      stdout += text
    })
    child.stderr!.on('data', (text) => {
      stderr += text
      const isStopping = stderr.includes('press Ctrl-C again')
      // The first trial is over, or the first signal was heard.
      if (left === 0 || !stderr.includes('40.0/s for 1s') || (left < times && !isStopping)) return
      left--
      child.kill('SIGINT')
    })
    const [code] = await once(child, 'close')
    return { code, stdout }
  }

  test('ends a search with what is known, and all agents', async () => {
    const target = await startTarget(answerAfter(2))
    const session = startSession({ 'shop.yaml': SHOP() })
    const { code, stdout } = await interrupt(session, target.url, 1)
    expect(code, stdout).toBe(130)
    expect(flat(stdout)).toMatch(/! Interrupted: .*"shop".*, as far as it is known/)
    expect(session.results()[0]).toMatchObject({ interrupted: true, verdict: 'interrupted' })
    expect(session.results()[0]!.capacity!.trials.length).toBeGreaterThan(0)
    expect([await pidOf(session, 'one'), await pidOf(session, 'two')].filter(isAlive)).toEqual([])
  }, 60_000)

  test('twice does not wait for requests in flight', async () => {
    let isSilent = false
    const target = await startTarget((_, response) => {
      if (!isSilent) response.end('fine')
    })
    const session = startSession({ 'shop.yaml': SHOP().replace('gracefulStop: 1s', 'gracefulStop: 50s') })
    setTimeout(() => {
      isSilent = true
    }, 7000)
    const begun = Date.now()
    const { code, stdout } = await interrupt(session, target.url, 2)
    expect(code, stdout).toBe(130)
    expect(Date.now() - begun).toBeLessThan(40_000)
    expect([await pidOf(session, 'one'), await pidOf(session, 'two')].filter(isAlive)).toEqual([])
  }, 60_000)
})
