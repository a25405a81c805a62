import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { listenForTest, openUser, readBody, serveHttp } from '../user.js'

/** Responds with what it received, and redirects /301, /302, … to `location`. */
async function startEcho(location = '/end'): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = await readBody(request)
    const status = Number(request.url!.slice(1, 4))
    if (status >= 300) response.writeHead(status, { location }).end()
    else response.end(JSON.stringify({ method: request.method, headers: request.headers, body }))
  })
  return `http://127.0.0.1:${await listenForTest(server)}`
}

async function follow(origin: string, request: Parameters<Awaited<ReturnType<typeof openUser>>['send']>[0]) {
  const user = await openUser(origin, { redirects: 5 })
  const attempt = await user.send({ headers: [], ...request })
  expect(attempt.failure).toBeNull()
  expect(attempt.hops).toHaveLength(2)
  return JSON.parse(attempt.answer!.text()) as { method: string; headers: object; body: string }
}

describe('the method after a redirect', () => {
  test.each([
    [301, 'GET', 'GET'],
    [301, 'POST', 'GET'],
    [301, 'PUT', 'PUT'],
    [302, 'POST', 'GET'],
    [302, 'DELETE', 'DELETE'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'PUT', 'PUT'],
  ])('of status %i to a %s is %s', async (status, method, expected) => {
    const body = method === 'GET' ? null : '{"a":1}'
    const headers = ['content-type', 'application/json', 'x-own', '1']
    const end = await follow(await startEcho(), { method, path: `/${status}`, body, headers })
    expect(end.method).toBe(expected)
    const keepsBody = expected === method && body !== null
    expect(end.body).toBe(keepsBody ? body : '')
    expect(end.headers).toMatchObject({ 'x-own': '1' })
    expect('content-type' in end.headers).toBe(keepsBody || method === 'GET')
  })
})

test('another origin gets no credentials', async () => {
  const other = await startEcho()
  const secrets = {
    authorization: 'Bearer s3cret',
    cookie: 'a=1',
    'x-auth-token': 't0ken',
    'x-session': 's1',
  }
  const headers = [...Object.entries(secrets).flat(), 'x-own', '1']
  const away = await follow(await startEcho(`${other}/end`), { path: '/302', headers })
  expect(away.headers).toMatchObject({ host: new URL(other).host, 'x-own': '1' })
  for (const name of Object.keys(secrets)) expect(away.headers).not.toHaveProperty(name)
  const home = await follow(await startEcho(), { path: '/302', headers })
  expect(home.headers).toMatchObject(secrets)
})

test.each([
  ['/b/c', 'next?x=1', '/b/next?x=1'],
  ['/b/c', '?x=1', '/b/c?x=1'],
  ['/b', '../up', '/up'],
  ['/b', '/caf\u00c3\u00a9#part', '/caf%C3%A9'],
])('from %s to %s is %s', async (path, location, expected) => {
  const seen: string[] = []
  const origin = await serveHttp((request, response) => {
    seen.push(request.url!)
    if (seen.length === 1) response.writeHead(302, { location }).end()
    else response.end()
  })
  const user = await openUser(origin, { redirects: 1 })
  expect(await user.send({ path })).toMatchObject({ failure: null, status: 200 })
  expect(seen).toEqual([path, expected])
})

test('a redirect without a location is the response, as is any redirect that is not followed', async () => {
  const origin = await serveHttp((request, response) =>
    response.writeHead(302, request.url === '/' ? {} : { location: '/' }).end(),
  )
  const following = await openUser(origin, { redirects: 3 })
  expect(await following.send()).toMatchObject({ failure: null, status: 302 })
  const user = await openUser(origin, { redirects: 3 })
  expect(await user.send({ path: '/x', redirects: 0 })).toMatchObject({ failure: null, status: 302 })
})

test.each([
  ['a circle', '/', 'more than 2 redirects', 3],
  [
    'a place that is no http URL',
    'mailto:someone@example.com',
    'a redirect to a URL that is not http or https',
    1,
  ],
  ['an invalid URL', 'http://[', 'a redirect to a URL that is not http or https', 1],
])('%s fails the request', async (_, location, message, hops) => {
  const origin = await serveHttp((_request, response) => response.writeHead(302, { location }).end())
  const user = await openUser(origin, { redirects: 2 })
  const attempt = await user.send()
  expect(attempt.failure).toEqual({ kind: 'redirects', message })
  expect(attempt.hops).toHaveLength(hops)
})

test('a failure after a redirect fails the request', async () => {
  const origin = await serveHttp((request, response) => {
    if (request.url === '/') response.writeHead(302, { location: '/gone' }).end()
    else response.socket!.destroy()
  })
  const user = await openUser(origin, { redirects: 2 })
  for (let i = 0; i < 2; i++) expect((await user.send()).failure?.kind).toBe('reset')
})

test('cookies of redirects are also those of the response', async () => {
  const origin = await serveHttp((request, response) => {
    const next = { '/': '/b', '/b': '/c' }[request.url!]
    response.setHeader('set-cookie', `at=${request.url}`)
    response.writeHead(next === undefined ? 200 : 302, next === undefined ? {} : { location: next }).end()
  })
  const user = await openUser(origin, { redirects: 2 })
  expect((await user.send({ keep: 'head' })).answer!.setCookies).toEqual(['at=/', 'at=/b', 'at=/c'])
})
