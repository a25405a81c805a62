/**
 * `observe` with many users, real sockets, and services that send what they like.
 */
import { readdirSync } from 'node:fs'
import { createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { type Session, startSession } from './session.js'
import { startTarget } from './target.js'

const SCENARIO = (load: string, more = '') => `
load: ${load}
observe: { serverTiming: true, cache: true }
${more}
requests: [{ name: home, get: / }]
`
const PERFCTL = fileURLToPath(new URL('../../bin/perfctl.js', import.meta.url))
const RESULTS = '.perfctl/results'
const AGENT = `exec ${process.execPath} ${PERFCTL} agent --stdio`

/** Runs the scenario and returns its result. */
async function measure(url: string, scenario: string, ...args: string[]): Promise<Result> {
  const session = startSession({ 's.yaml': scenario })
  return measureIn(session, url, ...args)
}

async function measureIn(session: Session, url: string, ...args: string[]): Promise<Result> {
  const { code, stdout, stderr } = await session.perfctl([
    ...['run', 's.yaml', '--no-baseline', '-t', url],
    ...args,
  ])
  expect(code, stdout + stderr).toBe(0)
  return session.results().at(-1)!
}

/** A server that answers each request, by its number, with these header lines, in as many packets as there are parts. */
async function startRaw(linesOf: (n: number) => string, parts = 1): Promise<string> {
  let n = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay())
    socket.on('error', () => {})
    socket.on('data', async () => {
      const text = `HTTP/1.1 200 OK\r\n${linesOf(n++)}content-length: 2\r\n\r\nok`
      const size = Math.ceil(text.length / parts)
      for (let at = 0; at < text.length; at += size) {
        socket.write(text.slice(at, at + size), 'latin1')
        if (parts > 1) await new Promise((resolve) => setTimeout(resolve, 2))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Each answer has other durations, every third comes from the cache, and the last half says nothing. */
const TOLD = (n: number) =>
  n < 600
    ? `server-timing: db;dur=${10 + (n % 50)}, render;desc="a, b";dur=1.5, db;dur=1\r\nx-cache: ${n % 3 === 0 ? 'HIT' : 'MISS'}\r\n`
    : ''

function figuresOf({ requests: [home] }: Result) {
  const { serverTiming = {}, cache, serverTimingLeft } = home!
  const timings = Object.entries(serverTiming).map(([name, { count, max }]) => [name, count, max] as const)
  return { timings, cache, serverTimingLeft }
}

const EXPECTED = {
  timings: [
    ['db', 600, 60.031],
    ['render', 600, 1.5],
  ],
  cache: { hits: 200, misses: 1000, ratio: 1 / 6 },
}

test.each<[string, string, string[], number]>([
  ['many users', '', [], 1],
  ['two workers', '', ['--workers', '2'], 1],
  ['a connection for each request', 'http: { keepAlive: false }', [], 1],
  ['shared connections', 'http: { connections: 4 }', [], 1],
  ['headers in several packets', '', [], 5],
  ['cookies, redirects and retries', 'http: { cookies: true, redirects: 2, retries: { count: 1 } }', [], 1],
])('%s: each timing of each answer is counted once', async (_, more, args, parts) => {
  const url = await startRaw(TOLD, parts)
  const result = await measure(url, SCENARIO('{ vus: 20, iterations: 1200 }', more), ...args)
  expect(figuresOf(result)).toEqual(EXPECTED)
  expect(result.totals.cache).toEqual(EXPECTED.cache)
})

test('agents, and shards that are merged, lose nothing', async () => {
  const scenario = SCENARIO('{ vus: 20, iterations: 1200 }')
  const told = await startRaw(TOLD)
  expect(figuresOf(await measure(told, scenario, '--agent', AGENT, '--agent', AGENT))).toEqual(EXPECTED)
  const url = await startRaw(TOLD)
  const session = startSession({ 's.yaml': scenario })
  for (const shard of ['1/2', '2/2']) await measureIn(session, url, '--seed', '1', '--shard', shard)
  const parts = session.results().map(figuresOf)
  expect(parts.reduce((sum, { timings: [db] }) => sum + (db?.[1] ?? 0), 0)).toBe(600)
  const files = readdirSync(join(session.cwd, RESULTS)).map((name) => `${RESULTS}/${name}`)
  const { code, stdout, stderr } = await session.perfctl(['merge', ...files, '-o', 'all.json'])
  expect(code, stdout + stderr).toBe(0)
  expect(figuresOf(JSON.parse(session.read('all.json')))).toEqual(EXPECTED)
}, 60_000)

test('HTTP/2', async () => {
  const server = createHttp2Server((_, response) => {
    response.setHeader('server-timing', ['db;dur=12', 'app;dur=3'])
    response.setHeader('cache-status', 'edge; hit')
    response.end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const result = await measure(url, SCENARIO('{ vus: 5, iterations: 200 }', 'http: { http2: true }'))
  expect(figuresOf(result)).toEqual({
    timings: [
      ['app', 200, 3.001],
      ['db', 200, 12.007],
    ],
    cache: { hits: 200, misses: 0, ratio: 1 },
  })
})

test('names without end, odd names and broken entries', async () => {
  const names = (n: number) => Array.from({ length: 900 }, (_, i) => `n${n % 2}-${i};dur=1`).join(',')
  const url = await startRaw((n) =>
    n < 10
      ? 'server-timing: __proto__;dur=5, constructor;dur=-1, x;dur=NaN, "q";dur=1, y;dur=1e999\r\n'
      : `server-timing: ${names(n)}\r\n`,
  )
  const session = startSession({ 's.yaml': SCENARIO('{ vus: 1, iterations: 50 }') })
  const result = await measureIn(session, url, '--report', 'html=o.html')
  const { timings, serverTimingLeft, cache } = figuresOf(result)
  expect(timings).toHaveLength(20)
  expect(timings.find(([name]) => name === '__proto__')).toEqual(['__proto__', 10, 5.003])
  expect(timings.some(([name]) => ['constructor', 'x', 'q', 'y'].includes(name))).toBe(false)
  expect([serverTimingLeft, cache]).toEqual([true, undefined])
  expect(session.read('o.html')).toContain('more than 20 names of server timings')
})

test('only the names of the list are kept, and thresholds limit them', async () => {
  const target = await startTarget((_, response) => {
    response.setHeader('Server-Timing', 'db;dur=30, render;dur=2')
    response.end('ok')
  })
  const session = startSession({
    's.yaml': `
load: { vus: 2, iterations: 50 }
observe: { serverTiming: [db] }
requests: [{ name: home, get: / }]
thresholds: ["home: server_timing.db.p95 < 20ms", { limit: server_timing.db.max < 1s, abort: true }]
`,
  })
  const { code, stdout } = await session.perfctl(['run', 's.yaml', '--no-baseline', '-t', target.url])
  expect(code).toBe(1)
  expect(stdout).toContain('home: server_timing.db.p95 < 20ms was not met (30.0ms)')
  expect(figuresOf(session.results()[0]!).timings.map(([name]) => name)).toEqual(['db'])
})

test('the page shows them', async () => {
  const session = startSession({ 's.yaml': SCENARIO('{ vus: 2, iterations: 50 }') })
  await measureIn(session, await startRaw(TOLD), '--report', 'html=o.html')
  expect(session.read('o.html')).toMatch(/Server timings<\/h2>/)
})
