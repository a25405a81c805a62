import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttp2Server, createSecureServer, type Http2Server } from 'node:http2'
import type { Server, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Connection } from '../../../src/load/connection.js'
import { makeRequest } from '../exchanges.js'
import { makeCertificates } from './certificates.js'
import { exchange, listenForTest, openUser, openUsers, readBody } from './user.js'

const certificates = makeCertificates()

interface Watched {
  readonly origin: string
  /** Connections that were accepted. */
  accepted: number
  inFlight: number
  inFlightMost: number
  requests: number
  bytesIn(): number
  bytesOut(): number
}

/** Counts the requests of a server that responds with `listener`. */
async function watch(
  listener: (...args: Parameters<RequestListener>) => unknown = (_request, response) => response.end('ok'),
  make: (listener: RequestListener) => Server = (all) => createServer(all),
): Promise<Watched> {
  const sockets: Socket[] = []
  const seen = { accepted: 0, inFlight: 0, inFlightMost: 0, requests: 0 }
  const server = make((request, response) => {
    seen.requests++
    seen.inFlight++
    seen.inFlightMost = Math.max(seen.inFlightMost, seen.inFlight)
    response.on('close', () => seen.inFlight--)
    listener(request, response)
  })
  server.on('connection', (socket: Socket) => {
    seen.accepted++
    sockets.push(socket)
  })
  const port = await listenForTest(server)
  const sum = (read: (socket: Socket) => number) => sockets.reduce((total, socket) => total + read(socket), 0)
  return Object.assign(seen, {
    origin: `http://127.0.0.1:${port}`,
    bytesIn: () => sum(({ bytesRead }) => bytesRead),
    bytesOut: () => sum(({ bytesWritten }) => bytesWritten),
  })
}

function answerSlowly(ms: number): RequestListener {
  return async (_request, response) => {
    await sleep(ms)
    response.end('ok')
  }
}

describe('shared connections', () => {
  test('are as many as the scenario says, and each is used', async () => {
    const server = await watch(answerSlowly(5))
    const { users, connects } = await openUsers(server.origin, 10, { connections: 3 })
    for (let i = 0; i < 4; i++) {
      const ended = await Promise.all(users.map((user) => exchange(user, { path: `/${i}` })))
      for (const { failure, status } of ended) expect([failure, status]).toEqual([null, 200])
    }
    expect(server).toMatchObject({ accepted: 3, inFlightMost: 3, requests: 40 })
    expect(connects).toHaveLength(3)
  })

  test('are given in the order of requests, and bytes are counted per request', async () => {
    const paths: string[] = []
    const server = await watch((request, response) => {
      paths.push(request.url!)
      response.end('ok')
    })
    const { users } = await openUsers(server.origin, 5, { connections: 1 })
    const sent = await Promise.all(users.map((user, i) => exchange(user, { path: `/${'x'.repeat(10 * i)}` })))
    expect(paths).toEqual(users.map((_, i) => `/${'x'.repeat(10 * i)}`))
    const [first] = sent
    expect(sent.map(({ bytesSent }) => bytesSent - first!.bytesSent)).toEqual([0, 10, 20, 30, 40])
    expect(server.bytesOut()).toBe(sent.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0))
  })

  test('a user that sends again at once queues behind those that wait', async () => {
    const paths: string[] = []
    const server = await watch((request, response) => {
      paths.push(request.url!)
      response.end('ok')
    })
    const { users } = await openUsers(server.origin, 2, { connections: 1 })
    const [one, two] = users as [Connection, Connection]
    const all = new Promise<void>((resolve) => {
      one.send(makeRequest({ path: '/1' }), {
        ended: () => one.send(makeRequest({ path: '/1-again' }), { ended: () => resolve() }),
      })
    })
    await Promise.all([all, exchange(two, { path: '/2' })])
    expect(paths).toEqual(['/1', '/2', '/1-again'])
  })

  test('an abort in the queue leaves it; an abort of a request closes its connection', async () => {
    const server = await watch((request, response) => {
      if (request.url !== '/hang') response.end('ok')
    })
    const { users } = await openUsers(server.origin, 3, { connections: 1 })
    const [one, two, three] = users as [Connection, Connection, Connection]
    one.send(makeRequest({ path: '/hang' }), { ended: () => expect.unreachable() })
    two.send(makeRequest({ path: '/never' }), { ended: () => expect.unreachable() })
    const third = exchange(three)
    await expect.poll(() => server.requests).toBe(1)
    two.abort()
    one.abort()
    expect(one.bytesSent).toBeGreaterThan(0)
    expect(await third).toMatchObject({ failure: null, status: 200 })
    expect(await exchange(one)).toMatchObject({ failure: null })
    expect(server).toMatchObject({ accepted: 2, requests: 3 })
  })

  test('when all abort, nobody begins in between', async () => {
    const server = await watch(() => {})
    const { users } = await openUsers(server.origin, 3, { connections: 1 })
    for (const user of users) user.send(makeRequest(), { ended: () => expect.unreachable() })
    await expect.poll(() => server.requests).toBe(1)
    for (const user of users) user.abort()
    await sleep(30)
    expect(server.requests).toBe(1)
  })

  test('a failure affects only its own request', async () => {
    const server = await watch((request, response) => {
      if (request.url === '/reset') request.socket.destroy()
      else response.end('ok')
    })
    const { users } = await openUsers(server.origin, 4, { connections: 2 })
    const ended = await Promise.all(
      users.flatMap((user, i) => [exchange(user, { path: i === 1 ? '/reset' : '/' })]),
    )
    expect(ended.map(({ failure }) => failure?.kind ?? 'fine')).toEqual(['fine', 'reset', 'fine', 'fine'])
  })
})

