/**
 * Setup, teardown and data of scenarios in A/B sessions.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { startSession } from './session.js'
import { answerAfter, countAll, startTarget } from './target.js'

const SCENARIO = `
name: shop
profiles:
  spike: { burst: 50, every: 1s, duration: 5s }
  steady: { vus: 4, duration: 5s }
requests:
  - name: buy
    steps:
      - { name: search, get: /search, headers: { authorization: "{{ token }}", x-key: "\${KEY}" } }
      - { name: order, post: /order, headers: { authorization: "{{ token }}" } }
before:
  - { name: login, post: /login, capture: { token: $.token } }
after:
  - { name: logout, delete: /session, headers: { authorization: "{{ token }}" } }
`

/** A service that accepts only its own logins. `login` is the status of a login. */
function startShop(token: string, { login = 200, logout = 200 } = {}) {
  return startTarget((request: IncomingMessage, response: ServerResponse) => {
    const { url, headers } = request
    const isLogin = url === '/login'
    const isKnown = headers.authorization === token && (url !== '/search' || headers['x-key'] === 'k1')
    response.statusCode = isLogin ? login : url === '/session' ? logout : isKnown ? 200 : 401
    setTimeout(() => response.end(isLogin ? JSON.stringify({ token }) : 'fine'), isLogin ? 0 : 5)
  })
}

async function startBoth(a: Parameters<typeof startShop>[1] = {}, b: Parameters<typeof startShop>[1] = {}) {
  const shops = [await startShop('token-a', a), await startShop('token-b', b)] as const
  const session = startSession({ 'shop.yaml': SCENARIO, 'ab.env': 'KEY=k1\n' })
  const ab = (flags: readonly string[]) =>
    session.perfctl(['ab', 'shop.yaml', '--a', shops[0].url, '--b', shops[1].url, ...flags])
  return { shops, session, ab }
}

const STEADY = ['--profile', 'steady', '--env-file', 'ab.env', '--max-duration', '10s']

describe.concurrent('an A/B session', () => {
  test('each side has its own login and is cleaned up once', async () => {
    const { shops, session, ab } = await startBoth({}, { logout: 500 })
    const { code, stdout, stderr } = await ab(STEADY)
    expect([0, 1], stdout + stderr).toContain(code)
    for (const { seen } of shops) {
      expect(seen.counts['POST /login']).toBe(1)
      expect(seen.counts['DELETE /session']).toBe(1)
      expect(seen.counts['GET /search']).toBeGreaterThan(50)
    }
    expect(stderr).toContain('warning: side b: after / logout failed: status 500')
    expect(stderr).not.toContain('side a:')
    for (const { totals, requests, scenario } of session.results()) {
      expect(totals.failed).toBe(0)
      expect(requests.map(({ name, kind }) => [name, kind])).toEqual([
        ['buy', 'journey'],
        ['buy / search', 'step'],
        ['buy / order', 'step'],
      ])
      expect(scenario.profile).toBe('steady')
    }
  }, 120_000)

  test('a failed setup ends the session, and the other side is cleaned up', async () => {
    const { shops, session, ab } = await startBoth({}, { login: 503 })
    const { code, stdout } = await ab(STEADY)
    expect(code, stdout).toBe(3)
    const error = 'side b: before / login failed: status 503; the load was not sent'
    expect(stdout.replace(/\s+/g, ' ')).toContain(error)
    expect(shops[0].seen.counts).toEqual({ 'POST /login': 1, 'DELETE /session': 1 })
    expect(shops[1].seen.counts).toEqual({ 'POST /login': 1 })
    for (const result of session.results())
      expect(result).toMatchObject({ verdict: 'error', error: expect.stringContaining(error) })
    expect(session.results()).toHaveLength(2)
  })

  test('bursts alone are refused', async () => {
    const { shops, ab } = await startBoth()
    const { code, stderr } = await ab(['--profile', 'spike', '--env-file', 'ab.env'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/shop\.yaml: .*bursts have no level\n.*hint: .*--profile/s)
    expect(shops.map(countAll)).toEqual([0, 0])
  })

  const USERS = `id\n${Array.from({ length: 200 }, (_, i) => i).join('\n')}\n`
  const withUsers = (load: string) => ({
    'data.yaml': `load: ${load}\ndata: { user: { file: users.csv, pick: unique } }\nrequests: [{ name: a, get: "/{{ user.id }}" }]\n`,
    'users.csv': USERS,
  })

  test('data that runs out ends it with an error that names the side, and what was measured is kept', async () => {
    const target = await startTarget(answerAfter(1))
    const session = startSession(withUsers('{ vus: 4 }'))
    const { code, stdout, stderr } = await session.perfctl(['ab', 'data.yaml', '--a', target.url, '--null'])
    expect(code, stdout + stderr).toBe(3)
    expect(stdout).toMatch(/side [ab]: data\.user ran out: it has 200 rows/)
    const results = session.results()
    expect(results.map(({ verdict }) => verdict)).toEqual(['error', 'error'])
    expect(results.some(({ totals }) => totals.requests > 0)).toBe(true)
  })

  test('data that is certain to run out is reported before a service is started', async () => {
    const session = startSession(withUsers('{ rate: 100/s }'))
    const commands = ['--a-command', 'touch started; exit 1', '--b-command', 'touch started; exit 1']
    const { code, stderr } = await session.perfctl(['ab', 'data.yaml', ...commands])
    expect(code).toBe(2)
    expect(stderr).toContain('data.user (users.csv) has 200 rows, but the load needs')
    expect(session.exists('started')).toBe(false)
  })

  test.each([
    ['run', ['-t', 'http://127.0.0.1:1', '--confirm', 'ab']],
    ['selftest', ['-t', 'http://127.0.0.1:1']],
  ])('%s reports this, too, before anything is sent', async (command, flags) => {
    const text = `${SCENARIO}reference: { url: "http://127.0.0.1:1" }\n`
    const session = startSession({ 'shop.yaml': text, 'ab.env': 'KEY=k1\n' })
    const spike = ['--profile', 'spike', '--env-file', 'ab.env']
    const { code, stderr } = await session.perfctl([command, 'shop.yaml', ...flags, ...spike])
    expect(code).toBe(2)
    expect(stderr).toContain('bursts have no level')
  })
})
