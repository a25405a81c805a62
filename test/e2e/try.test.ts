import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { main } from '../../dist/cli.js'
import { createMemoryIo } from '../commands/memory-io.js'
import { startSession } from './session.js'
import { answerAfter, startTarget } from './target.js'

const seen: { head: string; body: string }[] = []
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { method, url, httpVersion, rawHeaders } = request
  const pairs = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]}`] : []))
  const body = Buffer.concat(chunks).toString()
  seen.push({ head: [`${method} ${url} HTTP/${httpVersion}`, ...pairs].join('\n'), body })
  response.setHeader('set-cookie', 'sid=cookie-secret; Path=/')
  if (url === '/slow') return
  if (url === '/away') return void response.writeHead(302, { location: '/text' }).end()
  if (url === '/busy') response.statusCode = 503
  if (url === '/hangup') return void response.socket!.destroy()
  if (url === '/zip') {
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync(`{"echo":"${request.headers.authorization}"}`))
  } else if (url === '/lines') {
    response.end(
      Array.from({ length: 100 }, (_, i) => `line ${i} ${'x'.repeat(i === 3 ? 200 : 1)}`).join('\n'),
    )
  } else if (url === '/image') {
    response.setHeader('content-type', 'image/png')
    response.end(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]))
  } else {
    response.end(`\u001b[31mtext ${body}`)
  }
})
let target = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  seen.length = 0
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('the output', () => {
  test('shows what was sent', async () => {
    const { code, stdout } = await tryOut(`
      http: { headers: { accept: text/plain } }
      data: { word: [a & b] }
      requests:
        - get: /a?q={{ word }}
        - { name: send, post: /b, form: { w: "{{ word }}" }, headers: { x-id: "{{ randomInt(1, 9) }}" } }
        - { put: /c, headers: { host: other.example } }`)
    expect(code).toBe(0)
    const shown = [...stdout.matchAll(/(?:^> .*\n)+/gm)].map(([lines]) => lines.replace(/^> /gm, '').trim())
    expect(shown).toEqual(seen.map(({ head }) => head))
    expect(stdout).toContain(`\n\n${seen[1]!.body}\n`)
    expect(stdout).toContain('3 requests, all passed\n')
  })

  test('is the same with the same seed', async () => {
    const scenario = 'requests: [{ get: "/{{ randomInt(1, 1000000000) }}" }]'
    await tryOut(scenario, '--seed', '7')
    await tryOut(scenario, '--seed', '7')
    await tryOut(scenario, '--seed', '8')
    expect(seen[0]!.head).toBe(seen[1]!.head)
    expect(seen[0]!.head).not.toBe(seen[2]!.head)
  })

  test('hides secrets everywhere, also in a compressed response', async () => {
    const { stdout } = await tryOut(`
      http: { auth: { bearer: "\${MY_TOKEN}" } }
      data: { password: [from-the-data] }
      requests:
        - { get: /zip, expect: { json: { $.echo: "Bearer abc" } } }
        - { post: /b, auth: { basic: "me:{{ password }}" }, body: "{{ password }}" }`)
    expect(stdout).toContain('> authorization: Bearer [redacted]\n')
    expect(stdout).toContain('"echo": "Bearer [redacted]"')
    expect(stdout).toContain('✗ $.echo is "Bearer abc": $.echo is "Bearer [redacted]", not "Bearer abc"')
    expect(stdout).toContain('> authorization: Basic [redacted]\n')
    expect(stdout).toContain('< set-cookie: sid=[redacted]; Path=/\n')
    expect(stdout).not.toMatch(/token-secret|cookie-secret|from-the-data/)
  })

  test('hides the values of fields with secret names, also in later exchanges', async () => {
    const { code, stdout } = await tryOut(`
      data: { user: [{ name: ann, password: plainword }], pw: [Colum-n5] }
      requests:
        - { name: a, post: /a, form: { user: ann, password: f0rm-secret }, expect: { body: "password=" } }
        - { name: b, post: /b, json: { user: ann, client_secret: "{{ pw }}", tokens: 3, note: f0rm-secret } }
        - { name: c, post: /c, multipart: { title: t, otp: "99 88 77" } }
        - { name: d, post: "/d?api_key=q-s3cret&page=2", body: "{{ pw }}" }
        - { name: e, post: /e, json: { p: "{{ user.password }}", sentence: the plainword } }`)
    expect(code, stdout).toBe(0)
    // The service repeats each body: secrets are hidden there, too.
    expect(stdout).not.toMatch(/f0rm-secret|Colum-n5|99 88 77|q-s3cret/)
    expect(stdout.match(/^.*user=ann&password=\[redacted\]$/gm)).toHaveLength(2)
    expect(stdout).toContain('"tokens": 3,')
    expect(stdout).toContain('> POST /d?api_key=[redacted]&page=2 HTTP/1.1\n')
    expect(stdout).toContain('"p": "[redacted]",\n  "sentence": "the plainword"')
  })

  test('shows each exchange of a request, with cookies set on the way', async () => {
    const { code, stdout } = await tryOut(`
      http: { cookies: true, redirects: 1, retries: { count: 1, backoff: 1ms } }
      requests: [{ get: /away }, { get: /busy, expect: { status: 503 } }]`)
    expect(code).toBe(0)
    const turns = stdout.match(/^(> (GET|cookie:) .*|redirected .*|retried.*|.* in total, .*)$/gm)
    expect(turns).toEqual([
      '> GET /away HTTP/1.1',
      'redirected by status 302',
      '> GET /text HTTP/1.1',
      '> cookie: sid=[redacted]',
      expect.stringMatching(/ in total, 2 exchanges$/),
      '> GET /busy HTTP/1.1',
      'retried after status 503',
      '> GET /busy HTTP/1.1',
      '> cookie: sid=[redacted]',
      expect.stringMatching(/ in total, 2 exchanges$/),
    ])
    expect(stdout).not.toContain('cookie-secret')
  })

  test('shortens bodies to a screenful, except with --full', async () => {
    const scenario = 'requests: [{ get: /lines }]'
    const short = (await tryOut(scenario)).stdout
    expect(short).toContain('… 76 more lines; --full shows everything')
    expect(Math.max(...short.split('\n').map((line) => line.length))).toBe(80)
    const whole = (await tryOut(scenario, '--full')).stdout
    expect(whole).toContain('line 99 x\n')
    expect(whole).toContain('x'.repeat(200))
  })

  test('contains no control characters and no binary data', async () => {
    const { stdout } = await tryOut('requests: [{ get: /text }, { get: /image }]')
    expect(stdout).toContain('\\u001b[31mtext')
    expect(stdout).toContain('(8B of image/png)')
  })
})

describe('a failed check', () => {
  test('is shown beside those that passed, and exits with 1', async () => {
    const { code, stdout } = await tryOut(`
      requests:
        - get: /text
          expect: { status: 201, body: text, maxSize: 3B }
        - get: /other`)
    expect(code).toBe(1)
    expect(stdout).toContain(
      '✗ status 201: it is 200\n✗ body at most 3B: body larger than 3B\n✓ body contains "text"\n',
    )
    expect(stdout).toContain('1 of 2 requests failed\n')
  })

  test.each([
    ['/slow', '✗ timeout: no complete response within 100ms'],
    ['/hangup', '✗ reset: connection closed before the response was complete'],
  ])('%s has no checks to show, but a reason', async (path, reason) => {
    const { code, stdout } = await tryOut(
      `{ http: { timeout: 100ms }, requests: [{ get: ${path} }, { get: /next }] }`,
    )
    expect(code).toBe(1)
    expect(stdout).toContain(reason)
    expect(stdout).toContain('✓ status below 400')
  })
})

test('a secret of the environment is hidden however it is encoded', async () => {
  const { stdout } = await tryOut(`
    requests:
      - { post: /1, form: { p: "\${MY_PASSWORD}" } }
      - { post: /2, json: { p: "\${MY_PASSWORD}" } }
      - { name: three, get: /3, query: { p: "\${MY_PASSWORD}" } }`)
  expect(seen[0]!.body).toBe('p=p%22ss+w%26rd')
  expect(stdout).toContain('\n\np=[redacted]\n')
  expect(stdout).toContain('> GET /3?p=[redacted] HTTP/1.1')
  expect(stdout).not.toMatch(/ss.{1,3}w/)
})

test('only named requests are sent', async () => {
  const scenario = 'requests: [{ name: one, get: /1 }, { name: two, get: /2 }, { name: three, get: /3 }]'
  await tryOut(scenario, '--request', 'three', '--request', 'one')
  expect(seen.map(({ head }) => head.split(' ')[1])).toEqual(['/1', '/3'])
  const { code, stderr } = await tryOut(scenario, '--request', 'tow')
  expect([code, stderr]).toEqual([2, '--request tow: no such request\n  hint: did you mean "two"?\n'])
})

test('a header of the command line is sent, and hidden if it is a secret', async () => {
  const { stdout } = await tryOut('requests: [{ get: /1 }]', '-H', 'x-api-key: token-secret', '-H', 'x-a: b')
  expect(seen[0]!.head).toContain('x-api-key: token-secret\nx-a: b')
  expect(stdout).toContain('> x-api-key: [redacted]\n> x-a: b\n')
})

test("a target that can't be reached exits with 3", async () => {
  const gone = await tryOut(
    '{ target: "http://127.0.0.1:1", requests: [{ get: / }] }',
    '--target',
    'http://127.0.0.1:1',
  )
  expect(gone.code).toBe(3)
  expect(gone.stderr).toContain("http://127.0.0.1:1 can't be reached")
  const other = await tryOut('requests: [{ get: "http://127.0.0.1:1/" }]')
  expect(other.code).toBe(3)
  expect(other.stdout).toContain('✗ connect: connect ECONNREFUSED 127.0.0.1:1')
})

test('the demo service is started on demand', async () => {
  const { code, stdout } = await tryOut('requests: [{ get: /api/services/1 }]', '--target', 'demo')
  expect(code).toBe(0)
  expect(stdout).toContain('\n  "id": 1,\n')
})

async function tryOut(scenario: string, ...flags: string[]) {
  const io = { ...createMemoryIo(), env: { MY_TOKEN: 'token-secret', MY_PASSWORD: 'p"ss w&rd' } }
  writeFileSync(join(io.cwd, 'a.yaml'), scenario)
  const code = await main(['try', 'a.yaml', '--target', target, ...flags], io)
  return { code, ...io.written }
}

test("a value that can't be used in its place is reported with the request", async () => {
  const { url } = await startTarget(answerAfter(0))
  const session = startSession({
    'a.yaml': `target: ${url}\ndata: { word: [abc] }\nrequests: [{ name: one, get: "/{{ word | toInt }}" }]`,
  })
  const { code, stdout } = await session.perfctl(['try', 'a.yaml'])
  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining('not sent: "one": toInt expects a number, got text'),
  ])
})
