/**
 * Endless responses: whatever a service sends, a load ends in time and its memory doesn't grow.
 */
import type { Duplex } from 'node:stream'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Ask, Fault } from './ask.js'
import { type ChildEnd, runChild } from './child.js'
import { GOOD } from './http1-faults.js'
import { data, frame, ping, rst, type StreamAsk, settings } from './http2.js'
import { GOOD_STREAM } from './http2-faults.js'
import { type ServiceOptions, startService } from './service.js'
import type { Yaml } from './unleash.js'

const GRACEFUL_STOP_MS = 1000
const LOAD: Yaml = { vus: 8, duration: '4s', gracefulStop: `${GRACEFUL_STOP_MS}ms` }
/** Time to end a thread on a busy machine. */
const OVERTIME_MS = 2000
/** Extra memory of a load: socket buffers, and garbage not yet collected. */
const BEYOND_MAX = 60_000_000

let usual = 0
beforeAll(async () => {
  const ends = [await send({ http1: () => GOOD }), await send({ http2: () => GOOD_STREAM }, { http2: true })]
  usual = Math.max(...ends.map(mostOf))
}, 60_000)

async function send(
  options: ServiceOptions,
  http: Yaml = {},
  request: Yaml = {},
  load = LOAD,
): Promise<ChildEnd> {
  const service = await startService(options)
  const scenario = {
    target: `http://127.0.0.1:${service.port}`,
    load,
    http: { timeout: '500ms', ...http },
    requests: [{ name: 'get', get: '/r/{{ iteration() }}', ...request }],
  }
  const end = await runChild([scenario], { mostMs: 50_000 })
  await service.stop()
  return end
}

function mostOf({ samples }: ChildEnd): number {
  return Math.max(...samples)
}

/** What must hold for every run. */
function expectSound(end: ChildEnd, beyond = BEYOND_MAX): void {
  expect(end.stderr).toBe('')
  expect(end.surprises).toEqual([])
  expect(end.code).toBe(0)
  const [outcome] = end.outcomes
  expect(outcome!.message).toBeUndefined()
  expect(outcome!.error).toBeNull()
  const { totals } = outcome!
  expect(totals!.requests + totals!.unfinished).toBeGreaterThan(0)
  expect(end.outcomes[0]!.overtimeMs).toBeLessThan(GRACEFUL_STOP_MS + 1000 + OVERTIME_MS)
  expect(end.exitMs).toBeLessThan(2000)
  expect((mostOf(end) - usual) / 1e6).toBeLessThan(beyond / 1e6)
}

const MEGABYTE = Buffer.alloc(1 << 20)

/** Writes the same bytes as fast as they are read. */
async function pour(socket: Duplex, bytes: Buffer | string, first: Buffer | string = ''): Promise<void> {
  if (first !== '') socket.write(first)
  while (!socket.destroyed && socket.writable) {
    if (socket.write(bytes)) await new Promise((resolve) => setImmediate(resolve))
    else
      await new Promise<void>((resolve) => {
        const done = () => {
          socket.off('drain', done).off('close', done)
          resolve()
        }
        socket.on('drain', done).on('close', done)
      })
  }
}

function pouring(name: string, bytes: Buffer | string, first: string): Fault<Ask> {
  return { name, ends: ['timeout', 'protocol'], answer: ({ socket }) => pour(socket, bytes, first) }
}

const CHUNK = Buffer.concat([Buffer.from('100000\r\n'), MEGABYTE, Buffer.from('\r\n')])

