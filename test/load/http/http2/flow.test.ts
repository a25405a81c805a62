import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Payload } from '../../../../src/plan/payload.js'
import { makeRequest } from '../../exchanges.js'
import { exchange, openUser, openUsers } from '../user.js'
import {
  CONTINUATION,
  DATA,
  data,
  END_STREAM,
  type Frame,
  HEADERS,
  head,
  numbers,
  ok,
  type Peer,
  RST_STREAM,
  serveFrames,
  settings,
  WINDOW_UPDATE,
} from './raw-service.js'

const HEADER_TABLE_SIZE = 1
const MAX_CONCURRENT_STREAMS = 3
const INITIAL_WINDOW_SIZE = 4
const MAX_FRAME_SIZE = 5

/** The windows of a connection, as its service counts them. */
class Windows {
  connection = 65_535
  readonly streams = new Map<number, number>()
  readonly bodies = new Map<number, string>()
  /** What the client sent beyond a window. */
  readonly excesses: string[] = []

  constructor(private initial: number) {}

  take({ type, stream, payload }: Frame): void {
    if (type === HEADERS) this.streams.set(stream, this.initial)
    if (type !== DATA) return
    this.connection -= payload.length
    const left = this.streams.get(stream)! - payload.length
    this.streams.set(stream, left)
    this.bodies.set(stream, (this.bodies.get(stream) ?? '') + payload)
    if (payload.length > 0 && (this.connection < 0 || left < 0)) this.excesses.push(`${stream} ${left}`)
  }

  /** Lets the client send more; stream 0 is the connection. */
  open(peer: Peer, stream: number, bytes: number): void {
    if (stream === 0) this.connection += bytes
    else this.streams.set(stream, this.streams.get(stream)! + bytes)
    peer.write(numbers(WINDOW_UPDATE, stream, bytes))
  }

  /** Changes the windows of all streams. */
  change(peer: Peer, initial: number): void {
    for (const [stream, left] of this.streams) this.streams.set(stream, left + initial - this.initial)
    this.initial = initial
    peer.write(settings([INITIAL_WINDOW_SIZE, initial]))
  }
}

function bodyOf(i: number): string {
  return `${i}`.repeat(300 + i)
}

describe('a body is sent as the service lets it', () => {
  test.each([1, 7, 100])('with windows that grow by %i bytes, for several streams at once', async (step) => {
    const windows = new Windows(3)
    const service = await serveFrames(
      (peer, frame) => {
        windows.take(frame)
        const { type, stream, flags, payload } = frame
        if (type === DATA && payload.length > 0) windows.open(peer, 0, payload.length)
        if (type !== DATA && type !== HEADERS) return
        if ((flags & END_STREAM) !== 0) peer.write(ok(stream))
        else windows.open(peer, stream, step)
      },
      { hello: [settings([INITIAL_WINDOW_SIZE, 3])] },
    )
    const { users } = await openUsers(service.origin, 4, { http2: true, connections: 1 })
    // Before its settings have come, other windows apply.
    await exchange(users[0]!)
    windows.bodies.clear()
    const texts = users.map((_, i) => bodyOf(i + 1))
    const ended = await Promise.all(
      users.map((user, i) =>
        exchange(user, { method: 'POST', body: i === 0 ? payloadOf(texts[i]!) : texts[i]! }),
      ),
    )
    expect(ended.map(({ failure }) => failure)).toEqual([null, null, null, null])
    expect([...windows.bodies.values()].toSorted()).toEqual(texts.toSorted())
    expect(windows.excesses).toEqual([])
  })

  test('with a window of the connection that all streams share', async () => {
    const windows = new Windows(1_000_000)
    let isOpen = false
    const service = await serveFrames(
      (peer, frame) => {
        windows.take(frame)
        if ((frame.flags & END_STREAM) !== 0 && frame.type <= HEADERS) peer.write(ok(frame.stream))
        if (!isOpen && windows.connection === 0) {
          isOpen = true
          setTimeout(() => windows.open(peer, 0, 1_000_000), 20)
        }
      },
      { hello: [settings([INITIAL_WINDOW_SIZE, 1_000_000])] },
    )
    const { users } = await openUsers(service.origin, 3, { http2: true, connections: 1 })
    await exchange(users[0]!)
    const body = 'x'.repeat(100_000)
    const ended = await Promise.all(users.map((user) => exchange(user, { method: 'PUT', body })))
    expect(ended.map(({ failure }) => failure)).toEqual([null, null, null])
    expect([...windows.bodies.values()]).toEqual([body, body, body])
    expect([isOpen, windows.excesses]).toEqual([true, []])
  })

  test('with a window that shrinks below what was sent', async () => {
    const windows = new Windows(65_535)
    const service = await serveFrames((peer, frame) => {
      windows.take(frame)
      if (frame.type !== DATA) return
      if ((frame.flags & END_STREAM) !== 0) peer.write(ok(frame.stream))
      else if (windows.streams.get(frame.stream) === 0) {
        // 65,535 bytes were sent, so that 65,435 have to be allowed before another one.
        windows.change(peer, 100)
        windows.open(peer, 0, 1_000_000)
        setTimeout(() => windows.open(peer, frame.stream, 65_435), 10)
        setTimeout(() => windows.open(peer, frame.stream, 1), 20)
        setTimeout(() => windows.change(peer, 65_535), 30)
      }
    })
    const user = await openUser(service.origin, { http2: true })
    const body = Array.from({ length: 10_000 }, (_, i) => `${i} `.padStart(10)).join('')
    expect((await user.send({ method: 'POST', body })).failure).toBeNull()
    expect(windows.bodies.get(1)).toBe(body)
    expect(windows.excesses).toEqual([])
  })

  test.each([
    [16_384, []],
    [20_000, [settings([MAX_FRAME_SIZE, 20_000])]],
  ])('in frames of at most %i bytes', async (most, more) => {
    const service = await serveFrames(
      (peer, { type, flags, stream }) => {
        if (type <= HEADERS && (flags & END_STREAM) !== 0) peer.write(ok(stream))
      },
      { hello: [settings([INITIAL_WINDOW_SIZE, 1_000_000]), ...more, numbers(WINDOW_UPDATE, 0, 1_000_000)] },
    )
    const user = await openUser(service.origin, { http2: true })
    await user.send()
    for (const body of ['x'.repeat(200_000), payloadOf('y'.repeat(200_000))])
      expect((await user.send({ method: 'POST', body })).failure).toBeNull()
    const sizes = service.peers[0]!.frames.flatMap(({ type, payload }) =>
      type === DATA ? payload.length : [],
    )
    expect(Math.max(...sizes)).toBe(most)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(400_000)
  })
})

