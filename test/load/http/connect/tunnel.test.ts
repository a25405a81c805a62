import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer as createNetServer, type Server, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { HttpOptions, ProxyServer } from '../../../../src/scenario/model/http-types.js'
import { makeCertificates } from '../certificates.js'
import { listenForTest, openUser } from '../user.js'

const certificates = makeCertificates()
const pem = (file: string) => certificates!.read(file)

/** The name of the service. Only the proxies know that it is on this machine. */
const HOST = 'shop.test'

interface Login {
  readonly user: string
  readonly password: string
}

interface SocksServer {
  readonly port: number
  /** The requested kind of address and the address. */
  readonly asked: string[]
}

/** A SOCKS 5 proxy that connects to this machine, whatever host is requested. */
async function startSocks({ login, code = 0 }: { login?: Login; code?: number } = {}): Promise<SocksServer> {
  const asked: string[] = []
  const server = createNetServer((socket) => {
    const expected: ((bytes: Buffer) => number | null)[] = [greeting, ...(login ? [password] : []), command]
    let text = Buffer.alloc(0)
    socket.on('data', read)

    function read(chunk: Buffer): void {
      text = Buffer.concat([text, chunk])
      while (expected.length > 0) {
        const taken = expected[0]!(text)
        if (taken === null) return
        text = text.subarray(taken)
        expected.shift()
      }
    }

    function greeting(bytes: Buffer): number | null {
      if (bytes.length < 2 || bytes.length < 2 + bytes[1]!) return null
      const wanted = login === undefined ? 0 : 2
      const offered = [...bytes.subarray(2, 2 + bytes[1]!)]
      // Byte by byte, so that the reader has to wait for all of it.
      socket.write(Buffer.from([5]))
      setTimeout(() => socket.write(Buffer.from([offered.includes(wanted) ? wanted : 0xff])), 5)
      return 2 + bytes[1]!
    }

    function password(bytes: Buffer): number | null {
      const [, userLength = 0] = bytes
      const passwordLength = bytes[2 + userLength] ?? 0
      if (bytes.length < 3 + userLength + passwordLength) return null
      const user = bytes.subarray(2, 2 + userLength).toString()
      const given = bytes.subarray(3 + userLength, 3 + userLength + passwordLength).toString()
      socket.write(Buffer.from([1, user === login!.user && given === login!.password ? 0 : 1]))
      return 3 + userLength + passwordLength
    }

    function command(bytes: Buffer): number | null {
      const kind = bytes[3]
      const length = kind === 1 ? 4 : kind === 4 ? 16 : 1 + (bytes[4] ?? 0)
      if (bytes.length < 4 + length + 2) return null
      const address = bytes.subarray(4, 4 + length)
      const port = bytes.readUInt16BE(4 + length)
      asked.push(`${kind} ${kind === 3 ? address.subarray(1) : [...address].join('.')} ${port}`)
      socket.removeAllListeners('data')
      if (code !== 0) {
        socket.end(Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]))
        return 4 + length + 2
      }
      const onward = connect(port, '127.0.0.1')
      // The service speaks first, in one packet with the proxy's reply, which has a name, its longest form.
      onward.once('connect', () => {
        const reply = Buffer.from([5, 0, 0, 3, 4, 97, 98, 99, 100, 0, 80])
        onward.once('data', (first) => {
          socket.write(isFirst ? Buffer.concat([reply, first]) : first)
          onward.pipe(socket)
        })
        let isFirst = true
        setTimeout(() => {
          if (onward.bytesRead > 0) return
          isFirst = false
          socket.write(reply)
        }, 20)
        socket.pipe(onward)
      })
      return 4 + length + 2
    }
  })
  return { port: await listenForTest(server), asked }
}

function socksAt(port: number, { login, resolves = true }: { login?: Login; resolves?: boolean } = {}) {
  const socks = { resolves, login: login === undefined ? null : ([login.user, login.password] as const) }
  return proxies({ host: '127.0.0.1', port, authorization: null, socks })
}

function proxies(server: ProxyServer): NonNullable<HttpOptions['proxy']> {
  return { http: server, https: server, except: [] }
}

const LOGIN = { user: 'me', password: 'pässword' }

/** A service that responds with what it was asked for. */
function tell({ url, headers }: IncomingMessage, response: { end(text: string): void }): void {
  response.end(JSON.stringify({ url, host: headers.host, login: headers['proxy-authorization'] ?? null }))
}

