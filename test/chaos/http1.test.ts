/**
 * Hostile HTTP/1 services, under every kind of load.
 */
import { describe, expect, test } from 'vitest'
import { answerTo, everyThird } from './ask.js'
import { ENDS, GARBAGE, GOOD, INTERIM, INVENTED_ANSWERS, LENGTHS, SLOW } from './http1-faults.js'
import { CLOSED, GET, HASTY, HTTP, HTTP1_LOADS } from './loads.js'
import { meet, overTls } from './meet.js'
import { startService } from './service.js'
import { unleash } from './unleash.js'

const FAMILIES = {
  'connections that end': ENDS,
  'wrong lengths': LENGTHS,
  'no HTTP': GARBAGE,
  'interim responses': INTERIM,
  'slow responses': SLOW,
}

describe.concurrent.each(Object.entries(HTTP1_LOADS))('HTTP/1.1, %s', (_, makeLoad) => {
  test.each(Object.entries(FAMILIES))('%s', async (_, faults) => {
    const script = everyThird(GOOD, faults)
    const http = faults === SLOW ? HASTY : HTTP
    const service = { http1: script, ...overTls('http/1.1') }
    expect(await meet(makeLoad, service, { script, faults, http })).toEqual([])
  })
})

describe.concurrent('unsolicited responses', () => {
  // If users share connections or pause less, the next request may be in flight before a late one comes.
  const restful = ['closed', 'retries', 'TLS', 'through an HTTP proxy', 'through CONNECT', 'through SOCKS']
  const loads = Object.entries(HTTP1_LOADS).filter(([name]) => !name.startsWith('pipelined'))

  test.each(loads)('are not matched to other requests, %s', async (name, makeLoad) => {
    const faults = INVENTED_ANSWERS.filter(
      ({ name: fault }) => !fault.endsWith('later') || restful.includes(name),
    )
    const script = everyThird(GOOD, faults)
    const service = { http1: script, ...overTls('http/1.1') }
    expect(await meet(makeLoad, service, { script, faults })).toEqual([])
  })

  // Requests in flight can't detect it: the first response on a connection without a request is the proof.
  test('shift no more than what is in flight when requests are pipelined', async () => {
    const invented = INVENTED_ANSWERS[0]!
    const service = await startService({ http1: (id) => (id % 100 === 0 ? invented : GOOD) })
    const scenario = { load: CLOSED, http: { ...HTTP, connections: 3, pipelining: 4 }, requests: [GET] }
    const run = await unleash(scenario, `http://127.0.0.1:${service.port}`, { until: service.sees(400) })
    await service.stop()
    const inventions = run.ended!.filter(({ id }) => id % 100 === 0).length
    const shifted = run.ended!.filter(
      ({ id, ending, text }) => ending === 'ok' && text !== answerTo(id),
    ).length
    expect(inventions).toBeGreaterThan(2)
    expect(shifted).toBeLessThanOrEqual(MOST_SHIFTED * inventions)
  })
})

/** Responses on one connection until it is drained, and what may be in flight then. */
const MOST_SHIFTED = 64 + 4
