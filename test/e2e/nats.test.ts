/**
 * Agents that wait for runs by way of a real broker. Without nats-server on the path, these tests are skipped.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { makeCertificates } from '../load/http/certificates.js'
import { type Session, startSession } from './session.js'
import { answerAfter, countAll, startTarget } from './target.js'

const PERFCTL = fileURLToPath(new URL('../../bin/perfctl.js', import.meta.url))
const hasBroker = spawnSync('nats-server', ['--version']).error === undefined
const needs = hasBroker ? '' : ' (skipped: needs nats-server, as by apt-get install nats-server)'

const KEYED = { PERFCTL_CLUSTER_KEY: 'a key of this test' }
const SHOP = (load: string, more = '') => `
load: ${load}
requests:
  - { name: search, weight: 3, get: "/search/{{ randomInt(1, 40) }}" }
  - { name: details, weight: 1, get: "/details/{{ randomInt(1, 40) }}" }
${more}`

const children: ChildProcess[] = []

// Not after each test, because slow tests run side by side.
afterAll(async () => {
  const open = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
  await Promise.all(
    open.map((child) => {
      child.kill('SIGKILL')
      return once(child, 'exit')
    }),
  )
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** A broker on a port of its own, which it keeps when it's restarted. */
async function startBroker(flags: readonly string[] = []) {
  const port = await freePort()
  let child: ChildProcess
  const start = async () => {
    child = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port), ...flags], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    children.push(child)
    let log = ''
    child.stderr!.on('data', (bytes) => {
      log += bytes
    })
    while (!log.includes('Server is ready')) await sleep(20)
  }
  await start()
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    start,
    signal: (name: NodeJS.Signals) => child.kill(name),
    async stop() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

interface Running {
  readonly child: ChildProcess
  /** What it printed so far. */
  readonly output: () => string
  readonly code: Promise<number | null>
}

