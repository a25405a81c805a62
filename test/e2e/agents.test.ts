/**
 * A load sent by several agents, each a process of its own that the coordinator starts, as by SSH.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { AGENT, agents, isAlive, PERFCTL, pidOf } from './programs.js'
import { startSession } from './session.js'
import { answerAfter, countAll, startTarget } from './target.js'

const SHOP = (load: string) => `
load: ${load}
requests:
  - { name: search, weight: 3, get: "/search/{{ randomInt(1, 40) }}" }
  - { name: details, weight: 1, get: "/details/{{ randomInt(1, 40) }}" }
`

describe.concurrent('a load on several agents', () => {
  test('is the load of one machine, request by request', async () => {
    const [alone, shared] = [await startTarget(answerAfter(2)), await startTarget(answerAfter(2))]
    const session = startSession({ 'shop.yaml': SHOP('{ vus: 9, iterations: 1201 }') })
    const run = ['run', 'shop.yaml', '--seed', '42']
    await session.perfctl([...run, '-t', alone.url, '--no-baseline'])
    const { code, stdout, stderr } = await session.perfctl([
      ...run,
      ...['-t', shared.url, '--workers', '2'],
      ...agents('one', 'two'),
      '--agent',
      `echo Welcome to three; ${AGENT} --name three`,
    ])
    expect(code, stdout + stderr).toBe(0)
    expect(shared.seen.counts).toEqual(alone.seen.counts)
    const result = session.results().at(-1)!
    expect(result.totals.requests).toBe(1201)
    expect(result.totals.latency.count).toBe(1201)
    expect(countAll(shared)).toBe(1201)
    expect(result.agents!.map(({ name, lost }) => [name, lost])).toEqual([
      ['one', null],
      ['two', null],
      ['three', null],
    ])
    expect(result.environment).toMatchObject({ workers: 6, agents: 3 })
    expect(stdout).toMatch(/^sent by 3 agents: one \(\d+ cores?, [\d.]+\/s\), two/m)
    expect(stderr).toContain(', 6 workers')
  }, 60_000)

  test('has the data, the files, the variables and what `before` captured; secrets are their own', async () => {
    const target = await startTarget((request, response) => {
      const { authorization, 'x-region': region, 'x-session': of } = request.headers
      const isRight =
        request.url === '/login' ||
        (authorization === 'Bearer own-of-agent' && region === 'eu' && of === 's1')
      response.writeHead(isRight ? 200 : 400).end('{"session":"s1"}')
    })
    const session = startSession({
      'parts/base.yaml': 'load: { vus: 4, iterations: 40 }',
      'cities.csv': 'name\nGalle\nKandy\n',
      'shop.yaml': `
extends: parts/base.yaml
data: { cities: { file: cities.csv } }
http: { headers: { x-region: "\${REGION}" } }
before:
  - { name: login, get: /login, capture: { sid: { json: $.session } } }
requests:
  - name: search
    get: "/{{ cities.name }}"
    headers: { authorization: "Bearer \${API_TOKEN}", x-session: "{{ sid }}" }
`,
    })
    const run = ['run', 'shop.yaml', '-t', target.url, '-e', 'REGION=eu']
    const command = `API_TOKEN=own-of-agent ${AGENT}`.replace('exec ', '')
    const { code, stdout, stderr } = await session.perfctl([...run, '--agent', command, '--agent', command], {
      API_TOKEN: 'home-of-user',
    })
    expect(code, stdout + stderr).toBe(0)
    const {
      'GET /login': logins,
      'GET /Galle': galle = 0,
      'GET /Kandy': kandy = 0,
      ...rest
    } = target.seen.counts
    expect([logins, galle + kandy, rest]).toEqual([1, 40, {}])

    const without = await session.perfctl([...run, '--agent', `unset API_TOKEN; ${AGENT} --name bare`], {
      API_TOKEN: 'home-of-user',
    })
    expect(without.code).toBe(3)
    expect(without.stdout.replace(/\s+/g, ' ')).toContain(
      "agent bare can't send its part: ${API_TOKEN} is not set there; secrets are not sent",
    )
  }, 60_000)

  test('waits for one that comes late', async () => {
    const target = await startTarget(answerAfter(2))
    const session = startSession({ 'shop.yaml': SHOP('{ vus: 4, iterations: 40 }') })
    // Later than an agent waits for a coordinator that says nothing.
    const late = ['--agent', `/bin/sleep 13; ${AGENT} --name late`]
    const { code, stdout, stderr } = await session.perfctl([
      ...['run', 'shop.yaml', '-t', target.url],
      ...agents('early'),
      ...late,
    ])
    expect(code, stdout + stderr).toBe(0)
    expect(countAll(target)).toBe(40)
  }, 60_000)

  test('is stopped by a threshold over all', async () => {
    const target = await startTarget((_, response) => response.writeHead(500).end())
    const session = startSession({
      'shop.yaml': `${SHOP('{ rate: 100/s, duration: 60s }')}
thresholds:
  - { limit: error_rate < 1%, abort: true, after: 1s }
`,
    })
    const { code } = await session.perfctl(['run', 'shop.yaml', '-t', target.url, ...agents('one', 'two')])
    expect(code).toBe(1)
    expect(session.results()[0]).toMatchObject({ stoppedBy: 'error_rate < 1%' })
    expect(session.results()[0]!.durationSeconds).toBeLessThan(30)
  }, 60_000)
})

describe.concurrent('an agent', () => {
  test.each([
    ['SIGKILL', 'its command ended with SIGKILL'],
    ['SIGSTOP', 'no sign of it for 4s'],
  ] as const)(
    'that gets %s ends the run with what was measured, and leaves no other behind',
    async (signal, why) => {
      const target = await startTarget(answerAfter(2))
      const session = startSession({ 'shop.yaml': SHOP('{ rate: 100/s, duration: 60s }') })
      const running = session.perfctl(['run', 'shop.yaml', '-t', target.url, ...agents('one', 'two')])
      const [one, two] = [await pidOf(session, 'one'), await pidOf(session, 'two')]
      while (countAll(target) < 150) await sleep(50)
      process.kill(two, signal)
      const { code, stdout } = await running
      expect(code).toBe(3)
      expect(stdout.replace(/\s+/g, ' ')).toMatch(
        new RegExp(`^✗ Error: agent two was lost after [\\d.]+m?s: ${why}`),
      )
      const [result] = session.results()
      expect(result!.totals.requests).toBeGreaterThan(50)
      expect(result!.agents!.map(({ lost }) => lost === null)).toEqual([true, false])
      expect([one, two].filter(isAlive)).toEqual([])
    },
    60_000,
  )

  test('that is lost may be left out, inconclusively', async () => {
    const target = await startTarget(answerAfter(2))
    const session = startSession({ 'shop.yaml': SHOP('{ rate: 100/s, duration: 5s }') })
    const running = session.perfctl([
      ...['run', 'shop.yaml', '-t', target.url, '--on-agent-lost', 'continue'],
      ...agents('one', 'two'),
    ])
    const two = await pidOf(session, 'two')
    while (countAll(target) < 100) await sleep(50)
    process.kill(two, 'SIGKILL')
    const { code, stdout } = await running
    expect(code).toBe(0)
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /^\? Inconclusive: agent two was lost after [\d.]+m?s; from then on, 1 of 2 agents sent the load\./,
    )
  }, 60_000)

  test('ends when its coordinator is gone', async () => {
    const target = await startTarget(answerAfter(2))
    const session = startSession({ 'shop.yaml': SHOP('{ rate: 100/s, duration: 60s }') })
    const coordinator = spawn(
      process.execPath,
      [PERFCTL, 'run', 'shop.yaml', '-t', target.url, ...agents('one')],
      { cwd: session.cwd, stdio: 'ignore' },
    )
    const one = await pidOf(session, 'one')
    while (countAll(target) < 50) await sleep(50)
    coordinator.kill('SIGKILL')
    await once(coordinator, 'exit')
    const before = Date.now()
    while (isAlive(one) && Date.now() - before < 20_000) await sleep(50)
    expect(isAlive(one)).toBe(false)
  }, 60_000)

  test('that ended without its coordinator makes no whole load', async () => {
    const target = await startTarget(answerAfter(2))
    const session = startSession({ 'shop.yaml': SHOP('{ rate: 100/s, duration: 30s }') })
    const coordinator = spawn(
      process.execPath,
      [PERFCTL, 'run', 'shop.yaml', '-t', target.url, ...agents('one', 'two')],
      { cwd: session.cwd, stdio: 'ignore' },
    )
    while (countAll(target) < 100) await sleep(50)
    coordinator.kill('SIGSTOP')
    await sleep(12_000)
    coordinator.kill('SIGCONT')
    const [code] = await once(coordinator, 'exit')
    expect(code).toBe(3)
    expect(session.results()[0]!.error).toMatch(
      /^agent (one|two) was lost after [\d.]+s: it heard nothing of its coordinator for 9.5s$/,
    )
  }, 60_000)

  test('ends when it hears nothing of its coordinator, though the connection is open', async () => {
    const child = spawn(process.execPath, [PERFCTL, 'agent', '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdout.resume()
    const [code] = await once(child, 'exit')
    child.stdin.destroy()
    expect(code).toBe(0)
  }, 60_000)

  test('is stopped by Ctrl-C at its coordinator, and what it measured is kept', async () => {
    const target = await startTarget(answerAfter(2))
    const session = startSession({ 'shop.yaml': SHOP('{ rate: 100/s, duration: 60s }') })
    const coordinator = spawn(
      process.execPath,
      [PERFCTL, 'run', 'shop.yaml', '-t', target.url, ...agents('one', 'two')],
      { cwd: session.cwd, stdio: 'ignore' },
    )
    while (countAll(target) < 200) await sleep(50)
    coordinator.kill('SIGINT')
    const [code] = await once(coordinator, 'exit')
    expect(code).toBe(130)
    const [result] = session.results()
    expect(result).toMatchObject({ interrupted: true, error: null })
    expect(result!.totals.requests + result!.totals.unfinished).toBe(countAll(target))
  }, 60_000)

  test('whose target can not be reached is named, and nothing is sent', async () => {
    const session = startSession({ 'shop.yaml': SHOP('{ vus: 2, duration: 5s }') })
    const run = ['run', 'shop.yaml', '-t', 'http://127.0.0.1:9']
    const { code, stdout } = await session.perfctl([...run, ...agents('one')])
    expect(code).toBe(3)
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /agent one can't send its part: http:\/\/127.0.0.1:9 can't be reached/,
    )
  }, 60_000)

  test.each([
    ['no-such-command', 'agent 1 is not ready: its command ended with code 127'],
    ['echo hello', 'agent 1 is not ready: its command ended with code 0; it printed: hello'],
    [`echo '{"type":1}'; sleep 9`, 'agent 1 is not ready: its output is not that of perfctl agent: '],
  ])('that is no agent, %s, is exit 3', async (command, message) => {
    const session = startSession({ 'shop.yaml': SHOP('{ vus: 2, duration: 5s }') })
    const run = ['run', 'shop.yaml', '-t', 'http://127.0.0.1:9', '--agent', command]
    const { code, stdout } = await session.perfctl(run, { PATH: process.env.PATH! })
    expect(code).toBe(3)
    expect(stdout.replace(/\s+/g, ' ')).toContain(message)
  })

  test.each([
    [['--shard', '1/2', '--seed', '1'], "--agent can't be used with --shard"],
    [['--start-at', new Date(Date.now() + 3_600_000).toISOString()], "--agent can't be used with --start-at"],
    [['--confirm', 'ab'], "--agent can't be used with --confirm"],
    [['--agents-wait', '5'], '--agents-wait 5: not a duration'],
  ])('is refused beside %j', async (flags, message) => {
    const session = startSession({ 'shop.yaml': SHOP('{ vus: 2, duration: 5s }') })
    const { code, stderr } = await session.perfctl(['run', 'shop.yaml', ...agents('one'), ...flags])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})

test('perfctl agent by itself says what it is for', async () => {
  const { code, stderr } = await startSession().perfctl(['agent'])
  expect(code).toBe(2)
  expect(stderr).toContain("perfctl run scenario.yaml --agent 'ssh load1 perfctl agent --stdio'")
})