async function get(target: string, http: Partial<HttpOptions>, path = '/a') {
  const user = await openUser(target, http)
  const { failure, answer, hops } = await user.send({ path })
  return { failure, seen: failure === null ? JSON.parse(answer!.text()) : null, hop: hops[0]!, user }
}

describe('a SOCKS proxy', () => {
  test.each([
    ['without a login', undefined],
    ['with a login', LOGIN],
  ])('%s leads plain requests to the service, on connections that are kept', async (_, login) => {
    const port = await listenForTest(createHttpServer(tell))
    const socks = await startSocks(login && { login })
    const proxy = socksAt(socks.port, login && { login })
    const { failure, seen, user } = await get(`http://${HOST}:${port}`, { proxy })
    expect(failure).toBeNull()
    expect(seen).toEqual({ url: '/a', host: `${HOST}:${port}`, login: null })
    expect((await user.send()).status).toBe(200)
    expect(socks.asked).toEqual([`3 ${HOST} ${port}`])
  })

  test.each([
    ['a name that the proxy looks up', 'localhost', true, '3 localhost'],
    ['a name that perfctl looked up', 'localhost', false, /^(1 127\.0\.0\.1|4 (0\.){15}1)$/],
    ['an address', '127.0.0.1', true, '1 127.0.0.1'],
    ['an IPv6 address', '[::1]', true, `4 ${'0.'.repeat(15)}1`],
    ['a long IPv6 address', '[2001:db8::1.2.3.4]', true, `4 32.1.13.184.${'0.'.repeat(8)}1.2.3.4`],
  ])('is asked for %s', async (_, host, resolves, asked) => {
    const port = await listenForTest(createHttpServer(tell))
    const socks = await startSocks()
    const { failure } = await get(`http://${host}:${port}`, { proxy: socksAt(socks.port, { resolves }) })
    expect(failure).toBeNull()
    expect(socks.asked[0]!.replace(/ \d+$/, '')).toEqual(
      typeof asked === 'string' ? asked : expect.stringMatching(asked),
    )
  })

  test.each<[string, object, object, string]>([
    ['that refuses', { code: 2 }, {}, `the proxy can't connect to ${HOST}:81: its rules do not allow it`],
    ['that fails with an unknown code', { code: 99 }, {}, `the proxy can't connect to ${HOST}:81: code 99`],
    ['that requires a login', { login: LOGIN }, {}, 'the proxy requires a user and password'],
    ['that accepts no login', {}, { login: LOGIN }, 'the proxy accepts no user and password'],
    [
      'that wants another login',
      { login: { ...LOGIN, user: 'you' } },
      { login: LOGIN },
      'the proxy rejected the user and password',
    ],
  ])('%s fails the request', async (_, server, client, message) => {
    const socks = await startSocks(server)
    const { failure } = await get(`http://${HOST}:81`, { proxy: socksAt(socks.port, client) })
    expect(failure).toEqual({ kind: 'connect', message })
  })

  test.each<[string, (socket: Socket) => void, string]>([
    ['closes', (socket) => socket.end(), 'the proxy closed the connection'],
    ['closes half way', (socket) => socket.end(Buffer.from([5])), 'the proxy closed the connection'],
    [
      'speaks HTTP',
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'the proxy does not speak SOCKS 5',
    ],
    ['says nothing', () => {}, 'no connection within 150ms'],
  ])('that %s fails the request in time', async (_, act, message) => {
    const port = await listenForTest(createNetServer((socket) => socket.once('data', () => act(socket))))
    const user = await openUser(`http://${HOST}`, { proxy: socksAt(port), connectTimeoutMs: 150 })
    for (let i = 0; i < 2; i++) expect((await user.send()).failure).toEqual({ kind: 'connect', message })
  })

  test('reaches a service that speaks first, as in HTTP/2', async () => {
    const service = createHttp2Server((request, response) =>
      response.end(JSON.stringify({ url: request.url, host: request.authority })),
    )
    const port = await listenForTest(service as unknown as Server)
    const socks = await startSocks()
    const { failure, seen } = await get(`http://${HOST}:${port}`, { proxy: socksAt(socks.port), http2: true })
    expect(failure).toBeNull()
    expect(seen).toEqual({ url: '/a', host: `${HOST}:${port}` })
  })

  test.skipIf(certificates === null)(
    'leads to a service with TLS, whose certificate is checked',
    async () => {
      const service = createHttpsServer({ key: pem('server.key'), cert: pem('server.pem') }, tell)
      const port = await listenForTest(service as unknown as Server)
      const proxy = socksAt((await startSocks({ login: LOGIN })).port, { login: LOGIN })
      const { seen } = await get(`https://${HOST}:${port}`, { proxy, tls: { ca: pem('ca.pem') } })
      expect(seen).toMatchObject({ host: `${HOST}:${port}` })
      const { failure } = await get(`https://${HOST}:${port}`, { proxy })
      expect(failure?.kind).toBe('tls')
    },
  )
})

