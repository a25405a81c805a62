import { describe, expect, test, vi } from 'vitest'
import { parseResult } from '../../src/stats/read.js'
import { startSession } from './session.js'
import { answerAfter, countAll, findFreeUrl, startTarget } from './target.js'

describe.concurrent('what is sent', () => {
  test('the result counts what the service saw, byte for byte', async () => {
    const target = await startTarget(answerAfter(5))
    const session = startSession({
      'shop.yaml': `
target: ${target.url}
load: { vus: 4, duration: 1s, thinkTime: 5ms }
requests:
  - { name: list, weight: 3, get: /list?page=1 }
  - { name: order, post: /orders, json: { item: "{{ randomInt(1, 9) }}" } }
`,
    })
    const { code } = await session.perfctl(['run', 'shop.yaml'])
    expect(code).toBe(0)
    const [result] = session.results()
    const [list, order] = result!.requests
    expect(list!.requests).toBe(target.seen.counts['GET /list'])
    expect(order!.requests).toBe(target.seen.counts['POST /orders'])
    expect(result!.totals.requests).toBe(countAll(target))
    // The service knows the bytes of its connections once they are closed.
    await vi.waitFor(() => expect(target.seen.bytesReceived).toBe(result!.totals.bytesSent), 10_000)
    expect(target.seen.bytesSent).toBe(result!.totals.bytesReceived)
    expect(result!.totals.statuses).toEqual({ 200: countAll(target) })
  })

  test('the warm-up is sent and is in no figure', async () => {
    const target = await startTarget(answerAfter(0))
    const session = startSession({
      'steady.yaml': `
target: ${target.url}
load: { warmup: 1s, rate: 50/s, duration: 2s }
requests: [{ get: / }]
`,
    })
    await session.perfctl(['run', 'steady.yaml'])
    const [result] = session.results()
    // A warm-up of 1 s ramps up for half a second (12.5 arrivals) and is steady for the other (25).
    expect(countAll(target)).toBe(38 + 100)
    expect(result!.totals).toMatchObject({ requests: 100, throughput: 50, dropped: 0 })
    expect(result!.totals.latency.count).toBe(100)
    expect(result!.durationSeconds).toBe(2)
    expect(result!.warmupSeconds).toBe(1)
    // Of the measured part alone; which second a response falls into depends on how busy the machine is.
    const { windows } = result!.requests[0]!
    expect(windows[0]!.start).toBeGreaterThanOrEqual(0)
    expect(windows.reduce((sum, { requests }) => sum + requests, 0)).toBe(100)
  })

  test('the same seed sends the same requests, in the same order', async () => {
    const paths: string[] = []
    const target = await startTarget((request, response) => {
      paths.push(request.url!)
      response.end()
    })
    const session = startSession({
      'dice.yaml': `
target: ${target.url}
load: { iterations: 50 }
requests: [{ get: "/{{ randomInt(1, 1000000) }}" }, { get: "/other/{{ uuid() }}" }]
`,
    })
    for (const seed of ['7', '7', '8']) await session.perfctl(['run', 'dice.yaml', '--seed', seed])
    expect(paths).toHaveLength(150)
    expect(paths.slice(50, 100)).toEqual(paths.slice(0, 50))
    expect(paths.slice(100)).not.toEqual(paths.slice(0, 50))
  })

  test('a URL is a quick look with the given users, duration and headers', async () => {
    const keys = new Set<unknown>()
    const target = await startTarget((request, response) => {
      keys.add(request.headers['x-key'])
      response.end()
    })
    const session = startSession()
    const url = `${target.url}/x?q=1`
    const { code, stdout } = await session.perfctl(['run', url, '-u', '2', '-d', '1s', '-H', 'x-key: abc'])
    expect(code).toBe(0)
    expect(stdout).toContain('Passed')
    expect(stdout).not.toContain('perfctl baseline update')
    const [result] = session.results()
    expect(result!.totals.requests).toBe(target.seen.counts['GET /x'])
    expect(result!.timeline[0]!.vus).toBe(2)
    expect(result!.durationSeconds).toBe(1)
    expect([...keys]).toEqual(['abc'])
  })

  test('a URL without its scheme is understood, and the assumed URL is shown', async () => {
    const target = await startTarget(answerAfter(0))
    const text = `${target.url.replace('http://', '')}/x`
    const { code, stderr } = await startSession().perfctl(['run', text, '-i', '5'])
    expect(code).toBe(0)
    expect(stderr).toContain(`${text}: using ${target.url}/x`)
    expect(target.seen.counts).toEqual({ 'GET /x': 5 })
  })

  test('without a scenario, all of scenarios/ are run and listed', async () => {
    const target = await startTarget(answerAfter(0))
    const scenario = (path: string) =>
      `target: ${target.url}\nload: { iterations: 2 }\nrequests: [{ get: ${path} }]\n`
    const files = { 'scenarios/a.yaml': scenario('/a'), 'scenarios/b.yaml': scenario('/b') }
    const { code, stderr } = await startSession(files).perfctl(['run'])
    expect(code).toBe(0)
    expect(stderr).toContain('all of scenarios/: a.yaml, b.yaml')
    expect(target.seen.counts).toEqual({ 'GET /a': 2, 'GET /b': 2 })
  })

  test('-e sets variables and beats the environment', async () => {
    const target = await startTarget(answerAfter(0))
    const session = startSession({
      'env.yaml':
        'target: ${BASE_URL}\nload: { iterations: 1 }\nrequests: [{ get: "/${PART:-none}/${WHO}" }]\n',
    })
    const env = { BASE_URL: 'http://nowhere.invalid', WHO: 'me' }
    const { code } = await session.perfctl(['run', 'env.yaml', '-e', `BASE_URL=${target.url}`], env)
    expect(code).toBe(0)
    expect(target.seen.counts).toEqual({ 'GET /none/me': 1 })
  })

  test('several scenarios run one after the other, and the worst verdict decides the exit code', async () => {
    const target = await startTarget((request, response) => {
      response.statusCode = request.url === '/bad' ? 500 : 200
      response.end()
    })
    const scenario = (path: string) => `
target: ${target.url}
load: { iterations: 5 }
requests: [{ get: ${path} }]
thresholds: [error_rate < 1%]
`
    const session = startSession({ 'bad.yaml': scenario('/bad'), 'good.yaml': scenario('/good') })
    const { code, stdout } = await session.perfctl(['run', 'bad.yaml', 'good.yaml'])
    expect(code).toBe(1)
    expect(stdout).toContain('✗ Failed')
    expect(stdout).toContain('✓ Passed')
    expect(session.results().map(({ verdict }) => verdict)).toEqual(['failed', 'passed'])
  })
})

