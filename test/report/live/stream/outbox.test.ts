import { expect, test, vi } from 'vitest'
import { openOutbox } from '../../../../src/report/live/stream/outbox.js'
import { findFreeUrl } from '../../../e2e/target.js'
import { makeWorld } from './frames.js'
import { startReceiver } from './receiver.js'

const QUICK = { keptMost: 5, attemptMs: 20_000, pauseMs: 20, closeMs: 20_000 }

function open(url: string, limits = QUICK, credentials: Readonly<Record<string, string>> = {}) {
  const { notices, notice } = makeWorld()
  const outbox = openOutbox(
    { url: new URL(url), headers: {}, credentials, label: '--stream x', notice },
    limits,
  )
  return { notices, outbox }
}

const textsOf = (posts: readonly { readonly body: Buffer }[]) => posts.map(({ body }) => body.toString())

test('bodies arrive in order, one at a time', async () => {
  let open_ = 0
  const receiver = await startReceiver((response) => {
    open_++
    expect(open_).toBe(1)
    setTimeout(() => {
      open_--
      response.end()
    }, 5)
  })
  const { outbox, notices } = open(receiver.url)
  for (const text of ['a', 'b', 'c']) outbox.push(text)
  await outbox.close()
  expect([textsOf(receiver.posts), notices]).toEqual([['a', 'b', 'c'], []])
})

test.each([503, 429])('status %i is retried until it succeeds, and reported once', async (status) => {
  let refusals = 3
  const receiver = await startReceiver((response) => response.writeHead(refusals-- > 0 ? status : 204).end())
  const { outbox, notices } = open(receiver.url)
  outbox.push('a')
  outbox.push('b')
  await vi.waitFor(() => expect(textsOf(receiver.posts)).toEqual(['a', 'a', 'a', 'a', 'b']))
  await outbox.close()
  expect(notices).toEqual([`warning: --stream x: status ${status}; the load continues without it`])
})

test('a refused body is not retried, and reported on one line without secrets', async () => {
  const receiver = await startReceiver((response, { body }) =>
    response
      .writeHead(body.toString() === 'b' ? 204 : 400)
      .end('bad\x1b[2J token secret-1\nBearer secret-1\n'),
  )
  const { outbox, notices } = open(receiver.url, QUICK, { authorization: 'Bearer secret-1' })
  for (const text of ['a', 'b', 'c']) outbox.push(text)
  await outbox.close()
  expect(textsOf(receiver.posts)).toEqual(['a', 'b', 'c'])
  expect(notices).toEqual([
    'warning: --stream x: status 400 (bad\\u001b[2J token [redacted]\\n[redacted]); the load continues without it',
  ])
})

test('a redirect is not followed', async () => {
  const other = await startReceiver()
  const receiver = await startReceiver((response) => response.writeHead(307, { location: other.url }).end())
  const { outbox, notices } = open(receiver.url)
  outbox.push('a')
  await outbox.close()
  expect(other.posts).toEqual([])
  expect(notices).toEqual([expect.stringContaining('status 307')])
})

test('an unavailable sink is reported once, blocks nothing, and gets the queue when it appears', async () => {
  const { outbox, notices } = open(await findFreeUrl(), { ...QUICK, pauseMs: 60_000 })
  for (let i = 0; i < 100; i++) outbox.push(`${i}`)
  await vi.waitFor(() => expect(notices).toHaveLength(1))
  for (let i = 0; i < 100; i++) outbox.push(`${i}`)
  await outbox.close()
  expect(notices).toEqual([expect.stringMatching(/ECONNREFUSED.*; the load continues without it$/)])
})

test('only the newest bodies are kept for a slow sink', async () => {
  let isAway = true
  const receiver = await startReceiver((response) => response.writeHead(isAway ? 503 : 204).end())
  const { outbox } = open(receiver.url)
  outbox.push('0')
  await vi.waitFor(() => expect(receiver.posts.length).toBeGreaterThan(0))
  for (let i = 1; i < 20; i++) outbox.push(`${i}`)
  isAway = false
  // An attempt from before may still fail, and the end allows no further one.
  await vi.waitFor(() => expect(textsOf(receiver.posts)).toContain('19'), 20_000)
  await outbox.close()
  expect(textsOf(receiver.posts).slice(-4)).toEqual(['16', '17', '18', '19'])
  expect(textsOf(receiver.posts).filter((text) => Number(text) > 0)).toHaveLength(4)
})

test('a sink that never responds is given up at the end of the run', async () => {
  const receiver = await startReceiver(() => {})
  const { outbox, notices } = open(receiver.url, { ...QUICK, closeMs: 50 })
  outbox.push('a')
  outbox.push('b')
  await outbox.close()
  expect(notices).toEqual([
    'warning: --stream x: no response within 0.05s of the end; the load continues without it',
  ])
})

test('a sink that takes too long is retried', async () => {
  let isSlow = true
  const receiver = await startReceiver((response) => {
    if (!isSlow) response.end()
    isSlow = false
  })
  const { outbox, notices } = open(receiver.url, { ...QUICK, attemptMs: 100 })
  outbox.push('a')
  await vi.waitFor(() => expect(receiver.posts).toHaveLength(2))
  await outbox.close()
  expect(notices).toEqual(['warning: --stream x: no response within 0.1s; the load continues without it'])
})

test('only the beginning of an endless response is read', async () => {
  let isCut = false
  const receiver = await startReceiver((response) => {
    response.writeHead(400)
    const pour = setInterval(() => response.write('x'.repeat(100_000)), 1)
    response.on('close', () => {
      clearInterval(pour)
      isCut = true
    })
  })
  const { outbox, notices } = open(receiver.url)
  outbox.push('a')
  await vi.waitFor(() => expect(notices).toHaveLength(1), { timeout: 15_000 })
  expect(notices[0]).toMatch(/: status 400 \(x{200}\)/)
  await vi.waitFor(() => expect(isCut).toBe(true), { timeout: 15_000 })
  await outbox.close()
})
