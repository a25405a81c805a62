import { describe, expect, test } from 'vitest'
import { importAccessLog } from '../../../src/import/access-log/index.js'
import { readLine } from '../../../src/import/access-log/line.js'
import { linesOf } from '../../../src/import/access-log/lines.js'
import { readDraft } from '../read-draft.js'

const OPTIONS = { file: 'access.log', target: null, isMix: false, withStatic: false, environment: null }

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

const draft = (lines: Iterable<string>, options = {}) =>
  importAccessLog(each(lines), { ...OPTIONS, ...options })

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** A line of the combined format; `at`: seconds. */
function line(request: string, { status = 200, at = 0 } = {}): string {
  const time = new Date(Date.UTC(2026, 4, 1) + at * 1000).toISOString()
  const [year, month, day] = time.split(/[-T]/)
  const date = `${day}/${MONTHS[Number(month) - 1]}/${year}`
  const clock = time.slice(11, 19)
  return `10.0.0.1 - - [${date}:${clock} +0000] "${request} HTTP/1.1" ${status} 12 "-" "Mozilla/5.0 (\\"x\\")"`
}

const repeat = (count: number, make: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => make(n))

const TIME = Date.UTC(2026, 9, 10, 11, 55, 36)

describe('a line of', () => {
  test.each([
    ['the common format', '1.2.3.4 - frank [10/Oct/2026:13:55:36 +0200] "GET /a?b=c HTTP/1.0" 200 2326', {}],
    [
      'the combined format',
      '::1 - - [10/Oct/2026:11:55:36 +0000] "GET /a?b=c HTTP/2.0" 200 5 "http://r/" "M \\"x\\""',
      {},
    ],
    [
      'virtual hosts',
      'shop.example:443 1.2.3.4 - - [10/Oct/2026:11:55:36 +0000] "GET /a?b=c HTTP/1.1" 200 5 "-" "x"',
      { host: 'shop.example:443' },
    ],
    ['a named client', 'client.example.com - - [10/Oct/2026:11:55:36 +0000] "GET /a?b=c HTTP/1.1" 200 5', {}],
    [
      'nginx with more fields',
      '1.2.3.4 - - [10/Oct/2026:11:55:36 +0000] "GET /a?b=c HTTP/1.1" 200 5 "-" "x" "-" 0.004 upstream: 10.0.0.2:80',
      {},
    ],
    ['Envoy', '[2026-10-10T11:55:36.000Z] "GET /a?b=c HTTP/2" 200 - 154 0 226 100 "-" "x"', {}],
    [
      'a proxy',
      '1.2.3.4 - - [10/Oct/2026:11:55:36 +0000] "GET http://shop.example/a?b=c HTTP/1.1" 200 5',
      {},
    ],
    [
      'nginx as JSON',
      '{"time_iso8601":"2026-10-10T13:55:36+02:00","request":"GET /a?b=c HTTP/1.1","status":"200","http_host":"shop.example"}',
      { host: 'shop.example' },
    ],
    [
      'an AWS load balancer',
      'https 2026-10-10T11:55:36.000000Z app/lb/50dc 1.2.3.4:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://shop.example:443/a?b=c HTTP/1.1" "x" - -',
      { host: 'shop.example:443' },
    ],
    [
      'a classic AWS load balancer',
      '2026-10-10T11:55:36.000000Z lb 1.2.3.4:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://shop.example:80/a?b=c HTTP/1.1" "x" - -',
      { host: 'shop.example:80' },
    ],
    [
      'HAProxy',
      'Oct 10 11:55:36 lb haproxy[14389]: 1.2.3.4:33317 [10/Oct/2026:11:55:36.000] in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {a|b} "GET /a?b=c HTTP/1.1"',
      {},
    ],
    ['Uvicorn', 'INFO:     1.2.3.4:5123 - "GET /a?b=c HTTP/1.1" 200 OK', { timeMs: null }],
    [
      'Docker',
      '{"log":"1.2.3.4 - - [10/Oct/2026:11:55:36 +0000] \\"GET /a?b=c HTTP/1.1\\" 200 5\\n","stream":"stdout"}',
      {},
    ],
    [
      'a collector, with JSON in JSON',
      '{"message":"{\\"request\\":\\"GET /a?b=c HTTP/1.1\\",\\"status\\":200,\\"ts\\":1791633336}","code":"x"}',
      {},
    ],
    [
      'nginx as JSON, in parts',
      '{"msec":"1791633336.000","request_method":"GET","uri":"/a","args":"b=c","status":200}',
      {},
    ],
    [
      'Caddy',
      '{"level":"info","ts":1791633336,"request":{"method":"GET","host":"shop.example","uri":"/a?b=c"},"status":200}',
      { host: 'shop.example' },
    ],
    [
      'Traefik',
      '{"DownstreamStatus":200,"RequestHost":"shop.example","RequestMethod":"GET","RequestPath":"/a?b=c","StartUTC":"2026-10-10T11:55:36Z"}',
      { host: 'shop.example' },
    ],
    [
      'Elastic',
      '{"@timestamp":"2026-10-10T11:55:36.000Z","http":{"request":{"method":"GET"},"response":{"status_code":200}},"url":{"path":"/a","query":"b=c"}}',
      {},
    ],
    [
      'Elastic, flat',
      '{"@timestamp":"2026-10-10T11:55:36.000Z","http.request.method":"GET","http.response.status_code":200,"url.original":"/a?b=c"}',
      {},
    ],
  ])('%s is read', (_, text, more) => {
    expect(readLine(text)).toEqual({
      method: 'GET',
      path: '/a?b=c',
      status: 200,
      timeMs: TIME,
      host: null,
      ...more,
    })
  })

  test.each([
    ['1.2.3.4 - - [10/Oct/2026:11:55:36 +0000] "\\x16\\x03\\x01" 400 150 "-" "-"', 'broken'],
    ['1.2.3.4 - - [10/Oct/2026:11:55:36 +0000] "-" 408 0', 'broken'],
    ['1.2.3.4 - - [10/Oct/2026:11:55:36 +0000] "OPTIONS * HTTP/1.0" 200 0', 'broken'],
    ['2026/10/10 11:55:36 [error] 12#12: *1 connect() failed', null],
    ['{"level":"info","msg":"started"}', null],
    ['{"status":200', null],
    ['some text', null],
  ])('%s is not an entry', (text, content) => {
    expect(readLine(text)).toBe(content)
  })
})

