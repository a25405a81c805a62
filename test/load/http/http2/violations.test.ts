import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { exchange, openUser, openUsers } from '../user.js'
import {
  block,
  CONTINUATION,
  DATA,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  GOAWAY,
  HEADERS,
  head,
  numbers,
  type OnFrame,
  ok,
  PADDED,
  PING,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  serveFrames,
  settings,
  WINDOW_UPDATE,
} from './raw-service.js'

const NO_ERROR = 0
const PROTOCOL_ERROR = 1
const FLOW_CONTROL_ERROR = 3
const STREAM_CLOSED = 5
const FRAME_SIZE_ERROR = 6
const REFUSED_STREAM = 7
const CANCEL = 8
const COMPRESSION_ERROR = 9
const ENHANCE_YOUR_CALM = 11

/** Answers the first request with these frames, and all others well. */
function once(frames: readonly Buffer[]): OnFrame {
  let count = 0
  return (peer, { type, stream }) => {
    if (type !== HEADERS) return
    if (count++ === 0) peer.write(...frames)
    else peer.write(ok(stream))
  }
}

const FIRST = 1
const NEVER = 1001
const MUCH = Buffer.alloc(16_384)

/** What is wrong, the code that says so, and the frames. */
type Violation = readonly [what: string, code: number, ...frames: Buffer[]]

/** Frames after which nothing more can be read. */
const FATAL: readonly Violation[] = [
  ['a frame larger than allowed', FRAME_SIZE_ERROR, data(FIRST, Buffer.alloc(16_385))],
  ['a frame of a wrong size', FRAME_SIZE_ERROR, frame(PING, 0, 0, 'seven..')],
  ['a frame of a wrong size', FRAME_SIZE_ERROR, frame(RST_STREAM, 0, FIRST, 'five.')],
  ['a frame of a wrong size', FRAME_SIZE_ERROR, frame(WINDOW_UPDATE, 0, 0, 'six...')],
  ['a frame of a wrong size', FRAME_SIZE_ERROR, frame(GOAWAY, 0, 0, 'seven..')],
  ['a frame of a wrong size', FRAME_SIZE_ERROR, frame(SETTINGS, 1, 0, 'six...')],
  ['a frame of a wrong size', FRAME_SIZE_ERROR, frame(HEADERS, END_HEADERS | PADDED, FIRST)],
  ['invalid SETTINGS', FRAME_SIZE_ERROR, frame(SETTINGS, 0, 0, 'seven..')],
  ['invalid SETTINGS', PROTOCOL_ERROR, settings([2, 1])],
  ['invalid SETTINGS', FLOW_CONTROL_ERROR, settings([4, 2 ** 31])],
  ['invalid SETTINGS', PROTOCOL_ERROR, settings([5, 16_383])],
  ['invalid SETTINGS', PROTOCOL_ERROR, settings([5, 2 ** 24])],
  ['a frame of the connection on a stream', PROTOCOL_ERROR, frame(SETTINGS, 0, FIRST)],
  ['a frame of the connection on a stream', PROTOCOL_ERROR, frame(PING, 0, FIRST, 'eight...')],
  ['a frame of the connection on a stream', PROTOCOL_ERROR, frame(GOAWAY, 0, FIRST, 'eight...')],
  ['a frame without its stream', PROTOCOL_ERROR, frame(DATA, 0, 0, 'x')],
  ['a frame without its stream', PROTOCOL_ERROR, head(0, 200)],
  ['a frame without its stream', PROTOCOL_ERROR, numbers(RST_STREAM, 0, CANCEL)],
  [
    'a push that nobody asked for',
    PROTOCOL_ERROR,
    frame(PUSH_PROMISE, END_HEADERS, FIRST, Buffer.of(0, 0, 0, 2, 0x82)),
  ],
  ['a frame on a stream that never was', PROTOCOL_ERROR, data(NEVER, 'x')],
  ['a frame on a stream that never was', PROTOCOL_ERROR, data(2, 'x')],
  ['a frame on a stream that never was', PROTOCOL_ERROR, head(NEVER, 200)],
  ['a frame on a stream that never was', PROTOCOL_ERROR, numbers(RST_STREAM, NEVER, CANCEL)],
  ['a frame on a stream that never was', PROTOCOL_ERROR, numbers(WINDOW_UPDATE, NEVER, 1)],
  ['a window that grows by nothing', PROTOCOL_ERROR, numbers(WINDOW_UPDATE, 0, 0)],
  ['a window beyond all bounds', FLOW_CONTROL_ERROR, numbers(WINDOW_UPDATE, 0, 2 ** 31 - 1)],
  [
    'a window beyond all bounds',
    FLOW_CONTROL_ERROR,
    numbers(WINDOW_UPDATE, FIRST, 2 ** 31 - 1 - 65_535),
    settings([4, 65_536]),
  ],
  ['padding longer than its frame', PROTOCOL_ERROR, frame(DATA, PADDED, FIRST, '\u0005abcd')],
  [
    'padding longer than its frame',
    PROTOCOL_ERROR,
    frame(HEADERS, END_HEADERS | PADDED, FIRST, Buffer.of(2, 0x88)),
  ],
  ['padding longer than its frame', PROTOCOL_ERROR, frame(HEADERS, END_HEADERS | 0x20, FIRST, 'four')],
  [
    'a frame in the middle of a header block, or a part of none',
    PROTOCOL_ERROR,
    frame(CONTINUATION, END_HEADERS, FIRST, Buffer.of(0x88)),
  ],
  ...[
    data(FIRST, 'x'),
    frame(PING, 0, 0, 'eight...'),
    frame(0xee, 0, 0),
    head(FIRST, 200),
    frame(CONTINUATION, END_HEADERS, NEVER),
  ].map(
    (second) =>
      [
        'a frame in the middle of a header block, or a part of none',
        PROTOCOL_ERROR,
        head(FIRST, 200, {}, 0),
        second,
      ] as const,
  ),
  [
    'invalid header compression (index 0)',
    COMPRESSION_ERROR,
    frame(HEADERS, END_HEADERS, FIRST, Buffer.of(0x80)),
  ],
  [
    'invalid header compression (an unknown index)',
    COMPRESSION_ERROR,
    frame(HEADERS, END_HEADERS, FIRST, Buffer.of(0xff, 0x70)),
  ],
  [
    'response headers larger than 64 KiB',
    ENHANCE_YOUR_CALM,
    head(FIRST, 200, { a: 'x'.repeat(16_000) }, 0),
    ...Array.from({ length: 4 }, (_, i) =>
      frame(
        CONTINUATION,
        i === 3 ? END_HEADERS : 0,
        FIRST,
        block({ a: 'x'.repeat(i === 3 ? 1750 : 15_900) }),
      ),
    ),
  ],
  [
    'endless response headers',
    ENHANCE_YOUR_CALM,
    head(FIRST, 200, {}, 0),
    ...Array.from({ length: 5 }, () => frame(CONTINUATION, 0, FIRST, MUCH)),
  ],
  [
    'endless response headers',
    ENHANCE_YOUR_CALM,
    head(FIRST, 200, {}, 0),
    ...Array.from({ length: 100 }, () => frame(CONTINUATION, 0, FIRST)),
  ],
  [
    'too many frames that need a reply',
    ENHANCE_YOUR_CALM,
    Buffer.concat(Array.from({ length: 3000 }, () => frame(PING, 0, 0, 'eight...'))),
  ],
]

