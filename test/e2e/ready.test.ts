/**
 * `ready` before a load, with services that take their time.
 */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Session, startSession } from './session.js'
import { startTarget } from './target.js'

const SCENARIO = `
load: { vus: 2, iterations: 20 }
ready: { get: /up, within: 3s, degraded: 200ms }
before: [{ get: /seed }]
requests: [{ name: home, get: / }]
`
const PERFCTL = fileURLToPath(new URL('../../bin/perfctl.js', import.meta.url))
const AGENT = `exec ${process.execPath} ${PERFCTL} agent --stdio`

/** A service that is busy for the first answers, slow to say that it is up, and the order of what it was asked. */
async function startSlow(busy: number, ms = 0) {
  const order: string[] = []
  const target = await startTarget(({ url }, response) => {
    order.push(url!)
    if (url === '/up') response.statusCode = order.length <= busy ? 503 : 200
    setTimeout(() => response.end('x'), url === '/up' ? ms : 0)
  })
  return { target, order }
}

const run = (session: Session, ...args: string[]) =>
  session.perfctl(['run', 's.yaml', '--no-baseline', ...args])

test('nothing else is sent before the service is ready', async () => {
  const { target, order } = await startSlow(2, 250)
  const session = startSession({ 's.yaml': SCENARIO })
  const { code, stdout, stderr } = await run(session, '-t', target.url)
  expect(code, stdout + stderr).toBe(0)
  expect(order.slice(0, 4)).toEqual(['/up', '/up', '/up', '/seed'])
  expect(target.seen.counts).toEqual({ 'GET /up': 3, 'GET /seed': 1, 'GET /': 20 })
  expect(session.results()[0]).toMatchObject({ ready: { tries: 3, limitMs: 200, degraded: true } })
  expect(stdout.replace(/\s+/g, ' ')).toContain('note: the service was degraded before the load:')
  expect(stderr).toContain('/up is not ready yet, and gets up to 3s: status 503')
})

test('a service that does not become ready gets no load', async () => {
  const { target } = await startSlow(1000)
  const session = startSession({ 's.yaml': SCENARIO })
  const { code, stdout } = await run(session, '-t', target.url)
  expect(code).toBe(3)
  expect(stdout.replace(/\s+/g, ' ')).toMatch(/was asked 1\d times; the last answer: status 503;/)
  expect(target.seen.counts).toEqual({ 'GET /up': expect.any(Number) })
  const tried = await session.perfctl(['try', 's.yaml', '-t', target.url])
  expect(tried.code).toBe(3)
  expect(tried.stderr).toContain('the last answer: status 503')
})

test('each agent waits on its own, and this machine for what it sends itself', async () => {
  const { target, order } = await startSlow(2)
  const session = startSession({ 's.yaml': SCENARIO })
  const { code, stdout, stderr } = await run(session, '-t', target.url, '--agent', AGENT, '--agent', AGENT)
  expect(code, stdout + stderr).toBe(0)
  expect(order.slice(0, 4)).toEqual(['/up', '/up', '/up', '/seed'])
  expect(target.seen.counts).toEqual({ 'GET /up': 5, 'GET /seed': 1, 'GET /': 20 })
}, 60_000)

test('an agent that waits in vain is named', async () => {
  const { target } = await startSlow(1000)
  const session = startSession({ 's.yaml': SCENARIO.replace('before: [{ get: /seed }]\n', '') })
  const { code, stdout } = await run(session, '-t', target.url, '--agent', `${AGENT} --name far`)
  expect(code).toBe(3)
  expect(stdout.replace(/\s+/g, ' ')).toMatch(
    /agent far can't send its part: the service was not ready within 3s: .* status 503/,
  )
}, 60_000)

test('both sides of a session are waited for, and the late one is named', async () => {
  const [up, down] = [await startSlow(0), await startSlow(1000)]
  const session = startSession({ 's.yaml': SCENARIO.replace('iterations: 20', 'duration: 1s') })
  const sides = ['--a', up.target.url, '--b', down.target.url, '--max-duration', '20s']
  const { code, stdout } = await session.perfctl(['ab', 's.yaml', ...sides])
  expect(code).toBe(3)
  expect(stdout.replace(/\s+/g, ' ')).toContain('side b: the service was not ready within 3s')
  expect(up.target.seen.counts).toEqual({ 'GET /up': 1 })
}, 60_000)
