import type { IncomingHttpHeaders, RequestListener } from 'node:http'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { now } from '../../../src/base/clock.js'
import { type Scrape, Scraper } from '../../../src/run/metrics/scraper.js'
import { observe, startExporter } from './exporter.js'

const NEVER = new AbortController().signal
const PAGE = 'heap_bytes 5\n'
const TAKE = 'take: { heap: heap_bytes }'

/** Opens scrapes of a URL; of a path if only the service is given. */
async function open(metrics: string, options: Parameters<typeof observe>[1]): Promise<Scraper> {
  const { metrics: observed, plan } = observe(metrics, options)
  const scraper = await Scraper.open(observed.request, plan, NEVER)
  onTestFinished(() => scraper.close())
  return scraper
}

async function scrape(listener: RequestListener, url = '/metrics'): Promise<Scrape> {
  const target = await startExporter(listener)
  return (await open(`{ url: ${url}, ${TAKE} }`, { target })).scrape()
}

describe('a scrape', () => {
  test('returns the page, over one connection for all', async () => {
    const ports = new Set<number | undefined>()
    const target = await startExporter((request, response) => {
      ports.add(request.socket.remotePort)
      response.end(PAGE)
    })
    const scraper = await open(`{ url: /metrics, ${TAKE} }`, { target })
    const began = now()
    for (let i = 0; i < 5; i++) {
      const page = await scraper.scrape()
      expect(page).toMatchObject({ text: PAGE })
      expect((page as { at: number }).at).toBeGreaterThanOrEqual(began)
      expect((page as { at: number }).at).toBeLessThanOrEqual(now())
    }
    expect(ports.size).toBe(1)
  })

  test('is timed when the service answers, not when the last byte has come', async () => {
    const target = await startExporter((_, response) => {
      response.write(PAGE)
      setTimeout(() => response.end(), 400)
    })
    const scraper = await open(`{ url: /metrics, ${TAKE} }`, { target })
    await scraper.scrape()
    const began = now()
    const page = (await scraper.scrape()) as { at: number }
    expect(now() - began).toBeGreaterThan(390)
    expect(page.at - began).toBeLessThan(300)
  })

  test.each<[string, Buffer | string, Record<string, string>]>([
    ['compressed', gzipSync(PAGE), { 'content-encoding': 'gzip' }],
    ['OpenMetrics', `${PAGE}# EOF\n`, { 'content-type': 'application/openmetrics-text; version=1.0.0' }],
    ['of no known type', PAGE, { 'content-type': 'application/octet-stream' }],
  ])('may be %s', async (_, body, headers) => {
    expect(await scrape((__, response) => response.writeHead(200, headers).end(body))).toMatchObject({
      text: expect.stringContaining('heap_bytes 5'),
    })
  })

  test('follows a redirect, but without the secrets for another place', async () => {
    const seen: IncomingHttpHeaders[] = []
    const other = await startExporter((request, response) => {
      seen.push(request.headers)
      response.end(PAGE)
    })
    const target = await startExporter((request, response) => {
      seen.push(request.headers)
      response.writeHead(301, { location: request.url === '/metrics' ? '/metrics/' : other }).end()
    })
    const scraper = await open(`{ url: /metrics, auth: { bearer: secret }, ${TAKE} }`, { target })
    expect(await scraper.scrape()).toMatchObject({ text: PAGE })
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer secret',
      'Bearer secret',
      undefined,
    ])
  })

  test.each<[string, RequestListener, string]>([
    ['status', (_, response) => response.writeHead(503).end(PAGE), 'status 503'],
    ['status', (_, response) => response.writeHead(204).end(), 'status 204'],
    ['timeout', () => {}, 'no complete response within 900ms'],
    ['timeout', (_, response) => response.write(PAGE), 'no complete response within 900ms'],
    ['reset', (request) => request.socket.destroy(), 'connection closed'],
    [
      'reset',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000 }).write(PAGE, () => response.destroy())
      },
      'connection closed before the response was complete',
    ],
    [
      'redirects',
      (_, response) => response.writeHead(302, { location: '/metrics' }).end(),
      'more than 5 redirects',
    ],
    [
      'format',
      (_, response) => response.end('<html>heap_bytes 5</html>'),
      'not metrics in the Prometheus text format',
    ],
    [
      'format',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('Login'),
      'not metrics',
    ],
    [
      'format',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(PAGE),
      'the body is not gzip',
    ],
    [
      'size',
      (_, response) => response.end(Buffer.alloc(10_000_001, 'a 1\n')),
      'the page is larger than 10.0MB',
    ],
    [
      'size',
      (_, response) =>
        response
          .writeHead(200, { 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(10_000_001, 'a 1\n'))),
      'the page is larger than 10.0MB',
    ],
    [
      'truncated',
      (_, response) => response.writeHead(200, { 'content-type': 'application/openmetrics-text' }).end(PAGE),
      'the page ends in the middle',
    ],
  ])('fails with the kind %s', async (kind, listener, reason) => {
    const failure = await scrape(listener)
    expect(failure).toMatchObject({ kind, reason: expect.stringContaining(reason) })
  })

  test('fails if the page ends with the connection, in the middle of a line', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nheap_bytes 5\nother 12'),
      )
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    onTestFinished(() => void server.close())
    const target = `http://127.0.0.1:${(server.address() as { port: number }).port}`
    const scraper = await open(`{ url: /metrics, ${TAKE} }`, { target })
    expect(await scraper.scrape()).toMatchObject({ kind: 'truncated' })
  })

  test('fails if nobody listens, and succeeds later', async () => {
    const scraper = await open(`{ url: 'http://127.0.0.1:1/metrics', ${TAKE} }`, {
      target: 'http://127.0.0.1:1',
    })
    expect(await scraper.scrape()).toMatchObject({ kind: 'connect' })
    let isUp = false
    const target = await startExporter((_, response) => response.writeHead(isUp ? 200 : 500).end(PAGE))
    const other = await open(`{ url: /metrics, ${TAKE} }`, { target })
    expect(await other.scrape()).toMatchObject({ kind: 'status' })
    isUp = true
    expect(await other.scrape()).toMatchObject({ text: PAGE })
  })
})

