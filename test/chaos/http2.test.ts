/**
 * HTTP/2 services that do what no service should, under every kind of load.
 */
import { describe, expect, test } from 'vitest'
import { makeCertificates } from '../load/http/certificates.js'
import { complaintsOf } from './account.js'
import { everyThird, type Fault } from './ask.js'
import type { StreamAsk } from './http2.js'
import { CONNECTION_FAULTS, GOOD_STREAM, SILENT_STREAMS, STREAM_FAULTS } from './http2-faults.js'
import { HASTY, HTTP, HTTP2_LOADS, REQUESTS } from './loads.js'
import { startService } from './service.js'
import { unleash } from './unleash.js'

const certificates = makeCertificates()!
const tls = { cert: certificates.read('server.pem'), key: certificates.read('server.key') }

const FAMILIES: Readonly<Record<string, readonly Fault<StreamAsk>[]>> = {
  'streams that break': STREAM_FAULTS,
  'streams that stop': SILENT_STREAMS,
  'connections that break': CONNECTION_FAULTS,
}

describe.concurrent.each(Object.entries(HTTP2_LOADS))('HTTP/2, %s', (name, makeLoad) => {
  test.each(Object.entries(FAMILIES))('%s', async (_, faults) => {
    const script = everyThird(GOOD_STREAM, faults)
    const service = await startService({ http2: script, tls })
    const { load, http, excuses, target = 'http' } = makeLoad(service.port)
    const scenario = {
      load,
      http: { ...(faults === SILENT_STREAMS ? HASTY : HTTP), ...http },
      requests: REQUESTS,
    }
    const run = await unleash(scenario, `${target}://127.0.0.1:${service.port}`)
    const complaints = await complaintsOf(run, service, script, excuses)
    await service.stop()
    expect(complaints, name).toEqual([])
    const met = new Set(run.ended!.map(({ id }) => script(id).name))
    expect(faults.map((fault) => fault.name).filter((fault) => !met.has(fault))).toEqual([])
  })
})