function payloadOf(text: string): Payload {
  return new Payload([
    { bytes: Buffer.from(text.slice(0, 10)), file: null },
    { bytes: Buffer.from(text.slice(10)), file: { name: 'f', contentType: 'a/b' } },
  ])
}

test('a response before the whole body is sent is valid, and the rest is not sent', async () => {
  const service = await serveFrames((peer, { type, stream }) => {
    if (type !== HEADERS) return
    if (peer.requests.get(stream)![':method'] === 'POST')
      peer.write(head(stream, 413), data(stream, '', END_STREAM))
    else peer.write(ok(stream))
  })
  const user = await openUser(service.origin, { http2: true })
  for (const id of [1, 5, 9]) {
    const { failure, status, hops } = await user.send({ method: 'POST', body: 'x'.repeat(20_000 * id) })
    expect([failure, status]).toEqual([null, 413])
    expect(hops[0]!.bytesSent).toBeLessThan(70_000)
    if (id === 1) expect(hops[0]!.bytesSent).toBeGreaterThan(20_000)
    expect(await user.send()).toMatchObject({ failure: null, status: 200 })
  }
  const resets = service.peers[0]!.frames.filter(({ type }) => type === RST_STREAM)
  expect(resets.map(({ payload }) => payload.readUInt32BE(0))).toEqual([0, 0])
})

test('an upload that is canceled makes room for others', async () => {
  const service = await serveFrames((peer, { type, flags, stream }) => {
    if (type > HEADERS) return
    if ((flags & END_STREAM) !== 0) peer.write(ok(stream))
    else if (peer.requests.get(stream)![':path'] === '/other') peer.write(numbers(WINDOW_UPDATE, 0, 16_384))
  })
  const { users } = await openUsers(service.origin, 2, { http2: true, connections: 1 })
  const [one, two] = [users[0]!, users[1]!]
  one.send(makeRequest({ method: 'POST', path: '/blocked', body: 'x'.repeat(100_000) }), {
    ended: () => expect.unreachable(),
  })
  await expect
    .poll(() => service.peers[0]?.frames.filter(({ type }) => type === DATA).length)
    .toBeGreaterThan(3)
  const other = exchange(two, { method: 'POST', path: '/other', body: 'y'.repeat(30_000) })
  await sleep(10)
  one.abort()
  expect(await other).toMatchObject({ failure: null, status: 200 })
  const ofFirst = service.peers[0]!.frames.filter(({ type, stream }) => type === DATA && stream === 1)
  expect(ofFirst.reduce((sum, { payload }) => sum + payload.length, 0)).toBe(65_535)
})

