/**
 * `observe.process` with real processes: clusters, leaks, ends, and ports that nobody listens on.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { compare } from '../../src/verdict/compare.js'
import { type Session, startSession } from './session.js'

const SERVICE = fileURLToPath(new URL('./busy-service.js', import.meta.url))

interface Options {
  /** CPU time in ms that each request takes. */
  readonly burnMs?: number
  /** The processes that answer; 0: one that answers itself. */
  readonly workers?: number
  /** Bytes that it keeps every 100 ms. */
  readonly leak?: number
  /** It ends after so many requests. */
  readonly endAfter?: number
}

interface Service {
  readonly child: ChildProcess
  readonly port: number
  readonly url: string
}

const children: ChildProcess[] = []
// Not after each test, because slow tests run side by side.
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

async function startService(options: Options): Promise<Service> {
  const child = fork(SERVICE, [JSON.stringify(options)], { execArgv: [] })
  children.push(child)
  const [port] = (await once(child, 'message')) as [number]
  return { child, port, url: `http://127.0.0.1:${port}` }
}

const SCENARIO = (process: string, load: string) => `
load: ${load}
observe: { process: ${process} }
requests: [{ name: home, get: / }]
`

/** Runs the scenario and returns its result and the summary. */
async function measure(
  scenario: string,
  ...args: string[]
): Promise<{ result: Result; session: Session; stdout: string }> {
  const session = startSession({ 's.yaml': scenario })
  const { stdout } = await session.perfctl(['run', 's.yaml', '--no-baseline', ...args])
  return { result: session.results().at(-1)!, session, stdout }
}

describe.runIf(process.platform === 'linux')(
  'the processes of both sides of a session',
  { concurrent: true },
  () => {
    const command = (burnMs: number) => `exec ${process.execPath} ${SERVICE} '${JSON.stringify({ burnMs })}'`
    const LOAD = `
load: { rate: 40/s, duration: 5s, warmup: 1s }
requests: [{ name: home, get: / }]
`

    test('are observed unasked if perfctl started them, each for itself', { timeout: 120_000 }, async () => {
      const session = startSession({ 's.yaml': LOAD })
      const args = ['--a-command', command(2), '--b-command', command(8), '--max-duration', '10s']
      await session.perfctl(['ab', 's.yaml', ...args], { PATH: process.env['PATH']! })
      const [a, b] = session.results()
      expect(a!.session?.side).toBe('a')
      expect(a!.target?.failures).toEqual([])
      // What the service does beside burning is its work, too, and more of it on a busy machine.
      expect(a!.target?.cpuPerRequest).toBeGreaterThan(1.9)
      expect(a!.target?.cpuPerRequest).toBeLessThan(6)
      expect(b!.target?.cpuPerRequest).toBeGreaterThan(7.9)
      // A side's own turns, and its requests, are half of the time.
      const sent = a!.target!.cpuWindows.reduce((sum, { requests }) => sum + requests, 0)
      expect(sent).toBeGreaterThan(0.8 * a!.totals.requests)
      expect(a!.target!.timeline.every(({ second }) => [0, 3].includes(second % 4))).toBe(true)
      const row = b!.comparison?.metrics.find(({ metric }) => metric === 'cpu_per_request')
      expect(row?.change).toBeGreaterThan(0.5)
      expect(row).toMatchObject({ request: null, decisive: false })
      // Files say the same as the session.
      const again = compare(a!, b!, { allowEnvironment: true })
      expect(again.metrics.find(({ metric }) => metric === 'cpu_per_request')).toEqual(row)
    })

    test('are found by the ports of the URLs', { timeout: 60_000 }, async () => {
      const [a, b] = [await startService({ burnMs: 1 }), await startService({ burnMs: 6 })]
      const session = startSession({ 's.yaml': `${LOAD}observe: { process: { port: ${a.port} } }\n` })
      await session.perfctl(['ab', 's.yaml', '--a', a.url, '--b', b.url, '--max-duration', '10s'])
      const [left, right] = session.results()
      expect(left!.target!.cpuPerRequest).toBeLessThan(right!.target!.cpuPerRequest!)
    })

    test('are not observed unasked if perfctl did not start them', { timeout: 60_000 }, async () => {
      const [a, b] = [await startService({}), await startService({})]
      const session = startSession({ 's.yaml': LOAD })
      await session.perfctl(['ab', 's.yaml', '--a', a.url, '--b', b.url, '--max-duration', '10s'])
      expect(session.results().map(({ target }) => target)).toEqual([undefined, undefined])
    })
  },
)