test('without keep-alive there is a new connection per request', async () => {
  const headers: unknown[] = []
  const server = await watch((request, response) => {
    headers.push(request.headers.connection)
    response.end('ok')
  })
  const user = await openUser(server.origin, { keepAlive: false })
  for (let i = 0; i < 3; i++) expect(await user.send()).toMatchObject({ failure: null, status: 200 })
  expect(server.accepted).toBe(3)
  expect(headers).toEqual(['close', 'close', 'close'])
})

describe('pipelined requests', () => {
  test('are sent before responses have come, and their bytes add up', async () => {
    const server = await watch(answerSlowly(30))
    const { users } = await openUsers(server.origin, 8, { connections: 1, pipelining: 4 })
    const ended = await Promise.all(users.map((user) => exchange(user)))
    for (const { failure } of ended) expect(failure).toBeNull()
    // Node.js responds in order. That it has several requests at once shows that they were pipelined.
    expect(server).toMatchObject({ accepted: 1, inFlightMost: 4 })
    expect(server.bytesIn()).toBe(ended.reduce((sum, { bytesSent }) => sum + bytesSent, 0))
    expect(server.bytesOut()).toBe(ended.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0))
  })

  test('fail with their connection, and none is sent twice', async () => {
    const server = await watch((request, response) => {
      if (server.requests > 3) response.end('ok')
      else if (server.requests === 3) request.socket.destroy()
    })
    const { users } = await openUsers(server.origin, 3, { connections: 1, pipelining: 3 })
    const ended = await Promise.all(users.map((user) => exchange(user)))
    expect(ended.map(({ failure }) => failure?.kind)).toEqual(['reset', 'reset', 'reset'])
    for (const user of users) expect(await exchange(user)).toMatchObject({ failure: null })
    expect(server.requests).toBe(6)
  })

  test('aborted before they are written are never written', async () => {
    const server = await watch()
    const { users } = await openUsers(server.origin, 2, { connections: 1, pipelining: 2 })
    const [one, two] = users as [Connection, Connection]
    one.send(makeRequest({ path: '/never' }), { ended: () => expect.unreachable() })
    const other = exchange(two)
    one.abort()
    expect((await other).failure).toBeNull()
    expect((await exchange(one)).failure).toBeNull()
    expect(server.requests).toBe(2)
  })
})

