/**
 * The same services against several threads, whose requests can't be observed: their endings follow from their numbers.
 */
import { describe, expect, test } from 'vitest'
import { makeCertificates } from '../load/http/certificates.js'
import { bookComplaints } from './account.js'
import { everyThird, type Fault } from './ask.js'
import { ENDS, GARBAGE, GOOD, INTERIM, LENGTHS } from './http1-faults.js'
import { CONNECTION_FAULTS, GOOD_STREAM, STREAM_FAULTS } from './http2-faults.js'
import { GET, HTTP } from './loads.js'
import { type ServiceOptions, startService } from './service.js'
import { unleash, type Yaml } from './unleash.js'

const certificates = makeCertificates()!
const tls = { cert: certificates.read('server.pem'), key: certificates.read('server.key') }
const http1 = everyThird(GOOD, [...ENDS, ...LENGTHS, ...GARBAGE, ...INTERIM.slice(0, 4)])
const http2 = everyThird(GOOD_STREAM, [...STREAM_FAULTS, ...CONNECTION_FAULTS])

const ITERATIONS = 360
const LOAD: Yaml = {
  vus: 12,
  duration: '60s',
  iterations: ITERATIONS,
  thinkTime: '5ms..20ms',
  gracefulStop: '2s',
}

const CASES: Readonly<
  Record<string, { http?: Yaml; target?: string; service: ServiceOptions; innocent?: number }>
> = {
  'HTTP/1.1': { service: { http1 } },
  'HTTP/1.1, open': { service: { http1 } },
  'HTTP/1.1 over TLS': { service: { http1, tls: { ...tls, alpn: ['http/1.1'] } }, target: 'https' },
  // Other requests on a connection that ends may fail with it.
  pipelined: { service: { http1 }, http: { connections: 4, pipelining: 3 }, innocent: 0.5 },
  'HTTP/2, shared': { service: { http2 }, http: { http2: true, connections: 2 }, innocent: 0.5 },
  'HTTP/2': { service: { http2 }, http: { http2: true } },
}

describe.concurrent('two workers', () => {
  test.each(Object.entries(CASES))(
    '%s',
    async (name, { http = {}, target = 'http', service: options, innocent = 0 }) => {
      const service = await startService(options)
      const load = name.endsWith('open')
        ? { ...LOAD, vus: undefined, rate: '120/s', thinkTime: undefined }
        : LOAD
      const insecure = target === 'https' ? { tls: { insecure: true } } : {}
      const scenario = { load, http: { ...HTTP, timeout: '20s', ...insecure, ...http }, requests: [GET] }
      const run = await unleash(scenario, `${target}://127.0.0.1:${service.port}`, { workers: 2 })
      await service.stop()
      expect(bookComplaints(run)).toEqual([])
      expect(run.totals.requests).toBe(ITERATIONS)
      const script: (id: number) => Pick<Fault<never>, 'ends'> = options.http1 ?? options.http2!
      const all = Array.from({ length: ITERATIONS }, (_, id) => script(id).ends)
      const good = run.totals.requests - run.totals.failed
      const surely = all.filter((ends) => ends.length === 1 && ends[0] === 'ok').length
      expect(good).toBeGreaterThanOrEqual(surely * (1 - innocent))
      expect(good).toBeLessThanOrEqual(all.filter((ends) => ends.includes('ok')).length)
    },
  )
})
