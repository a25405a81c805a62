import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openSink, parseStreamFlag } from '../../../../src/report/live/stream/index.js'
import { renderLines } from '../../../../src/report/live/stream/line-protocol.js'
import { readFrame } from '../../../../src/report/live/stream/readings.js'
import { BUSY, HOSTILE, makeFrame, makeWorld, RUN } from './frames.js'
import { startReceiver } from './receiver.js'

interface Line {
  readonly measurement: string
  readonly tags: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, string>>
  readonly time: string
}

/** Parses a line as InfluxDB does: a backslash escapes a comma, a space or an equals sign. */
function readLine(line: string): Line {
  const parts = splitAt(line, ' ')
  expect(parts, line).toHaveLength(3)
  const [measurement, ...tags] = splitAt(parts[0]!, ',')
  const pairs = (texts: readonly string[]) =>
    Object.fromEntries(
      texts.map((text) => {
        const pair = splitAt(text, '=')
        expect(pair, line).toHaveLength(2)
        expect(pair.every((part) => part !== '')).toBe(true)
        return pair.map((part) => part.replace(/\\([,= ])/g, '$1'))
      }),
    )
  const fields = pairs(splitAt(parts[1]!, ','))
  for (const value of Object.values(fields)) expect(value).toMatch(/^-?\d+(\.\d+)?(e-?\d+)?i?$/)
  return { measurement: measurement!, tags: pairs(tags), fields, time: parts[2]! }
}

function splitAt(text: string, separator: string): string[] {
  return text.match(new RegExp(`(?:\\\\.|[^\\\\${separator}])+`, 'g')) ?? []
}

test('a second is a line per metric: increments, and exact percentiles in ms', () => {
  const frame = makeFrame({ search: { latenciesMs: [2, 3, 3, 40] } })
  const lines = renderLines(readFrame(frame, [['scenario', 'shop']]), 1_767_225_600_123).map(readLine)
  expect(new Set(lines.map(({ time }) => time))).toEqual(new Set(['1767225600123000000']))
  const tags = { scenario: 'shop', name: 'search', phase: 'load' }
  expect(lines[0]).toMatchObject({ measurement: 'perfctl_http_reqs', tags, fields: { value: '4i' } })
  const duration = lines.find(({ measurement }) => measurement === 'perfctl_http_req_duration')
  expect(duration).toMatchObject({
    tags,
    fields: { count: '4i', min: '2', p50: '3.001', p90: '40.031', p99: '40.031', max: '40.031' },
  })
  expect(Number(duration!.fields['mean'])).toBeCloseTo(12, 1)
  expect(lines.find(({ measurement }) => measurement === 'perfctl_vus')!.fields).toEqual({ value: '5' })
})

test('a request without a response has no latency', () => {
  const frame = makeFrame({ a: { failures: [['timeout', 0]] } })
  const lines = renderLines(readFrame(frame, []), 1).map(readLine)
  expect(lines.map(({ measurement }) => measurement)).not.toContain('perfctl_http_req_duration')
})

test.each([
  ['a,b=c d', 'a,b=c d'],
  ['ends with \\', 'ends with /'],
  ['two\nlines', 'two/nlines'],
  ['"quoted"', '"quoted"'],
])('the name %j is written as the tag %j, on its line', (name, tag) => {
  const [line] = renderLines(readFrame(makeFrame({ [name]: {} }), []), 1)
  expect(readLine(line!).tags['name']).toBe(tag)
})

test('every line with a hostile name can be parsed', () => {
  const lines = renderLines(readFrame(BUSY, [['scenario', HOSTILE]]), 1)
  expect(lines.map(readLine)).toHaveLength(lines.length)
})

test.each([
  ['/mydb', '/write?db=mydb'],
  ['/my%20db+', '/write?db=my+db%2B'],
  ['/write?db=x&precision=s', '/write?db=x'],
  ['/api/v2/write?org=a&bucket=b', '/api/v2/write?org=a&bucket=b'],
  ['/api/v3/write_lp?db=x', '/api/v3/write_lp?db=x'],
])('lines for %s are posted to %s', async (path, wanted) => {
  const receiver = await startReceiver()
  const world = makeWorld({ INFLUX_TOKEN: 'abc' })
  const watcher = await openSink(parseStreamFlag(`influx=${receiver.url}${path}`), world)
  watcher.open(RUN)
  watcher.frame(BUSY)
  await watcher.close()
  expect(world.notices).toEqual([])
  expect(receiver.posts[0]).toMatchObject({ path: wanted, headers: { authorization: 'Token abc' } })
  expect(receiver.posts[0]!.body.toString().trimEnd().split('\n').map(readLine).length).toBeGreaterThan(10)
})

test('a user and a password in the URL become a header', async () => {
  const receiver = await startReceiver()
  const url = receiver.url.replace('//', '//me:p%40ss@')
  const watcher = await openSink(parseStreamFlag(`influx=${url}/db`), makeWorld())
  watcher.open(RUN)
  watcher.frame(BUSY)
  await watcher.close()
  expect(receiver.posts[0]!.headers.authorization).toBe(`Basic ${btoa('me:p@ss')}`)
})

test('complete lines go to a UDP listener', async () => {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const datagrams: string[] = []
  socket.on('message', (message) => datagrams.push(message.toString()))
  const { port } = socket.address() as AddressInfo
  const watcher = await openSink(parseStreamFlag(`influx=udp://127.0.0.1:${port}`), makeWorld())
  watcher.open(RUN)
  watcher.frame(BUSY)
  await watcher.close()
  await vi.waitFor(() => expect(datagrams.join('\n')).toContain('perfctl_generator_scheduling_lag'))
  expect(datagrams.every((text) => Buffer.byteLength(text) <= 1432)).toBe(true)
  for (const line of datagrams.join('\n').split('\n')) readLine(line)
  socket.close()
})

test('lines go to a file, and its directory is created', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'perfctl-'))
  const watcher = await openSink(parseStreamFlag('influx=a/b.lp'), makeWorld({}, cwd))
  watcher.open(RUN)
  watcher.frame(BUSY)
  watcher.frame(BUSY)
  await watcher.close()
  const lines = readFileSync(join(cwd, 'a/b.lp'), 'utf8').trimEnd().split('\n').map(readLine)
  expect(lines.filter(({ measurement }) => measurement === 'perfctl_vus')).toHaveLength(2)
  rmSync(cwd, { recursive: true })
})
