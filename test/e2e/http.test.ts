import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, onTestFinished, test, vi } from 'vitest'
import { makeCertificates } from '../load/http/certificates.js'
import { startSession } from './session.js'
import { answerAfter, countAll, startTarget } from './target.js'

test('redirects are followed, requests retried and cookies sent, and counted separately', async () => {
  const target = await startTarget(makeShop())
  const session = startSession({
    'shop.yaml': `
target: ${target.url}
load: { vus: 1, iterations: 200 }
http: { cookies: true, redirects: 2, retries: { count: 1, backoff: 1ms } }
requests:
  - { name: login, get: /login, expect: { json: { $.user: ann } } }
  - { name: answer, get: /login, redirects: 0, expect: { status: 302 } }
  - { name: circle, get: /circle }
  - { name: flaky, get: /flaky }
  - { name: down, get: /down }
  - { name: order, post: /down }
thresholds: [error_rate <= 100%]
`,
  })
  const { code, stdout } = await session.perfctl(['run', 'shop.yaml', '--seed', '5'])
  expect(code).toBe(0)
  const [{ totals, requests }] = session.results() as [ReturnType<typeof session.results>[0]]
  expect(totals.requests).toBe(200)
  const byName = Object.fromEntries(requests.map((request) => [request.name, request]))
  const { login, answer, circle, flaky, down, order } = byName
  expect(login).toMatchObject({ failed: 0, redirects: login!.requests, statuses: { 200: login!.requests } })
  expect(answer).toMatchObject({ failed: 0, redirects: 0 })
  expect(circle!.redirects).toBe(2 * circle!.requests)
  expect(circle!.errors).toEqual([
    { kind: 'redirects', message: 'more than 2 redirects', count: circle!.requests },
  ])
  const failures = flaky!.requests
  expect(flaky).toMatchObject({
    failed: 0,
    retries: { requests: failures, recovered: failures, attempts: failures },
  })
  expect(down).toMatchObject({ failed: down!.requests, retries: { requests: down!.requests, recovered: 0 } })
  expect(down!.retries.errors).toEqual([{ kind: 'status', message: 'status 503', count: down!.requests }])
  expect(order).toMatchObject({ failed: order!.requests, retries: { requests: 0, attempts: 0, errors: [] } })
  const exchanges = totals.requests + totals.redirects + totals.retries.attempts
  expect(countAll(target)).toBe(exchanges)
  const again = flaky!.requests + down!.requests
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    `note: ${again} requests retried, ${flaky!.requests} of them successfully; the error rate leaves out the attempts before the last: status 503 (${again})`,
  )
})

const TEXT = 'compressed '.repeat(1000)
const PACKED = { gzip: gzipSync(TEXT), br: brotliCompressSync(TEXT), deflate: deflateSync(TEXT) }

test.each([
  ['true', TEXT.length, 1],
  ['wire', null, 0],
])(
  'with compression: %s, bodies are counted before and after decoding',
  async (compression, decoded, broken) => {
    const target = await startTarget(({ url, headers }, response) => {
      expect(headers['accept-encoding']).toBe('gzip, deflate, br')
      const encoding = url!.slice(1) as keyof typeof PACKED
      if (encoding in PACKED) response.setHeader('content-encoding', encoding)
      if (url === '/broken') response.setHeader('content-encoding', 'gzip')
      response.end(PACKED[encoding] ?? TEXT)
    })
    const session = startSession({
      'zip.yaml': `
target: ${target.url}
load: { iterations: 100 }
http: { compression: ${compression} }
requests: [{ get: /gzip }, { get: /br }, { get: /deflate }, { get: /plain }, { get: /broken }]
`,
    })
    await session.perfctl(['run', 'zip.yaml'])
    const requests = Object.fromEntries(session.results()[0]!.requests.map((each) => [each.name, each]))
    for (const name of ['GET /gzip', 'GET /br', 'GET /deflate', 'GET /plain']) {
      const { requests: count, failed, bytesReceived, bytesDecoded } = requests[name]!
      expect(failed).toBe(0)
      expect(bytesDecoded).toBe(decoded === null ? null : decoded * count)
      if (name !== 'GET /plain') expect(bytesReceived).toBeLessThan(count * 500)
    }
    const { requests: count, errors } = requests['GET /broken']!
    const message = 'the body is not gzip, though its header says so'
    expect(errors).toEqual(broken === 0 ? [] : [{ kind: 'expectation', message, count }])
  },
)

