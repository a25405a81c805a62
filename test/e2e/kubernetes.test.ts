/**
 * `perfctl kubernetes run` with the real kubectl and a real broker. The API server is a stand-in whose pods are
 * processes of this machine.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { findFreePort } from '../../src/run/service.js'
import { type ApiServer, type ApiServerOptions, startApiServer } from '../run/kubernetes/api-server.js'
import { KUBECTL, NATS_SERVER } from '../run/kubernetes/programs.js'
import { type Session, startSession } from './session.js'
import { answerAfter, countAll, startTarget } from './target.js'

const PERFCTL = fileURLToPath(new URL('../../bin/perfctl.js', import.meta.url))

/** perfctl with a bug that comes with SIGUSR2. */
const BREAKS_DOWN = [
  '--input-type=module',
  '--eval',
  `import { start } from ${JSON.stringify(new URL('../../dist/start.js', import.meta.url))}
  process.on('SIGUSR2', () => process.exit(70))
  start()`,
  'perfctl',
]

const missing = [KUBECTL === null ? 'kubectl' : null, NATS_SERVER === null ? 'nats-server' : null]
const why = missing.filter((name) => name !== null).join(' and ')

const SHOP = (load: string) => `
load: ${load}
requests:
  - { name: search, get: "/search/{{ randomInt(1, 40) }}" }
`

const servers: ApiServer[] = []
const brokers: ChildProcess[] = []
// Not after each test, because they run side by side.
afterAll(async () => {
  for (const broker of brokers) broker.kill('SIGKILL')
  for (const server of servers) await server.close()
})

interface Place {
  readonly server: ApiServer
  readonly session: Session
  /** Starts perfctl, or another program that takes its arguments, as a process of its own. */
  start(args: readonly string[], program?: readonly string[]): ChildProcess
  perfctl(args: readonly string[]): ReturnType<Session['perfctl']>
}

async function startPlace(
  options: ApiServerOptions = {},
  load = '{ vus: 4, iterations: 200 }',
): Promise<Place> {
  const server = await startApiServer(options)
  servers.push(server)
  const session = startSession({ 'shop.yaml': SHOP(load) })
  const env = { PATH: process.env.PATH!, HOME: session.cwd, KUBECONFIG: server.config }
  const command = (args: readonly string[]) => ['kubernetes', 'run', 'shop.yaml', ...NEEDED, ...args]
  return {
    server,
    session,
    start: (args, program = [PERFCTL]) =>
      spawn(process.execPath, [...program, ...command(args)], { cwd: session.cwd, env, stdio: 'ignore' }),
    perfctl: (args) => session.perfctl(command(args), env),
  }
}