test('a log with only static files is imported, with notes on unreadable lines', async () => {
  const { scenario, notes } = await draft([...repeat(12, (n) => line('GET /a.css', { at: n })), 'what'])
  expect(scenario.requests.map(({ name }) => name)).toEqual(['GET /a.css'])
  expect(notes.slice(0, 2)).toEqual([
    'left out lines that are not log entries: 1 of 13 lines',
    'all readable requests are for static files (images, scripts, style sheets)',
  ])
})

describe('the rate is that of the main part of the log', () => {
  const DAY = 86_400
  const seconds = (count: number, start = 0) => Array.from({ length: count }, (_, n) => start + n)
  const loadOf = async (times: readonly number[]) => {
    const { scenario, notes } = await draft(times.map((at) => line('GET /a', { at })))
    const { stages } = scenario.load as { stages: readonly { duration: string; rate: string }[] }
    readDraft({ scenario, notes })
    return { ...stages[0]!, notes: notes.join('\n') }
  }

  test.each<[string, readonly number[], string, string, string]>([
    ['one line is a year older', [-365 * DAY, ...seconds(120)], '1m', '1/s', 'all others: 1 of 121 requests'],
    [
      'one of a few lines is a year older',
      [-365 * DAY, ...seconds(3)],
      '1m',
      '1/s',
      'all others: 1 of 4 requests',
    ],
    ['one line is a year younger', [...seconds(120), 365 * DAY], '1m', '1/s', ': 1 of 121 requests'],
    [
      'lines are out of order',
      [...seconds(60).toReversed(), -DAY * 400, ...seconds(60, 60)],
      '1m',
      '1/s',
      ': 1 of 121 requests',
    ],
    ['there are few requests', [0, 3600, 7200], '10m', '1/m', 'too low for a load test'],
    ['there are hardly any', [0, 365 * DAY], '10m', '1/m', '2 requests in 8760h, 0.00023/h on average'],
  ])('if %s', async (_, times, duration, rate, note) => {
    const load = await loadOf(times)
    expect(load).toMatchObject({ duration, rate })
    expect(load.notes).toContain(note)
  })

  test('nights are included', async () => {
    const load = await loadOf([0, 1, 2].flatMap((day) => seconds(300).map((n) => day * DAY + n * 60)))
    expect(load.notes).toContain('900 requests in ')
    expect(load.notes).not.toContain('left out of the rate')
  })

  test('a long log is counted in longer periods than seconds', async () => {
    const load = await loadOf([-365 * DAY, ...seconds(9000).map((n) => n * 3)])
    expect(load).toMatchObject({ rate: '20/m' })
    expect(load.notes).toContain('all others: 1 of 9,001 requests')
  })
})