test('each request has an id and a trace, the same for its retries and with the same seed', async () => {
  const runs: string[][] = []
  const target = await startTarget(({ headers }, response) => {
    const ids = `${headers['x-id']} ${headers['traceparent']}`
    const isFirst = !runs.at(-1)!.includes(ids)
    runs.at(-1)!.push(ids)
    response.writeHead(isFirst ? 503 : 200).end()
  })
  const session = startSession({
    'ids.yaml': `
target: ${target.url}
load: { iterations: 20 }
http: { requestId: X-Id, trace: true, retries: { count: 1, backoff: 1ms } }
requests: [{ get: / }]
`,
  })
  for (const seed of ['1', '1', '2']) {
    runs.push([])
    expect((await session.perfctl(['run', 'ids.yaml', '--seed', seed])).code).toBe(0)
  }
  const [one, again, other] = runs as [string[], string[], string[]]
  expect(one).toHaveLength(40)
  expect(new Set(one).size).toBe(20)
  for (const ids of one) {
    expect(ids).toMatch(/^[0-9a-f-]{36} 00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/)
  }
  expect(again).toEqual(one)
  expect(new Set([...one, ...other]).size).toBe(40)
})

test.each([
  ['connections: 3', 3, 2],
  ['connections: 1', 1, 1],
  ['{ connections: 2, pipelining: 3 }', 2, 2],
  ['keepAlive: false', 60, 2],
])('with %s, the number of connections holds over all workers', async (http, connections, workers) => {
  const target = await startTarget(answerAfter(2))
  const session = startSession({
    'pool.yaml': `
target: ${target.url}
load: { iterations: 60, vus: 8 }
http: ${http.startsWith('{') ? http : `{ ${http} }`}
requests: [{ get: / }]
`,
  })
  const { code, stderr } = await session.perfctl(['run', 'pool.yaml', '--workers', '2'])
  expect(code, stderr).toBe(0)
  const [result] = session.results()
  expect(result).toMatchObject({
    totals: { requests: 60, failed: 0 },
    environment: { workers },
    connections: { tcp: { count: connections } },
  })
  await vi.waitFor(() => expect(target.seen.bytesReceived).toBe(result!.totals.bytesSent))
  expect(target.seen.bytesSent).toBe(result!.totals.bytesReceived)
})

test('waiting for a shared connection is in the latency, but not in the service time', async () => {
  const target = await startTarget(answerAfter(20))
  const session = startSession({
    'queue.yaml': `
target: ${target.url}
load: { iterations: 40, vus: 4 }
http: { connections: 1 }
requests: [{ get: / }]
`,
  })
  expect((await session.perfctl(['run', 'queue.yaml'])).code).toBe(0)
  const { latency, serviceTime } = session.results()[0]!.totals
  expect(latency.p50!).toBeGreaterThan(3 * 20)
  expect(serviceTime.p50!).toBeLessThan(latency.p50! / 2)
})

test('run, try and explain work with HTTP/2', async () => {
  const server = createHttp2Server((_request, response) => void setTimeout(() => response.end('ok'), 2))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const session = startSession({
    'two.yaml': `
target: http://127.0.0.1:${(server.address() as AddressInfo).port}
load: { iterations: 100, vus: 10 }
http: { http2: true, connections: 2 }
requests: [{ post: /a, json: { b: 1 }, expect: { body: ok } }]
`,
  })
  expect((await session.perfctl(['run', 'two.yaml', '--workers', '1'])).code).toBe(0)
  expect(session.results()[0]).toMatchObject({
    totals: { requests: 100, failed: 0 },
    connections: { tcp: { count: 2 } },
  })
  const { stdout } = await session.perfctl(['try', 'two.yaml'])
  expect(stdout).toContain('> POST /a HTTP/2\n> :authority: 127.0.0.1:')
  expect(stdout).toContain('< HTTP/2 200\n')
  expect((await session.perfctl(['explain', 'two.yaml'])).stdout).toContain('over HTTP/2 only')
})

