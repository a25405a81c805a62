import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { Server } from 'node:net'
import { describe, expect, test } from 'vitest'
import { Payload } from '../../../src/plan/payload.js'
import type { Retries } from '../../../src/scenario/model/retries.js'
import { makeCertificates } from './certificates.js'
import { listenForTest, openUser } from './user.js'

const SIZE = 5_000_000
/** In shared memory, like files. */
const FILE = Buffer.from(new SharedArrayBuffer(SIZE))
for (let i = 0; i < SIZE; i += 4) FILE.writeUInt32LE(Math.imul(i, 2654435761) >>> 0, i)
const LARGE = new Payload([
  { bytes: Buffer.from('before\r\n'), file: null },
  { bytes: FILE, file: { name: 'large.bin', contentType: 'application/octet-stream' } },
  { bytes: Buffer.from('\r\nafter'), file: null },
])
const SMALL = new Payload([{ bytes: FILE.subarray(7, 1007), file: { name: 'small', contentType: 'a/b' } }])
const NONE = new Payload([{ bytes: FILE.subarray(0, 0), file: { name: 'none', contentType: 'a/b' } }])

function digestOf(payload: Payload): string {
  const hash = createHash('sha256')
  for (const { bytes } of payload.stretches) hash.update(bytes)
  return hash.digest('hex')
}

async function digestOfBody(request: IncomingMessage): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of request) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** A server that counts connections. It does not read bodies itself, unlike `serveHttp`. */
async function listen(server: Server): Promise<{ port: number; accepted: () => number }> {
  let accepted = 0
  server.on('connection', () => accepted++)
  return { port: await listenForTest(server), accepted: () => accepted }
}

const echo: RequestListener = async (request, response) => {
  const length = request.headers['content-length']
  response.end(`${request.method} ${length} ${await digestOfBody(request)}`)
}

const certificates = makeCertificates()

describe('bodies of files arrive byte by byte, with their length, on one connection', () => {
  const pem = () => ({ key: certificates!.read('server.key'), cert: certificates!.read('server.pem') })
  test.each([
    ['HTTP/1.1', () => createServer(echo), 'http', {}],
    ['a shared connection', () => createServer(echo), 'http', { connections: 1, pipelining: 3 }],
    ['HTTP/2', () => createHttp2Server(echo as never) as unknown as Server, 'http', { http2: true }],
    ['TLS', () => createHttpsServer(pem(), echo), 'https', { insecure: true }],
  ] as const)('over %s', async (_, make, scheme, http) => {
    if (scheme === 'https' && certificates === null) return
    const { port, accepted } = await listen(make())
    const user = await openUser(`${scheme}://127.0.0.1:${port}`, http)
    for (const body of [LARGE, SMALL, LARGE, NONE, LARGE, SMALL]) {
      for (const method of ['POST', 'PUT']) {
        const { failure, answer, hops } = await user.send({ method, body })
        expect(failure).toBeNull()
        expect(answer!.text()).toBe(`${method} ${body.sizeBytes} ${digestOf(body)}`)
        const overhead = hops[0]!.bytesSent - body.sizeBytes
        expect(overhead).toBeGreaterThan(10)
        expect(overhead).toBeLessThan(500 + body.sizeBytes / 100)
      }
    }
    expect(accepted()).toBe(1)
  })
})

test('the sent part of a body is counted to the byte', async () => {
  let received = 0
  const server = createServer(echo)
  server.on('connection', (socket) => socket.on('close', () => (received += socket.bytesRead)))
  const { port } = await listen(server)
  const user = await openUser(`http://127.0.0.1:${port}`, { keepAlive: false })
  let sent = 0
  for (const body of [LARGE, SMALL, NONE])
    sent += (await user.send({ method: 'POST', body })).hops[0]!.bytesSent
  await expect.poll(() => received).toBe(sent)
})

test.each([307, 308])('a redirect by status %i takes the body along', async (status) => {
  const { port } = await listen(
    createServer(async (request, response) => {
      const digest = await digestOfBody(request)
      if (request.url === '/from') response.writeHead(status, { location: '/to' }).end()
      else response.end(`${request.method} ${request.headers['content-type']} ${digest}`)
    }),
  )
  const user = await openUser(`http://127.0.0.1:${port}`, { redirects: 1 })
  const headers = ['content-type', 'image/png']
  for (const body of [LARGE, SMALL]) {
    const { failure, answer } = await user.send({ method: 'PUT', path: '/from', headers, body })
    expect(failure).toBeNull()
    expect(answer!.text()).toBe(`PUT image/png ${digestOf(body)}`)
  }
})

const RETRIES: Retries = { count: 1, backoffMs: [1, 1], kinds: ['reset', 'timeout'], statuses: [[503, 503]] }

describe('a body is sent again from its beginning', () => {
  test.each([
    ['after a reset in the middle', 'reset'],
    ['after a timeout in the middle', 'hang'],
    ['after a status', 'status'],
    ['after a status that came too early', 'early'],
  ])('%s', async (_, act) => {
    let count = 0
    const { port } = await listen(
      createServer(async (request, response) => {
        if (count++ % 2 === 1) {
          response.end(await digestOfBody(request))
        } else if (act === 'status') {
          await digestOfBody(request)
          response.writeHead(503).end()
        } else if (act === 'early') {
          response.writeHead(503).end()
        } else if (act === 'reset') {
          request.once('data', () => request.socket.destroy())
        }
      }),
    )
    const user = await openUser(`http://127.0.0.1:${port}`, { retries: RETRIES, timeoutMs: 1000 })
    for (let i = 0; i < 2; i++) {
      const { failure, status, answer, hops } = await user.send({ method: 'POST', body: LARGE })
      expect([failure, status]).toEqual([null, 200])
      expect(hops).toHaveLength(2)
      expect(answer!.text()).toBe(digestOf(LARGE))
    }
    expect(count).toBe(4)
  })
})

test('a response before the whole body is sent is valid, and the next request is sent', async () => {
  const { port } = await listen(
    createServer((request, response) => {
      if (request.url === '/next') request.resume()
      response.writeHead(request.url === '/next' ? 200 : 413).end()
    }),
  )
  const user = await openUser(`http://127.0.0.1:${port}`)
  for (let i = 0; i < 3; i++) {
    const refused = await user.send({ method: 'POST', path: '/large', body: LARGE })
    expect([refused.failure, refused.status]).toEqual([null, 413])
    expect(refused.hops[0]!.bytesSent).toBeLessThan(LARGE.sizeBytes + 500)
    expect(await user.send({ path: '/next' })).toMatchObject({ failure: null, status: 200 })
  }
})
