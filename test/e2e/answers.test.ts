import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { startSession } from './session.js'
import { answerAfter, startTarget } from './target.js'

const ZIPPED = gzipSync('compressed '.repeat(1000))

/** Responses of every form in HTTP/1.1. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  switch (request.url) {
    case '/redirect':
      response.writeHead(302, { location: '/elsewhere' }).end()
      break
    case '/announced':
      response.writeProcessing()
      response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => response.end('at last'))
      break
    case '/head':
      response.writeHead(200, { 'content-length': 1000 }).end()
      break
    case '/empty':
      response.writeHead(204).end()
      break
    case '/chunked':
      response.write('first, ')
      setTimeout(() => response.end('last'), 50)
      break
    case '/gzip':
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(ZIPPED)
      break
    case '/until-closed':
      response.writeHead(200, { connection: 'close' })
      response.end('good-bye')
      break
    case '/large':
      response.end(Buffer.alloc(500_000))
      break
    default:
      response.writeHead(404).end()
  }
}

test('responses of every form are read to their last byte', async () => {
  const target = await startTarget(answer)
  const session = startSession({
    'forms.yaml': `
target: ${target.url}
load: { iterations: 160 }
requests:
  - { get: /redirect }
  - { get: /announced }
  - { head: /head }
  - { delete: /empty }
  - { get: /chunked }
  - { get: /gzip }
  - { get: /until-closed }
  - { get: /large }
`,
  })
  const { code, stdout } = await session.perfctl(['run', 'forms.yaml', '--seed', '1'])
  const [result] = session.results()
  expect(result!.totals.errors).toEqual([])
  expect(code, stdout).toBe(0)
  const byName = Object.fromEntries(result!.requests.map((request) => [request.name, request]))
  for (const [name, status] of [
    ['GET /redirect', 302],
    ['GET /announced', 200],
    ['HEAD /head', 200],
    ['DELETE /empty', 204],
    ['GET /until-closed', 200],
  ] as const) {
    expect(byName[name]!.statuses).toEqual({ [status]: target.seen.counts[name] })
  }
  // Timed to the last byte, not to the first.
  expect(byName['GET /chunked']!.latency.min).toBeGreaterThan(45)
  expect(byName['GET /chunked']!.timeToFirstByte.p50).toBeLessThan(40)
  const large = byName['GET /large']!
  expect(large.bytesReceived).toBeGreaterThan(large.requests * 500_000)
  // Compressed bytes, as on the wire.
  const gzip = byName['GET /gzip']!
  expect(gzip.bytesReceived).toBeLessThan(gzip.requests * (ZIPPED.length + 500))
})

test('numbers keep all their digits, from a response or the scenario into paths, bodies and checks', async () => {
  const bodies: string[] = []
  const target = await startTarget((request, response) => {
    if (request.method === 'POST')
      request.on('data', (chunk: Buffer) => bodies.push(`${request.url} ${chunk}`))
    request.on('end', () => response.end('{"id":2733382000000000049,"ids":[2733382000000000051,1]}'))
  })
  const session = startSession({
    'digits.yaml': `
target: ${target.url}
load: { iterations: 2 }
requests:
  - name: digits
    steps:
      - { get: /a, capture: { id: $.id, ids: { json: "$.ids[*]", pick: all } }, expect: { json: { $.id: 2733382000000000049 } } }
      - { name: other, if: "{{ id }} == 2733382000000000050", post: /other }
      - name: same
        if: "{{ id }} == 2733382000000000049"
        post: "/{{ id }}/{{ id | add(1) }}"
        json: { id: "{{ id }}", ids: "{{ ids }}", text: "n {{ id }}", big: 9223372036854775807 }
`,
  })
  const { code, stdout } = await session.perfctl(['run', 'digits.yaml'])
  expect(code, stdout).toBe(0)
  const sent =
    '/2733382000000000049/2733382000000000050 ' +
    '{"id":2733382000000000049,"ids":[2733382000000000051,1],"text":"n 2733382000000000049","big":9223372036854775807}'
  expect(bodies).toEqual([sent, sent])
})

test('an absolute URL leads to another origin, counted under its own name', async () => {
  const [target, other] = [await startTarget(answerAfter(0)), await startTarget(answerAfter(0))]
  const session = startSession({
    'two.yaml': `
target: ${target.url}/base
load: { iterations: 40 }
requests:
  - { name: here, get: /list }
  - { name: there, get: "${other.url}/ping" }
`,
  })
  const { code } = await session.perfctl(['run', 'two.yaml', '--seed', '1'])
  expect(code).toBe(0)
  const [here, there] = session.results()[0]!.requests
  expect(target.seen.counts).toEqual({ 'GET /base/list': here!.requests })
  expect(other.seen.counts).toEqual({ 'GET /ping': there!.requests })
  expect(here!.requests + there!.requests).toBe(40)
})

test('an unexpected status is a failure, and an expected one is not', async () => {
  const target = await startTarget((request, response) => {
    response.statusCode = request.url === '/teapot' ? 418 : 200
    response.end()
  })
  const session = startSession({
    'expect.yaml': `
target: ${target.url}
load: { iterations: 40 }
requests:
  - { get: /teapot, expect: { status: 418 } }
  - { post: /orders, json: {}, expect: { status: 201 } }
`,
  })
  await session.perfctl(['run', 'expect.yaml', '--seed', '1'])
  const [teapot, orders] = session.results()[0]!.requests
  expect(teapot!.failed).toBe(0)
  expect(orders!.failed).toBe(orders!.requests)
  expect(orders!.errors).toEqual([{ kind: 'status', message: 'status 200', count: orders!.requests }])
})

test('secrets reach the service and nobody else', async () => {
  const seen = new Set<unknown>()
  const target = await startTarget((request, response) => {
    seen.add(request.headers.authorization)
    seen.add(request.headers.cookie)
    seen.add(request.headers['x-api-token'])
    response.end()
  })
  const session = startSession({
    'secret.yaml': `
target: ${target.url}
load: { iterations: 5 }
http: { headers: { authorization: Bearer in-the-file, x-api-token: "\${API_TOKEN}" } }
requests: [{ name: me, get: /me }]
`,
    'broken.yaml': 'target: demo\nrequests: [{ get: /, headers: { authorization: [sesame-open] } }]\n',
    'broken-too.yaml': 'target: "${API_TOKEN}"\nrequests: [{ get: / }]\n',
  })
  const env = { API_TOKEN: 'from-the-environment' }
  const header = ['-H', 'cookie: session=from-the-flag']
  const outcomes = [
    await session.perfctl(['baseline', 'update', 'secret.yaml', ...header], env),
    await session.perfctl(['run', 'secret.yaml', ...header, '--report', 'markdown=run.md'], env),
    await session.perfctl(['run', 'broken.yaml'], env),
    await session.perfctl(['run', 'broken-too.yaml'], env),
    await session.perfctl(['run', 'secret.yaml', '-H', 'from-the-flag'], env),
  ]
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 2, 2, 2])
  expect([...seen]).toEqual(['Bearer in-the-file', 'session=from-the-flag', 'from-the-environment'])
  const written = [
    ...outcomes.flatMap(({ stdout, stderr }) => [stdout, stderr]),
    session.read('baselines/secret.json'),
    session.read('run.md'),
    ...session.results().map((result) => JSON.stringify(result)),
  ].join('\n')
  expect(written).not.toMatch(/in-the-file|from-the-environment|from-the-flag|sesame-open/)
})

test('patterns that never finish fail their requests, and the run ends in time', async () => {
  const target = await startTarget((_, response) => {
    response.end(`${'a'.repeat(60)}!`)
  })
  const session = startSession({
    'slow.yaml': `
target: ${target.url}
load: { vus: 20, duration: 2s, gracefulStop: 2s }
requests:
  - { name: check, get: /check, expect: { matches: "^(a+)+$" } }
  - name: capture
    steps: [{ get: /capture, capture: { x: { regex: "^(a+)+$" } } }]
`,
  })
  const begun = performance.now()
  const { code } = await session.perfctl([
    'run',
    'slow.yaml',
    '--workers',
    '1',
    '--seed',
    '1',
    '--no-baseline',
  ])
  // 2 s of load, as much to end, and a margin for a busy machine. Without a limit, the search would take years.
  expect(performance.now() - begun).toBeLessThan(20_000)
  const [result] = session.results()
  expect(result!.totals.errors.map(({ kind, message }) => [kind, message])).toEqual(
    expect.arrayContaining([
      ['expectation', 'the pattern ^(a+)+$ took longer than 20ms on this response'],
      ['capture', 'x: the pattern ^(a+)+$ took longer than 20ms on this response'],
    ]),
  )
  expect(result!.totals.requests).toBeGreaterThan(20)
  expect(code).not.toBe(70)
})

test('a service that repeats what it was sent reveals no secrets', async () => {
  const target = await startTarget(async (request, response) => {
    if (request.url === '/login') {
      response.setHeader('set-cookie', 'sid=SIDcookie9')
      response.end('{"token":"CAPtoken7","id":"CAPident8"}')
      return
    }
    let body = ''
    for await (const chunk of request) body += chunk
    response.setHeader('x-echo', body)
    response.end(
      JSON.stringify({ msg: `${request.headers.authorization} ${request.headers['x-my-token']} ${body}` }),
    )
  })
  const session = startSession({
    'users.csv': 'name,password\nann,DATApw11\n',
    'echo.yaml': `
target: ${target.url}
load: { iterations: 3 }
data: { user: { file: users.csv } }
requests:
  - name: journey
    steps:
      - { post: /login, json: { p: "{{ user.password }}" }, capture: { token: $.token, id: $.id } }
      - name: echo
        post: /echo
        headers: { authorization: "Bearer {{ token }}", x-my-token: "{{ id }}" }
        json: { password: "{{ user.password }}" }
        expect: { json: { $.msg: fine } }
  - { name: plain, post: /echo, json: { password: "{{ user.password }}" }, expect: { header: { x-echo: fine } } }
`,
  })
  const run = await session.perfctl([
    'run',
    'echo.yaml',
    '--seed',
    '1',
    '--report',
    'html=run.html',
    '--report',
    'csv=run.csv',
  ])
  const shown = await session.perfctl(['try', 'echo.yaml'])
  const results = session.results()
  const messages = results[0]!.totals.errors.map(({ message }) => message)
  expect(messages.join('\n')).toMatch(/Bearer \[redacted\] \[redacted\]/)
  const written = [
    run.stdout,
    run.stderr,
    session.read('run.html'),
    session.read('run.csv'),
    JSON.stringify(results),
  ].join('\n')
  expect(written).toContain('[redacted]')
  expect(written).not.toMatch(/CAPtoken7|CAPident8|DATApw11|SIDcookie9/)
  // `try` shows captured values, unless their name marks a secret.
  expect(shown.stdout).not.toMatch(/CAPtoken7|DATApw11|SIDcookie9/)
})
