/**
 * `observe.metrics` with a real exporter: figures, thresholds, reports, failures, sides of an A/B session.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { type Session, startSession } from './session.js'

interface Service {
  readonly url: string
  /** How many times the page was read. */
  readonly scrapes: () => number
}

const servers: Server[] = []
// Not after each test, because slow tests run side by side.
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

/** A service that counts its requests. `page` may change its page of metrics; null: it doesn't answer. */
async function startService(page: (text: string) => string | null = (text) => text): Promise<Service> {
  let [requests, scrapes] = [0, 0]
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/metrics') !== true) {
      requests++
      response.end('ok')
      return
    }
    scrapes++
    const text = page(
      [
        `http_requests_total{code="200"} ${requests}`,
        `db_seconds_sum ${requests * 0.0125}`,
        `db_seconds_count ${requests}`,
        'heap_bytes 245e6',
        '',
      ].join('\n'),
    )
    if (text !== null) response.end(text)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  servers.push(server)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, scrapes: () => scrapes }
}

const METRICS = `
observe:
  metrics:
    url: /metrics
    take:
      heap: heap_bytes
      rps: rate(http_requests_total)
      db: rate(db_seconds_sum) / rate(db_seconds_count)
`
const REQUESTS = 'requests: [{ name: home, get: / }]\n'

/** Runs the scenario and returns its result and what was printed. */
async function measure(
  scenario: string,
  ...args: string[]
): Promise<{ result: Result; session: Session; code: number; stdout: string; stderr: string }> {
  const session = startSession({ 's.yaml': scenario })
  const outcome = await session.perfctl(['run', 's.yaml', '--no-baseline', ...args])
  return { ...outcome, result: session.results().at(-1)!, session }
}

