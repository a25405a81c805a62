import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2'
import type { Server } from 'node:net'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../../src/base/rng.js'
import type { Connection } from '../../../../src/load/connection.js'
import { Payload } from '../../../../src/plan/payload.js'
import { makeRequest } from '../../exchanges.js'
import { exchange, listenForTest, openUser, openUsers } from '../user.js'
import {
  DATA,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  GOAWAY,
  HEADERS,
  head,
  numbers,
  type Peer,
  PING,
  RST_STREAM,
  serveFrames,
  settings,
  WINDOW_UPDATE,
} from './raw-service.js'

const MAX_CONCURRENT_STREAMS = 3
const INITIAL_WINDOW_SIZE = 4

async function listen(server: Http2Server): Promise<string> {
  return `http://127.0.0.1:${await listenForTest(server as unknown as Server)}`
}

/** Header fields, more or less likely to come again. */
function fieldsOf(random: Random): Record<string, string> {
  const fields: Record<string, string> = {}
  for (let i = random.integer(0, 12); i > 0; i--) {
    const name = `x-${random.integer(0, random.integer(0, 1) === 0 ? 5 : 500)}`
    const size = random.integer(0, 30) === 0 ? random.integer(0, 3000) : random.integer(0, 20)
    const letter = String.fromCharCode(random.integer(33, 126), random.integer(161, 255))
    fields[name] = letter.repeat(size).slice(random.integer(0, 1))
  }
  return fields
}

function pairsOf(fields: Readonly<Record<string, string>>): string[] {
  return Object.entries(fields).flat()
}

describe('what is sent and received is the same at both ends', () => {
  test.each([
    ['the usual table', 4096],
    ['no table', 0],
    ['a small table', 200],
    ['a large table', 65_536],
  ])('with any headers and bodies, and %s of the service', async (_, headerTableSize) => {
    const random = new Random(headerTableSize)
    const answers: { headers: Record<string, string>; body: Buffer; trailers: Record<string, string> }[] = []
    const seen: { headers: Record<string, unknown>; body: number }[] = []
    const server = createServer({ settings: { headerTableSize } })
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      let body = 0
      stream.on('data', (chunk: Buffer) => (body += chunk.length))
      stream.on('end', () => {
        const index = Number(headers[':path']!.slice(1))
        seen[index] = { headers, body }
        const answer = answers[index]!
        if (random.integer(0, 20) === 0) {
          const size = random.integer(0, 5000)
          stream.session!.settings({ headerTableSize: size })
        }
        stream.respond({ ':status': 200, ...answer.headers }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers(answer.trailers))
        stream.end(answer.body)
      })
    })
    const origin = await listen(server)
    const user = await openUser(origin, { http2: true })
    for (let i = 0; i < 300; i++) {
      answers[i] = {
        headers: fieldsOf(random),
        body: Buffer.alloc(
          random.integer(0, 20) === 0 ? random.integer(0, 300_000) : random.integer(0, 100),
          i,
        ),
        trailers: fieldsOf(random),
      }
      const headers = fieldsOf(random)
      const size = random.integer(0, 20) === 0 ? random.integer(0, 300_000) : random.integer(0, 100)
      const body = [null, 'é'.repeat(size), new Payload([{ bytes: Buffer.alloc(size), file: null }])][i % 3]!
      const { failure, answer } = await user.send({
        method: 'POST',
        path: `/${i}`,
        headers: pairsOf(headers),
        body,
        keep: 'body',
      })
      expect(failure).toBeNull()
      expect(seen[i]!.headers).toMatchObject(headers)
      expect(seen[i]!.body).toBe(body === null ? 0 : typeof body === 'string' ? 2 * size : size)
      expect(seen[i]!.headers['content-length']).toBe(String(seen[i]!.body))
      expect(answer!.body().equals(answers[i]!.body)).toBe(true)
      const got = Object.fromEntries(answer!.headers.filter(([name]) => name.startsWith('x-')))
      expect(got).toEqual(answers[i]!.headers)
    }
  })

  test('heads of up to 64 KiB, in several frames', async () => {
    const server = createServer({ maxSendHeaderBlockLength: 200_000 })
    server.on('stream', (stream: ServerHttp2Stream, { ':path': path = '' }) => {
      const size = Number(path.slice(1))
      stream.respond({ ':status': 200, 'x-large': '\xff'.repeat(size) })
      stream.end('ok')
    })
    const user = await openUser(await listen(server), { http2: true })
    for (const size of [16_000, 16_384, 30_000, 60_000, 65_000]) {
      const { failure, answer } = await user.send({ path: `/${size}`, keep: 'head' })
      expect(failure).toBeNull()
      expect(answer!.header('x-large')).toBe('\xff'.repeat(size))
    }
    expect((await user.send({ path: '/66000' })).failure?.kind).toBe('protocol')
    expect((await user.send({ path: '/1' })).failure).toBeNull()
  })
})