function casesOf(violations: readonly Violation[]): [string, number, Buffer[]][] {
  return violations.map(([what, code, ...frames]) => [what, code, frames])
}

describe('a violation ends the connection', () => {
  test.each(casesOf(FATAL))('%s (code %i)', async (what, code, frames) => {
    const service = await serveFrames(once(frames))
    const { users } = await openUsers(service.origin, 2, { http2: true, connections: 1 })
    const [one, two] = await Promise.all(users.map((user) => exchange(user)))
    const message = `the service violated the HTTP/2 protocol: ${what}`
    expect(one!.failure).toEqual({ kind: 'protocol', message })
    // It came in the same turn, so it may have had its response before.
    expect([null, message]).toContain(two!.failure?.message ?? null)
    const [first] = service.peers
    await expect.poll(() => first!.socket.destroyed).toBe(true)
    const last = first!.frames.at(-1)!
    expect([last.type, last.payload.readUInt32BE(4)]).toEqual([GOAWAY, code])
    for (const user of users) expect((await exchange(user)).failure).toBeNull()
    expect(service.peers).toHaveLength(2)
  })
})

/** Frames that break one response. */
const MALFORMED: readonly Violation[] = [
  ['a body without a head', PROTOCOL_ERROR, data(FIRST, 'x')],
  ['a head without :status', PROTOCOL_ERROR, frame(HEADERS, END_HEADERS, FIRST, block({ a: 'b' }))],
  ['an invalid :status', PROTOCOL_ERROR, head(FIRST, 42)],
  ['an invalid header name', PROTOCOL_ERROR, head(FIRST, 200, { Upper: 'x' })],
  ['a header of HTTP/1.1 connections', PROTOCOL_ERROR, head(FIRST, 200, { connection: 'close' })],
  ['status 101', PROTOCOL_ERROR, head(FIRST, 101)],
  [
    'an interim response that ends the stream',
    PROTOCOL_ERROR,
    head(FIRST, 103, {}, END_HEADERS | END_STREAM),
  ],
  ['a second head', PROTOCOL_ERROR, head(FIRST, 200), head(FIRST, 200)],
  [
    'trailers that do not end the response',
    PROTOCOL_ERROR,
    head(FIRST, 200),
    frame(HEADERS, END_HEADERS, FIRST, block({ a: 'b' })),
  ],
  [
    'an invalid header name',
    PROTOCOL_ERROR,
    head(FIRST, 200),
    frame(HEADERS, END_HEADERS | END_STREAM, FIRST, block({ 'a b': 'b' })),
  ],
  [
    'a body longer than its content-length',
    PROTOCOL_ERROR,
    head(FIRST, 200, { 'content-length': '1' }),
    data(FIRST, 'xx'),
  ],
  [
    'a body shorter than its content-length',
    PROTOCOL_ERROR,
    head(FIRST, 200, { 'content-length': '3' }),
    data(FIRST, 'xx', END_STREAM),
  ],
  [
    'a body shorter than its content-length',
    PROTOCOL_ERROR,
    head(FIRST, 200, { 'content-length': '3' }, END_HEADERS | END_STREAM),
  ],
  ['a body longer than its content-length', PROTOCOL_ERROR, head(FIRST, 204), data(FIRST, 'x', END_STREAM)],
  ['a window that grows by nothing', PROTOCOL_ERROR, numbers(WINDOW_UPDATE, FIRST, 0)],
  ['a window beyond all bounds', FLOW_CONTROL_ERROR, numbers(WINDOW_UPDATE, FIRST, 2 ** 31 - 1)],
]

