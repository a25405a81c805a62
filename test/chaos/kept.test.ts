/**
 * Connections that end between two requests, as on real servers: no request is lost.
 */
import { describe, expect, test } from 'vitest'
import { makeCertificates } from '../load/http/certificates.js'
import { complaintsOf } from './account.js'
import type { Ask, Fault, Script } from './ask.js'
import { GOOD, goodAnswer } from './http1-faults.js'
import { GOOD_STREAM } from './http2-faults.js'
import { CLOSED, GET, HTTP, OPEN } from './loads.js'
import { startService } from './service.js'
import { unleash, type Yaml } from './unleash.js'

const certificates = makeCertificates()!
const tls = { cert: certificates.read('server.pem'), key: certificates.read('server.key') }
/** The number of requests; each connection takes five. */
const ENOUGH = 150

/** Each connection closes after this many requests, without notice or with `connection: close`. */
function goesAfter(requests: number, saysSo: boolean): Script<Ask> {
  const counts = new WeakMap<object, number>()
  const good: Fault<Ask> = {
    ...GOOD,
    answer(ask) {
      const count = (counts.get(ask.socket) ?? 0) + 1
      counts.set(ask.socket, count)
      if (count < requests) ask.socket.write(goodAnswer(ask))
      // Later requests in the same packet are never read.
      else if (count === requests) ask.socket.end(goodAnswer(ask, saysSo ? 'connection: close\r\n' : ''))
    },
  }
  return () => good
}

const H1: Readonly<Record<string, { load?: Yaml; http?: Yaml; target?: string }>> = {
  closed: {},
  open: { load: OPEN },
  'shared connections': { http: { connections: 4 } },
  pipelined: { http: { connections: 3, pipelining: 4 } },
  'pipelined, open': { load: OPEN, http: { connections: 4, pipelining: 4 } },
  TLS: { target: 'https' },
}

describe.concurrent.each([
  ['without notice', false],
  ['as announced', true],
])('connections that close %s after a few requests', (_, saysSo) => {
  test.each(Object.entries(H1))(
    'lose no GET, %s',
    async (_, { load = CLOSED, http = {}, target = 'http' }) => {
      const script = goesAfter(5, saysSo)
      const service = await startService({ http1: script, tls: { ...tls, alpn: ['http/1.1'] } })
      const insecure = target === 'https' ? { tls: { insecure: true } } : {}
      const scenario = { load, http: { ...HTTP, ...insecure, ...http }, requests: [GET] }
      const run = await unleash(scenario, `${target}://127.0.0.1:${service.port}`, {
        until: service.sees(ENOUGH),
      })
      const complaints = await complaintsOf(run, service, script)
      await service.stop()
      expect(complaints).toEqual([])
      expect(run.totals.failed).toBe(0)
      expect(service.accepted()).toBeGreaterThanOrEqual(ENOUGH / 5)
    },
  )
})

const H2: Readonly<Record<string, { load?: Yaml; http?: Yaml; target?: string }>> = {
  closed: {},
  open: { load: OPEN },
  'shared by all': { http: { connections: 1 } },
  'shared by all, open': { load: OPEN, http: { connections: 1 } },
  'a few, without think time': {
    load: { vus: 10, duration: '30s', gracefulStop: '2s' },
    http: { connections: 2 },
  },
  TLS: { target: 'https' },
  'TLS, shared by all': { target: 'https', http: { connections: 1 } },
}

describe.concurrent('connections that send GOAWAY after a few streams', () => {
  test.each(Object.entries(H2))(
    'lose no request, %s',
    async (_, { load = CLOSED, http = {}, target = 'http' }) => {
      const service = await startService({ http2: () => GOOD_STREAM, http2Options: { streamsMost: 5 }, tls })
      const insecure = target === 'https' ? { tls: { insecure: true } } : {}
      const POST = {
        name: 'post',
        weight: 4,
        post: '/r/{{ iteration() }}',
        body: 'a few bytes',
        expect: { matches: '^' },
      }
      const scenario = { load, http: { ...HTTP, http2: true, ...insecure, ...http }, requests: [GET, POST] }
      const run = await unleash(scenario, `${target}://127.0.0.1:${service.port}`, {
        until: service.sees(ENOUGH),
      })
      const complaints = await complaintsOf(run, service, () => GOOD_STREAM)
      await service.stop()
      expect(complaints).toEqual([])
      expect(run.totals.failed).toBe(0)
      expect(service.accepted()).toBeGreaterThanOrEqual(ENOUGH / 5)
    },
  )

  test('and respect the number of streams that a service allows', async () => {
    const service = await startService({
      http2: () => GOOD_STREAM,
      http2Options: { settings: { maxConcurrentStreams: 3 } },
    })
    const load = { vus: 20, duration: '30s', gracefulStop: '2s' }
    const scenario = { load, http: { ...HTTP, http2: true, connections: 1 }, requests: [GET] }
    const run = await unleash(scenario, `http://127.0.0.1:${service.port}`, { until: service.sees(ENOUGH) })
    const complaints = await complaintsOf(run, service, () => GOOD_STREAM)
    await service.stop()
    expect(complaints).toEqual([])
    expect(run.totals.failed).toBe(0)
  })
})