const certificates = makeCertificates()

test.skipIf(certificates === null)(
  'a service behind TLS is reached by another way, and asks who comes',
  async () => {
    const read = (file: string) => certificates!.read(file)
    const names: (string | undefined)[] = []
    const options = {
      key: read('server.key'),
      cert: read('server.pem'),
      ca: read('ca.pem'),
      requestCert: true,
    }
    const server = createHttpsServer(options, (request, response) => {
      names.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN as string)
      response.end(request.headers.host)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const session = startSession({
      'scenarios/shop.yaml': `
target: https://shop.test:8443
load: { iterations: 20, vus: 2 }
http:
  tls: { ca: ../pem/ca.pem, cert: ../pem/client.pem, key: ../pem/client.key }
requests: [{ get: /, expect: { body: "shop.test:8443" } }]
`,
    })
    for (const file of ['ca.pem', 'client.pem', 'client.key']) session.write(`pem/${file}`, read(file))
    const way = ['--connect-to', `shop.test:8443:127.0.0.1:${port}`]
    const run = await session.perfctl(['run', 'scenarios/shop.yaml', ...way])
    expect(run, run.stderr).toMatchObject({ code: 0 })
    expect(session.results()[0]).toMatchObject({
      totals: { requests: 20, failed: 0 },
      scenario: { target: 'https://shop.test:8443' },
      connections: { tls: { count: 2 } },
    })
    expect(names).toEqual(Array.from({ length: 20 }, () => 'client'))
    expect(JSON.stringify(session.results())).not.toContain('PRIVATE KEY')
    const tried = await session.perfctl(['try', 'scenarios/shop.yaml', ...way])
    expect(tried.code).toBe(0)
    const explained = await session.perfctl(['explain', 'scenarios/shop.yaml'])
    expect(explained.stdout).toContain('sends a client certificate (mTLS)')
    const wrong = await session.perfctl(['run', 'scenarios/shop.yaml', '--connect-to', 'shop.test'])
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('--connect-to shop.test: not of the form host:port:host:port')
  },
)

test.each([
  ['{ trace: true, requestId: true }', 'traceparent', /^00-([0-9a-f]{32})-/],
  ['{ requestId: true, redirects: 1, cookies: true }', 'x-request-id', /^(.*)$/],
])('with %s, a failure is reported with the id of one such request', async (http, header, form) => {
  const failed = new Set<string>()
  const target = await startTarget(({ headers, url }, response) => {
    if (url === '/bad') failed.add(form.exec(String(headers[header]))![1]!)
    response.writeHead(url === '/bad' ? 500 : 200).end()
  })
  const session = startSession({
    'ids.yaml': `
target: ${target.url}
load: { iterations: 40 }
http: ${http}
requests: [{ get: /bad }, { get: /good }]
`,
  })
  const { stdout } = await session.perfctl(['run', 'ids.yaml'])
  const [error, ...others] = session.results()[0]!.totals.errors
  expect(others).toEqual([])
  expect(error).toMatchObject({ message: 'status 500', count: failed.size })
  expect(failed).toContain(error!.example)
  expect(stdout).toContain(`\nid of a request that failed with status: ${error!.example}\n`)
})

/** A shop that requires a cookie after its login, and fails every second time, or always. */
function makeShop() {
  let flaky = 0
  return ({ url, headers }: IncomingMessage, response: ServerResponse) => {
    const redirect = (location: string, more = {}) => response.writeHead(302, { location, ...more }).end()
    if (url === '/login') redirect('/home', { 'set-cookie': ['sid=1; HttpOnly', 'theme=dark'] })
    else if (url === '/home' && headers.cookie === 'sid=1; theme=dark') response.end('{"user":"ann"}')
    else if (url === '/circle') redirect('/circle')
    else if (url === '/flaky') response.writeHead(flaky++ % 2 === 0 ? 503 : 200).end()
    else response.writeHead(503).end()
  }
}