/** A service that does what it likes with its streams and connections. */
async function serveWildly(random: Random): Promise<string> {
  const { origin } = await serveFrames(
    (peer, { type, flags, stream, payload }) => {
      if (type === DATA && payload.length > 0)
        peer.write(numbers(WINDOW_UPDATE, 0, payload.length), numbers(WINDOW_UPDATE, stream, payload.length))
      if (type !== HEADERS || (flags & END_HEADERS) === 0) return
      const path = peer.requests.get(stream)![':path']!
      const answer = () => {
        const body = `${path} `.repeat(random.integer(0, 300))
        peer.write(head(stream, 200, { 'x-path': path }), data(stream, body, END_STREAM))
      }
      const act = random.integer(0, 99)
      if (act < 60) answer()
      else if (act < 80) setTimeout(answer, random.integer(0, 5))
      else if (act < 88) peer.write(numbers(RST_STREAM, stream, random.integer(0, 13)))
      else if (act < 92) peer.write(head(stream, 200), data(stream, 'half'), numbers(RST_STREAM, stream, 2))
      else if (act < 94) goAway(peer, stream, random, answer)
      else if (act < 96) peer.socket.destroy()
      else if (act < 97) peer.write(data(stream, 'no head'))
      else if (act < 98) peer.write(frame(PING, 0, 0, 'wrong'))
      else {
        peer.write(settings([INITIAL_WINDOW_SIZE, random.integer(0, 100_000)]))
        answer()
      }
    },
    { hello: [settings([MAX_CONCURRENT_STREAMS, 40])] },
  )
  return origin
}

/** Says that later streams are not processed, answers some of the others, and closes. */
function goAway(peer: Peer, stream: number, random: Random, answer: () => void): void {
  const last = Math.max(0, stream - 2 * random.integer(0, 5))
  peer.write(numbers(GOAWAY, 0, last, random.integer(0, 11)))
  if (last === stream) answer()
  setTimeout(() => peer.socket.end(), random.integer(0, 5))
}

test.each([1, 2, 3])(
  'many users at once: each request ends once, whatever happens to its connection (%i)',
  async (seed) => {
    const random = new Random(seed)
    const origin = await serveWildly(random)
    const { users } = await openUsers(origin, 60, { http2: true, connections: 3 })
    const ends = new Map<string, number>()
    const kinds = new Map<string, number>()
    const wrong: string[] = []
    let aborted = 0
    const act = async (user: Connection, name: string) => {
      for (let i = 0; i < 60; i++) {
        const path = `/${name}/${i}`
        const method = i % 3 === 0 ? 'POST' : 'GET'
        const body = method === 'GET' ? null : 'x'.repeat(random.integer(0, 20) === 0 ? 100_000 : 10)
        const request = makeRequest({ method, path, body, keep: 'body' })
        if (i % 10 === 9) {
          aborted++
          await abortSoon(user, request, random)
          continue
        }
        const { failure, status } = await exchange(user, request)
        ends.set(path, (ends.get(path) ?? 0) + 1)
        const kind = failure?.kind ?? 'ok'
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
        if (kind !== 'ok') continue
        if (status !== 200) wrong.push(`${path}: ${status}`)
        if (!isOf(path, user.answer!.text()) || user.answer!.header('x-path') !== path) wrong.push(path)
      }
    }
    await Promise.all(users.map((user, i) => act(user, `user-${i}`)))
    expect(wrong).toEqual([])
    expect(ends.size).toBe(60 * 60 - aborted)
    expect(new Set(ends.values())).toEqual(new Set([1]))
    expect([...kinds.keys()].toSorted()).toEqual(['ok', 'protocol', 'reset'])
    expect(kinds.get('ok')).toBeGreaterThan(1000)
  },
)

test('any number of requests is aborted at once', async () => {
  const answers: (() => void)[] = []
  const service = await serveFrames((peer, { type, stream }) => {
    if (type === HEADERS) answers.push(() => peer.write(head(stream, 200, {}, END_HEADERS | END_STREAM)))
  })
  const http = { http2: true, connections: 1, pipelining: 3000 } as const
  const { users } = await openUsers(service.origin, 2500, http)
  const first = exchange(users[0]!)
  await expect.poll(() => answers.length).toBe(1)
  answers.pop()!()
  await first
  for (const user of users) user.send(makeRequest(), { ended: () => expect.unreachable() })
  await expect.poll(() => answers.length).toBe(2500)
  for (const user of users) user.abort()
  const last = exchange(users[0]!)
  await expect.poll(() => answers.length).toBe(2501)
  answers.pop()!()
  expect(await last).toMatchObject({ failure: null, status: 200 })
  const resets = service.peers[0]!.frames.filter(({ type }) => type === RST_STREAM)
  expect([service.peers.length, resets.length]).toEqual([1, 2500])
})

/** Whether a body is one that the service sends for a path. */
function isOf(path: string, body: string): boolean {
  return body.replaceAll(`${path} `, '') === ''
}

function abortSoon(user: Connection, request: ReturnType<typeof makeRequest>, random: Random): Promise<void> {
  return new Promise((resolve) => {
    let isOver = false
    user.send(request, {
      ended: () => {
        isOver = true
        resolve()
      },
    })
    const abort = () => {
      if (isOver) return
      user.abort()
      resolve()
    }
    const when = random.integer(0, 3)
    if (when === 0) abort()
    else if (when === 1) queueMicrotask(abort)
    else setTimeout(abort, when)
  })
}