describe.concurrent('failures of the service', () => {
  test('failures are counted by kind and are in no latency', async () => {
    const target = await startTarget(async (request, response) => {
      if (request.url === '/500') response.writeHead(500).end('no')
      else if (request.url === '/reset') request.socket.destroy()
      else if (request.url === '/cut')
        response.writeHead(200, { 'content-length': 100 }).write('half', () => request.socket.destroy())
      else if (request.url !== '/never') await answerAfter(20)(request, response)
    })
    const session = startSession({
      'ill.yaml': `
target: ${target.url}
load: { vus: 5, iterations: 100 }
http: { timeout: 1s }
requests: [{ get: /500 }, { get: /reset }, { get: /cut }, { get: /never }, { name: fine, get: /fine }]
`,
    })
    const { stdout } = await session.perfctl(['run', 'ill.yaml'])
    const [result] = session.results()
    const byName = Object.fromEntries(result!.requests.map((request) => [request.name, request]))
    const kinds = (name: string) => byName[name]!.errors.map(({ kind }) => kind)
    expect(kinds('GET /500')).toEqual(['status'])
    expect(kinds('GET /reset')).toEqual(['reset'])
    expect(kinds('GET /cut')).toEqual(['reset'])
    expect(kinds('GET /never')).toEqual(['timeout'])
    const fine = byName['fine']!
    expect(fine.failed).toBe(0)
    expect(result!.totals.failed).toBe(100 - fine.requests)
    expect(result!.totals.latency.count).toBe(fine.requests)
    expect(result!.totals.latency.min).toBeGreaterThan(15)
    expect(stdout).toContain('status 500')
    expect(stdout).toContain('no complete response within 1s')
  })

  test('a service that only fails does not pass, with or without thresholds', async () => {
    const target = await startTarget((_, response) => void response.writeHead(500).end())
    const session = startSession({
      'down.yaml': `
target: ${target.url}
load: { iterations: 20 }
requests: [{ get: / }]
thresholds: [p95 < 1s, error_rate < 1%]
`,
    })
    const { code, stdout } = await session.perfctl(['run', 'down.yaml'])
    expect(code).toBe(1)
    const [result] = session.results()
    expect(result!.thresholds.map(({ passed }) => passed)).toEqual([false, false])
    expect(result!.totals.latency).toMatchObject({ count: 0, p95: null, max: null })
    expect(stdout).toContain('100%')
  })

  test('a missing service is reported at once', async () => {
    const url = await findFreeUrl()
    const session = startSession({ 'gone.yaml': `target: ${url}\nrequests: [{ get: / }]\n` })
    const started = performance.now()
    const { code, stdout } = await session.perfctl(['run', 'gone.yaml'])
    expect(code).toBe(3)
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(stdout.replace(/\s+/g, ' ')).toContain(`${url} can't be reached`)
    expect(stdout).toContain('--target')
  })

  test('arrivals that find every virtual user waiting are counted as dropped', async () => {
    const target = await startTarget(answerAfter(600))
    const session = startSession({
      'flood.yaml': `
target: ${target.url}
load: { rate: 50/s, duration: 1s, maxVus: 5 }
requests: [{ get: / }]
`,
    })
    const { stdout } = await session.perfctl(['run', 'flood.yaml'])
    const { totals } = session.results()[0]!
    expect(totals.requests).toBe(countAll(target))
    expect(totals.requests + totals.dropped).toBe(50)
    expect(totals.dropped).toBeGreaterThan(30)
    expect(stdout).toContain('dropped')
  })
})