describe.runIf(process.platform === 'linux')('the processes of the service', () => {
  test('have the CPU time of each request, in a cluster, found by its port', async () => {
    const { url, port } = await startService({ burnMs: 10, workers: 2 })
    const load = '{ rate: 40/s, duration: 5s, warmup: 1s }'
    const { result, stdout } = await measure(SCENARIO(`{ port: ${port} }`, load), '-t', url)
    const { target, totals } = result
    expect(target?.failures).toEqual([])
    // What the service does beside burning is its work, too.
    expect(target?.cpuPerRequest).toBeGreaterThan(9.9)
    expect(target?.cpuPerRequest).toBeLessThan(12)
    expect(target?.cpuSeconds).toBeCloseTo((target!.cpuPerRequest! * totals.requests) / 1000, 3)
    // On a busy machine, a reading that is late is left out.
    const seconds = target!.timeline.map(({ second }) => second)
    expect(seconds.length).toBeGreaterThan(1)
    expect([0, 1, 2, 3, 4]).toEqual(expect.arrayContaining(seconds))
    expect(target?.memory?.isSum).toBe(true)
    expect(stdout).toMatch(/^service: CPU time per request [\d.]+ms; cores in use [\d.]+; memory/m)
  })

  test('have the memory that they leak', async () => {
    const { url, child } = await startService({ leak: 1e6 })
    const load = '{ rate: 20/s, duration: 5s }'
    const { result } = await measure(SCENARIO(`{ pid: ${child.pid} }`, load), '-t', url)
    const { first, last, max, growthPerMinute, isSum } = result.target!.memory!
    expect(last - first).toBeGreaterThan(20e6)
    expect(last - first).toBeLessThan(90e6)
    expect(max).toBe(last)
    expect({ growthPerMinute, isSum }).toEqual({ growthPerMinute: null, isSum: undefined })
  })

  test('may end in the middle, which the summary says', async () => {
    const { url, port } = await startService({ endAfter: 60 })
    const { result, stdout } = await measure(
      `${SCENARIO(`{ port: ${port} }`, '{ rate: 20/s, duration: 6s }')}thresholds: [cpu_per_request < 1s]\n`,
      ...['-t', url],
    )
    expect(result.target).toMatchObject({ cpuPerRequest: null, failures: [{ kind: 'ended' }] })
    expect(result.target?.timeline.length).toBeGreaterThan(0)
    expect(result.thresholds).toMatchObject([{ actual: null, passed: false }])
    expect(stdout.replace(/\n +/g, ' ')).toMatch(
      /note: CPU time and memory end early: the observed process ended \d s after/,
    )
  })

  test('of a port that nobody listens on are named in a note, and the run goes on', async () => {
    const { url, child } = await startService({})
    const load = '{ rate: 20/s, duration: 1s }'
    const { result, stdout } = await measure(SCENARIO('{ port: 9 }', load), '-t', url)
    expect(result.verdict).toBe('passed')
    expect(result.target).toMatchObject({
      cpuSeconds: null,
      memory: null,
      failures: [{ kind: 'no_process' }],
    })
    expect(stdout.replace(/\n +/g, ' ')).toContain('that listens on port 9 on this machine')
    expect(stdout).not.toContain('service: CPU')
    child.kill('SIGKILL')
  })

  test.each([
    ['auto, but perfctl did not start it', 'auto', 'not_started'],
    ['of perfctl itself', `{ pid: ${process.pid} }`, 'perfctl_itself'],
  ])('are not observed if they are %s', async (_, which, kind) => {
    const { url } = await startService({})
    const scenario = SCENARIO(which, '{ vus: 2, duration: 1s }')
    const { result } = await measure(scenario, '-t', url)
    expect(result.target?.failures.map((failure) => failure.kind)).toEqual([kind])
  })

  test('of several runs are joined, and those of the demo service found without a port', async () => {
    const { result, session } = await measure(
      SCENARIO('auto', '{ rate: 50/s, duration: 1s }'),
      ...['-t', 'demo', '--runs', '2', '--report', 'html', '--report', 'markdown'],
    )
    expect(result.target?.timeline.map(({ second }) => second)).toEqual([0, 1])
    expect(result.target?.cpuSeconds).toBeCloseTo((result.target!.cpuPerRequest! * 100) / 1000, 4)
    expect(session.read('s.html')).toContain('Cores used by the service')
    expect(session.read('s.md')).toContain('| CPU time per request |')
  })

  test('end a run that may use no more memory', async () => {
    const { url, port } = await startService({ leak: 2e6 })
    const { result } = await measure(
      `${SCENARIO(`{ port: ${port} }`, '{ rate: 20/s, duration: 20s }')}thresholds:
  - { limit: memory_max < 90MB, abort: true, after: 1s, minSamples: 1 }
  - { limit: memory_growth < 1MB/m, abort: true, after: 1s, minSamples: 1 }
`,
      ...['-t', url],
    )
    expect(result.stoppedBy).toBe('memory_max < 90MB')
    expect(result.durationSeconds).toBeLessThan(15)
  })
})
