/**
 * HTTP/1 services that do what no service should, under every kind of load.
 */
import { describe, expect, test } from 'vitest'
import { makeCertificates } from '../load/http/certificates.js'
import { complaintsOf } from './account.js'
import { answerTo, everyThird } from './ask.js'
import { ENDS, GARBAGE, GOOD, INTERIM, INVENTED_ANSWERS, LENGTHS, SLOW } from './http1-faults.js'
import { CLOSED, GET, HASTY, HTTP, HTTP1_LOADS, REQUESTS } from './loads.js'
import { startService } from './service.js'
import { unleash } from './unleash.js'

const certificates = makeCertificates()!
const tls = { cert: certificates.read('server.pem'), key: certificates.read('server.key') }

const FAMILIES = {
  'connections that end': ENDS,
  'lengths that are wrong': LENGTHS,
  'no HTTP': GARBAGE,
  'announcements before the answer': INTERIM,
  'what takes its time': SLOW,
}

describe.concurrent.each(Object.entries(HTTP1_LOADS))('HTTP/1.1, %s', (name, makeLoad) => {
  test.each(Object.entries(FAMILIES))('%s', async (_, faults) => {
    const script = everyThird(GOOD, faults)
    const service = await startService({ http1: script, tls: { ...tls, alpn: ['http/1.1'] } })
    const { load, http, excuses, target = 'http' } = makeLoad(service.port)
    const scenario = { load, http: { ...(faults === SLOW ? HASTY : HTTP), ...http }, requests: REQUESTS }
    const run = await unleash(scenario, `${target}://127.0.0.1:${service.port}`)
    const complaints = await complaintsOf(run, service, script, excuses)
    await service.stop()
    expect(complaints, name).toEqual([])
    const met = new Set(run.ended!.map(({ id }) => script(id).name))
    expect(faults.map((fault) => fault.name).filter((fault) => !met.has(fault))).toEqual([])
  })
})

describe.concurrent('answers that nobody asked for', () => {
  const loads = Object.entries(HTTP1_LOADS).filter(([name]) => !name.startsWith('pipelined'))

  test.each(loads)('are taken for no other request’s, %s', async (_, makeLoad) => {
    const script = everyThird(GOOD, INVENTED_ANSWERS)
    const service = await startService({ http1: script, tls: { ...tls, alpn: ['http/1.1'] } })
    const { load, http, excuses, target = 'http' } = makeLoad(service.port)
    const scenario = { load, http: { ...HTTP, ...http }, requests: REQUESTS }
    const run = await unleash(scenario, `${target}://127.0.0.1:${service.port}`)
    const complaints = await complaintsOf(run, service, script, excuses)
    await service.stop()
    expect(complaints).toEqual([])
  })

  // The requests in flight can't tell: the first that comes to a connection without one is the proof.
  test('shift no more than what is in flight when requests are pipelined', async () => {
    const script = everyThird(GOOD, INVENTED_ANSWERS.slice(0, 1))
    const service = await startService({ http1: (id) => (id % 60 === 0 ? script(0) : GOOD) })
    const scenario = { load: CLOSED, http: { ...HTTP, connections: 3, pipelining: 4 }, requests: [GET] }
    const run = await unleash(scenario, `http://127.0.0.1:${service.port}`)
    await service.stop()
    const inventions = run.ended!.filter(({ id }) => id % 60 === 0).length
    const shifted = run.ended!.filter(
      ({ id, ending, text }) => ending === 'ok' && text !== answerTo(id),
    ).length
    expect(inventions).toBeGreaterThan(2)
    expect(shifted).toBeLessThanOrEqual(4 * inventions)
  })
})
