import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { UserError } from '../../../src/base/errors.js'
import { awaitReady } from '../../../src/load/once/ready.js'
import { makePlan } from '../../../src/plan/make-plan.js'
import { readScenario } from '../../../src/scenario/read.js'
import { type Answer, answering, OK, serve } from '../raw-server.js'

const BUSY = 'HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n'

/** Waits for a service with the given answers, by what a scenario with these lines says. */
async function wait(lines: string, answers: readonly Answer[], signal?: AbortSignal) {
  const server = await answering(...answers)
  onTestFinished(() => server.close())
  const waits: string[] = []
  const asked = begin(server.origin, lines, { signal, onWait: (text) => waits.push(text) })
  return { server, waits, asked }
}

function begin(target: string, lines: string, options: Parameters<typeof awaitReady>[2]) {
  const scenario = readScenario(`${lines}\nrequests: [{ get: / }]`, {
    file: 'a.yaml',
    env: { TOKEN: 'very-secret' },
  })
  return awaitReady(scenario, makePlan(scenario, { target, seed: 1, today: 0 }), options)
}

/** The message and the kind of an error for the user. */
const failureOf = (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (error: UserError) => ({ message: error.problems[0]!.message, kind: error.kind }),
  )

describe('a service', () => {
  test('that answers at once is ready after one try', async () => {
    const { server, waits, asked } = await wait('ready: /up?a=b', [])
    const { ready } = await asked
    expect(ready).toMatchObject({ url: `${server.origin}/up`, tries: 1, limitMs: null, degraded: false })
    expect(server.requests[0]).toMatch(/^GET \/up\?a=b HTTP/)
    expect(waits).toEqual([])
  })

  test('that is busy first is asked until it answers below 400', async () => {
    const { server, waits, asked } = await wait('ready: /up', [BUSY, BUSY, OK])
    expect((await asked).ready).toMatchObject({ tries: 3 })
    expect((await asked).ready!.waitedMs).toBeGreaterThan(390)
    expect(waits).toEqual([`${server.origin}/up is not ready yet, and gets up to 30s: status 503`])
  })

  test('that never answers below 400 ends the wait in time, with its last answer', async () => {
    const { server, asked } = await wait('ready: { get: /up, within: 500ms }', new Array(9).fill(BUSY))
    expect(await failureOf(asked)).toEqual({
      message: expect.stringMatching(
        `^the service was not ready within 500ms: ${server.origin}/up was asked [23] times; the last answer: status 503$`,
      ),
      kind: 'run',
    })
  })

  test('that takes the connection and says nothing ends the wait in time', async () => {
    const { asked } = await wait('ready: { get: /up, within: 300ms }', [() => {}])
    expect(await failureOf(asked)).toMatchObject({
      message: expect.stringMatching('asked 1 time; the last answer: no complete response within 300ms$'),
    })
  })

  test('that is not there yet is waited for, and the connection error is named', async () => {
    const server = await serve(() => {})
    await server.close()
    const message = (await failureOf(begin(server.origin, 'ready: { get: /up, within: 300ms }', {})))!.message
    expect(message).toMatch(/asked [12] times?; the last answer: .*ECONNREFUSED/)
  })

  test('that is slow to answer is degraded', async () => {
    const slow: Answer = (socket) => void sleep(60).then(() => socket.write(OK))
    const { asked } = await wait('ready: { get: /up, degraded: 50ms }', [slow])
    expect((await asked).ready).toMatchObject({ tries: 1, limitMs: 50, degraded: true })
  })
})

test('the headers of all requests are sent, but not those that need a captured value', async () => {
  const { server, asked } = await wait(
    `ready: "/up/{{ 'a b' }}"\nhttp: { auth: { bearer: "\${TOKEN}" }, headers: { x-id: "{{ id }}" } }\nbeforeEach: [{ get: /id, capture: { id: $.id } }]`,
    [],
  )
  await asked
  expect(server.requests[0]).toMatch(/^GET \/up\/a%20b HTTP/)
  expect(server.requests[0]).toContain('\r\nauthorization: Bearer very-secret\r\n')
  expect(server.requests[0]).not.toContain('x-id')
})

test('retries of the load are not tries', async () => {
  const { server, asked } = await wait('ready: /up\nhttp: { retries: { count: 5, on: [503] } }', [BUSY])
  expect((await asked).ready).toMatchObject({ tries: 2 })
  expect(server.requests).toHaveLength(2)
})

test('another address, as with --connect-to, is asked', async () => {
  const { server, asked } = await wait('ready: /up', [])
  await asked
  const { port } = new URL(server.origin)
  const way = `http: { connectTo: { "shop.example:80": "127.0.0.1:${port}" } }`
  const { ready } = await begin('http://shop.example', `ready: /up\n${way}`, {})
  expect(ready).toMatchObject({ url: 'http://shop.example/up', tries: 1 })
})

describe('an interrupt', () => {
  test.each<[string, Answer]>([
    ['during a pause', BUSY],
    ['during a request', () => {}],
  ])('%s ends the wait at once', async (_, answer) => {
    const stop = new AbortController()
    const { server, asked } = await wait('ready: /up', new Array(99).fill(answer), stop.signal)
    const failure = failureOf(asked)
    await expect.poll(() => server.requests.length).toBe(1)
    await sleep(20)
    const before = performance.now()
    stop.abort()
    expect(await failure).toEqual({ message: 'interrupted before the service was ready', kind: 'run' })
    expect(performance.now() - before).toBeLessThan(150)
    expect(server.requests).toHaveLength(1)
    await expect.poll(server.open).toBe(0)
  })
})

test('a secret in the URL is not shown', async () => {
  const { asked } = await wait('ready: { get: "/up/${TOKEN}", within: 100ms }', [BUSY, BUSY])
  const { message } = (await failureOf(asked))!
  expect(message).toContain('/up/[redacted]')
  expect(message).not.toContain('very-secret')
})

test('a scenario without ready asks nothing', async () => {
  const { server, asked } = await wait('', [])
  expect(await asked).toEqual({})
  expect(server.accepted()).toBe(0)
})
