/**
 * What is done around a load and before each user's first iteration, with the whole program.
 */
import { expect, test } from 'vitest'
import { startSession } from './session.js'
import { startTarget } from './target.js'

/** Whoever logs in for the `failures`-th time gets in. */
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

test('a run that no user got into is none: exit code 3, and it says what was in the way', async () => {
  const target = await startDoor(Number.POSITIVE_INFINITY)
  const session = startSession({ 'a.yaml': `target: ${target.url}${SCENARIO}` })
  const { code, stdout } = await session.perfctl(['run', 'a.yaml'])
  expect(code).toBe(3)
  expect(stdout.replace(/\s+/g, ' ')).toContain('no virtual user got past "beforeEach / log in": status 401')
  expect(session.results()[0]!.verdict).toBe('error')
  expect(target.seen.counts).toEqual({ 'POST /login': 20, 'GET /broken': 1 })
})

test('one that some users got into is judged as usual', async () => {
  const target = await startDoor(3)
  const session = startSession({ 'a.yaml': `target: ${target.url}${SCENARIO}` })
  const { code } = await session.perfctl(['run', 'a.yaml'])
  expect(code).toBe(0)
  expect(target.seen.counts['GET /inside']).toBe(17)
})

test('what goes wrong after the load is said, however quiet', async () => {
  const target = await startDoor(0)
  const session = startSession({ 'a.yaml': `target: ${target.url}${SCENARIO}` })
  const { code, stderr } = await session.perfctl(['run', 'a.yaml', '-q'])
  expect(code).toBe(0)
  expect(stderr).toContain('warning: after / GET /broken failed: status 401')
})
