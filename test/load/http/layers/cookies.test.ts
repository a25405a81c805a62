import { expect, test } from 'vitest'
import { openUser, serveHttp, type TestUser } from '../user.js'

/** Sets the cookies in the query's `set`, and responds with those received. */
function startServer(): Promise<string> {
  return serveHttp((request, response) => {
    const { searchParams, pathname } = new URL(request.url!, 'http://x')
    response.setHeader('set-cookie', searchParams.getAll('set'))
    if (pathname === '/login') response.writeHead(302, { location: '/home' })
    response.end(request.headers.cookie ?? 'none')
  })
}

async function cookiesOf(user: TestUser, path = '/', headers: string[] = []): Promise<string> {
  const { answer, failure } = await user.send({ path, headers })
  expect(failure).toBeNull()
  return answer!.text()
}

test('cookies are sent back to their service and path', async () => {
  const user = await openUser(await startServer(), { cookies: 'iteration' })
  expect(await cookiesOf(user, '/?set=a%3D1&set=b%3D2;Path%3D/b&set=c%3D3;Domain%3Dexample.com')).toBe('none')
  expect(await cookiesOf(user)).toBe('a=1')
  expect(await cookiesOf(user, '/b')).toMatch(/^(a=1; b=2|b=2; a=1)$/)
  await cookiesOf(user, '/?set=a%3Dnew')
  expect(await cookiesOf(user)).toBe('a=new')
  await cookiesOf(user, '/?set=a%3D;Max-Age%3D0')
  expect(await cookiesOf(user)).toBe('none')
})

test('a cookie that the scenario writes itself wins', async () => {
  const user = await openUser(await startServer(), { cookies: 'iteration' })
  await cookiesOf(user, '/?set=a%3D1&set=b%3D2')
  expect(await cookiesOf(user, '/', ['x', 'y', 'cookie', 'a=own; c=3'])).toBe('a=own; c=3; b=2')
})

test('a service that keeps setting new ones does not fill the memory: the newest are kept', async () => {
  const user = await openUser(await startServer(), { cookies: 'user' })
  await cookiesOf(user, '/?set=kept%3D0')
  const many = (from: number) => Array.from({ length: 100 }, (_, i) => `set=c${from + i}%3D1`).join('&')
  for (let i = 0; i < 10; i++) await cookiesOf(user, `/?${many(100 * i)}`)
  const sent = (await cookiesOf(user)).split('; ')
  expect(sent.length).toBeGreaterThanOrEqual(180)
  expect(sent.length).toBeLessThanOrEqual(360)
  expect(sent).toContain('c999=1')
  expect(sent).not.toContain('kept=0')
})

test('cookies of a redirect are sent with the next hop', async () => {
  const user = await openUser(await startServer(), { cookies: 'iteration', redirects: 1 })
  expect(await cookiesOf(user, '/login?set=sid%3D7')).toBe('sid=7')
})

test('another service gets no cookies', async () => {
  const [one, other] = [
    await startServer(),
    await serveHttp((request, response) => {
      response.end(request.headers.cookie ?? 'none')
    }),
  ]
  const user = await openUser(one, { cookies: 'iteration' })
  await cookiesOf(user, '/?set=a%3D1;Path%3D/')
  // Cookies are not isolated by port (RFC 6265, section 8.5), only by host.
  const named = other.replace('127.0.0.1', 'localhost')
  expect((await user.send({ origin: named })).answer!.text()).toBe('none')
})

test('each iteration begins with the cookies from before the first one', async () => {
  const user = await openUser(await startServer(), { cookies: 'iteration' })
  await cookiesOf(user, '/?set=login%3D1')
  for (let i = 0; i < 3; i++) {
    user.begin()
    expect(await cookiesOf(user, '/?set=cart%3D1')).toBe('login=1')
    expect(await cookiesOf(user, '/?set=login%3Dchanged')).toBe('login=1; cart=1')
    expect(await cookiesOf(user)).toBe('login=changed; cart=1')
  }
})

test('or with none', async () => {
  const user = await openUser(await startServer(), { cookies: 'iteration' })
  for (let i = 0; i < 2; i++) {
    user.begin()
    expect(await cookiesOf(user, '/?set=a%3D1')).toBe('none')
    expect(await cookiesOf(user)).toBe('a=1')
  }
})

test('unless they are kept', async () => {
  const user = await openUser(await startServer(), { cookies: 'user' })
  user.begin()
  await cookiesOf(user, '/?set=a%3D1')
  user.begin()
  expect(await cookiesOf(user)).toBe('a=1')
})

test.each(['=;;=', 'a=\u0001', ';Path=/', '__Host-a=1; Domain=x', 'a=1; Expires=nonsense'])(
  'the odd cookie %j breaks nothing',
  async (cookie) => {
    let got = 0
    const origin = await serveHttp((_request, response) => {
      got++
      response.socket!.end(
        `HTTP/1.1 200 OK\r\nset-cookie: ${cookie}\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok`,
      )
    })
    const user = await openUser(origin, { cookies: 'user' })
    for (let i = 0; i < 2; i++) {
      const { failure } = await user.send()
      expect(failure === null || failure.kind === 'protocol').toBe(true)
    }
    expect(got).toBe(2)
  },
)