test('a log becomes a mix at the rate of its traffic', async () => {
  const lines = [
    ...repeat(60, (n) =>
      line(`GET /api/services?category=${['plumbing', 'cleaning'][n % 2]}&utm_source=mail`, { at: n }),
    ),
    ...repeat(30, (n) => line(`GET /api/services/${100 + n}`, { at: n * 2 })),
    ...repeat(10, (n) => line('POST /api/bookings', { at: n, status: 201 })),
    ...repeat(20, () => line('GET /logo.png')),
    'garbage',
    line('GET /last', { at: 119 }),
  ]
  const { scenario, notes } = await draft(lines)
  expect(scenario).toEqual({
    target: '${BASE_URL:-http://localhost:3000}',
    load: { warmup: '5s', stages: [{ duration: '1m', rate: '51/m' }], arrivals: 'poisson' },
    data: { category: ['cleaning', 'plumbing'] },
    requests: [
      { name: 'GET /api/services', weight: 59, get: '/api/services?category={{ category }}' },
      { name: 'GET /api/services/{serviceId}', weight: 30, get: '/api/services/{{ randomInt(100, 129) }}' },
      { name: 'POST /api/bookings', weight: 9.9, post: '/api/bookings' },
      { name: 'GET /last', weight: 0.99, get: '/last' },
    ],
    thresholds: ['error_rate < 1%'],
  })
  expect(notes).toEqual([
    'left out lines that are not log entries: 1 of 122 lines',
    'left out static files (images, scripts, style sheets): 20 of 122 lines; --static keeps them',
    '101 requests in 2m, 51/m on average; in the busiest minute (2026-05-01 00:00 UTC) 1.7/s, in the busiest second 3. To run at the rate of that minute: -r 1.7/s',
    'logs contain no bodies: add json, form or body to these requests: POST /api/bookings',
    'logs contain no headers: add those that the service needs under http, such as auth',
    'lists under data contain values from the log: check them for personal data',
    'the log names no host: set target, or -e BASE_URL=...',
  ])
  expect(readDraft({ scenario, notes }).requests).toHaveLength(4)
})