test('windows are renewed in bulk, so that a response of any size comes at once', async () => {
  const bytes = 50 * 2 ** 20
  const windows = { connection: 65_535, stream: 65_535 }
  let left = bytes
  const pour = (peer: Peer) => {
    while (left > 0) {
      const size = Math.min(left, 16_384, windows.connection, windows.stream)
      if (size <= 0 || peer.socket.writableNeedDrain) return
      windows.connection -= size
      windows.stream -= size
      left -= size
      peer.write(data(1, Buffer.alloc(size), left === 0 ? END_STREAM : 0))
    }
  }
  const service = await serveFrames((peer, { type, stream, payload }) => {
    // The first settings have the window of each stream.
    if (type === 4 && payload.length > 0) windows.stream = payload.readUInt32BE(8)
    if (type === WINDOW_UPDATE) windows[stream === 0 ? 'connection' : 'stream'] += payload.readUInt32BE(0)
    if (type === HEADERS) {
      peer.write(head(stream, 200, { 'content-length': String(bytes) }))
      peer.socket.on('drain', () => pour(peer))
    }
    if (peer.requests.size > 0) pour(peer)
  })
  const user = await openUser(service.origin, { http2: true, timeoutMs: 30_000 })
  const { failure, hops } = await user.send()
  expect(failure).toBeNull()
  expect(hops[0]!.bytesReceived).toBeGreaterThan(bytes)
  const updates = service.peers[0]!.frames.filter(({ type }) => type === WINDOW_UPDATE)
  expect(updates.length).toBeLessThan(40)
  expect(updates.length).toBeGreaterThan(10)
})

test('no more streams are open at once than the service lets', async () => {
  let open = 0
  let most = 0
  let total = 0
  const service = await serveFrames(
    (peer, { type, stream }) => {
      if (type !== HEADERS) return
      most = Math.max(most, ++open)
      if (++total === 20) peer.write(settings([MAX_CONCURRENT_STREAMS, 7]))
      setTimeout(() => {
        open--
        peer.write(ok(stream))
      }, 5)
    },
    { hello: [settings([MAX_CONCURRENT_STREAMS, 2])] },
  )
  const { users } = await openUsers(service.origin, 20, { http2: true, connections: 1 })
  await exchange(users[0]!)
  const rounds = async (count: number) => {
    for (let i = 0; i < count; i++)
      for (const { failure } of await Promise.all(users.map((user) => exchange(user))))
        expect(failure).toBeNull()
  }
  await Promise.all(users.slice(0, 15).map((user) => exchange(user)))
  expect(most).toBe(2)
  await rounds(2)
  expect(most).toBe(7)
  expect(service.peers).toHaveLength(1)
})

test('a head of any size is sent, and the table is as large as the service says', async () => {
  const service = await serveFrames((peer, { type, flags, stream }) => {
    if ((type !== HEADERS && type !== CONTINUATION) || (flags & 4) === 0) return
    if (stream === 5) peer.write(settings([HEADER_TABLE_SIZE, 0]), ok(stream))
    else if (stream === 11)
      peer.write(settings([HEADER_TABLE_SIZE, 100]), settings([HEADER_TABLE_SIZE, 65_536]), ok(stream))
    else peer.write(ok(stream))
  })
  const user = await openUser(service.origin, { http2: true })
  const headers = ['x-large', 'a'.repeat(20_000), 'x-latin', '\xe9'.repeat(30_000), 'x-last', 'b']
  for (let i = 0; i < 10; i++) {
    expect((await user.send({ headers })).failure).toBeNull()
    expect((await user.send({ headers: ['x-small', 'c', 'x-id', `${i}`] })).failure).toBeNull()
  }
  const { requests, frames } = service.peers[0]!
  const seen = [...requests.values()]
  expect(seen).toHaveLength(20)
  for (const [i, fields] of seen.entries()) {
    expect(fields).toMatchObject(
      i % 2 === 0
        ? { 'x-large': 'a'.repeat(20_000), 'x-latin': '\xe9'.repeat(30_000), 'x-last': 'b' }
        : { 'x-small': 'c', 'x-id': `${(i - 1) / 2}`, ':path': '/' },
    )
  }
  const sizes = frames.flatMap(({ type, payload }) =>
    type === HEADERS || type === CONTINUATION ? payload.length : [],
  )
  expect(Math.max(...sizes)).toBe(16_384)
})