test('plain HTTP/2 goes through a tunnel of an HTTP proxy, because it has no absolute URLs', async () => {
  const service = createHttp2Server((request, response) => response.end(JSON.stringify({ url: request.url })))
  const onward = await listenForTest(service as unknown as Server)
  const asked: unknown[] = []
  const port = await listenForTest(makeHttpProxy(createHttpServer(), onward, asked))
  const proxy = proxies({ host: '127.0.0.1', port, authorization: null })
  const { seen } = await get(`http://${HOST}:81`, { proxy, http2: true })
  expect(seen).toEqual({ url: '/a' })
  expect(asked).toEqual([`${HOST}:81`])
})

describe.skipIf(certificates === null)('an HTTP proxy that speaks TLS', () => {
  /** A proxy that responds to plain requests itself, and opens tunnels to `onward`. */
  async function startProxy(onward: number, asked: unknown[] = []): Promise<ProxyServer> {
    // Its certificate is for 127.0.0.1, too.
    const server = createHttpsServer({ key: pem('server.key'), cert: pem('server.pem') }, tell)
    const port = await listenForTest(makeHttpProxy(server, onward, asked) as unknown as Server)
    return { host: '127.0.0.1', port, authorization: 'Basic abc', isSecure: true }
  }

  const tls = { ca: certificates === null ? '' : pem('ca.pem') }

  test('gets plain requests with an absolute URL', async () => {
    const asked: unknown[] = []
    const proxy = proxies(await startProxy(1, asked))
    const { failure, seen, user } = await get(`http://${HOST}`, { proxy, tls })
    expect(failure).toBeNull()
    expect(seen).toEqual({ url: `http://${HOST}/a`, host: HOST, login: 'Basic abc' })
    expect((await user.send()).hops[0]!.connect).toBeNull()
    expect(asked).toEqual([])
  })

  test('opens tunnels to services that speak TLS themselves, and sees none of their secrets', async () => {
    const service = createHttpsServer(
      { key: pem('server.key'), cert: pem('server.pem'), ca: pem('ca.pem'), requestCert: true },
      tell,
    )
    const onward = await listenForTest(service as unknown as Server)
    const asked: unknown[] = []
    const proxy = proxies(await startProxy(onward, asked))
    const client = { ...tls, cert: pem('client.pem'), key: pem('client.key') }
    const { failure, seen, user } = await get(`https://${HOST}`, { proxy, tls: client })
    expect(failure).toBeNull()
    expect(seen).toEqual({ url: '/a', host: HOST, login: null })
    expect((await user.send()).status).toBe(200)
    expect(asked).toEqual([`${HOST}:443`])
  })

  test.each([`http://${HOST}`, `https://${HOST}`])('has to be vouched for: %s', async (target) => {
    const proxy = proxies(await startProxy(1))
    const { failure } = await get(target, { proxy })
    expect(failure?.kind).toBe('tls')
    expect(failure?.message).toMatch(/^the proxy's TLS: /)
    // `-k` applies to both.
    expect((await get(`http://${HOST}`, { proxy, insecure: true })).failure).toBeNull()
  })
})

/** Opens tunnels to a port of this machine, whatever is requested. */
function makeHttpProxy<T extends object>(server: T, onward: number, asked: unknown[]): T {
  ;(server as HttpServer).on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push(request.url)
    const way = connect(onward, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      way.write(head)
      socket.pipe(way).pipe(socket)
    })
    way.on('error', () => socket.destroy())
    socket.on('error', () => way.destroy())
  })
  return server
}