describe('a malformed response ends only its own stream', () => {
  test.each(casesOf(MALFORMED))('%s (code %i)', async (what, code, frames) => {
    const service = await serveFrames(once(frames))
    const user = await openUser(service.origin, { http2: true })
    const failure = { kind: 'protocol', message: `malformed HTTP/2 response: ${what}` }
    expect((await user.send()).failure).toEqual(failure)
    const resets = () => service.peers[0]!.frames.filter(({ type }) => type === RST_STREAM)
    await expect.poll(resets).toHaveLength(1)
    expect(resets()[0]).toMatchObject({ stream: FIRST, payload: Buffer.of(0, 0, 0, code) })
    // What still comes for it is of no interest, but its header fields count.
    const isOver = frames.some((each) => each[3] !== WINDOW_UPDATE && (each[4]! & END_STREAM) !== 0)
    if (!isOver) service.peers[0]!.write(data(FIRST, 'more'), head(FIRST, 200))
    expect(await user.send()).toMatchObject({ failure: null, status: 200 })
    expect(service.peers).toHaveLength(1)
  })
})

test.each<[string, Buffer[]]>([
  ['text', [Buffer.from('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')]],
  ['another frame than SETTINGS', [frame(PING, 0, 0, 'eight...')]],
  ['an acknowledgment', [frame(SETTINGS, 1, 0)]],
])('a service that begins with %s does not speak HTTP/2', async (_, hello) => {
  const service = await serveFrames(() => {}, { hello })
  const user = await openUser(service.origin, { http2: true })
  const failure = { kind: 'protocol', message: 'the service does not speak HTTP/2' }
  for (let i = 0; i < 2; i++) expect((await user.send()).failure).toEqual(failure)
})

test('a response on a stream that has ended ends the connection', async () => {
  const service = await serveFrames((peer, { type, stream }) => {
    if (type !== HEADERS) return
    peer.write(ok(stream))
    if (stream === 3) peer.write(data(FIRST, 'again'))
  })
  const { users } = await openUsers(service.origin, 1, { http2: true })
  expect((await exchange(users[0]!)).failure).toBeNull()
  expect((await exchange(users[0]!)).failure).toBeNull()
  await expect.poll(() => service.peers[0]!.frames.at(-1)!.type).toBe(GOAWAY)
  expect(service.peers[0]!.frames.at(-1)!.payload.readUInt32BE(4)).toBe(STREAM_CLOSED)
  expect((await exchange(users[0]!)).failure).toBeNull()
  expect(service.peers).toHaveLength(2)
})