/** The URL of a broker that ends after all tests. */
async function startBroker(): Promise<string> {
  const port = await findFreePort()
  brokers.push(spawn(NATS_SERVER!, ['--addr', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' }))
  return `nats://127.0.0.1:${port}`
}

const NEEDED = ['--agents', '2', '--image', 'registry.example/perfctl:1.0.0', '--cpu', '1']

/** Nothing of a run is left, neither there nor here. */
async function expectNothingLeft({ server }: Place): Promise<void> {
  expect(server.list()).toEqual([])
  await vi.waitFor(() => expect([server.running(), server.forwards]).toEqual([0, 0]), 10_000)
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ')

describe.skipIf(why !== '')(
  `perfctl kubernetes run${why === '' ? '' : ` (skipped: ${why} not installed)`}`,
  { concurrent: true },
  () => {
    test('sends the load from pods, and leaves nothing behind', async () => {
      const target = await startTarget(({ headers }, response) => {
        response.writeHead(headers.authorization === 'Bearer of-the-pods' ? 200 : 401).end()
      })
      const place = await startPlace({ secrets: { shop: { API_TOKEN: 'of-the-pods' } } })
      const headers = 'http: { headers: { authorization: "Bearer ${API_TOKEN}" } }'
      place.session.write('shop.yaml', `${headers}\n${SHOP('{ vus: 4, iterations: 200 }')}`)
      const { code, stdout, stderr } = await place.perfctl([
        ...['-t', target.url, '-e', 'API_TOKEN=of-the-user', '--env-from', 'secret/shop', '--name', 'shop'],
      ])
      expect(code, stdout + stderr).toBe(0)
      expect(countAll(target)).toBe(200)
      const [result] = place.session.results()
      const [name] = /shop-[0-9a-f]{8}/.exec(stderr)!
      expect(result!.agents!.map((agent) => agent.name)).toEqual([`${name}-0`, `${name}-1`])
      expect(stderr).toContain(`making ${name} in Kubernetes: 2 agents\n`)
      expect(stderr).toContain(', 2 workers\n')
      expect(stderr).toContain(`removing ${name} from Kubernetes\n`)
      expect(place.server.list()).toEqual(['secrets/shop'])
      // What perfctl can't remove goes with the Job.
      const job = place.server.made.get(`jobs/${name}`)
      const owner = { apiVersion: 'batch/v1', kind: 'Job', name, uid: job.metadata.uid }
      for (const path of [`secrets/${name}`, `services/${name}-nats`, `deployments/${name}-nats`])
        expect(place.server.made.get(path).metadata.ownerReferences, path).toEqual([owner])
    })

    test('goes on when the connection to the broker drops', async () => {
      const target = await startTarget(answerAfter(2))
      const place = await startPlace({}, '{ rate: 50/s, duration: 5s }')
      const running = place.perfctl(['-t', target.url])
      while (countAll(target) < 50) await sleep(20)
      expect(place.server.forwards).toBe(1)
      place.server.dropForwards()
      const { code, stdout, stderr } = await running
      expect(code, stdout + stderr).toBe(0)
      expect(countAll(target)).toBe(250)
      await expectNothingLeft(place)
    })

    test('has the exit code of the run', async () => {
      const target = await startTarget((_, response) => response.writeHead(500).end())
      const place = await startPlace()
      const { code } = await place.perfctl(['-t', target.url])
      expect(code).toBe(1)
      await expectNothingLeft(place)
    })

    test('makes the agents once for several runs', async () => {
      const target = await startTarget(answerAfter(2))
      const place = await startPlace()
      const { code, stderr } = await place.perfctl(['-t', target.url, '--runs', '2'])
      expect(code, stderr).toBe(0)
      expect(countAll(target)).toBe(400)
      await expectNothingLeft(place)
    })

    test("uses the user's own broker and key", async () => {
      const target = await startTarget(answerAfter(2))
      const place = await startPlace({ secrets: { shared: { PERFCTL_CLUSTER_KEY: 'of-all' } } })
      const url = await startBroker()
      const own = ['--nats', url, '--key-secret', 'shared']
      const { code, stdout, stderr } = await place.perfctl(['-t', target.url, ...own])
      expect(code, stdout + stderr).toBe(0)
      expect(countAll(target)).toBe(200)
      expect([...place.server.made.keys()].map((path) => path.split('/')[0])).toEqual(['jobs'])
      expect(place.server.list()).toEqual(['secrets/shared'])
    })

    test('does not meet another run at the same broker', async () => {
      const target = await startTarget(answerAfter(2))
      const place = await startPlace()
      const url = await startBroker()
      const args = ['-t', target.url, '--nats', url]
      const outcomes = await Promise.all([place.perfctl(args), place.perfctl(args)])
      expect(outcomes.map(({ code }) => code)).toEqual([0, 0])
      expect(countAll(target)).toBe(400)
      const agents = place.session
        .results()
        .map((result) => result.agents!.map(({ name }) => name.slice(0, -2)))
      expect(agents.map((names) => new Set(names).size)).toEqual([1, 1])
      expect(new Set(agents.flat()).size).toBe(2)
      await expectNothingLeft(place)
    })

    test.each([1, 2])('removes everything after Ctrl-C during the load, pressed %i times', async (times) => {
      const target = await startTarget(answerAfter(2))
      const place = await startPlace({}, '{ rate: 50/s, duration: 60s }')
      const child = place.start(['-t', target.url])
      while (countAll(target) < 50) await sleep(20)
      for (let time = 0; time < times; time++) {
        child.kill('SIGINT')
        await sleep(50)
      }
      const [code] = await once(child, 'exit')
      expect(code).toBe(130)
      expect(place.session.results()[0]).toMatchObject({ interrupted: true, error: null })
      await expectNothingLeft(place)
    })

    test.each(['SIGINT', 'SIGTERM'] as const)(
      'removes everything after %s while it waits',
      async (signal) => {
        const place = await startPlace({ fault: 'schedule' })
        const child = place.start(['-t', 'http://127.0.0.1:9'])
        while (!place.server.list().some((path) => path.startsWith('jobs/'))) await sleep(20)
        child.kill(signal)
        child.kill(signal)
        const [code] = await once(child, 'exit')
        expect(code).toBe(signal === 'SIGINT' ? 130 : 143)
        await expectNothingLeft(place)
      },
    )

    test('removes everything when perfctl breaks down', async () => {
      const place = await startPlace({ fault: 'schedule' })
      const child = place.start(['-t', 'http://127.0.0.1:9'], BREAKS_DOWN)
      while (!place.server.list().some((path) => path.startsWith('jobs/'))) await sleep(20)
      child.kill('SIGUSR2')
      const [code] = await once(child, 'exit')
      expect(code).toBe(70)
      await expectNothingLeft(place)
    })

    test.each([
      [
        'an image that can not be pulled',
        { fault: 'pull' },
        [],
        /^pod perfctl-\w+-0: ImagePullBackOff: Back-off pulling image registry.example\/perfctl:1.0.0 hint: check the image/,
      ],
      [
        'a Secret that is not there',
        {},
        ['--env-from', 'secret/gone'],
        /^pod perfctl-\w+-0: CreateContainerConfigError: secret not found hint: check the names in --env-from and --key-secret/,
      ],
      [
        'pods that find no host',
        { fault: 'schedule' },
        ['--agents-wait', '2s'],
        /after 2s: 0 of 2 agents are ready; pod perfctl-\w+-0: Unschedulable: 0\/3 nodes are available hint: wait longer with --agents-wait/,
      ],
      [
        'a broker that is never ready',
        { fault: 'broker' },
        ['--agents-wait', '2s'],
        /^after 2s: the broker is not ready hint: /,
      ],
      [
        'agents that fail at once',
        { fault: 'crash' },
        [],
        /^pod perfctl-\w+-\d: Error: exit code 2; it printed: .*unknown option '--crash'/,
      ],
      [
        'a Job that may not be made',
        { fault: 'apply' },
        [],
        /^kubectl apply failed: .*jobs.batch is forbidden/,
      ],
    ] as const)('exits 3 because of %s, and leaves nothing behind', async (_, options, args, message) => {
      const place = await startPlace(options)
      const { code, stderr } = await place.perfctl(['-t', 'http://127.0.0.1:9', '--quiet', ...args])
      expect(code, stderr).toBe(3)
      expect(oneLine(stderr.replace(/^warning: .*\n/gm, ''))).toMatch(message)
      await expectNothingLeft(place)
    })

    test('names what it could not remove, and how to', async () => {
      const target = await startTarget(answerAfter(2))
      const place = await startPlace({ fault: 'delete' })
      const { code, stderr } = await place.perfctl(['-t', target.url, '--quiet'])
      expect(code, stderr).toBe(3)
      expect(oneLine(stderr)).toMatch(
        /perfctl-(\w+) could not be removed from Kubernetes: kubectl delete failed: .* hint: remove it later: kubectl delete job,deployment,service,secret -l app.kubernetes.io\/instance=perfctl-\1 $/,
      )
    })

    test('tells why an agent was lost', async () => {
      const target = await startTarget(answerAfter(2))
      const place = await startPlace({}, '{ rate: 50/s, duration: 60s }')
      const running = place.perfctl(['-t', target.url, '--quiet'])
      while (countAll(target) < 50) await sleep(20)
      place.server.killAgent()
      const { code, stdout, stderr } = await running
      expect(code, stderr).toBe(3)
      expect(oneLine(stdout)).toMatch(/^✗ Error: agent perfctl-\w+-0 was lost after /)
      expect(oneLine(stderr)).toMatch(
        /pod perfctl-\w+-0: OOMKilled: exit code 137.* hint: give each agent more with --memory/,
      )
      await expectNothingLeft(place)
    })

    test('makes nothing in a context that is not there', async () => {
      const place = await startPlace()
      const { code, stderr } = await place.perfctl(['-t', 'http://127.0.0.1:9', '--context', 'elsewhere'])
      expect(code).toBe(3)
      expect(stderr).toMatch(/^kubectl get failed: .*elsewhere/)
      expect(place.server.made.size).toBe(0)
    })

    test('makes nothing for a scenario with mistakes', async () => {
      const place = await startPlace()
      place.session.write('shop.yaml', 'load: { vus: some }\n')
      expect((await place.perfctl([])).code).toBe(2)
      expect(place.server.made.size).toBe(0)
    })
  },
)

test('perfctl kubernetes run says what is missing without kubectl', async () => {
  const session = startSession({ 'shop.yaml': SHOP('{ vus: 1, iterations: 1 }') })
  const args = ['kubernetes', 'run', 'shop.yaml', ...NEEDED, '-t', 'http://127.0.0.1:9']
  const { code, stderr } = await session.perfctl(args, { PATH: session.cwd })
  expect(code).toBe(3)
  expect(stderr).toMatch(/^kubectl is not installed\n {2}hint: install it /)
})
