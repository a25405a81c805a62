import { describe, expect, test } from 'vitest'
import { startReceiver } from '../report/live/stream/receiver.js'
import { startSession } from './session.js'
import { answerAfter, findFreeUrl, startTarget } from './target.js'

const scenario = (url: string) => `
name: shop
target: ${url}
load: { warmup: 1s, vus: 2, duration: 2s, thinkTime: 5ms }
requests:
  - { name: list, get: /list }
  - { name: gone, get: /gone }
  - name: buy
    steps:
      - { name: search, get: /search }
      - { name: order, post: /order }
thresholds: ["gone: error_rate >= 100%"]
`

async function startShop() {
  const target = await startTarget((request, response) => {
    response.statusCode = request.url === '/gone' ? 404 : 200
    response.end('fine')
  })
  return startSession({ 'shop.yaml': scenario(target.url) })
}

describe.concurrent('metrics streamed while a scenario runs', () => {
  test('add up to the figures of the result, and a missing sink is no failure', async () => {
    const receiver = await startReceiver((response) => response.end('{}'))
    const session = await startShop()
    const dead = await findFreeUrl()
    const streams = [`otlp=${receiver.url}`, 'ndjson=out/a.ndjson', `remote-write=${dead}`, 'prometheus=:0']
    const { code, stderr } = await session.perfctl([
      'run',
      'shop.yaml',
      ...streams.flatMap((stream) => ['--stream', stream]),
    ])
    expect(code).toBe(0)
    expect(stderr.match(/^warning: .*$/gm)).toEqual([
      expect.stringMatching(
        /^warning: --stream remote-write=127\.0\.0\.1:\d+: .*; the load continues without it$/,
      ),
    ])
    expect(stderr).toMatch(/^metrics for Prometheus: http:\/\/127\.0\.0\.1:\d+\/metrics$/m)

    const { totals, requests, timeline, verdict } = session.results()[0]!
    const last = JSON.parse(receiver.posts.at(-1)!.body.toString())
    const { metrics } = last.resourceMetrics[0].scopeMetrics[0]
    const sum = (name: string, labels: Readonly<Record<string, string>>) =>
      sumOf(metrics, `perfctl.${name}`, { phase: 'load', ...labels })
    for (const { name, kind, ...request } of requests) {
      if (kind === 'journey') {
        expect(sum('journeys', { name })).toBe(request.requests)
        expect(sum('journey_duration', { name })).toBe(request.latency.count)
        continue
      }
      expect(sum('http_reqs', { name })).toBe(request.requests)
      expect(sum('http_req_failed', { name })).toBe(request.failed)
      expect(sum('http_req_duration', { name })).toBe(request.latency.count)
    }
    expect(sum('http_reqs', {})).toBe(totals.requests)
    expect(sum('journeys', {})).toBeGreaterThan(0)
    expect(sum('http_req_errors', { error: 'status' })).toBe(totals.failed)
    expect(sum('http_responses', { status: '404' })).toBe(totals.statuses[404])
    expect(sum('data_received', {})).toBe(totals.bytesReceived)
    expect(sum('http_reqs', { phase: 'warm-up' })).toBeGreaterThan(0)

    const lines = session.read('out/a.ndjson').trimEnd().split('\n')
    const written = lines.map((line) => JSON.parse(line))
    expect(written[0].type).toBe('run')
    expect(written.at(-1)).toMatchObject({ type: 'end', verdict, requests: totals.requests })
    const seconds = written.filter(({ type, phase }) => type === 'second' && phase !== 'warm-up')
    expect(seconds.map((second) => [second.requests, second.latency.p95])).toEqual(
      timeline.map((second) => [second.requests, second.p95]),
    )
  })

  test('have stdout to themselves', async () => {
    const session = await startShop()
    const { code, stdout } = await session.perfctl(['run', 'shop.yaml', '--stream', 'ndjson'])
    expect(code).toBe(0)
    const types = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).type)
    expect(types).toEqual(['run', 'second', 'second', 'second', 'end'])
  })

  test.each([
    [
      ['--stream', 'ndjson', '--stream', 'influx=-'],
      '--stream ndjson and --stream influx=-: all of them write to stdout',
    ],
    [
      ['--stream', 'ndjson=-', '--report', 'json=-'],
      '--stream ndjson=- and --report json=-: all of them write to stdout',
    ],
    [['--stream', 'nats', '--stream', 'otlp=x'], '--stream: unknown sink "nats"'],
    [['--stream', 'nats', '--stream', 'otlp=x'], '--stream otlp=x: not a valid address'],
  ])('%j is refused before anything is sent', async (flags, message) => {
    const target = await startTarget(answerAfter(0))
    const session = startSession({ 'shop.yaml': scenario(target.url) })
    const { code, stderr } = await session.perfctl(['run', 'shop.yaml', ...flags])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(target.seen.counts).toEqual({})
  })
})

interface Metric {
  readonly name: string
  readonly [kind: string]: unknown
}

/** The sum of the points of a metric with those labels. */
function sumOf(metrics: readonly Metric[], name: string, labels: Readonly<Record<string, string>>): number {
  const metric = metrics.find((one) => one.name === name) as unknown as Record<
    'sum' | 'histogram',
    {
      dataPoints: {
        attributes: { key: string; value: { stringValue: string } }[]
        asInt?: string
        count?: string
      }[]
    }
  >
  const { dataPoints } = metric.sum ?? metric.histogram
  return dataPoints
    .filter(({ attributes }) =>
      Object.entries(labels).every(([label, value]) =>
        attributes.some((attribute) => attribute.key === label && attribute.value.stringValue === value),
      ),
    )
    .reduce((total, { asInt, count }) => total + Number(asInt ?? count), 0)
}