test('what needs no answer is ignored, and PING is answered', async () => {
  const service = await serveFrames((peer, { type, stream }) => {
    if (type !== HEADERS) return
    peer.write(
      frame(0xee, 0xff, 0, 'unknown'),
      frame(0xee, 0xff, stream, 'unknown'),
      frame(2, 0, stream, '\0\0\0\0\u0010'),
      frame(PING, 0, 0, 'are you?'),
      frame(PING, 1, 0, 'an ack..'),
      settings([3, 7], [0x4242, 1]),
      numbers(WINDOW_UPDATE, 0, 10),
      head(stream, 103, { link: '</a>' }),
      head(stream, 103),
      ok(stream),
    )
  })
  const user = await openUser(service.origin, { http2: true, timeoutMs: 500 })
  expect(await user.send()).toMatchObject({ failure: null, status: 200 })
  const replies = () =>
    service.peers[0]!.frames.flatMap(({ type, flags, payload }) =>
      flags === 1 && type !== HEADERS ? `${type} ${payload}` : [],
    )
  await expect.poll(replies).toEqual([`${SETTINGS} `, `${PING} are you?`, `${SETTINGS} `])
})

test('padding, priorities, trailers and pieces of a head are read', async () => {
  const service = await serveFrames((peer, { type, stream }) => {
    if (type !== HEADERS) return
    const fields = block({ ':status': '200', 'x-long': 'y'.repeat(300) })
    peer.write(
      frame(
        HEADERS,
        PADDED | 0x20,
        stream,
        Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 16]), fields.subarray(0, 9), Buffer.alloc(2)]),
      ),
      ...[...fields.subarray(9, 30)].map((byte) => frame(CONTINUATION, 0, stream, Buffer.of(byte))),
      frame(CONTINUATION, END_HEADERS, stream, fields.subarray(30)),
      frame(DATA, PADDED, stream, Buffer.from('\u0004body....', 'latin1')),
      frame(DATA, PADDED, stream, Buffer.from('\u0000', 'latin1')),
      data(stream, ''),
      data(stream, ' and more'),
      frame(HEADERS, END_HEADERS | END_STREAM, stream, block({ 'x-checksum': '1' })),
    )
  })
  const user = await openUser(service.origin, { http2: true })
  for (let i = 0; i < 3; i++) {
    const { failure, answer } = await user.send({ keep: 'body' })
    expect(failure).toBeNull()
    expect(answer!.text()).toBe('body and more')
    expect(answer!.header('x-long')).toBe('y'.repeat(300))
  }
})

describe('a reset stream', () => {
  test.each<[number, string, string]>([
    [NO_ERROR, 'reset', 'NO_ERROR'],
    [CANCEL, 'reset', 'CANCEL'],
    [2, 'reset', 'INTERNAL_ERROR'],
    [99, 'reset', 'code 99'],
    [PROTOCOL_ERROR, 'protocol', 'PROTOCOL_ERROR'],
    [13, 'protocol', 'HTTP_1_1_REQUIRED'],
  ])('with code %i fails', async (code, kind, name) => {
    const service = await serveFrames(once([numbers(RST_STREAM, FIRST, code)]))
    const user = await openUser(service.origin, { http2: true })
    expect((await user.send()).failure).toEqual({ kind, message: `stream reset by the service (${name})` })
    expect((await user.send()).failure).toBeNull()
    expect(service.peers).toHaveLength(1)
  })

  test('that was refused is sent again, whatever its method, but not forever', async () => {
    let refusals = 2
    const service = await serveFrames((peer, { type, stream }) => {
      if (type === HEADERS)
        peer.write(refusals-- > 0 ? numbers(RST_STREAM, stream, REFUSED_STREAM) : ok(stream))
    })
    const user = await openUser(service.origin, { http2: true })
    expect(await user.send({ method: 'POST', body: 'x' })).toMatchObject({ failure: null, status: 200 })
    refusals = 100
    const failure = { kind: 'reset', message: 'stream reset by the service (REFUSED_STREAM)' }
    expect((await user.send()).failure).toEqual(failure)
    expect(refusals).toBe(96)
  })
})

