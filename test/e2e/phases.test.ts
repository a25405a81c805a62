/**
 * Setup, teardown and per-user setup, with the whole program.
 */
import { expect, test } from 'vitest'
import { startSession } from './session.js'
import { startTarget } from './target.js'

/** Logins succeed after `failures` failed ones. */
async function startDoor(failures: number) {
  let logins = 0
  return startTarget(({ url }, response) => {
    const isOpen = url !== '/login' || ++logins > failures
    response.statusCode = url === '/broken' || !isOpen ? 401 : 200
    response.end()
  })
}

const SCENARIO = `
load: { vus: 2, iterations: 20 }
beforeEach: [{ name: log in, post: /login }]
requests: [{ get: /inside }]
after: [{ get: /broken }]
`

test('a run in which no user logs in fails: exit code 3, with the reason', async () => {
  const target = await startDoor(Number.POSITIVE_INFINITY)
  const session = startSession({ 'a.yaml': `target: ${target.url}${SCENARIO}` })
  const { code, stdout } = await session.perfctl(['run', 'a.yaml'])
  expect(code).toBe(3)
  expect(stdout.replace(/\s+/g, ' ')).toContain('no virtual user got past "beforeEach / log in": status 401')
  expect(session.results()[0]!.verdict).toBe('error')
  expect(target.seen.counts).toEqual({ 'POST /login': 20, 'GET /broken': 1 })
})

test('a run in which some users log in is judged as usual', async () => {
  const target = await startDoor(3)
  const session = startSession({ 'a.yaml': `target: ${target.url}${SCENARIO}` })
  const { code } = await session.perfctl(['run', 'a.yaml'])
  expect(code).toBe(0)
  expect(target.seen.counts['GET /inside']).toBe(17)
})

test('a login during the warm-up is judged, too', async () => {
  const target = await startDoor(2)
  const session = startSession({
    'a.yaml': `
target: ${target.url}
load: { vus: 3, warmup: 500ms, duration: 1s, thinkTime: 20ms }
beforeEach: [{ name: log in, post: /login }]
requests: [{ get: /inside }]
thresholds: ["beforeEach / log in: error_rate < 10%", "beforeEach / log in: p95 < 20s"]
`,
  })
  await session.perfctl(['run', 'a.yaml'])
  const [result] = session.results()
  // On a machine too busy to send on time, the service is not blamed.
  expect(result!.verdict).toBe(result!.generator.saturated ? 'inconclusive' : 'failed')
  const login = result!.requests.find(({ name }) => name === 'beforeEach / log in')!
  expect(login.requests).toBe(0)
  expect(login.warmup).toMatchObject({ requests: 5, failed: 2, statuses: { 200: 3, 401: 2 } })
  expect(result!.thresholds.map(({ actual, passed }) => [actual, passed])).toEqual([
    [0.4, false],
    [expect.any(Number), true],
  ])
  expect(result!.totals.failed).toBe(0)
})

test('problems after the load are reported even with --quiet', async () => {
  const target = await startDoor(0)
  const session = startSession({ 'a.yaml': `target: ${target.url}${SCENARIO}` })
  const { code, stderr } = await session.perfctl(['run', 'a.yaml', '-q'])
  expect(code).toBe(0)
  expect(stderr).toContain('warning: after / GET /broken failed: status 401')
})