describe('the metrics of the service', () => {
  test('are near the truth, in thresholds and in every report', async () => {
    const { url, scrapes } = await startService()
    const formats = ['html', 'markdown', 'csv', 'junit', 'json'].flatMap((format) => ['--report', format])
    const { result, code, stdout, session } = await measure(
      `load: { rate: 200/s, duration: 4s, warmup: 1s }
${METRICS}${REQUESTS}
thresholds: [metrics.heap.max < 300MB, metrics.db.mean < 20ms, metrics.rps.mean > 150/s, metrics.rps.last < 1/s]
`,
      ...['-t', url, '--stream', 'ndjson=live.ndjson', ...formats],
    )
    expect(code).toBe(1)
    const { metrics, timeline, failures, cpuSeconds, memory } = result.target!
    expect({ failures, cpuSeconds, memory }).toEqual({ failures: [], cpuSeconds: null, memory: null })
    expect(metrics!['heap']).toEqual({ mean: 245e6, min: 245e6, max: 245e6, last: 245e6, unit: 'bytes' })
    expect(metrics!['db']!.mean).toBeCloseTo(0.0125, 6)
    expect(Math.abs(metrics!['rps']!.mean / 200 - 1)).toBeLessThan(0.05)
    // One before the load and one at its start, and one at the end of each second, unless the machine is busy.
    expect(scrapes()).toBeLessThanOrEqual(7)
    expect(timeline.length).toBeGreaterThan(1)
    for (const { second, cpu, metrics: values } of timeline) {
      expect([0, 1, 2, 3]).toContain(second)
      expect(cpu).toBe(null)
      expect(values!['heap']).toBe(245e6)
    }
    expect(result.thresholds.map(({ passed, unit }) => [passed, unit])).toEqual([
      [true, 'bytes'],
      [true, 'seconds'],
      [true, 'perSecond'],
      [false, 'perSecond'],
    ])
    expect(stdout).toMatch(/^metrics\.db\.mean < 20ms +12\.5ms +✓ met$/m)
    expect(stdout).toMatch(/^heap +245MB +245MB +245MB +245MB$/m)
    expect(session.read('s.html')).toContain('Metrics of the service')
    expect(session.read('s.md')).toContain('| heap | 245MB | 245MB | 245MB | 245MB |')
    expect(session.read('s.csv')).toMatch(
      /^s,heap,service metric,,.*245000000,245000000,245000000,245000000,,\r$/m,
    )
    expect(session.read('s.xml')).toMatch(/metrics\.rps\.last &#60; 1\/s[\s\S]*not met: measured \d+\/s/)
    const seconds = session
      .read('live.ndjson')
      .split('\n')
      .filter((line) => line.includes('"heap":245000000'))
    expect(seconds.length).toBeGreaterThan(0)
  })

  test('that a source does not give leave the run green, and a threshold on them red', async () => {
    const { url } = await startService(() => '<html>Log in</html>')
    const load = 'load: { rate: 50/s, duration: 2s }\n'
    const { result, code, stdout } = await measure(`${load}${METRICS}${REQUESTS}`, '-t', url)
    expect([code, result.verdict]).toEqual([0, 'passed'])
    expect(result.target).toMatchObject({
      metrics: { heap: null, rps: null, db: null },
      timeline: [],
      failures: [{ kind: 'format', source: 'metrics', scrapes: { failed: expect.any(Number) } }],
    })
    expect(stdout.replace(/\n +/g, ' ')).toContain(
      'scrapes failed: not metrics in the Prometheus text format: "<html>Log in</html>"',
    )
    // Unless the machine is busy, three.
    expect(stdout).toMatch(/^note: metrics of the service: ([23]) of \1 scrapes failed/m)
    const limited = await measure(
      `${load}${METRICS}${REQUESTS}thresholds: [{ limit: metrics.heap.max < 300MB, abort: true, after: 1s, minSamples: 1 }]\n`,
      ...['-t', url],
    )
    expect(limited.code).toBe(1)
    expect(limited.result).toMatchObject({ stoppedBy: null, thresholds: [{ actual: null, passed: false }] })
    expect(limited.stdout).toContain('no data')
  })

  test('of a source that hangs do not delay the load, nor its end by more than a moment', async () => {
    const { url } = await startService(() => null)
    const began = performance.now()
    const { result } = await measure(`load: { rate: 100/s, duration: 3s }\n${METRICS}${REQUESTS}`, '-t', url)
    expect(performance.now() - began).toBeLessThan(15_000)
    expect(result.totals.requests).toBe(300)
    expect(result.target?.failures).toMatchObject([{ kind: 'timeout' }])
  })

  test('end a run that may use no more', async () => {
    const { url } = await startService()
    const { result } = await measure(
      `load: { rate: 50/s, duration: 20s }
${METRICS}${REQUESTS}
thresholds: [{ limit: metrics.heap.max < 200MB, abort: true, after: 1s, minSamples: 1 }]
`,
      ...['-t', url],
    )
    expect(result.stoppedBy).toBe('metrics.heap.max < 200MB')
    expect(result.durationSeconds).toBeLessThan(15)
  })

  test('of several runs are joined', async () => {
    const { url } = await startService()
    const { result } = await measure(
      `load: { rate: 100/s, duration: 1s }\n${METRICS}${REQUESTS}`,
      ...['-t', url, '--runs', '2'],
    )
    const { metrics, timeline } = result.target!
    expect(timeline.map(({ second }) => second)).toEqual([0, 1])
    expect(metrics!['heap']!.mean).toBe(245e6)
  })

  test('are read by no shard, which says so', async () => {
    const { url, scrapes } = await startService()
    const { result, stdout } = await measure(
      `load: { rate: 50/s, duration: 1s }\n${METRICS}${REQUESTS}`,
      ...['-t', url, '--shard', '1/2', '--seed', '1'],
    )
    expect(scrapes()).toBe(0)
    expect(result.target?.failures).toMatchObject([{ kind: 'shard', source: 'metrics' }])
    expect(stdout.replace(/\n +/g, ' ')).toContain('a shard does not read metrics')
  })
})

describe.concurrent('the metrics of the services of an A/B session', () => {
  const start = async () =>
    [await startService(), await startService((text) => text.replace('245e6', '999e6'))] as const

  /** Measures both, and returns what was seen of each; the sides take turns: a b b a. */
  async function measureBoth(a: Service, b: Service, metrics: string) {
    const session = startSession({ 's.yaml': `load: { rate: 50/s, duration: 5s }\n${metrics}${REQUESTS}` })
    await session.perfctl(['ab', 's.yaml', '--a', a.url, '--b', b.url, '--max-duration', '10s'])
    const [ofA, ofB] = session.results().map(({ target }) => target!)
    expect(ofA!.timeline.every(({ second }) => [0, 3].includes(second % 4))).toBe(true)
    expect(ofB!.timeline.every(({ second }) => [1, 2].includes(second % 4))).toBe(true)
    return [ofA!, ofB!] as const
  }

  function expectSound({ timeline, metrics }: NonNullable<Result['target']>) {
    expect(timeline.length).toBeGreaterThan(2)
    expect(metrics!['rps']!.mean).toBeGreaterThan(35)
  }

  test('are those of each side if they are named by a path', async () => {
    const [a, b] = await start()
    const [ofA, ofB] = await measureBoth(a, b, METRICS)
    expect([ofA, ofB].map(({ metrics }) => metrics!['heap']!.mean)).toEqual([245e6, 999e6])
    expectSound(ofA)
    expectSound(ofB)
  })

  test('are read once for both if they are named by a URL', async () => {
    const [a, b] = await start()
    const [ofA, ofB] = await measureBoth(a, b, METRICS.replace('url: /metrics', `url: '${a.url}/metrics'`))
    expect([ofA, ofB].map(({ metrics }) => metrics!['heap']!.mean)).toEqual([245e6, 245e6])
    expect(b.scrapes()).toBe(0)
    expectSound(ofA)
  })
})