describe('GOAWAY', () => {
  test('lets what was taken end, and sends the rest on another connection', async () => {
    let isGoing = true
    const service = await serveFrames((peer, { type, stream }) => {
      if (type !== HEADERS) return
      if (!isGoing) peer.write(ok(stream))
      else if (stream === 5) {
        isGoing = false
        peer.write(numbers(GOAWAY, 0, 3, NO_ERROR))
        setTimeout(() => peer.write(ok(1), ok(3)), 20)
      }
    })
    const { users } = await openUsers(service.origin, 3, { http2: true, connections: 1 })
    const ended = await Promise.all(users.map((user) => exchange(user, { method: 'POST' })))
    expect(ended.map(({ failure, status }) => failure ?? status)).toEqual([200, 200, 200])
    expect(service.peers.map(({ requests }) => requests.size)).toEqual([3, 1])
    await expect.poll(() => service.peers[0]!.socket.destroyed).toBe(true)
  })

  test('announced first, and then with the last stream, loses nothing', async () => {
    const service = await serveFrames((peer, { type, stream }) => {
      if (type !== HEADERS) return
      if (service.peers.length > 1) peer.write(ok(stream))
      else if (stream === 1)
        peer.write(numbers(GOAWAY, 0, 2 ** 31 - 1, NO_ERROR), numbers(GOAWAY, 0, 1, NO_ERROR), ok(1))
    })
    const { users } = await openUsers(service.origin, 4, { http2: true, connections: 1 })
    const ended = await Promise.all(users.map((user) => exchange(user, { method: 'POST' })))
    expect(ended.map(({ failure }) => failure)).toEqual([null, null, null, null])
  })

  test('from a service that takes nothing is no endless loop', async () => {
    const service = await serveFrames((peer, { type }) => {
      if (type === HEADERS) peer.write(numbers(GOAWAY, 0, 0, ENHANCE_YOUR_CALM))
    })
    const user = await openUser(service.origin, { http2: true })
    const { failure } = await user.send()
    expect(failure).toEqual({
      kind: 'reset',
      message: 'connection closed by the service (ENHANCE_YOUR_CALM)',
    })
    expect(service.peers).toHaveLength(4)
  })

  test('with an error is the reason of what fails with the connection', async () => {
    const service = await serveFrames((peer, { type }) => {
      if (type !== HEADERS) return
      peer.write(numbers(GOAWAY, 0, 1, FRAME_SIZE_ERROR))
      peer.socket.end()
    })
    const user = await openUser(service.origin, { http2: true })
    const failure = { kind: 'protocol', message: 'connection closed by the service (FRAME_SIZE_ERROR)' }
    expect((await user.send()).failure).toEqual(failure)
  })
})

test('the end of a kept-alive connection sends only idempotent requests again', async () => {
  const service = await serveFrames((peer, { type, stream }) => {
    if (type !== HEADERS) return
    const method = peer.requests.get(stream)![':method']
    if (service.peers.length === 1 && peer.requests.size > 1) {
      if (peer.requests.size === 3) peer.socket.destroy()
    } else peer.write(ok(stream, method))
  })
  const { users } = await openUsers(service.origin, 2, { http2: true, connections: 1 })
  expect((await exchange(users[0]!)).failure).toBeNull()
  const [get, post] = await Promise.all([exchange(users[0]!), exchange(users[1]!, { method: 'POST' })])
  expect(get).toMatchObject({ failure: null, status: 200 })
  expect(post.failure?.kind).toBe('reset')
})

test('a request whose response has begun is not sent again', async () => {
  const service = await serveFrames((peer, { type, stream }) => {
    if (type !== HEADERS) return
    if (stream !== 3) return peer.write(ok(stream))
    peer.write(head(stream, 200))
    setTimeout(() => peer.socket.end(), 5)
  })
  const user = await openUser(service.origin, { http2: true })
  expect((await user.send()).failure).toBeNull()
  expect((await user.send()).failure?.kind).toBe('reset')
  expect(service.peers.flatMap(({ requests }) => [...requests])).toHaveLength(2)
})

test('a canceled request leaves the connection to others, and its late response is ignored', async () => {
  const late: Buffer[] = []
  const service = await serveFrames((peer, { type, stream }) => {
    if (type === RST_STREAM) peer.write(...late)
    if (type !== HEADERS) return
    if (peer.requests.get(stream)![':path'] === '/late') late.push(ok(stream))
    else peer.write(ok(stream))
  })
  const { users } = await openUsers(service.origin, 2, { http2: true, connections: 1 })
  const [one, two] = [users[0]!, users[1]!]
  const { makeRequest } = await import('../../exchanges.js')
  one.send(makeRequest({ path: '/late' }), { ended: () => expect.unreachable() })
  await exchange(two)
  one.abort()
  await expect.poll(() => service.peers[0]!.frames.some(({ type }) => type === RST_STREAM)).toBe(true)
  await sleep(10)
  for (let i = 0; i < 3; i++) expect(await exchange(one)).toMatchObject({ failure: null, status: 200 })
  expect(service.peers).toHaveLength(1)
})