describe('HTTP/2', () => {
  const plain = (listener: RequestListener) => createHttp2Server(listener as never) as unknown as Server

  test('is spoken without TLS by prior knowledge; streams share connections', async () => {
    const server = await watch(answerSlowly(30), plain)
    const { users, connects } = await openUsers(server.origin, 10, { http2: true, connections: 2 })
    const ended = await Promise.all(users.map((user) => exchange(user, { method: 'POST', body: 'hello' })))
    for (const { failure, status } of ended) expect([failure, status]).toEqual([null, 200])
    expect(server).toMatchObject({ accepted: 2, inFlightMost: 10 })
    expect(connects).toHaveLength(2)
  })

  test.each([1, 3])('%i streams at once, and no more, when the scenario says so', async (pipelining) => {
    const server = await watch(answerSlowly(10), plain)
    const { users } = await openUsers(server.origin, 6, { http2: true, connections: 1, pipelining })
    await Promise.all(users.map((user) => exchange(user)))
    expect(server).toMatchObject({ accepted: 1, inFlightMost: pipelining, requests: 6 })
  })

  test('carries bodies both ways, heads, cookies and times', async () => {
    const server = await watch(async (request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2'])
      response.setHeader('x-method', request.method!)
      const body = await readBody(request)
      await sleep(20)
      response.end(body.toUpperCase())
    }, plain)
    const user = await openUser(server.origin, { http2: true, cookies: 'user' })
    for (let i = 0; i < 2; i++) {
      const { failure, answer, hops } = await user.send({
        method: 'PUT',
        path: '/a?b',
        body: 'x'.repeat(100_000),
      })
      expect(failure).toBeNull()
      expect(answer!.text()).toBe('X'.repeat(100_000))
      expect(answer!.header('x-method')).toBe('PUT')
      expect(answer!.setCookies).toEqual(['a=1', 'b=2'])
      expect(hops[0]!.firstByteMs).toBeGreaterThan(15)
      expect(hops[0]!.bytesSent).toBeGreaterThan(100_000)
      expect(hops[0]!.bytesReceived).toBeGreaterThan(100_000)
    }
    expect(server.accepted).toBe(1)
  })

  test('counts each byte of the connection once', async () => {
    const server = await watch(undefined, plain)
    const { users } = await openUsers(server.origin, 4, { http2: true, connections: 1 })
    let sent = 0
    let received = 0
    for (let i = 0; i < 5; i++) {
      for (const { bytesSent, bytesReceived } of await Promise.all(users.map((user) => exchange(user)))) {
        sent += bytesSent
        received += bytesReceived
      }
    }
    // Frames of the connection after the last response, acknowledgments and windows, are not included.
    expect(server.bytesIn() - sent).toBeGreaterThanOrEqual(0)
    expect(server.bytesIn() - sent).toBeLessThan(200)
    expect(Math.abs(server.bytesOut() - received)).toBeLessThan(200)
  })

  test("a reset or canceled stream doesn't affect the others", async () => {
    const server = await watch((request, response) => {
      if (request.url === '/reset')
        (response as unknown as { stream: { close(code: number): void } }).stream.close(2)
      else if (request.url !== '/hang') setTimeout(() => response.end('ok'), 50)
    }, plain)
    const { users } = await openUsers(server.origin, 3, { http2: true, connections: 1 })
    const [one, two, three] = users as [Connection, Connection, Connection]
    one.send(makeRequest({ path: '/hang' }), { ended: () => expect.unreachable() })
    const reset = exchange(two, { path: '/reset' })
    const fine = exchange(three)
    await expect.poll(() => server.requests).toBe(3)
    one.abort()
    expect((await reset).failure).not.toBeNull()
    expect((await fine).failure).toBeNull()
    expect((await exchange(one)).failure).toBeNull()
    expect(server.accepted).toBe(1)
  })

  test('when the connection ends, all its streams fail, and none is sent twice', async () => {
    const server = await watch((request, response) => {
      if (server.requests > 3) response.end('ok')
      else if (server.requests === 3)
        (request as never as { stream: { session: { destroy(): void } } }).stream.session.destroy()
    }, plain)
    const { users } = await openUsers(server.origin, 3, { http2: true, connections: 1 })
    const ended = await Promise.all(users.map((user) => exchange(user)))
    for (const { failure } of ended) expect(failure).not.toBeNull()
    for (const user of users) expect(await exchange(user)).toMatchObject({ failure: null })
    expect(server.requests).toBe(6)
  })

  test.skipIf(certificates === null)('is agreed on over TLS, or the request fails', async () => {
    const pem = { key: certificates!.read('server.key'), cert: certificates!.read('server.pem') }
    const versions: string[] = []
    const listener: RequestListener = (request, response) => {
      versions.push(request.httpVersion)
      response.end('ok')
    }
    const secure = createSecureServer({ ...pem, allowHTTP1: true }, listener as never) as Http2Server
    const both = await listenForTest(secure as unknown as Server)
    const tls = { ca: certificates!.read('ca.pem') }
    const two = await openUser(`https://127.0.0.1:${both}`, { http2: true, tls })
    const one = await openUser(`https://127.0.0.1:${both}`, { tls })
    for (const user of [two, one, two]) expect((await user.send()).failure).toBeNull()
    expect(versions).toEqual(['2.0', '1.1', '2.0'])
    const { createServer: createHttpsServer } = await import('node:https')
    const old = await listenForTest(createHttpsServer(pem, listener) as unknown as Server)
    const none = await openUser(`https://127.0.0.1:${old}`, { http2: true, tls })
    const failure = { kind: 'protocol', message: 'the service does not speak HTTP/2' }
    for (let i = 0; i < 2; i++) expect((await none.send()).failure).toEqual(failure)
  })
})
