import { expect, test } from 'vitest'
import { openSink, parseStreamFlag } from '../../../../src/report/live/stream/index.js'
import { METRICS } from '../../../../src/report/live/stream/metrics.js'
import { readFrame } from '../../../../src/report/live/stream/readings.js'
import { makeEncoder } from '../../../../src/report/live/stream/remote-write.js'
import { Totals } from '../../../../src/report/live/stream/totals.js'
import { BUSY, HOSTILE, makeFrame, makeWorld, RUN } from './frames.js'
import { startReceiver } from './receiver.js'
import { readWrite, uncompress, type WrittenSeries } from './remote-write-reader.js'

function labelOf({ labels }: WrittenSeries, name: string): string | undefined {
  return labels.find(([label]) => label === name)?.[1]
}

test('a second has all series, with sorted labels, value and time', () => {
  const totals = new Totals()
  totals.add(readFrame(BUSY, [['scenario', 'shop']]))
  const { series, metadata } = readWrite(Buffer.from(makeEncoder()(totals.list(), 1_767_225_600_123, false)))
  expect(metadata).toEqual([])
  expect(series[0]).toEqual({
    labels: [
      ['__name__', 'perfctl_http_reqs_total'],
      ['name', 'search'],
      ['phase', 'load'],
      ['scenario', 'shop'],
    ],
    samples: [{ value: 4, timestampMs: 1_767_225_600_123 }],
  })
  for (const { labels } of series) {
    const names = labels.map(([name]) => name)
    expect(names).toEqual([...new Set(names)].sort())
  }
  const keys = series.map(({ labels }) => JSON.stringify(labels))
  expect(new Set(keys).size).toBe(keys.length)
  const hostile = series.filter((one) => labelOf(one, 'name') === HOSTILE)
  expect(labelOf(hostile[0]!, '__name__')).toBe('perfctl_http_reqs_total')
  const lateness = series.find(
    (one) => labelOf(one, '__name__') === 'perfctl_generator_scheduling_lag_seconds',
  )
  expect(lateness!.samples[0]!.value).toBe(0.0005)
})

test('a histogram has cumulative buckets', () => {
  const totals = new Totals()
  totals.add(readFrame(makeFrame({ a: { latenciesMs: [2, 3, 3, 40] } }), []))
  const { series } = readWrite(Buffer.from(makeEncoder()(totals.list(), 1, false)))
  const buckets = series.filter(
    (one) => labelOf(one, '__name__') === 'perfctl_http_req_duration_seconds_bucket',
  )
  const shown = Object.fromEntries(buckets.map((one) => [labelOf(one, 'le'), one.samples[0]!.value]))
  expect(shown).toMatchObject({ '0.0016': 0, '0.002': 1, '0.0032': 3, '0.04': 4, '63': 4, '+Inf': 4 })
})

test('posts follow the specification; the first has metadata', async () => {
  const receiver = await startReceiver()
  const world = makeWorld({ PERFCTL_STREAM_HEADERS: 'x-scope-orgid=team%20a,Authorization=Bearer%20abc' })
  const url = `${receiver.url}/api/v1/write`
  const watcher = await openSink(parseStreamFlag(`remote-write=${url}`), world)
  watcher.open(RUN)
  watcher.frame(BUSY)
  watcher.frame(BUSY)
  watcher.done(null)
  await watcher.close()
  expect(world.notices).toEqual([])
  expect(receiver.posts.map(({ path }) => path)).toEqual(Array(3).fill('/api/v1/write'))
  expect(receiver.posts[0]!.headers).toMatchObject({
    'content-type': 'application/x-protobuf',
    'content-encoding': 'snappy',
    'x-prometheus-remote-write-version': '0.1.0',
    'user-agent': expect.stringMatching(/^perfctl\/\d/),
    'x-scope-orgid': 'team a',
    authorization: 'Bearer abc',
  })
  const writes = receiver.posts.map(({ body }) => readWrite(uncompress(body)))
  expect(writes.map(({ metadata }) => metadata.length)).toEqual([Object.keys(METRICS).length, 0, 0])
  expect(writes[0]!.metadata[0]).toEqual({
    type: 1,
    name: 'perfctl_http_reqs_total',
    help: 'Completed requests, successful or failed.',
    unit: '',
  })
  expect(writes.map(({ series }) => series[0]!.samples[0]!.value)).toEqual([4, 8, 8])
  const times = writes.map(({ series }) => series[0]!.samples[0]!.timestampMs)
  expect(new Set(times).size).toBe(3)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})
