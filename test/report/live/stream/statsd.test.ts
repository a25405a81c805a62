import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { pack } from '../../../../src/report/live/stream/datagrams.js'
import { nameWithTags } from '../../../../src/report/live/stream/dogstatsd.js'
import { openSink, parseStreamFlag } from '../../../../src/report/live/stream/index.js'
import { readFrame } from '../../../../src/report/live/stream/readings.js'
import { linesOf, type Naming, nameInParts } from '../../../../src/report/live/stream/statsd.js'
import { BUSY, HOSTILE, makeFrame, makeWorld, RUN } from './frames.js'

function write(frame: Parameters<typeof readFrame>[0], naming: Naming): string[] {
  return readFrame(frame, [['scenario', 'the shop']]).flatMap((reading) => linesOf(reading, naming))
}

const SECOND = makeFrame(
  { search: { latenciesMs: [3, 3, 3, 40], failures: [['status', 503]] } },
  { dropped: 0 },
)

test('StatsD gets scenario and request in the name, and equal latencies once with a sample rate', () => {
  expect(write(SECOND, nameInParts)).toEqual([
    'perfctl.the_shop.search.http_reqs:5|c',
    'perfctl.the_shop.search.http_req_failed:1|c',
    'perfctl.the_shop.search.http_req_errors.status:1|c',
    'perfctl.the_shop.search.http_responses.200:4|c',
    'perfctl.the_shop.search.http_responses.503:1|c',
    'perfctl.the_shop.search.http_req_duration:3.0005|ms|@0.333333333',
    'perfctl.the_shop.search.http_req_duration:40.0155|ms',
    'perfctl.the_shop.search.http_req_waiting:1.5|ms|@0.333333333',
    'perfctl.the_shop.search.http_req_waiting:20.0075|ms',
    'perfctl.the_shop.search.data_sent:500|c',
    'perfctl.the_shop.search.data_received:5000|c',
    'perfctl.the_shop.vus:5|g',
    'perfctl.the_shop.generator_busy:0.25|g',
    'perfctl.the_shop.generator_scheduling_lag:0.5|g',
  ])
})

test('DogStatsD gets labels as tags', () => {
  expect(write(SECOND, nameWithTags)).toEqual(
    expect.arrayContaining([
      'perfctl.http_reqs:5|c|#scenario:the_shop,name:search,phase:load',
      'perfctl.http_req_errors:1|c|#scenario:the_shop,name:search,phase:load,error:status',
      'perfctl.http_req_duration:3.0005|ms|@0.333333333|#scenario:the_shop,name:search,phase:load',
      'perfctl.vus:5|g|#scenario:the_shop',
    ]),
  )
})

test.each([
  ['StatsD', nameInParts, /^perfctl(\.[\w-]+)+:[\d.]+\|(c|g|ms)(\|@0\.\d+)?$/],
  [
    'DogStatsD',
    nameWithTags,
    /^perfctl\.\w+:[\d.]+\|(c|g|ms)(\|@0\.\d+)?\|#[^\s|#,:]+:[^\s|#,]+(,[^\s|#,:]+:[^\s|#,]+)*$/,
  ],
])('a hostile name breaks no line of %s', (_, naming, form) => {
  const lines = write(BUSY, naming)
  for (const line of lines) expect(line).toMatch(form)
  expect(lines.length).toBeGreaterThan(20)
})

test('the number of latencies is exact, however few lines they take', () => {
  const latenciesMs = Array.from({ length: 5000 }, (_, i) => 5 + i / 100)
  const lines = write(makeFrame({ a: { latenciesMs } }), nameInParts).filter((line) =>
    line.includes('http_req_duration'),
  )
  const told = lines
    .map((line) => Number(/@([\d.]+)/.exec(line)?.[1] ?? 1))
    .map((rate) => Math.round(1 / rate))
  expect(told.reduce((a, b) => a + b)).toBe(5000)
  expect(lines.length).toBeLessThan(100)
})

describe('datagrams', () => {
  test.each([
    [['aaa', 'bbb', 'ccc'], 7, ['aaa\nbbb', 'ccc']],
    [['aaa', 'bbb', 'ccc'], 6, ['aaa', 'bbb', 'ccc']],
    [['aaa', 'bbb', 'ccc'], 11, ['aaa\nbbb\nccc']],
    [['too long for one', 'b'], 5, ['too long for one', 'b']],
    [['éé', 'b'], 5, ['éé', 'b']],
    [[], 5, []],
  ])('the lines %j are packed into %i bytes as %j', (lines, bytes, packed) => {
    expect(pack(lines, bytes)).toEqual(packed)
  })

  test('reach a listener', async () => {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { port } = socket.address() as AddressInfo
    const heard: string[] = []
    socket.on('message', (message) => heard.push(...message.toString().split('\n')))
    const world = makeWorld()
    const watcher = await openSink(parseStreamFlag(`statsd=127.0.0.1:${port}`), world)
    watcher.open(RUN)
    watcher.frame(BUSY)
    watcher.done(null)
    await watcher.close()
    await vi.waitFor(() => expect(heard).toContain('perfctl.shop.vus:0|g'))
    expect(heard).toContain('perfctl.shop.search.http_reqs:4|c')
    expect(world.notices).toEqual([])
    socket.close()
  })

  test('without a listener are reported once', async () => {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { port } = socket.address() as AddressInfo
    await new Promise<void>((resolve) => socket.close(() => resolve()))
    const world = makeWorld()
    const watcher = await openSink(parseStreamFlag(`dogstatsd=127.0.0.1:${port}`), world)
    watcher.open(RUN)
    await vi.waitFor(() => {
      watcher.frame(BUSY)
      expect(world.notices).not.toEqual([])
    })
    for (let i = 0; i < 5; i++) watcher.frame(BUSY)
    await watcher.close()
    expect(world.notices).toEqual([
      expect.stringMatching(
        /^warning: --stream dogstatsd=127\.0\.0\.1:\d+: .*ECONNREFUSED; the load continues without it$/,
      ),
    ])
  })

  test('for a host that does not exist are reported once', async () => {
    const world = makeWorld()
    const watcher = await openSink(parseStreamFlag('statsd=no-such-machine.invalid:8125'), world)
    watcher.open(RUN)
    watcher.frame(BUSY)
    await watcher.close()
    expect(world.notices).toEqual([expect.stringContaining('no-such-machine.invalid')])
  })
})

test('a name without a letter is still a name', () => {
  expect(nameInParts('vus', [['scenario', '检索']])[0]).toBe('perfctl._.vus')
  expect(nameInParts('http_reqs', [['name', HOSTILE]])[0]).toMatch(/^perfctl\.[\w-]+\.http_reqs$/)
})
