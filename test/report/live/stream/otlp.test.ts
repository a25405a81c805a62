import { expect, test } from 'vitest'
import { openSink, parseStreamFlag } from '../../../../src/report/live/stream/index.js'
import { METRICS } from '../../../../src/report/live/stream/metrics.js'
import { BUSY, HOSTILE, JOURNEY, makeWorld, OBSERVED, RUN } from './frames.js'
import { startReceiver } from './receiver.js'

/** The parts of an ExportMetricsServiceRequest that the tests read. */
interface Point {
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[]
  readonly startTimeUnixNano: string
  readonly timeUnixNano: string
  readonly asInt?: string
  readonly asDouble?: number
  readonly count?: string
  readonly sum?: number
  readonly bucketCounts?: readonly string[]
  readonly explicitBounds?: readonly number[]
}

interface Metric {
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly sum?: { aggregationTemporality: number; isMonotonic: boolean; dataPoints: readonly Point[] }
  readonly histogram?: { aggregationTemporality: number; dataPoints: readonly Point[] }
  readonly gauge?: { dataPoints: readonly Point[] }
}

async function send(
  flag: (url: string) => string,
  env: Readonly<Record<string, string>> = {},
  frames = [BUSY, BUSY],
) {
  const receiver = await startReceiver((response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
  )
  const world = makeWorld(env)
  const watcher = await openSink(parseStreamFlag(flag(receiver.url)), world)
  watcher.open(RUN)
  for (const frame of frames) watcher.frame(frame)
  await watcher.close()
  expect(world.notices).toEqual([])
  return receiver.posts
}

test.each([
  ['a collector', (url: string) => `otlp=${url}`, '/v1/metrics'],
  ['a collector with a slash', (url: string) => `otlp=${url}/`, '/v1/metrics'],
  ['a base path', (url: string) => `otlp=${url}/otlp`, '/otlp/v1/metrics'],
  ['a full path', (url: string) => `otlp=${url}/api/v1/otlp/v1/metrics`, '/api/v1/otlp/v1/metrics'],
])('%s gets posts at the metrics path', async (_, flag, path) => {
  const posts = await send(flag)
  expect(posts.map((post) => post.path)).toEqual([path, path])
})

test('every metric is sent with unit and description', async () => {
  const posts = await send((url) => `otlp=${url}`, {}, [BUSY, OBSERVED, JOURNEY])
  const { resourceMetrics } = JSON.parse(posts[2]!.body.toString())
  const { metrics } = resourceMetrics[0].scopeMetrics[0] as { metrics: Metric[] }
  const declared = Object.values(METRICS).map(({ id, unit, help }) => [`perfctl.${id}`, unit, help])
  expect(metrics.map(({ name, unit, description }) => [name, unit, description]).toSorted()).toEqual(
    declared.toSorted(),
  )
})

test('a request is OTLP JSON, cumulative from one start time', async () => {
  const posts = await send((url) => `otlp=${url}`, { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b' })
  expect(posts[0]!.headers).toMatchObject({ 'content-type': 'application/json', 'api-key': 'a b' })
  const { resourceMetrics } = JSON.parse(posts[1]!.body.toString())
  expect(resourceMetrics).toHaveLength(1)
  expect(resourceMetrics[0].resource.attributes[0]).toEqual({
    key: 'service.name',
    value: { stringValue: 'perfctl' },
  })
  const [{ scope, metrics }] = resourceMetrics[0].scopeMetrics as [{ scope: object; metrics: Metric[] }]
  expect(scope).toMatchObject({ name: 'perfctl' })
  const data = Object.fromEntries(metrics.map((metric) => [metric.name, metric]))
  expect(data['perfctl.http_reqs']!.sum).toMatchObject({ aggregationTemporality: 2, isMonotonic: true })
  const [search, hostile] = data['perfctl.http_reqs']!.sum!.dataPoints
  expect(search!.asInt).toBe('8')
  expect(Object.fromEntries(hostile!.attributes.map(({ key, value }) => [key, value.stringValue]))).toEqual({
    scenario: 'shop',
    name: HOSTILE,
    phase: 'load',
  })
  expect(data['perfctl.vus']!.gauge!.dataPoints[0]!.asDouble).toBe(5)
  expect(data['perfctl.generator_scheduling_lag']!.gauge!.dataPoints[0]!.asDouble).toBe(0.0005)

  const { aggregationTemporality, dataPoints } = data['perfctl.http_req_duration']!.histogram!
  expect(aggregationTemporality).toBe(2)
  const [point] = dataPoints
  expect(point!.count).toBe('8')
  expect(point!.sum).toBeCloseTo(0.096, 4)
  expect(point!.bucketCounts).toHaveLength(point!.explicitBounds!.length + 1)
  const filled = point!.explicitBounds!.flatMap((bound, i) =>
    point!.bucketCounts![i] === '0' ? [] : [[bound, point!.bucketCounts![i]]],
  )
  expect(filled).toEqual([
    [0.002, '2'],
    [0.0032, '4'],
    [0.04, '2'],
  ])

  const first = (body: Buffer): Point =>
    JSON.parse(body.toString()).resourceMetrics[0].scopeMetrics[0].metrics[0].sum.dataPoints[0]
  const [a, b] = posts.map(({ body }) => first(body))
  expect(a!.startTimeUnixNano).toBe(b!.startTimeUnixNano)
  expect(a!.startTimeUnixNano).toMatch(/^\d{19}$/)
  expect(BigInt(b!.timeUnixNano)).toBeGreaterThan(BigInt(a!.timeUnixNano))
  expect(BigInt(a!.timeUnixNano)).toBeGreaterThan(BigInt(a!.startTimeUnixNano))
})
