import { mkdtempSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer as createNetServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { checkReachable } from '../../../src/load/once/preflight.js'
import type { HttpOptions, ProxyServer, TlsOptions } from '../../../src/scenario/model/http-types.js'
import { makeCertificates, PASSPHRASE } from './certificates.js'
import { listenForTest, openUser } from './user.js'

const certificates = makeCertificates()

/** Responds with what it sees of a request. */
function tell(request: IncomingMessage, response: { end(text: string): void }): void {
  const { socket, headers, url } = request
  const { servername } = socket as TLSSocket & { servername?: string }
  const peer = (socket as TLSSocket).getPeerCertificate?.()?.subject?.CN ?? null
  response.end(JSON.stringify({ url, host: headers.host, headers, servername, peer }))
}

async function see(target: string, http: Partial<HttpOptions>, path = '/a?b=1') {
  const user = await openUser(target, http)
  const { failure, answer, hops } = await user.send({ path })
  return { failure, seen: failure === null ? JSON.parse(answer!.text()) : null, hop: hops[0]! }
}

/** An address of a target at which nobody listens. */
const NOWHERE = 'http://shop.test:81'

test('a unix socket is used, also for the check before the load', async () => {
  const socketPath = join(mkdtempSync(join(tmpdir(), 'perfctl-')), 'app.sock')
  const http = { connectTimeoutMs: 1000, socketPath }
  await expect(checkReachable(NOWHERE, http)).rejects.toThrow(
    `${NOWHERE} can't be reached by ${socketPath}: connect ENOENT`,
  )
  await listenForTest(createServer(tell), socketPath)
  const { seen, hop } = await see(NOWHERE, { socketPath })
  expect(seen).toMatchObject({ url: '/a?b=1', host: 'shop.test:81' })
  expect(hop.bytesReceived).toBeGreaterThan(100)
  await checkReachable(NOWHERE, http)
})

describe('connectTo', () => {
  const anything = { host: null, port: null, toHost: null, toPort: null }

  test.each([
    ['a host and port', { host: 'shop.test', port: 81, toHost: '127.0.0.1' }],
    ['a host', { host: 'shop.test', toHost: '127.0.0.1' }],
    ['a port', { port: 81, toHost: '127.0.0.1' }],
    ['everything', { toHost: '127.0.0.1' }],
  ])('applies to %s', async (_, change) => {
    const toPort = await listenForTest(createServer(tell))
    const changes = [
      { ...anything, host: 'other.test', toPort: 1 },
      { ...anything, ...change, toPort },
    ]
    const { seen } = await see(NOWHERE, { connectTo: changes })
    expect(seen.host).toBe('shop.test:81')
    await checkReachable(NOWHERE, { connectTimeoutMs: 1000, connectTo: changes })
  })

  test('is named if nobody listens', async () => {
    const connectTo = [{ ...anything, toHost: '127.0.0.1', toPort: 1 }]
    const reason = `${NOWHERE} can't be reached at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1`
    await expect(checkReachable(NOWHERE, { connectTimeoutMs: 1000, connectTo })).rejects.toThrow(reason)
  })
})

describe('a proxy', () => {
  test('gets plain requests with an absolute URL, and its own login', async () => {
    const port = await listenForTest(createServer(tell))
    const { seen } = await see(NOWHERE, { proxy: proxyAt(port) })
    expect(seen).toMatchObject({ url: 'http://shop.test:81/a?b=1', host: 'shop.test:81' })
    expect(seen.headers['proxy-authorization']).toBe('Basic abc')
  })

  test('is not used for excepted hosts', async () => {
    const port = await listenForTest(createServer(tell))
    const { seen } = await see(`http://127.0.0.1:${port}`, {
      proxy: { ...proxyAt(1), except: ['127.0.0.1'] },
    })
    expect(seen.url).toBe('/a?b=1')
  })

  test.each([
    ['nobody there', 1, /^connect ECONNREFUSED/],
    ['one that refuses', null, /^the proxy responded 407 to CONNECT shop.test:443$/],
  ])('that refuses a tunnel fails the request: %s', async (_, port, message) => {
    const refusing = createServer().on('connect', (_request, socket: Socket) => {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
    })
    const proxy = proxyAt(port ?? (await listenForTest(refusing)))
    const { failure } = await see('https://shop.test', { proxy })
    expect(failure).toEqual({ kind: 'connect', message: expect.stringMatching(message) })
  })

  test.each<[string, (socket: Socket) => void, object]>([
    ['closes', (socket) => socket.end(), { kind: 'connect', message: 'the proxy closed the connection' }],
    [
      'speaks no HTTP',
      (socket) => socket.end('SSH-2.0\r\n\r\n'),
      { kind: 'connect', message: 'the proxy does not speak HTTP' },
    ],
    ['says nothing', () => {}, { kind: 'connect', message: 'no connection within 150ms' }],
    [
      'says nothing after the tunnel',
      (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'),
      { kind: 'connect', message: 'no connection within 150ms' },
    ],
  ])('that %s fails the request in time', async (_, act, failure) => {
    const port = await listenForTest(createNetServer((socket) => socket.once('data', () => act(socket))))
    const user = await openUser('https://shop.test', { proxy: proxyAt(port), connectTimeoutMs: 150 })
    for (let i = 0; i < 2; i++) expect((await user.send()).failure).toEqual(failure)
  })

  test('that is not running is reported before the load', async () => {
    const http = { connectTimeoutMs: 1000, proxy: proxyAt(1) }
    await expect(checkReachable(NOWHERE, http)).rejects.toThrow("the proxy 127.0.0.1:1 can't be reached")
  })
})

describe.skipIf(certificates === null)('over TLS', () => {
  const pem = (file: string) => certificates!.read(file)

  /** A server that requires a client certificate of the authority. */
  async function startHttps(options: object = {}): Promise<number> {
    const server = createHttpsServer({ key: pem('server.key'), cert: pem('server.pem'), ...options }, tell)
    return listenForTest(server as unknown as Server)
  }

  test('the authority verifies the server, wherever the connection goes', async () => {
    const toPort = await startHttps()
    const connectTo = [{ host: 'shop.test', port: 443, toHost: '127.0.0.1', toPort }]
    const { seen } = await see('https://shop.test', { connectTo, tls: { ca: pem('ca.pem') } })
    expect(seen).toMatchObject({ host: 'shop.test', servername: 'shop.test' })
    const other = [{ ...connectTo[0]!, host: 'bank.test' }]
    const { failure } = await see('https://bank.test', { connectTo: other, tls: { ca: pem('ca.pem') } })
    expect(failure).toMatchObject({
      kind: 'tls',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    })
    const named = { ca: pem('ca.pem'), servername: 'shop.test' }
    expect((await see('https://bank.test', { connectTo: other, tls: named })).seen.servername).toBe(
      'shop.test',
    )
    expect((await see(`https://127.0.0.1:${toPort}`, { tls: { ca: pem('ca.pem') } })).failure).toBeNull()
    expect((await see('https://shop.test', { connectTo })).failure?.kind).toBe('tls')
    expect((await see('https://shop.test', { connectTo, insecure: true })).failure).toBeNull()
  })

  test('a server that speaks only HTTP/2 is recognized', async () => {
    const server = createSecureServer({ key: pem('server.key'), cert: pem('server.pem') })
    const port = await listenForTest(server as unknown as Server)
    const { failure } = await see(`https://127.0.0.1:${port}`, { tls: { ca: pem('ca.pem') } })
    const message = 'the service speaks only HTTP/2; set http2: true under http'
    expect(failure).toEqual({ kind: 'protocol', message })
  })

  test('the server gets the client certificate', async () => {
    const port = await startHttps({ ca: pem('ca.pem'), requestCert: true, rejectUnauthorized: true })
    const target = `https://127.0.0.1:${port}`
    const client = { ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key') }
    expect((await see(target, { tls: client })).seen.peer).toBe('client')
    const locked = { ...client, key: pem('locked.key'), passphrase: PASSPHRASE }
    expect((await see(target, { tls: locked })).seen.peer).toBe('client')
    const nobody = await see(target, { tls: { ca: pem('ca.pem') } })
    expect(['tls', 'reset']).toContain(nobody.failure?.kind)
  })

  test.each<[TlsOptions, boolean]>([
    [{ minVersion: 'TLSv1.3' }, false],
    [{ maxVersion: 'TLSv1.2' }, true],
    [{ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }, true],
    [{ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }, false],
  ])('%j is respected', async (tls, works) => {
    const port = await startHttps({ maxVersion: 'TLSv1.2' })
    const { failure } = await see(`https://127.0.0.1:${port}`, { tls: { ...tls, ca: pem('ca.pem') } })
    expect(failure?.kind ?? null).toBe(works ? null : 'tls')
  })

  test('a tunnel through a proxy ends at the server', async () => {
    const port = await startHttps()
    const asked: unknown[] = []
    const tunnel = createServer().on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      asked.push([request.url, request.headers['proxy-authorization']])
      const onward = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        onward.write(head)
        socket.pipe(onward).pipe(socket)
      })
    })
    const proxy = proxyAt(await listenForTest(tunnel))
    const user = await openUser('https://shop.test', { proxy, tls: { ca: pem('ca.pem') } })
    for (let i = 0; i < 3; i++) {
      const { failure, hops } = await user.send({ path: `/${i}` })
      expect(failure).toBeNull()
      expect(JSON.parse(hops[0]!.answer!.text())).toMatchObject({ url: `/${i}`, host: 'shop.test' })
      expect(hops[0]!.connect !== null).toBe(i === 0)
    }
    expect(asked).toEqual([['shop.test:443', 'Basic abc']])
  })

  test('a TLS session is resumed on the next connection', async () => {
    const resumed: boolean[] = []
    const server = createHttpsServer(
      { key: pem('server.key'), cert: pem('server.pem') },
      (request, response) => {
        resumed.push((request.socket as TLSSocket).isSessionReused())
        response.setHeader('connection', 'close')
        response.end('{}')
      },
    )
    const port = await listenForTest(server as unknown as Server)
    const user = await openUser(`https://127.0.0.1:${port}`, { tls: { ca: pem('ca.pem') } })
    for (let i = 0; i < 3; i++) expect((await user.send()).failure).toBeNull()
    expect(resumed).toEqual([false, true, true])
  })
})

function proxyAt(port: number) {
  const server: ProxyServer = { host: '127.0.0.1', port, authorization: 'Basic abc' }
  return { http: server, https: server, except: [] as string[] }
}
