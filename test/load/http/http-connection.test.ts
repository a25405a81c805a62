import type { Socket } from 'node:net'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Outgoing } from '../../../src/plan/request.js'
import { type Client, type Ended, makeRequest, openClient } from '../exchanges.js'
import { type Answer, answering, OK, type RawServer, serve } from '../raw-server.js'

const HEAD = 'HTTP/1.1 200 OK\r\n'
const CLOSED = 'connection closed before the response was complete'

/** A connection is open before the test begins. */
let isOpen = false

describe.each([
  ['the first exchange of a connection:', false],
  ['an exchange over an open connection:', true],
])('%s', (_, open) => {
  beforeEach(() => {
    isOpen = open
  })

  describe('a response is read to its last byte:', () => {
    const head = (length: number) => `${HEAD}content-length: ${length}\r\n\r\n`
    const gzipped = gzipSync('x'.repeat(1000))
    const packets =
      (...parts: string[]): Answer =>
      async (socket) => {
        for (const part of parts) {
          socket.write(part)
          await sleep(10)
        }
      }

    test.each<[string, Answer, number]>([
      ['in one packet', OK, OK.length],
      ['byte by byte', trickle(OK), OK.length],
      ['head and body in separate packets', packets(head(2), 'ok'), OK.length],
      [
        'a head in two packets',
        packets(HEAD.slice(0, 9), `${HEAD.slice(9)}content-length: 2\r\n\r\nok`),
        OK.length,
      ],
      ['5 MB', Buffer.concat([Buffer.from(head(5e6)), Buffer.alloc(5e6)]), head(5e6).length + 5e6],
      ['in chunks', `${HEAD}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`, 59],
      [
        'in chunks with trailers',
        packets(`${HEAD}transfer-encoding: chunked\r\n\r\n2\r\no`, 'k\r\n0\r\n', 'x-sum: 1\r\n\r\n'),
        69,
      ],
      [
        'compressed, as it is on the wire',
        Buffer.concat([Buffer.from(zipped(gzipped)), gzipped]),
        zipped(gzipped).length + gzipped.length,
      ],
      ['103 before it', `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}`, 40 + OK.length],
      ['102 twice before it', `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(2)}${OK}`, 54 + OK.length],
      ['100 before it, though nobody asked', `HTTP/1.1 100 Continue\r\n\r\n${OK}`, 25 + OK.length],
      ['announcing the end of the connection', `${HEAD}connection: close\r\ncontent-length: 2\r\n\r\nok`, 59],
      ['of HTTP/1.0', (socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nok'), 21],
      ['without a length, ended by the connection', (socket) => socket.end(`${HEAD}\r\nok`), 21],
    ])('%s', async (_, answer, bytes) => {
      const { client, server } = await openBoth(answer)
      expect(await client.exchange()).toEqual({
        failure: null,
        status: 200,
        bytesSent: requestBytes(server),
        bytesReceived: bytes,
      })
      await expectGoesOn(client, server)
    })

    test.each([204, 304])('a %i has no body to wait for', async (status) => {
      const { client, server } = await openBoth(`HTTP/1.1 ${status} Fine\r\n\r\n`)
      expect(await client.exchange()).toMatchObject({ failure: null, status })
      await expectGoesOn(client, server)
      expect(server.accepted()).toBe(1)
    })

    test('the response to HEAD has no body either, and the connection is kept', async () => {
      const head = `${HEAD}connection: keep-alive\r\ncontent-length: 1000\r\n\r\n`
      const { client, server } = await openBoth(head, head)
      for (let i = 0; i < 2; i++) {
        const ended = await client.exchange({ method: 'HEAD' })
        expect(ended).toMatchObject({ failure: null, status: 200, bytesReceived: head.length })
      }
      await expectGoesOn(client, server)
      expect(server.accepted()).toBe(1)
      expect(server.requests[0]).toMatch(/^HEAD \/ HTTP\/1\.1\r\n(.*\r\n)*connection: keep-alive\r\n/)
    })

    test('a refusal before the request was read is a response', async () => {
      const server = await started(
        serve((socket) => {
          socket.once('data', () => {
            socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n')
            socket.resume()
          })
        }),
      )
      const client = openClient(server.origin)
      expect(await client.exchange({ method: 'POST', body: 'x'.repeat(1e6) })).toMatchObject({
        failure: null,
        status: 413,
      })
    })
  })

  describe('a request', () => {
    test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
      '%s may carry a body, and the connection is kept',
      async (method) => {
        const { client, server } = await openBoth()
        const request = { method, path: '/a?b=%20', headers: ['x-a', 'ä'], body: 'bödy' }
        for (let i = 0; i < 2; i++)
          expect(await client.exchange(request)).toMatchObject({ failure: null, status: 200 })
        expect(server.requests[1]).toBe(
          `${method} /a?b=%20 HTTP/1.1\r\nhost: ${new URL(server.origin).host}\r\nconnection: keep-alive\r\nx-a: ä\r\ncontent-length: 5\r\n\r\n${Buffer.from('bödy').toString('latin1')}`,
        )
        expect(server.accepted()).toBe(1)
      },
    )

    test('of 1 MB to a slow reader is counted completely', async () => {
      const server = await started(
        serve((socket) => {
          let received = 0
          socket.pause()
          setTimeout(() => socket.resume(), 50)
          socket.on('data', (chunk) => {
            received += chunk.length
            if (received > 1e6) socket.write(OK)
          })
        }),
      )
      const client = openClient(server.origin)
      const { failure, bytesSent } = await client.exchange({ method: 'POST', body: 'x'.repeat(1e6) })
      expect(failure).toBeNull()
      expect(bytesSent).toBe(
        1e6 +
          `POST / HTTP/1.1\r\nhost: ${new URL(server.origin).host}\r\nconnection: keep-alive\r\ncontent-length: 1000000\r\n\r\n`
            .length,
      )
    })

    test("that can't be written fails at once, and the next one works", async () => {
      const { client, server } = await openBoth()
      for (const request of [
        { path: '/a b' },
        { method: 'G T' },
        { headers: ['x', 'a\r\nb'] },
        { origin: 'null' },
        { origin: 'ftp://host' },
      ])
        expect((await client.exchange(request)).failure?.kind).toBe('protocol')
      await expectGoesOn(client, server)
      expect(server.requests).toHaveLength(1)
    })

    test('may go to another origin, over a separate connection that is kept', async () => {
      const one = await started(answering())
      const two = await started(answering())
      const client = openClient(one.origin)
      for (let i = 0; i < 3; i++) {
        expect((await client.exchange()).failure).toBeNull()
        expect((await client.exchange({ origin: two.origin })).bytesReceived).toBe(OK.length)
      }
      expect([one.accepted(), two.accepted()]).toEqual([1, 1])
      await client.connection.close()
      await expect.poll(() => one.open() + two.open()).toBe(0)
    })

    test('reaches an IPv6 address, and a host with one dead address', async () => {
      const six = await started(serve((socket) => socket.on('data', () => socket.write(OK)), '::1'))
      expect((await openClient(six.origin).exchange()).failure).toBeNull()
      const four = await started(answering())
      const named = openClient(four.origin.replace('127.0.0.1', 'localhost'))
      expect((await named.exchange()).failure).toBeNull()
      expect(named.connects).toEqual([{ dnsMs: expect.any(Number), tcpMs: expect.any(Number), tlsMs: null }])
    })
  })

  describe('a broken exchange ends once, with its failure:', () => {
    const body = (text: string) => `${HEAD}content-length: 10\r\n\r\n${text}`
    const closing = `${HEAD}connection: close\r\ncontent-length: 10\r\n\r\nabc`
    const unfinished = 'Response body length does not match content-length header'

    test.each<[string, Answer, string, string | RegExp]>([
      ['closed within the head', (socket) => socket.end(HEAD), 'reset', CLOSED],
      ['closed within the body', (socket) => socket.end(body('abc')), 'reset', CLOSED],
      ['closed within a body announced as the last', (socket) => socket.end(closing), 'reset', CLOSED],
      [
        'closed within a chunk',
        (socket) => socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\n5\r\nab`),
        'reset',
        CLOSED,
      ],
      ['reset within the head', resetAfter(HEAD), 'reset', 'read ECONNRESET'],
      ['reset within the body', resetAfter(body('abc')), 'reset', 'read ECONNRESET'],
      ['reset within a body without a length', resetAfter(`${HEAD}\r\nabc`), 'reset', 'read ECONNRESET'],
      [
        'no HTTP',
        'SSH-2.0-OpenSSH_9.6\r\n',
        'protocol',
        /^Response does not match the HTTP\/1.1 protocol \(/,
      ],
      ['noise', Buffer.alloc(100_000, 7), 'protocol', /^Response does not match/],
      ['a broken chunk', `${HEAD}transfer-encoding: chunked\r\n\r\nZZ\r\n`, 'protocol', /chunk size/],
      ['two lengths', `${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\nok`, 'protocol', unfinished],
      ['a huge head', `${HEAD}x: ${'y'.repeat(20_000)}\r\n\r\n`, 'protocol', 'Headers Overflow Error'],
      ['an endless head', `${HEAD}${'x: y\r\n'.repeat(50_000)}`, 'protocol', 'Headers Overflow Error'],
      [
        '101 that was not asked for',
        'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
        'protocol',
        'unexpected 101 Switching Protocols',
      ],
    ])('%s', async (_, answer, kind, message) => {
      const { client, server } = await openBoth(answer)
      const { failure } = await client.exchange()
      expect(failure).toEqual({
        kind,
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      })
      await expectGoesOn(client, server)
      expect(server.accepted()).toBe(2)
      expect(server.requests).toHaveLength(2)
    })

    test.each<[string, Answer, string]>([
      ['closed before the head', (socket) => socket.end(), CLOSED],
      ['reset before the head', (socket) => socket.resetAndDestroy(), 'read ECONNRESET'],
    ])(
      '%s, unless the connection was kept alive and the request may be sent again',
      async (_, answer, message) => {
        for (const method of ['GET', 'POST']) {
          const { client, server } = await openBoth(answer)
          const { failure } = await client.exchange({ method })
          const goesAgain = isOpen && method === 'GET'
          expect(failure).toEqual(goesAgain ? null : { kind: 'reset', message })
          expect(client.connection.detours?.reconnects ?? 0).toBe(goesAgain ? 1 : 0)
          await expectGoesOn(client, server)
          expect(server.accepted()).toBe(2)
          expect(server.requests).toHaveLength(goesAgain ? 3 : 2)
        }
      },
    )

    test('closed without notice after every third response: nothing is lost', async () => {
      let answered = 0
      const server = await started(
        serve((socket) => {
          socket.on('data', () => {
            if (socket.writableEnded) return
            if (++answered % 3 === 0) socket.end(OK)
            else socket.write(OK)
          })
        }),
      )
      const failures = await inARow(openClient(server.origin), 60, makeRequest())
      expect(failures).toEqual(new Array(60).fill(null))
      expect(answered).toBe(60)
    })

    test('nobody listens', async () => {
      const server = await started(answering())
      await server.close()
      const client = openClient(server.origin)
      const port = new URL(server.origin).port
      for (let i = 0; i < 3; i++) {
        const message = `connect ECONNREFUSED 127.0.0.1:${port}`
        expect(await client.exchange()).toEqual({
          failure: { kind: 'connect', message },
          status: 0,
          bytesSent: 0,
          bytesReceived: 0,
        })
      }
      expect(client.connects).toEqual([])
      expect(client.surplus()).toBe(0)
    })

    test.each<[string, (socket: Socket) => void]>([
      ['closed', (socket) => socket.destroy()],
      ['reset', (socket) => socket.resetAndDestroy()],
    ])('accepted and %s at once', async (_, act) => {
      const server = await started(serve(act))
      const client = openClient(server.origin)
      for (let i = 0; i < 5; i++) expect((await client.exchange()).failure?.kind).toBe('reset')
      expect(client.surplus()).toBe(0)
      // One connection per request: a broken one is not retried silently.
      await expect.poll(() => server.accepted()).toBe(5)
    })

    test('an unknown host', async () => {
      const client = openClient('http://name.invalid')
      expect((await client.exchange()).failure).toMatchObject({
        kind: 'dns',
        message: expect.stringContaining('name.invalid'),
      })
      expect(client.surplus()).toBe(0)
    })
  })

  describe('events between two requests are no failure of either:', () => {
    test.each<[string, (socket: Socket) => void]>([
      ['the service resets', (socket) => afterWriting(OK, socket).resetAndDestroy()],
      ['more bytes than announced', (socket) => socket.write(`${OK}ay, and more`)],
      ['a body to 204', (socket) => socket.write(`HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nok`)],
      ['a body to 304', (socket) => socket.write(`HTTP/1.1 304 Not Modified\r\n\r\n${OK}`)],
      ['an unsolicited response', (socket) => socket.write(OK + OK)],
      ['a body to HEAD', (socket) => socket.write(OK)],
    ])('%s', async (name, answer) => {
      const { client, server } = await openBoth(answer, OK, answer, answer)
      const method = name.includes('HEAD') ? 'HEAD' : 'GET'
      const failures = await inARow(client, 6, makeRequest({ method }))
      expect(failures).toEqual([null, null, null, null, null, null])
      expect(server.requests).toHaveLength(6)
      expect(client.unsolicited()).toBe(name.includes('resets') ? 0 : method === 'HEAD' ? 6 : 3)
    })

    test('a pause in which the service closes the connection', async () => {
      const { client, server } = await openBoth((socket) => socket.end(OK))
      await client.exchange()
      await expect.poll(() => server.open()).toBe(0)
      await expectGoesOn(client, server)
      expect(server.accepted()).toBe(2)
    })

    test('a pause that ends when the service resets the connection', async () => {
      const sockets: Socket[] = []
      const { client, server } = await openBoth((socket) => {
        sockets.push(socket)
        socket.write(OK)
      })
      await client.exchange()
      await sleep(5)
      sockets[0]!.resetAndDestroy()
      // Within the same turn of the event loop: the reset has come, but has not been noticed yet.
      await expectGoesOn(client, server)
      expect(server.accepted()).toBe(2)
    })

    test('an announced keep-alive time that is over', async () => {
      const brief = `${HEAD}keep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nok`
      const { client, server } = await openBoth(brief, brief)
      await client.exchange()
      await client.exchange()
      expect(server.accepted()).toBe(1)
      await sleep(600)
      expect(server.open()).toBe(1)
      await expectGoesOn(client, server)
      expect(server.accepted()).toBe(2)
    })
  })
})

async function openBoth(...answers: Answer[]): Promise<{ client: Client; server: RawServer }> {
  const server = await started(answering(...(isOpen ? [OK] : []), ...answers))
  const client = openClient(server.origin)
  if (isOpen) {
    await client.exchange()
    server.requests.length = 0
  }
  return { server, client }
}

async function started(starting: Promise<RawServer>): Promise<RawServer> {
  const server = await starting
  onTestFinished(() => server.close())
  return server
}

/** The connection works as before, and no exchange ended twice. */
async function expectGoesOn(client: Client, server: RawServer): Promise<void> {
  const ended: Ended = await client.exchange()
  expect(ended).toEqual({
    failure: null,
    status: 200,
    bytesSent: requestBytes(server),
    bytesReceived: OK.length,
  })
  await turn()
  expect(client.surplus()).toBe(0)
}

/** The bytes of the plain request. */
function requestBytes({ origin }: RawServer): number {
  return `GET / HTTP/1.1\r\nhost: ${new URL(origin).host}\r\nconnection: keep-alive\r\n\r\n`.length
}

/** The failures of `count` requests, each sent when the last one ends, as by a user without think time. */
function inARow(client: Client, count: number, request: Outgoing): Promise<unknown[]> {
  const failures: unknown[] = []
  return new Promise((resolve) => {
    const exchange = {
      ended(failure: unknown) {
        failures.push(failure)
        if (failures.length === count) resolve(failures)
        else client.connection.send(request, exchange)
      },
    }
    client.connection.send(request, exchange)
  })
}

function afterWriting(text: string, socket: Socket): Socket {
  socket.write(text)
  return socket
}

function trickle(text: string): Answer {
  return async (socket) => {
    for (const byte of text) {
      socket.write(byte)
      await sleep(1)
    }
  }
}

/** Sends the data, and a reset once it has been read. */
function resetAfter(text: string): Answer {
  return (socket) => {
    socket.write(text)
    setTimeout(() => socket.resetAndDestroy(), 20)
  }
}

function zipped(bytes: Buffer): string {
  return `${HEAD}content-encoding: gzip\r\ncontent-length: ${bytes.length}\r\n\r\n`
}