const ENDLESS: readonly Fault<Ask>[] = [
  pouring('a body without a length', MEGABYTE, 'HTTP/1.1 200 OK\r\n\r\n'),
  pouring('a body of chunks', CHUNK, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'),
  pouring('a head', `x-header: ${'a'.repeat(1000)}\r\n`, 'HTTP/1.1 200 OK\r\n'),
  pouring('a line of a head', 'a'.repeat(10_000), 'HTTP/1.1 200 OK\r\nx-header: '),
  pouring('a line of the status', 'a'.repeat(10_000), 'HTTP/1.1 200 '),
  pouring('announcements', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100), 'HTTP/1.1 100 Continue\r\n\r\n'),
  pouring('empty lines', '\r\n'.repeat(1000), '\r\n'),
  pouring(
    'an extension of a chunk',
    'a'.repeat(10_000),
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;',
  ),
  pouring(
    'trailers',
    `x-trailer: ${'a'.repeat(1000)}\r\n`,
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n',
  ),
  pouring(
    'chunks of one byte',
    '1\r\na\r\n'.repeat(1000),
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
  ),
  pouring('bytes after the response', MEGABYTE, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
]

describe('HTTP/1 without end', () => {
  test('is aborted, and leaves nothing behind', async () => {
    expectSound(await send({ http1: (id) => ENDLESS[id % ENDLESS.length]! }))
  })

  test('checked bodies are kept up to a limit', async () => {
    // Each of the 8 users may hold up to 10 MB, and the next body before the last is collected.
    const end = await send({ http1: () => ENDLESS[0]! }, {}, { expect: { body: 'nowhere in it' } })
    expectSound(end, BEYOND_MAX + 8 * 20_000_000)
  })

  test('a body of more than 2 GiB is read to its end', async () => {
    const bytes = 2 ** 31 + 2 ** 20
    const large: Fault<Ask> = {
      name: 'large',
      ends: ['ok'],
      async answer({ socket }) {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${bytes}\r\n\r\n`)
        for (let left = bytes; left > 0 && !socket.destroyed; left -= MEGABYTE.length)
          if (!socket.write(MEGABYTE)) await new Promise((resolve) => socket.once('drain', resolve))
      },
    }
    const load = { vus: 1, iterations: 1, duration: '40s' }
    const end = await send({ http1: () => large }, { timeout: '40s' }, {}, load)
    const { totals } = end.outcomes[0]!
    expect(end.surprises).toEqual([])
    expect(totals).toMatchObject({ requests: 1, failed: 0 })
    expect(totals!.bytesReceived).toBeGreaterThan(bytes)
    expect((mostOf(end) - usual) / 1e6).toBeLessThan(BEYOND_MAX / 1e6)
  })
})

const HEADERS_FRAME = 1
const CONTINUATION = 9
const PRIORITY = 2

/** Floods of frames, of which each is small. */
const FLOODS: Readonly<Record<string, (ask: StreamAsk) => Buffer>> = {
  PING: () => ping(),
  SETTINGS: () => settings(),
  'empty DATA': ({ streamId }) => data(streamId, ''),
  'RST_STREAM of streams that are no more': ({ streamId }) => rst(streamId, 8),
  WINDOW_UPDATE: () => frame(8, 0, 0, Buffer.from([0, 0, 0, 1])),
  PRIORITY: ({ streamId }) => frame(PRIORITY, 0, streamId, Buffer.from([0, 0, 0, 0, 16])),
  'unknown frames': () => frame(0xee, 0, 0, Buffer.alloc(64)),
  CONTINUATION: ({ streamId }) => frame(CONTINUATION, 0, streamId, Buffer.alloc(100, 0x82)),
}

const floods = Object.entries(FLOODS).map(([name, make]): Fault<StreamAsk> => {
  const first = ({ streamId }: StreamAsk) =>
    name === 'CONTINUATION' ? frame(HEADERS_FRAME, 0, streamId, Buffer.from([0x88])) : ''
  return {
    name,
    ends: ['timeout', 'protocol', 'reset'],
    answer: (ask) =>
      pour(ask.socket, Buffer.concat(Array.from({ length: 500 }, () => make(ask))), first(ask)),
  }
})

describe('HTTP/2 without end', () => {
  test('floods of small frames are aborted, and leave nothing behind', async () => {
    expectSound(await send({ http2: (id) => floods[id % floods.length]! }, { http2: true }))
  })

  test('DATA', async () => {
    const endless: Fault<StreamAsk> = {
      name: 'endless DATA',
      ends: ['timeout'],
      async answer({ stream }) {
        stream.respond({ ':status': 200 })
        await pour(stream, MEGABYTE)
      },
    }
    expectSound(await send({ http2: () => endless }, { http2: true, connections: 2 }))
  })
})

describe('the limit of open files', () => {
  test('is reached, and the rest of the load goes on', async () => {
    const slow: Fault<Ask> = { ...GOOD, answer: (ask) => void setTimeout(() => GOOD.answer(ask), 1000) }
    const service = await startService({ http1: () => slow })
    const scenario = {
      target: `http://127.0.0.1:${service.port}`,
      load: { rate: '150/s', duration: '3s', gracefulStop: '2s' },
      requests: [{ name: 'get', get: '/r/{{ iteration() }}' }],
    }
    const end = await runChild([scenario], { openFiles: 128, mostMs: 50_000 })
    await service.stop()
    expect(end.surprises).toEqual([])
    expect(end.code, end.stderr).toBe(0)
    const { totals } = end.outcomes[0]!
    expect(totals!.requests + totals!.unfinished + totals!.dropped).toBe(450)
    expect(totals!.requests - totals!.failed).toBeGreaterThan(20)
    const kinds = new Set(totals!.errors.map(({ kind }) => kind))
    expect([...kinds]).toEqual(['connect'])
  })
})
