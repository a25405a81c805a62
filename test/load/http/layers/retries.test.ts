import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Random } from '../../../../src/base/rng.js'
import { openNetwork } from '../../../../src/load/http/connection-factory.js'
import { pauseMs } from '../../../../src/load/http/layers/retries.js'
import type { Retries } from '../../../../src/scenario/model/retries.js'
import { makeRequest } from '../../exchanges.js'
import { makePlanFor, openUser, serveHttp } from '../user.js'

const RETRIES: Retries = {
  count: 2,
  backoffMs: [1, 2],
  kinds: ['connect', 'reset', 'timeout'],
  statuses: [[503, 503]],
}

/** What a server does with one request: a status, no response, or the end of the connection. */
type Act = number | 'hang' | 'reset'

async function startServer(...acts: Act[]) {
  let count = 0
  const origin = await serveHttp((_request, response) => {
    const act = acts[count++] ?? 200
    if (act === 'reset') response.socket!.destroy()
    else if (act !== 'hang') response.writeHead(act).end()
  })
  return { origin, count: () => count }
}

describe('sent again', () => {
  test.each<[string, Act[], number, number, string | null]>([
    ['not after a success', [200], 200, 1, null],
    ['after a reset', ['reset', 200], 200, 2, null],
    ['after a timeout', ['hang', 200], 200, 2, null],
    ['after a status of the list', [503, 200], 200, 2, null],
    ['not after another status', [500, 200], 500, 1, null],
    ['as many times as allowed, then the status remains', [503, 503, 503, 200], 503, 3, null],
    ['as many times as allowed, then the failure remains', ['reset', 'hang', 'reset', 200], 0, 3, 'reset'],
    ['again after a timeout, until that remains', ['hang', 'hang', 'hang'], 0, 3, 'timeout'],
  ])('%s', async (_, acts, status, count, kind) => {
    const server = await startServer(...acts)
    const user = await openUser(server.origin, { retries: RETRIES, timeoutMs: 150 })
    const attempt = await user.send({ path: '/x' })
    expect(attempt.failure?.kind ?? null).toBe(kind)
    expect(attempt.status).toBe(status)
    expect(attempt.hops).toHaveLength(count)
    expect(server.count()).toBe(count)
    expect(await user.send()).toMatchObject({ failure: null, status: 200 })
  })

  test('with the same method, path, headers and body', async () => {
    const seen: unknown[] = []
    const origin = await serveHttp(({ method, url, headers }, response) => {
      seen.push({ method, url, id: headers['x-id'], length: headers['content-length'] })
      response.writeHead(seen.length === 1 ? 503 : 200).end()
    })
    const user = await openUser(origin, { retries: RETRIES })
    const headers = ['x-id', 'first']
    const sending = user.send({ method: 'PUT', path: '/a', headers, body: 'hello' })
    // A prepared request is reused while it is in flight.
    headers[1] = 'second'
    await sending
    expect(seen).toEqual([seen[0], seen[0]])
    expect(seen[0]).toEqual({ method: 'PUT', url: '/a', id: 'first', length: '5' })
  })

  test('never without retries', async () => {
    const server = await startServer('reset')
    const user = await openUser(server.origin, { retries: RETRIES })
    expect((await user.send({ retries: undefined })).failure?.kind).toBe('reset')
    expect(server.count()).toBe(1)
  })
})

test('the pause is in the latency', async () => {
  const server = await startServer(503, 503)
  const user = await openUser(server.origin, { retries: { ...RETRIES, backoffMs: [60, 60] } })
  expect((await user.send()).latencyMs).toBeGreaterThan(118)
})

test.each<[string, number, string | null, readonly [number, number], number]>([
  ['seconds of a 503', 503, '60', [1, 150], 150],
  ['seconds of a 429', 429, '60', [1, 150], 150],
  ['a date', 503, new Date(Date.now() + 60_000).toUTCString(), [1, 150], 150],
  ['less than is drawn', 503, '0', [150, 150], 150],
  ['nothing', 503, null, [1, 60_000], 0],
  ['seconds of another status', 502, '60', [1, 60_000], 0],
])('a pause is as long as %s asks for, up to the maximum', async (_, act, after, backoffMs, least) => {
  let count = 0
  const origin = await serveHttp((_request, response) => {
    response.writeHead(count++ === 0 ? act : 200, after === null ? {} : { 'retry-after': after }).end()
  })
  const user = await openUser(origin, { retries: { ...RETRIES, backoffMs, statuses: [[429, 503]] } })
  const { latencyMs, status } = await user.send()
  expect(status).toBe(200)
  expect(latencyMs).toBeGreaterThan(least - 2)
})

test('an abort in a pause sends nothing more', async () => {
  const server = await startServer(503)
  const connect = await openNetwork(makePlanFor(server.origin, { retries: RETRIES }))
  const connection = connect({ connected() {}, unsolicited() {} })
  const retries = { ...RETRIES, backoffMs: [50, 50] as const }
  connection.send(makeRequest({ retries }), { ended: () => expect.unreachable() })
  await expect.poll(() => connection.bytesReceived).toBeGreaterThan(0)
  connection.abort()
  await sleep(100)
  await connection.close()
  expect(server.count()).toBe(1)
})

test.each([
  [
    [100, 100],
    [100, 100, 100, 100],
  ],
  [
    [100, 1000],
    [100, 200, 400, 800, 1000],
  ],
  [
    [0, 0],
    [0, 0],
  ],
])('pauses of %j are at most %j', async ([from, to], most) => {
  const random = { float: () => 1 } as Random
  const waits = most.map((_, i) => pauseMs([from!, to!], i + 1, random))
  expect(waits).toEqual(most)
  const none = { float: () => 0 } as Random
  expect(most.map((_, i) => pauseMs([from!, to!], i + 1, none))).toEqual(most.map(() => from))
})
