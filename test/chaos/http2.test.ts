/**
 * HTTP/2 services that do what no service should, under every kind of load.
 */
import { describe, expect, test } from 'vitest'
import { everyThird, type Fault } from './ask.js'
import type { StreamAsk } from './http2.js'
import { CONNECTION_FAULTS, GOOD_STREAM, SILENT_STREAMS, STREAM_FAULTS } from './http2-faults.js'
import { HASTY, HTTP, HTTP2_LOADS } from './loads.js'
import { meet, overTls } from './meet.js'

const FAMILIES: Readonly<Record<string, readonly Fault<StreamAsk>[]>> = {
  'streams that break': STREAM_FAULTS,
  'streams that stop': SILENT_STREAMS,
  'connections that break': CONNECTION_FAULTS,
}

describe.concurrent.each(Object.entries(HTTP2_LOADS))('HTTP/2, %s', (_, makeLoad) => {
  test.each(Object.entries(FAMILIES))('%s', async (_, faults) => {
    const script = everyThird(GOOD_STREAM, faults)
    const http = faults === SILENT_STREAMS ? HASTY : HTTP
    expect(await meet(makeLoad, { http2: script, ...overTls('h2') }, { script, faults, http })).toEqual([])
  })
})