describe.concurrent('output', () => {
  test('--report json=- writes the result to stdout and nothing else', async () => {
    const target = await startTarget(answerAfter(0))
    const session = startSession()
    const { code, stdout, stderr } = await session.perfctl([
      ...['run', target.url, '-i', '20', '--report', 'json=-', '--report', 'junit=out/run.xml'],
    ])
    expect(code).toBe(0)
    expect(parseResult(stdout, 'stdout')).toEqual(session.results()[0])
    expect(stderr).toContain('result saved: .perfctl/results/')
    expect(session.read('out/run.xml')).toContain('<testsuites name="perfctl"')
  })

  test('each of several scenarios has its own report', async () => {
    const target = await startTarget(answerAfter(0))
    const text = `target: ${target.url}\nload: { vus: 1, iterations: 5 }\nrequests: [{ get: / }]\n`
    const session = startSession({ 'a.yaml': text, 'b.yaml': text })
    const { code } = await session.perfctl(['run', 'a.yaml', 'b.yaml', '--report', 'json=out/perf.json'])
    expect(code).toBe(0)
    const names = ['a', 'b'].map(
      (name) => parseResult(session.read(`out/perf-${name}.json`), name).scenario.name,
    )
    expect(names).toEqual(['a', 'b'])
    expect(session.exists('out/perf.json')).toBe(false)
  })

  test('a saved result gives the same page again', async () => {
    const target = await startTarget(answerAfter(0))
    const session = startSession()
    const first = await session.perfctl(['run', target.url, '-i', '20', '--report', 'json=saved.json'])
    const again = await session.perfctl(['report', 'saved.json'])
    expect(again).toMatchObject({ code: 0, stdout: first.stdout })
  })

  test('-q prints nothing but the summary', async () => {
    const target = await startTarget(answerAfter(0))
    const { code, stdout, stderr } = await startSession().perfctl(['run', target.url, '-i', '20', '-q'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('Passed')
  })
})

describe.concurrent('invalid input', () => {
  test('all problems of all files are reported at once, and nothing is sent', async () => {
    const target = await startTarget(answerAfter(0))
    const session = startSession({
      'good.yaml': `target: ${target.url}\nrequests: [{ get: / }]\n`,
      'bad.yaml': 'target: demo\nload:\n  duration: 10\n  vuss: 3\nrequests:\n  - get: {{ path }}\n',
      'worse.yaml': 'requests:\n  - { get: /, weight: 0 }\nthresholds:\n  - "ghost: p95 < 1s"\n',
    })
    const { code, stdout, stderr } = await session.perfctl(['run', 'good.yaml', 'bad.yaml', 'worse.yaml'])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    for (const place of [
      'bad.yaml:3:13',
      'bad.yaml:4:3',
      'bad.yaml:6:10',
      'worse.yaml:2:23',
      'worse.yaml:4:6',
    ]) {
      expect(stderr).toContain(`${place}: `)
    }
    expect(stderr).toMatch(/vuss[\s\S]*vus/)
    expect(countAll(target)).toBe(0)
    expect(session.results()).toEqual([])
  })

  test.for([
    { args: ['-u', 'many'], says: '-u many: not a whole number' },
    { args: ['-d', '10'], says: 'write 10s or 10ms' },
    { args: ['-r', 'fast'], says: 'write a rate such as -r 100/s' },
    { args: ['-s', '30'], says: 'such as -s 30s:20' },
    { args: ['-e', 'staging'], says: 'write KEY=VALUE' },
    { args: ['-H', 'nonsense'], says: "write 'name: value'" },
    { args: ['-t', 'localhost:3000'], says: 'http://localhost:3000' },
    { args: ['--workers', '0'], says: 'write a number such as --workers 2' },
    { args: ['--seed', '1.5'], says: 'write a number such as --seed 42' },
    { args: ['--inconclusive', 'maybe'], says: 'Allowed choices are fail, pass' },
    { args: ['--report', 'pdf'], says: 'pdf' },
    { args: ['--no-baseline', '--require-baseline'], says: 'remove one of them' },
    { args: ['--vuss', '3'], says: '(Did you mean --vus?)' },
  ])('$args is refused with a hint', async ({ args, says }) => {
    const session = startSession({ 'a.yaml': 'target: http://127.0.0.1:9\nrequests: [{ get: / }]\n' })
    const { code, stderr } = await session.perfctl(['run', 'a.yaml', ...args])
    expect(code).toBe(2)
    expect(stderr).toContain(says)
  })

  test.for([
    { args: [], code: 0, says: 'Usage: perfctl' },
    { args: ['rum'], code: 2, says: '(Did you mean run?)' },
    { args: ['run'], code: 2, says: 'no scenarios in scenarios/' },
    { args: ['run', 'none.yaml'], code: 2, says: 'none.yaml: no such file' },
    { args: ['baseline', 'update'], code: 2, says: 'no scenarios in scenarios/' },
    { args: ['--version'], code: 0, says: '.' },
  ])('perfctl $args exits with $code', async ({ args, code, says }) => {
    const outcome = await startSession().perfctl(args)
    expect(outcome.code).toBe(code)
    expect(outcome.stdout + outcome.stderr).toContain(says)
  })
})

// By itself: the service is in this process, where the starts of other runs hold it up.
test('waiting for a slow service is part of the latency and reduces throughput', async () => {
  const target = await startTarget(answerAfter(100))
  const session = startSession({
    'slow.yaml': `target: ${target.url}\nload: { vus: 2, duration: 2s }\nrequests: [{ get: / }]\n`,
  })
  await session.perfctl(['run', 'slow.yaml'])
  const { totals } = session.results()[0]!
  expect(totals.latency.p50).toBeGreaterThanOrEqual(99)
  expect(totals.throughput).toBeLessThanOrEqual(22)
  expect(totals.throughput).toBeGreaterThan(8)
})
