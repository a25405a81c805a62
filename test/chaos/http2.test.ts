/**
 * Hostile HTTP/2 services, under every kind of load.
 */
import { describe, expect, test } from 'vitest'
import { bookComplaints } from './account.js'
import { everyThird, type Fault } from './ask.js'
import type { StreamAsk } from './http2.js'
import {
  BROKEN_CONNECTIONS,
  CONNECTION_FAULTS,
  GOOD_STREAM,
  SILENT_STREAMS,
  STREAM_FAULTS,
} from './http2-faults.js'
import { GET, HASTY, HTTP, HTTP2_LOADS } from './loads.js'
import { meet, overTls } from './meet.js'
import { startService } from './service.js'
import { unleash, type Yaml } from './unleash.js'

const FAMILIES: Readonly<Record<string, readonly Fault<StreamAsk>[]>> = {
  'streams that break': STREAM_FAULTS,
  'streams that stop': SILENT_STREAMS,
  'connections that break': CONNECTION_FAULTS,
  'connections on which the protocol is violated': BROKEN_CONNECTIONS,
}

describe.concurrent.each(Object.entries(HTTP2_LOADS))('HTTP/2, %s', (_, makeLoad) => {
  test.each(Object.entries(FAMILIES))('%s', async (_, faults) => {
    const script = everyThird(GOOD_STREAM, faults)
    const http = faults === SILENT_STREAMS ? HASTY : HTTP
    expect(await meet(makeLoad, { http2: script, ...overTls('h2') }, { script, faults, http })).toEqual([])
  })
})

describe.concurrent('a connection from which nothing more can be read', () => {
  const ways: Readonly<Record<string, Yaml>> = { 'of its own': {}, shared: { connections: 1 } }
  const cases = BROKEN_CONNECTIONS.flatMap((fault) =>
    Object.keys(ways).map((way) => [fault.name, way, fault] as const),
  )

  test.each(cases)('is left by the next request: %s, %s', async (_, way, fault) => {
    const service = await startService({ http2: (id) => (id === 0 ? fault : GOOD_STREAM) })
    const load = { vus: 1, iterations: 4, duration: '30s' }
    const http = { ...HTTP, timeout: '3s', http2: true, ...ways[way] }
    const run = await unleash({ load, http, requests: [GET] }, `http://127.0.0.1:${service.port}`)
    await service.stop()
    expect(run.ended!.map(({ ending }) => ending).slice(1)).toEqual(['ok', 'ok', 'ok'])
    expect(run.ended![0]!.ending).not.toBe('ok')
  })

  test.each(BROKEN_CONNECTIONS)('fails only the requests in flight on it: $name', async (fault) => {
    const isBreaking = (id: number) => id % 200 === 100
    const service = await startService({ http2: (id) => (isBreaking(id) ? fault : GOOD_STREAM) })
    const users = 10
    const load = { vus: users, iterations: 1000, duration: '30s' }
    const http = { ...HASTY, http2: true, connections: 2 }
    const run = await unleash({ load, http, requests: [GET] }, `http://127.0.0.1:${service.port}`)
    const breaks = [...service.arrivals.keys()].filter(isBreaking).length
    await service.stop()
    expect(bookComplaints(run)).toEqual([])
    expect(run.totals.failed).toBeLessThanOrEqual(breaks * users)
    expect(run.totals.failed).toBeGreaterThanOrEqual(breaks)
    expect(breaks).toBe(5)
  })
})