function start(
  session: Session,
  args: readonly string[],
  env: Readonly<Record<string, string>> = KEYED,
): Running {
  const child = spawn(process.execPath, [PERFCTL, ...args], {
    cwd: session.cwd,
    env: { PATH: process.env.PATH!, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let text = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (bytes) => {
      text += bytes
    })
  return { child, output: () => text, code: once(child, 'exit').then(([code]) => code) }
}

/** Agents of these names that wait for runs. */
async function startAgents(
  session: Session,
  url: string,
  names: readonly string[],
  { flags = [], env = KEYED }: { flags?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
): Promise<Running[]> {
  const agents = names.map((name) =>
    start(session, ['agent', '--nats', url, '--cluster', 'ci', '--name', name, ...flags], env),
  )
  for (const { output } of agents) while (!output().includes('waits for runs')) await sleep(20)
  return agents
}

const onCluster = (url: string, count: number) => [
  '--nats',
  url,
  '--cluster',
  'ci',
  '--agents',
  String(count),
]

const flat = (text: string) => text.replace(/\s+/g, ' ')

describe.skipIf(!hasBroker)(`a load on agents that wait at a broker${needs}`, { concurrent: true }, () => {
  test('is the load of one machine, run after run, and perfctl agents lists who is there', async () => {
    const [alone, shared] = [await startTarget(answerAfter(2)), await startTarget(answerAfter(2))]
    const session = startSession({ 'shop.yaml': SHOP('{ vus: 9, iterations: 1201 }') })
    const broker = await startBroker()
    await startAgents(session, broker.url, ['three', 'one', 'two'])
    const list = await session.perfctl(['agents', '--nats', broker.url, '--cluster', 'ci'], KEYED)
    expect(list.stdout).toMatch(
      /^agent +cores +perfctl +node +clock +state\none +\d+ +[\d.]+ +v[\d.]+ +as here, ±\d+m?s +free\nthree .*\ntwo .*free\n$/,
    )
    const run = ['run', 'shop.yaml', '--seed', '42']
    await session.perfctl([...run, '-t', alone.url, '--no-baseline'])
    for (const times of [1, 2]) {
      const { code, stdout, stderr } = await session.perfctl(
        [...run, '-t', shared.url, ...onCluster(broker.url, 3)],
        KEYED,
      )
      expect(code, stdout + stderr).toBe(0)
      expect(countAll(shared)).toBe(1201 * times)
    }
    const twice = Object.entries(alone.seen.counts).map(([name, count]) => [name, 2 * count])
    expect(shared.seen.counts).toEqual(Object.fromEntries(twice))
    const result = session.results().at(-1)!
    expect(result.totals.requests).toBe(1201)
    expect(result.agents!.map(({ name }) => name)).toEqual(['one', 'three', 'two'])
    expect(result.agents!.reduce((sum, { requests }) => sum + requests, 0)).toBe(1201)
  }, 60_000)

  test('loses nothing when the broker is restarted in the middle', async () => {
    const target = await startTarget(answerAfter(2))
    const session = startSession({ 'shop.yaml': SHOP('{ rate: 150/s, duration: 8s }') })
    const broker = await startBroker()
    await startAgents(session, broker.url, ['one', 'two'])
    const running = session.perfctl(
      ['run', 'shop.yaml', '-t', target.url, ...onCluster(broker.url, 2)],
      KEYED,
    )
    while (countAll(target) < 300) await sleep(20)
    await broker.stop()
    await sleep(1500)
    await broker.start()
    const { code, stdout } = await running
    expect(code, stdout).toBe(0)
    const [result] = session.results()
    expect(result!.totals.requests).toBe(1200)
    expect(countAll(target)).toBe(1200)
  }, 60_000)

  test('loses nothing when the broker hangs for a while', async () => {
    const target = await startTarget(answerAfter(2))
    const session = startSession({ 'shop.yaml': SHOP('{ rate: 100/s, duration: 8s }') })
    const broker = await startBroker()
    await startAgents(session, broker.url, ['one', 'two'])
    const running = session.perfctl(
      ['run', 'shop.yaml', '-t', target.url, ...onCluster(broker.url, 2)],
      KEYED,
    )
    while (countAll(target) < 100) await sleep(20)
    broker.signal('SIGSTOP')
    await sleep(5000)
    broker.signal('SIGCONT')
    const { code, stdout } = await running
    expect(code, stdout).toBe(0)
    expect(session.results()[0]!.totals.requests).toBe(800)
  }, 60_000)

  test('ends with what was measured when the broker stays away, and the agents stop, too', async () => {
    const target = await startTarget(answerAfter(2))
    const session = startSession({ 'shop.yaml': SHOP('{ rate: 100/s, duration: 60s }') })
    const broker = await startBroker()
    await startAgents(session, broker.url, ['one', 'two'])
    const running = session.perfctl(
      ['run', 'shop.yaml', '-t', target.url, ...onCluster(broker.url, 2)],
      KEYED,
    )
    while (countAll(target) < 250) await sleep(20)
    await broker.stop()
    const { code, stdout } = await running
    expect(code).toBe(3)
    expect(flat(stdout)).toMatch(
      /^✗ Error: agent (one|two) was lost after [\d.]+s: the broker nats:\/\/127\.0\.0\.1:\d+ has been away for 7.5s/,
    )
    expect(session.results()[0]!.totals.requests).toBeGreaterThan(50)
    await sleep(3000)
    const sent = countAll(target)
    await sleep(1000)
    expect(countAll(target)).toBe(sent)
    await broker.start()
    const again = await session.perfctl(
      ['run', 'shop.yaml', '-t', target.url, '-d', '1s', ...onCluster(broker.url, 2)],
      KEYED,
    )
    expect(again.code, again.stdout).toBe(0)
  }, 60_000)

  test.each([
    ['SIGKILL', 'no sign of it for 4s'],
    ['SIGINT', 'it was stopped there'],
  ] as const)(
    'ends with what was measured when an agent gets %s',
    async (signal, why) => {
      const target = await startTarget(answerAfter(2))
      const session = startSession({ 'shop.yaml': SHOP('{ rate: 100/s, duration: 60s }') })
      const broker = await startBroker()
      const agents = await startAgents(session, broker.url, ['one', 'two'])
      const running = session.perfctl(
        ['run', 'shop.yaml', '-t', target.url, ...onCluster(broker.url, 2)],
        KEYED,
      )
      while (countAll(target) < 150) await sleep(20)
      agents[1]!.child.kill(signal)
      const { code, stdout } = await running
      expect(code).toBe(3)
      expect(flat(stdout)).toMatch(new RegExp(`^✗ Error: agent two was lost after [\\d.]+m?s: ${why}`))
      if (signal === 'SIGINT') expect(await agents[1]!.code).toBe(0)
    },
    60_000,
  )

  test('is stopped when its perfctl is killed, and the agents serve the next one', async () => {
    const target = await startTarget(answerAfter(2))
    const session = startSession({ 'shop.yaml': SHOP('{ rate: 100/s, duration: 60s }') })
    const broker = await startBroker()
    await startAgents(session, broker.url, ['one', 'two'])
    const run = ['run', 'shop.yaml', '-t', target.url, ...onCluster(broker.url, 2)]
    const coordinator = start(session, run)
    while (countAll(target) < 100) await sleep(20)
    const busy = await session.perfctl([...run, '--agents-wait', '2s'], KEYED)
    expect(busy.code).toBe(3)
    expect(flat(busy.stdout)).toContain(
      '0 of 2 agents free in cluster ci after 2s; busy with another run: one, two',
    )
    coordinator.child.kill('SIGKILL')
    const next = await session.perfctl([...run, '-d', '1s'], KEYED)
    expect(next.code, next.stdout).toBe(0)
    expect(next.stderr.match(/waiting for agents: 0 of 2 agents free/g)).toHaveLength(1)
  }, 60_000)

  test('keeps to what those who started the agents allow', async () => {
    const other = await startTarget(answerAfter(2))
    const target = await startTarget((request, response) => {
      const to = request.url!.startsWith('/search') ? other.url.replace('127.0.0.1', 'localhost') : ''
      response.writeHead(to === '' ? 200 : 302, to === '' ? {} : { location: to }).end()
    })
    const session = startSession({
      'shop.yaml': SHOP('{ vus: 2, iterations: 40 }', 'http: { redirects: 3 }'),
      'fast.yaml': SHOP('{ vus: 4, duration: 30s }'),
    })
    const broker = await startBroker()
    const flags = ['--allow-target', '127.0.*', '--max-rate', '50/s']
    await startAgents(session, broker.url, ['one'], { flags })
    const run = ['run', 'shop.yaml', '-t', target.url, ...onCluster(broker.url, 1)]
    const redirected = await session.perfctl(run, KEYED)
    expect(redirected.stdout).toContain('localhost is not allowed: --allow-target')
    expect(countAll(other)).toBe(0)
    const elsewhere = await session.perfctl([...run, '-t', 'http://localhost:9'], KEYED)
    expect(elsewhere.code).toBe(3)
    expect(flat(elsewhere.stdout)).toContain(
      "agent one can't send its part: it must not send to localhost; start it with an --allow-target that names this host",
    )
    const fast = await session.perfctl(['run', 'fast.yaml', ...run.slice(2)], KEYED)
    expect(fast.code).toBe(3)
    expect(flat(fast.stdout)).toMatch(
      /agent one was lost after [\d.]+m?s: it sends more than its --max-rate of 50.0\/s/,
    )
  }, 60_000)

  test('is only for those with the key', async () => {
    const session = startSession({ 'shop.yaml': SHOP('{ vus: 2, duration: 5s }') })
    const broker = await startBroker()
    const [agent] = await startAgents(session, broker.url, ['one'])
    const run = ['run', 'shop.yaml', '-t', 'http://127.0.0.1:9', ...onCluster(broker.url, 1)]
    for (const env of [{}, { PERFCTL_CLUSTER_KEY: 'guessed' }]) {
      const { code, stdout } = await session.perfctl([...run, '--agents-wait', '1s'], env)
      expect(code).toBe(3)
      expect(flat(stdout)).toContain(
        'with another PERFCTL_CLUSTER_KEY: 1; give all the same PERFCTL_CLUSTER_KEY',
      )
    }
    expect(agent!.output()).toContain('someone asks for agents with another PERFCTL_CLUSTER_KEY')
    expect(agent!.output()).not.toContain('sends its part')
  }, 60_000)

  test('sends secrets only when it is asked to, and only encrypted; agents that serve once end', async () => {
    const target = await startTarget((request, response) => {
      response.writeHead(request.headers.authorization === 'Bearer of-the-user' ? 200 : 401).end()
    })
    const session = startSession({
      'shop.yaml': SHOP(
        '{ vus: 2, iterations: 20 }',
        'http: { headers: { authorization: "Bearer ${API_TOKEN}" } }',
      ),
    })
    const { folder } = makeCertificates()!
    const broker = await startBroker([
      ...['--tls', '--tlscert', join(folder, 'server.pem'), '--tlskey', join(folder, 'server.key')],
      ...['--user', 'u', '--pass', 'p'],
    ])
    const url = `tls://u:p@127.0.0.1:${broker.port}`
    const env = { ...KEYED, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }
    const [agent] = await startAgents(session, url, ['one'], { flags: ['--once'], env })
    const run = (to: string) => ['run', 'shop.yaml', '-t', target.url, ...onCluster(to, 1)]
    const without = start(session, run(url), { ...env, API_TOKEN: 'of-the-user' })
    expect(await without.code).toBe(3)
    expect(flat(without.output())).toContain(
      '${API_TOKEN} is not set there; secrets are not sent: set them in the environment of the agent, or send them with --send-secrets',
    )
    // It had a part, though it refused it.
    expect(await agent!.code).toBe(0)
    await startAgents(session, url, ['one'], { flags: ['--once'], env })
    const sending = start(session, [...run(url), '--send-secrets'], { ...env, API_TOKEN: 'of-the-user' })
    expect(await sending.code, sending.output()).toBe(0)
    expect(countAll(target)).toBe(20)
    expect(sending.output()).not.toContain('u:p')
    const refused = start(session, run(url.replace('u:p', 'u:wrong')), { ...env, API_TOKEN: 'x' })
    expect(await refused.code).toBe(3)
    expect(flat(refused.output())).toMatch(
      /the broker tls:\/\/127.0.0.1:\d+ can't be reached: .*uthorization/,
    )
    expect(refused.output()).not.toContain('wrong')
  }, 60_000)
})

test.skipIf(!hasBroker)(
  `a broker that does not allow the cluster is named${needs}`,
  { concurrent: true },
  async () => {
    const session = startSession({
      'shop.yaml': SHOP('{ vus: 2, duration: 5s }'),
      'nats.conf': `authorization { users = [
      { user: other, password: p, permissions: { publish: "perfctl.other.>", subscribe: "perfctl.other.>" } }
      { user: ci, password: p, permissions: { publish: "perfctl.ci.>", subscribe: "perfctl.ci.>" } }
    ] }`,
    })
    const { port } = await startBroker(['-c', join(session.cwd, 'nats.conf')])
    const urlOf = (user: string) => `nats://${user}:p@127.0.0.1:${port}`
    const run = (user: string) => [
      'run',
      'shop.yaml',
      '-t',
      'http://127.0.0.1:9',
      ...onCluster(urlOf(user), 1),
    ]
    const agent = start(session, ['agent', '--nats', urlOf('other'), '--cluster', 'ci'])
    expect(await agent.code).toBe(3)
    expect(flat(agent.output())).toMatch(
      /the broker nats:\/\/127.0.0.1:\d+: it does not allow perfctl\.ci\.\S+ hint: check its credentials: they have to allow perfctl\.ci\.>/,
    )
    await startAgents(session, urlOf('ci'), ['one'])
    for (const args of [run('other'), ['agents', '--nats', urlOf('other'), '--cluster', 'ci']]) {
      const { code, stdout, stderr } = await session.perfctl(args, KEYED)
      expect(code).toBe(3)
      expect(flat(stdout + stderr)).toContain('it does not allow perfctl.ci.')
    }
    const { stdout } = await session.perfctl([...run('ci'), '--agents-wait', '3s'], KEYED)
    expect(flat(stdout)).toContain("agent one can't send its part: http://127.0.0.1:9 can't be reached")
  },
)

const SEARCH = `
capacity: { from: 50/s, max: 200/s, trial: 2s, settle: 500ms, sum: 4s, budget: 90s }
thresholds: [p95 < 900ms]
`

describe.skipIf(!hasBroker)(
  `a search for the capacity on agents at a broker${needs}`,
  { concurrent: true },
  () => {
    test('loses nothing when the broker is restarted in the middle', async () => {
      const target = await startTarget(answerAfter(2))
      const session = startSession({ 'shop.yaml': SHOP('{ rate: 1/s, duration: 1s }', SEARCH) })
      const broker = await startBroker()
      await startAgents(session, broker.url, ['one', 'two'])
      const running = session.perfctl(
        ['capacity', 'shop.yaml', '-t', target.url, ...onCluster(broker.url, 2)],
        KEYED,
      )
      while (countAll(target) < 200) await sleep(20)
      await broker.stop()
      await sleep(2500)
      await broker.start()
      const { code, stdout, stderr } = await running
      expect(code, stdout + stderr).toBe(0)
      const [result] = session.results()
      expect(result!.capacity).toMatchObject({ end: 'max_carried', lower: 200 })
      // What was measured is all that was offered, also while nobody heard of it.
      for (const { offered, carried, met } of result!.capacity!.trials)
        if (met) expect(carried / offered).toBeGreaterThan(0.95)
      expect(result!.agents!.map(({ lost }) => lost)).toEqual([null, null])
    }, 120_000)

    const shard = (url: string, target: string, index: string, more: readonly string[] = []) => [
      ...['capacity', 'shop.yaml', '-t', target, '--shard', index, '--nats', url, '--cluster', 'build-17'],
      ...['--workers', '1', ...more],
    ]
    const secrets = ['--env-file', 'secrets.env']

    test('is carried by machines that all run it: the first one directs the others', async () => {
      const target = await startTarget((request, response) => {
        response.writeHead(request.headers['x-token'] === 'secret of all' ? 200 : 403).end()
      })
      const session = startSession({
        'shop.yaml': SHOP(
          '{ rate: 1/s, duration: 1s }',
          `${SEARCH}http: { headers: { x-token: "\${API_TOKEN}" } }`,
        ),
      })
      session.write('secrets.env', 'API_TOKEN=secret of all\n')
      const broker = await startBroker()
      // A CI system with 3 jobs numbers them.
      const others = [1, 2].map((index) =>
        start(session, shard(broker.url, target.url, 'auto', secrets), {
          ...KEYED,
          ...{ CIRCLE_NODE_INDEX: String(index), CIRCLE_NODE_TOTAL: '3' },
        }),
      )
      const { code, stdout, stderr } = await session.perfctl(
        shard(broker.url, target.url, '1/3', secrets),
        KEYED,
      )
      expect(code, stdout + stderr).toBe(0)
      expect(await Promise.all(others.map((other) => other.code))).toEqual([0, 0])
      const [result, ...more] = session.results()
      expect(more).toEqual([])
      expect(result!.capacity).toMatchObject({ end: 'max_carried', lower: 200 })
      expect(result!.environment).toMatchObject({ agents: 3, workers: 3 })
      const sent = result!.agents!.map(({ requests }) => requests)
      expect(Math.max(...sent) / Math.min(...sent)).toBeLessThan(1.1)
      expect(others[0]!.output()).toMatch(/shard 2 of 3: .*-2 waits for runs of cluster build-17/)
      expect(others[0]!.output()).toContain('shard 2 of 3: the run is over')
    }, 120_000)

    test('needs them: one that nobody directs, or that waits for the others in vain, is exit 3', async () => {
      const session = startSession({ 'shop.yaml': SHOP('{ rate: 1/s, duration: 1s }', SEARCH) })
      const broker = await startBroker()
      const alone = async (index: string) => {
        const args = [...shard(broker.url, 'http://127.0.0.1:9', index), '--agents-wait', '1s']
        const { code, stdout, stderr } = await session.perfctl(args, KEYED)
        return [code, flat(stdout + stderr)]
      }
      expect(await alone('2/2')).toEqual([
        3,
        expect.stringContaining('nobody wanted this machine as an agent within 1s'),
      ])
      expect(await alone('1/2')).toEqual([
        3,
        expect.stringContaining('0 of 1 agent free in cluster build-17'),
      ])
    }, 60_000)

    test('that is interrupted on a shard ends there, and for all', async () => {
      const target = await startTarget(answerAfter(2))
      const session = startSession({ 'shop.yaml': SHOP('{ rate: 1/s, duration: 1s }', SEARCH) })
      const broker = await startBroker()
      const other = start(session, shard(broker.url, target.url, '2/2'))
      const running = session.perfctl(shard(broker.url, target.url, '1/2'), KEYED)
      while (countAll(target) < 150) await sleep(20)
      other.child.kill('SIGINT')
      expect(await other.code).toBe(130)
      const { code, stdout } = await running
      expect(code, stdout).toBe(3)
      expect(flat(stdout)).toMatch(/^✗ Error: agent .*-2 was lost after [\d.]+m?s: it was stopped there/)
    }, 60_000)
  },
)

describe('a broker', () => {
  test('that can not be reached is exit 3; an agent goes on trying', async () => {
    const session = startSession({ 'shop.yaml': SHOP('{ vus: 2, duration: 5s }') })
    const url = `nats://127.0.0.1:${await freePort()}`
    const run = ['run', 'shop.yaml', '-t', 'http://127.0.0.1:9', ...onCluster(url, 1)]
    const { code, stdout } = await session.perfctl(run, KEYED)
    expect(code).toBe(3)
    expect(flat(stdout)).toContain(`the broker ${url} can't be reached: `)
    const agent = start(session, ['agent', '--nats', url])
    while (!agent.output().includes('trying again')) await sleep(20)
    agent.child.kill('SIGINT')
    expect(await agent.code).toBe(0)
  }, 60_000)

  test('elsewhere needs a key', async () => {
    const { code, stderr } = await startSession().perfctl(['agents', '--nats', 'nats://broker.example:4222'])
    expect(code).toBe(2)
    expect(flat(stderr)).toContain(
      'PERFCTL_CLUSTER_KEY is not set: whoever reaches the broker could command the agents',
    )
  })

  test('needs a package, which is named', async () => {
    const session = startSession()
    const hook = `export const resolve = (name, context, next) => {
      if (name.startsWith('@nats-io/')) throw Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' })
      return next(name, context)
    }`
    session.write('hook.mjs', hook)
    session.write(
      'register.mjs',
      `import { register } from 'node:module'; register('./hook.mjs', import.meta.url)`,
    )
    const env = { NODE_OPTIONS: `--import ${join(session.cwd, 'register.mjs')}` }
    const { code, output } = start(session, ['agents', '--nats', 'nats://localhost'], env)
    expect(await code).toBe(2)
    expect(flat(output())).toContain('install it beside perfctl: npm install @nats-io/transport-node')
  })

  test.each([
    [['run', 'shop.yaml', '--nats', 'localhost'], '--nats needs --agents'],
    [['run', 'shop.yaml', '--agents', '2'], '--agents: no broker is given'],
    [
      ['run', 'shop.yaml', '--agents', '0', '--nats', 'localhost'],
      '--agents 0: not a whole number of 1 or more',
    ],
    [['run', 'shop.yaml', '--nats', 'http://x', '--agents', '2'], '--nats: not the URL of a broker'],
    [
      ['run', 'shop.yaml', '--nats', 'localhost', '--agents', '2', '--cluster', 'a.b'],
      '--cluster a.b: not the name',
    ],
    [
      ['run', 'shop.yaml', '--nats', 'localhost', '--agents', '2', '--agent', 'x'],
      "--agent can't be used with --nats",
    ],
    [
      ['run', 'shop.yaml', '--nats', 'localhost', '--agents', '2', '--confirm', 'ab'],
      "--nats can't be used with --confirm",
    ],
    [['run', 'shop.yaml', '--nats', 'localhost', '--agents', '2', '--send-secrets'], 'use tls:// in --nats'],
    [['run', 'shop.yaml', '--send-secrets'], '--send-secrets: this machine sends the load'],
    [['run', 'shop.yaml', '--cluster', 'perfctl'], '--cluster: no broker is given'],
    [['run', 'shop.yaml', '--agent', 'x', '--agents', '2'], '--agents: no broker is given'],
    [['capacity', 'shop.yaml', '--creds', 'x'], '--creds: no broker is given'],
    [['baseline', 'update', '--cluster', 'ci'], '--cluster: no broker is given'],
    [['agents', '--cluster', 'ci'], '--cluster: no broker is given'],
    [['agent', '--stdio', '--cluster', 'ci'], '--cluster: no broker is given'],
    [['capacity', 'shop.yaml', '--shard', '1/2'], '--shard needs --nats: the broker by which the machines'],
    [
      ['capacity', 'shop.yaml', '--shard', '1/2', '--nats', 'localhost', '--agents', '2'],
      "--shard can't be used with --agents",
    ],
    [['capacity', 'shop.yaml', '--shard', '1/2', '--agent', 'x'], "--shard can't be used with --agent:"],
    [['capacity', 'shop.yaml', '--shard', '3/2', '--nats', 'localhost'], '--shard 3/2: must be k/n'],
    [['capacity', 'shop.yaml', '--shard', 'auto', '--nats', 'localhost'], '--shard auto: no variable of'],
    [['capacity', 'shop.yaml', '--nats', 'localhost'], '--nats needs --agents'],
    [['capacity', 'shop.yaml', '--start-at', '2000000000'], 'are started together anyway'],
    [
      ['capacity', 'shop.yaml', '--on-agent-lost', 'continue'],
      '--on-agent-lost: this machine sends the load',
    ],
    [['agent', '--stdio', '--once'], '--once: with --stdio, an agent always ends'],
    [['agent', '--stdio', '--nats', 'localhost'], "--stdio can't be used with --nats"],
    [['agent', '--nats', 'localhost', '--allow-target', 'http://x'], '--allow-target http://x: not a host'],
    [['agent', '--nats', 'localhost', '--max-rate', 'fast'], '--max-rate fast: not a rate'],
    [['agents'], '--nats is missing'],
    [['agents', '--nats', 'localhost', '--creds', 'none.creds'], '--creds: ENOENT'],
  ])('is refused in %j', async (args, message) => {
    const session = startSession({ 'shop.yaml': SHOP('{ vus: 2, duration: 5s }') })
    const { code, stderr } = await session.perfctl(args)
    expect(code).toBe(2)
    expect(flat(stderr)).toContain(message)
  })
})