describe('values in paths and queries', () => {
  const values = async (requests: readonly string[]) => {
    const { scenario, notes } = await draft(requests.map((request) => line(request)))
    readDraft({ scenario, notes })
    return { data: scenario.data, paths: scenario.requests.map((one) => one['get']), notes }
  }

  test.each<[string, readonly string[], unknown, readonly unknown[]]>([
    ['that never change are kept', ['GET /v/2/a?b=%20', 'GET /v/2/a?b=%20'], undefined, ['/v/2/a?b=%20']],
    [
      'of a dense range are random',
      repeat(40, (n) => `GET /a/${n * 2}`),
      undefined,
      ['/a/{{ randomInt(0, 78) }}'],
    ],
    [
      'of a sparse range are listed',
      repeat(21, (n) => `GET /a/${n * 3}`),
      { aId: repeat(21, (n) => `${n * 3}`).map(Number) },
      ['/a/{{ aId }}'],
    ],
    [
      'that are times are random',
      repeat(30, (n) => `GET /a?_=${1_700_000_000_000 + n ** 3}`),
      undefined,
      ['/a?_={{ randomInt(1700000000000, 1700000024389) }}'],
    ],
    [
      'are decoded',
      ['GET /a?q=x%26y+z', 'GET /a?q=caf%C3%A9'],
      { q: ['caf\u00e9', 'x&y z'] },
      ['/a?q={{ q }}'],
    ],
    [
      'may look like templates',
      ['GET /a?q={{x}}', 'GET /a?q=$%7By}'],
      { q: ['$${y}', '{${OPEN_BRACE:-{}x}}'] },
      ['/a?q={{ q }}'],
    ],
    [
      'are repeated by frequency',
      repeat(40, (n) => `GET /a?p=${n < 30 ? 1 : n % 3}`),
      { p: [...Array(4).fill(0), ...Array(33).fill(1), ...Array(3).fill(2)] },
      ['/a?p={{ p }}'],
    ],
    [
      'with equal names in different places get unique names',
      ['GET /a?p=1', 'GET /a?p=2', 'GET /b?p=x', 'GET /b?p=y'],
      { p: [1, 2], bP: ['x', 'y'] },
      ['/a?p={{ p }}', '/b?p={{ bP }}'],
    ],
    [
      'with names that are special in templates are renamed',
      ['GET /a?null=1&date=x', 'GET /a?null=2&date=y'],
      { value_null: [1, 2], date: ['x', 'y'] },
      ['/a?null={{ value_null }}&date={{ date }}'],
    ],
    [
      'that are equal share a list',
      ['GET /a?p=1', 'GET /a?p=2', 'GET /b?p=1', 'GET /b?p=2'],
      { p: [1, 2] },
      ['/a?p={{ p }}', '/b?p={{ p }}'],
    ],
    [
      'that are secrets are not copied',
      ['GET /a?token=geheim1', 'GET /a?token=geheim2'],
      undefined,
      ['/a?token=${TOKEN}'],
    ],
    [
      'among many words are names',
      repeat(300, (n) => `GET /p/word${String.fromCharCode(97 + (n % 26), 97 + (n % 25))}`),
      expect.objectContaining({ pName: expect.arrayContaining(['wordaa']) }),
      ['/p/{{ pName }}'],
    ],
  ])('%s', async (_, requests, data, paths) => {
    expect(await values(requests)).toMatchObject({ data, paths })
  })

  test('that are only partly listed are noted', async () => {
    const { notes } = await values(repeat(3000, (n) => `GET /a/${n * 1000}`))
    expect(notes.join()).toMatch(
      /caches will be hit more often than in real traffic: aId \(100 of about [23],\d00\)/,
    )
  })
})

test('words of an API stay words, however many there are', async () => {
  const { scenario } = await draft(
    repeat(400, (n) => line(`GET /api/word${String.fromCharCode(97 + (n % 20))}/list`)),
  )
  expect(scenario.requests).toHaveLength(20)
})

describe('statuses', () => {
  test.each<[string, readonly number[], unknown]>([
    ['of success need no expect', [200, 200, 204, 304, 500], undefined],
    ['of a redirect are expected', [301, 301, 301], { status: 301 }],
    ['that are always failures are expected', [404, 404, 404], { status: 404 }],
    ['that are often failures are expected, too', [200, 200, 401, 200], { status: ['2xx', '3xx', 401] }],
    ['that are rarely failures are not', [...Array(19).fill(200), 404], undefined],
  ])('%s', async (_, statuses, expected) => {
    const { scenario } = await draft(statuses.map((status) => line('GET /a', { status })))
    expect(scenario.requests[0]!['expect']).toEqual(expected)
  })
})