describe('the request for metrics', () => {
  const more =
    "http: { headers: { x-of-target: '1', authorization: Bearer of-the-target }, requestId: true, retries: 3, cookies: true }"
  const listen = async () => {
    const seen: { url: string | undefined; headers: IncomingHttpHeaders }[] = []
    const url = await startExporter(({ url, headers }, response) => {
      seen.push({ url, headers })
      response.end(PAGE)
    })
    return { seen, url }
  }

  test('has the headers of the target if the page is its own, and its base path', async () => {
    const { seen, url } = await listen()
    for (const page of ['/metrics', `${url}/metrics`])
      await (await open(`{ url: '${page}', ${TAKE} }`, { target: `${url}/base`, more })).scrape()
    expect(seen.map((each) => each.url)).toEqual(['/base/metrics', '/metrics'])
    for (const { headers } of seen)
      expect(headers).toMatchObject({
        'x-of-target': '1',
        authorization: 'Bearer of-the-target',
        'accept-encoding': 'gzip',
        accept: expect.stringContaining('text/plain;version=0.0.4'),
      })
  })

  test('has none of them elsewhere, but its own', async () => {
    const { seen, url } = await listen()
    const metrics = `{ url: '${url}/metrics?name={{ token }}', headers: { x-job: '\${JOB}', x-token: '{{ token }}' }, ${TAKE} }`
    await (
      await open(metrics, {
        target: 'http://127.0.0.1:1',
        more: `${more}\nbefore: [{ get: /login, capture: { token: $.token } }]`,
        env: { JOB: 'nightly' },
      })
    ).scrape()
    expect(seen).toMatchObject([
      { url: '/metrics?name=of-the-login', headers: { 'x-job': 'nightly', 'x-token': 'of-the-login' } },
    ])
    for (const name of ['x-of-target', 'authorization', 'x-request-id', 'cookie'])
      expect(seen[0]!.headers).not.toHaveProperty(name)
  })

  test('has no secret that is unknown to the scenario', () => {
    const metrics = `{ url: '/metrics?token=abcdef123456', headers: { x-api-key: '\${KEY}' }, auth: { basic: 'user:pass-of-user' }, ${TAKE} }`
    const { secrets } = observe(metrics, { target: 'http://127.0.0.1:1', env: { KEY: 'key-of-env' } })
    for (const secret of [
      'abcdef123456',
      'key-of-env',
      'pass-of-user',
      Buffer.from('user:pass-of-user').toString('base64'),
    ])
      expect(secrets).toContain(secret)
  })
})