test('if all requests are rare, some are kept', async () => {
  const lines = repeat(4000, (n) =>
    line(`GET /${[...n.toString(8).padStart(4, '0')].map((d) => `w${'abcdefgh'[Number(d)]}`).join('/')}`),
  )
  const { scenario } = await draft(lines)
  expect(scenario.requests.length).toBeGreaterThan(0)
})

test('scanners that try random paths are not part of the traffic', async () => {
  const lines = [
    ...repeat(5000, () => line('GET /real')),
    ...repeat(3000, (n) => line(`GET /try${n.toString(36)}.php`, { status: 404 })),
  ]
  const { scenario, notes } = await draft(lines)
  expect(scenario.requests.map(({ name }) => name)).toEqual(['GET /real'])
  expect(notes).toContain('left out rare requests: 37.5% of all')
})

test('the most frequent host is the target, and --target overrides it', async () => {
  const json = (host: string) => JSON.stringify({ method: 'GET', uri: '/', status: 200, host })
  const lines = [json('a.example'), json('b.example:8080'), json('b.example:8080')]
  expect((await draft(lines)).scenario.target).toBe('${BASE_URL:-http://b.example:8080}')
  expect((await draft(lines, { target: 'https://c.example' })).scenario.target).toBe(
    '${BASE_URL:-https://c.example}',
  )
})

test('a log without times leaves the load open', async () => {
  const { scenario, notes } = await draft([JSON.stringify({ method: 'GET', uri: '/', status: 200 })])
  expect(scenario.load).toEqual({ vus: 5, duration: '20s' })
  expect(notes).toContain('the log has no timestamps: set the load yourself')
})

test.each([
  [[], 'access.log: the log is empty'],
  [['what', 'ever'], 'access.log: no line is an access log entry'],
  [
    ['#Fields: date time cs-uri-stem sc-status', '2026-05-01 10:00:00 /a 200'],
    'access.log: the header has no field for method',
  ],
  [['#Fields: date time c-ip', '2026-05-01 10:00:00 ::1'], 'no field for method, path, status'],
  [['#Software: Microsoft Internet Information Services 10.0'], 'access.log: the log is empty'],
  [[line(`GET ${'/x'.repeat(5000)}`)], 'access.log: no requests that perfctl can send'],
  [[line('BREW /')], 'access.log: no requests that perfctl can send'],
])('%j: %s', async (lines, message) => {
  await expect(draft(lines)).rejects.toThrow(message)
})

test('lines are split wherever the pieces end, and endless lines are cut', async () => {
  const pieces = ['a\r\nb', 'c\n\n', 'd', ...Array(100).fill('x'.repeat(10_000)), '\nlast']
  const lines: string[] = []
  for await (const one of linesOf(each(pieces))) lines.push(one)
  expect(lines.map(({ length }) => length)).toEqual([1, 2, 0, expect.any(Number), 4])
  expect(lines[3]!.length).toBeLessThan(200_000)
})

test.each(['x:99999', '1.2.3.999'])(
  '%j is no host, and the commonest that is one is the target',
  async (host) => {
    const entry = (http_host: string) =>
      JSON.stringify({ request: 'GET /a HTTP/1.1', status: 200, http_host })
    const mixed = await draft([entry(host), entry(host), entry('shop.example')])
    expect(mixed.scenario.target).toBe('${BASE_URL:-https://shop.example}')
    expect(mixed.notes.join('\n')).toContain('ignored invalid hosts: ')
    const alone = await draft([entry(host)])
    expect(alone.scenario.target).toBe('${BASE_URL:-http://localhost:3000}')
    readDraft(alone)
  },
)
