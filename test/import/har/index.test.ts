import { describe, expect, test } from 'vitest'
import { importHar } from '../../../src/import/har/index.js'
import { requestOf } from '../../scenario/only.js'
import { journeyOf, outlineOf, readDraft, stepOf } from '../read-draft.js'

interface Entry {
  readonly method?: string
  readonly url: string
  /** Seconds since the start of the recording. */
  readonly at?: number
  readonly ms?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly post?: object
  readonly status?: number
  readonly response?: unknown
  readonly responseHeaders?: Readonly<Record<string, string>>
  readonly extra?: object
}

const SHOP = 'https://shop.example'
const JSON_POST = (value: unknown) => ({ mimeType: 'application/json', text: JSON.stringify(value) })

/** A recording in the shape of Chrome's. */
function har(...entries: readonly Entry[]): string {
  const pairs = (map: object) => Object.entries(map).map(([name, value]) => ({ name, value }))
  return JSON.stringify({
    log: {
      version: '1.2',
      creator: { name: 'WebInspector', version: '537.36' },
      pages: [],
      entries: entries.map((entry) => ({
        startedDateTime: new Date(Date.UTC(2026, 4, 1) + (entry.at ?? 0) * 1000).toISOString(),
        time: entry.ms ?? 0,
        request: {
          method: entry.method ?? (entry.post === undefined ? 'GET' : 'POST'),
          url: entry.url.startsWith('/') ? SHOP + entry.url : entry.url,
          httpVersion: 'http/2.0',
          headers: pairs({ ':authority': 'shop.example', ...entry.headers }),
          queryString: [],
          cookies: [],
          ...(entry.post && { postData: entry.post }),
        },
        response: {
          status: entry.status ?? 200,
          headers: pairs(entry.responseHeaders ?? {}),
          content: { mimeType: 'application/json', text: JSON.stringify(entry.response ?? {}) },
        },
        ...entry.extra,
      })),
    },
  })
}

const OPTIONS = { file: 'shop.har', target: null, isMix: false, withStatic: false, environment: null }
const journey = (...entries: readonly Entry[]) => importHar(har(...entries), OPTIONS)
const mix = (...entries: readonly Entry[]) => importHar(har(...entries), { ...OPTIONS, isMix: true })
type Step = Readonly<Record<string, unknown>>

/** The steps of the journey, as accepted by the reader. */
function stepsOf(...entries: readonly Entry[]): readonly Step[] {
  const draft = journey(...entries)
  const steps = draft.scenario.requests[0]!['steps'] as readonly Step[]
  expect(journeyOf(readDraft(draft)).steps).toHaveLength(steps.length)
  return steps
}

test('a recording becomes a journey with its pauses', () => {
  const draft = journey(
    { url: '/', at: 0, ms: 500 },
    { url: '/api/items?page=1', at: 0.55, ms: 100 },
    // 1.5 s after everything was loaded.
    { url: '/api/items/42', at: 2.15, ms: 50 },
    { url: '/api/cart', at: 12.2, post: JSON_POST({ id: 42 }), status: 201 },
    { url: '/checkout', at: 500, status: 302 },
  )
  const { scenario, notes } = draft
  expect(scenario).toEqual({
    target: '${BASE_URL:-https://shop.example}',
    load: { vus: 5, duration: '4m' },
    requests: [
      {
        name: 'journey',
        steps: [
          { name: 'GET /', get: '/' },
          { name: 'GET /api/items', get: '/api/items?page=1' },
          { pause: '1.5s' },
          { name: 'GET /api/items/{itemId}', get: '/api/items/42' },
          { pause: '10s' },
          { name: 'POST /api/cart', post: '/api/cart', json: { id: 42 }, expect: { status: 201 } },
          { pause: '1m' },
          { name: 'GET /checkout', get: '/checkout', expect: { status: 302 } },
        ].map(withoutUsualStatus),
      },
    ],
    thresholds: ['error_rate < 1%'],
  })
  expect(notes).toEqual(['pauses were shortened to at most a minute'])

  const read = journeyOf(readDraft(draft))
  expect(outlineOf(read)).toEqual([
    'GET /: GET /',
    'GET /api/items: GET /api/items?page=1',
    'pause 1500..1500',
    'GET /api/items/{itemId}: GET /api/items/42',
    'pause 10000..10000',
    'POST /api/cart: POST /api/cart',
    'pause 60000..60000',
    'GET /checkout: GET /checkout',
  ])
  expect(stepOf(read, 7).expect.status).toEqual([[302, 302]])
})

/** Successful requests need no `expect`. */
function withoutUsualStatus(step: Step): Step {
  const { expect: expected, ...rest } = step as { expect?: { status: number } }
  return expected === undefined || expected.status < 300 ? rest : step
}

test('there is no pause while a request is in flight, even if it is left out', () => {
  const steps = stepsOf(
    { url: '/', at: 0, ms: 100 },
    { url: '/app.js', at: 0.1, ms: 3000, extra: { _resourceType: 'script' } },
    { url: 'https://ads.example/', at: 3.2, ms: 1000 },
    { url: '/api', at: 5.2 },
  )
  // 100 ms before the third-party request, 1 s after it.
  expect(steps).toEqual([{ name: 'GET /', get: '/' }, { pause: '1.1s' }, { name: 'GET /api', get: '/api' }])
})

test.each([
  ['a WebSocket', { url: 'wss://shop.example/live', status: 101 }],
  ['an event stream', { url: '/events', extra: { _resourceType: 'eventsource' } }],
])('an open %s does not count as activity', (_, stream) => {
  const steps = stepsOf(
    { url: '/', at: 0, ms: 100 },
    { ...stream, at: 0.1, ms: 60_000 },
    { url: '/api', at: 5.1 },
  )
  expect(steps).toEqual([{ name: 'GET /', get: '/' }, { pause: '5s' }, { name: 'GET /api', get: '/api' }])
})

describe('requests that are not part of the load are left out and noted', () => {
  test.each<[string, Entry]>([
    ['left out requests to other sites: cdn.other.example', { url: 'https://cdn.other.example/x' }],
    [
      'left out WebSockets: perfctl supports only HTTP: wss://shop.example/live',
      { url: 'wss://shop.example/live' },
    ],
    [
      'left out requests that are not HTTP: data:image/png;base64,AAAA',
      { url: 'data:image/png;base64,AAAA' },
    ],
    ['left out requests without a response: https://shop.example/gone', { url: '/gone', status: 0 }],
    [
      'left out requests with methods that perfctl does not support: https://shop.example/x',
      { url: '/x', method: 'PROPFIND' },
    ],
    [
      "left out responses from the browser's cache: https://shop.example/y",
      { url: '/y', extra: { _fromCache: 'disk' } },
    ],
    [
      "left out responses from the browser's cache: https://shop.example/y",
      { url: '/y', extra: { _fetchType: 'Memory Cache' } },
    ],
    [
      'left out redirects made by the browser itself, such as to https: http://shop.example/',
      {
        url: 'http://shop.example/',
        status: 307,
        responseHeaders: { Location: 'https://shop.example/', 'Non-Authoritative-Reason': 'HSTS' },
      },
    ],
    [
      'left out URLs that are not http or https: ftp://a.example/x',
      { url: 'ftp://ada:geheim@a.example/x?token=t' },
    ],
    [
      'left out 1 request for static files (images, scripts, style sheets); --static keeps them',
      { url: '/logo.png?v=1' },
    ],
  ])('%s', (note, entry) => {
    const { scenario, notes } = journey({ url: '/a' }, { url: '/b' }, entry)
    expect(scenario.requests[0]!['steps']).toHaveLength(2)
    expect(notes).toEqual([note])
  })

  test('a recording of only static files is imported, and --static keeps them all', () => {
    expect(stepsOf({ url: '/a.css' })).toHaveLength(1)
    const all = importHar(har({ url: '/' }, { url: '/a.css' }), { ...OPTIONS, withStatic: true })
    expect(all.scenario.requests[0]!['steps']).toHaveLength(2)
  })
})

test('hosts of the same site keep their URLs; the most frequent one is the target', () => {
  const { scenario } = journey(
    { url: 'https://www.shop.co.uk/' },
    { url: 'https://api.shop.co.uk/a' },
    { url: 'https://api.shop.co.uk/b' },
    { url: 'https://other.co.uk/' },
  )
  expect(scenario.target).toBe('${BASE_URL:-https://api.shop.co.uk}')
  expect((scenario.requests[0]!['steps'] as Step[]).map((step) => step['get'])).toEqual([
    'https://www.shop.co.uk/',
    '/a',
    '/b',
  ])
})

test('requests to another host than the target have it in their names', () => {
  const entries = [{ url: '/a' }, { url: '/b' }, { url: 'https://auth.shop.example/a' }]
  const names = (draft: ReturnType<typeof journey>) => draft.scenario.requests.map(({ name }) => name)
  expect(stepsOf(...entries).map(({ name }) => name)).toEqual(['GET /a', 'GET /b', 'GET auth.shop.example/a'])
  expect(names(mix(...entries))).toEqual(['GET /a', 'GET /b', 'GET auth.shop.example/a'])
})

describe('bodies', () => {
  const body = (post: object) => importHar(har({ url: '/x', post }), { ...OPTIONS, isMix: true })

  test('that are binary are noted, because the recording has only a part of them', () => {
    const binary = Buffer.from([0, 1, 0xff, 0xfe]).toString('base64')
    const { notes } = body({ mimeType: 'application/octet-stream', text: binary, encoding: 'base64' })
    expect(notes.join()).toContain('binary bodies were recorded as text')
    const url = 'data:image/png;base64,AAAA'
    expect(body({ mimeType: 'image/png', text: url }).notes.join()).toContain('recorded as text')
    expect(body({ mimeType: 'text/plain', text: 'caf\u00e9\n\u{1f600}' }).notes).toEqual([])
  })

  test('have file names on one line', () => {
    const params = [{ name: 'f', fileName: 'a\nb.png' }]
    const draft = body({ mimeType: 'multipart/form-data', params })
    expect(draft.scenario.requests[0]!['multipart']).toEqual({ f: { file: 'a b.png' } })
  })

  test('keep the types of their fields', () => {
    const part = (head: string, text: string) =>
      `--B\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`
    const text = [
      part('name="meta"\r\nContent-Type: application/json', '{"pin":"geheim","n":1}'),
      part('name="big"\r\nContent-Type: application/json', '12345678901234567890'),
      part('name="t"\r\nContent-Type: text/plain', 'x'),
      part('name="p"; filename="a.png"\r\nContent-Type: image/png', ''),
      part('name="q"; filename="a.bin"\r\nContent-Type: image/png', ''),
    ]
    const draft = body({ mimeType: 'multipart/form-data; boundary=B', text: `${text.join('')}--B--\r\n` })
    expect(draft.scenario.requests[0]!['multipart']).toEqual({
      meta: { json: { pin: '${PIN}', n: 1 } },
      big: { text: '12345678901234567890', type: 'application/json' },
      t: 'x',
      p: { file: 'a.png' },
      q: { file: 'a.bin', type: 'image/png' },
    })
    const params = [{ name: 'meta', value: '[1]', contentType: 'application/json' }]
    const listed = body({ mimeType: 'multipart/form-data', params })
    expect(listed.scenario.requests[0]!['multipart']).toEqual({ meta: { json: [1] } })
  })

  test('with nothing left are dropped', () => {
    const postData = { mimeType: 'multipart/form-data; boundary=B', params: [{ name: 'f', fileName: ' ' }] }
    const { scenario } = importHar(
      JSON.stringify({
        log: { entries: [{ request: { method: 'POST', url: 'http://a.example/', postData } }] },
      }),
      { ...OPTIONS, isMix: true },
    )
    expect(scenario.requests[0]).toEqual({ name: 'POST /', weight: 1, post: '/' })
  })

  test('leave out fields without a chosen file', () => {
    const part = (head: string, text: string) =>
      `--B\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`
    const text = `${part('name="a"', '1')}${part('name="f"; filename=""', '')}--B--\r\n`
    const draft = body({ mimeType: 'multipart/form-data; boundary=B', text })
    expect(draft.scenario.requests[0]!['multipart']).toEqual({ a: '1' })
    expect(draft.notes).toContain('left out form fields without a chosen file: f')
    readDraft(draft)
  })

  test.each([
    ['application/json', '{"n":12345678901234567890,"password":"geh\\"eim"}'],
    ['application/xml', '<a><password kind="x">geheim</password></a>'],
    ['application/x-www-form-urlencoded', 'a=1&a=2&pass=geheim'],
    ['application/x-www-form-urlencoded', 'a=1&b=2&a=3&pass=geheim'],
    ['application/x-www-form-urlencoded', 'pass=geheim&pass=geheim'],
    ['application/graphql', 'mutation { login(user: "a", password: "geheim") }'],
    ['application/json', '{"query":"mutation { login(password: \\"geheim\\") }"}'],
  ])('in %s, %s, hide their secrets', (mimeType, text) => {
    const written = JSON.stringify(body({ mimeType, text }))
    expect(written).not.toContain('eim')
    expect(written).toMatch(/\$\{PASS(WORD)?\}/)
  })
})

test('a query that is only listed separately belongs to the URL', () => {
  const withQuery = (url: string) => {
    const recording = JSON.parse(har({ url }))
    recording.log.entries[0].request.queryString = [
      { name: 'q', value: 'a b' },
      { name: 'q', value: 'c%20d' },
    ]
    return importHar(JSON.stringify(recording), { ...OPTIONS, isMix: false }).scenario.requests[0]
  }
  expect(withQuery('/x')).toMatchObject({ steps: [{ get: '/x?q=a%20b&q=c%20d' }] })
  expect(withQuery('/x?z=1')).toMatchObject({ steps: [{ get: '/x?z=1' }] })
})

test('encodings that perfctl cannot decode are not requested', () => {
  const { scenario, notes } = mix({ url: '/', headers: { 'accept-encoding': 'gzip, br;q=0.9, zstd, gzip' } })
  expect(scenario.requests[0]!['headers']).toEqual({ 'accept-encoding': 'gzip, br;q=0.9' })
  expect(notes).toEqual(['left out encodings that perfctl cannot decode: zstd'])
  expect(mix({ url: '/', headers: { 'accept-encoding': 'zstd' } }).scenario.requests[0]!['headers']).toBe(
    undefined,
  )
})

describe('values from responses are captured', () => {
  const LOGIN = { url: '/login', post: JSON_POST({ email: 'a@b.example', password: 'geheim' }) }

  test('a token, wherever it is sent', () => {
    const steps = stepsOf(
      { ...LOGIN, response: { data: { accessToken: 'abcdefgh1234' } } },
      { url: '/a', headers: { authorization: 'Bearer abcdefgh1234' } },
      { url: '/b?token=abcdefgh1234', headers: { 'x-auth-token': 'abcdefgh1234' } },
      { url: '/c', post: JSON_POST({ nested: ['abcdefgh1234'] }) },
      { url: '/d', post: { mimeType: 'application/x-www-form-urlencoded', text: 'csrf=abcdefgh1234&x=1' } },
    )
    expect(steps).toEqual([
      {
        name: 'POST /login',
        post: '/login',
        json: { email: 'a@b.example', password: '${PASSWORD}' },
        capture: { accessToken: '$.data.accessToken' },
      },
      { name: 'GET /a', get: '/a', auth: { bearer: '{{ accessToken }}' } },
      { name: 'GET /b', get: '/b?token={{ accessToken }}', headers: { 'x-auth-token': '{{ accessToken }}' } },
      { name: 'POST /c', post: '/c', json: { nested: ['{{ accessToken }}'] } },
      { name: 'POST /d', post: '/d', form: { csrf: '{{ accessToken }}', x: '1' } },
    ])
  })

  test('the id of a new record or of one chosen from a list', () => {
    const steps = stepsOf(
      { url: '/services', response: { items: [{ id: 171 }, { id: 4711 }] } },
      { url: '/services/4711' },
      {
        url: '/bookings',
        post: JSON_POST({ serviceId: 4711, hours: 171, other_ids: [171] }),
        response: { 'booking id': 'b81c5bd1-3c70-4b0c-9c1f-2f1c8f0e3a11' },
      },
      { url: '/bookings/b81c5bd1-3c70-4b0c-9c1f-2f1c8f0e3a11' },
    )
    expect(steps.map(({ name: _, ...step }) => step)).toEqual([
      { get: '/services', capture: { serviceId: '$.items[1].id', id: '$.items[0].id' } },
      { get: '/services/{{ serviceId }}' },
      {
        post: '/bookings',
        json: { serviceId: '{{ serviceId }}', hours: 171, other_ids: ['{{ id }}'] },
        capture: { bookingId: "$['booking id']" },
      },
      { get: '/bookings/{{ bookingId }}' },
    ])
  })

  test('and the reader knows them in later steps', () => {
    const read = journeyOf(
      readDraft(
        journey(
          { ...LOGIN, response: { token: 'abcdefgh1234', user: { id: 4711 } } },
          { url: '/users/4711?token=abcdefgh1234' },
          { url: '/cart', post: JSON_POST({ userId: 4711 }) },
        ),
      ),
    )
    expect(outlineOf(read)).toEqual([
      'POST /login: POST /login',
      'GET /users/{userId}: GET /users/<userId>?token=<token>',
      'POST /cart: POST /cart',
    ])
    expect(stepOf(read, 0).capture).toEqual([
      { name: 'userId', from: { type: 'json', path: '$.user.id', steps: ['user', 'id'], pick: 'first' } },
      { name: 'token', from: { type: 'json', path: '$.token', steps: ['token'], pick: 'first' } },
    ])
    // A single expression: the captured number stays a number.
    expect(stepOf(read, 2).body).toEqual({
      type: 'json',
      value: { object: { userId: { $: [{ type: 'variable', name: 'userId' }] } } },
    })
  })

  test('but not later values, or values that may be equal by chance', () => {
    const steps = stepsOf(
      { url: '/items/4711' },
      { url: '/items', response: { id: 4711, count: 300, name: 'blue' } },
      { url: '/other/300?q=blue' },
    )
    expect(steps.every((step) => step['capture'] === undefined)).toBe(true)
  })
})

test('cookies that the service sets are set again; earlier ones become one variable', () => {
  const { scenario, notes } = journey(
    {
      url: '/',
      headers: { cookie: '_ga=1; theme=dark' },
      responseHeaders: { 'set-cookie': 'sid=geheim; Path=/\ncsrf=geheim' },
    },
    { url: '/a', headers: { Cookie: 'sid=geheim; theme=dark' } },
  )
  expect(scenario.http).toEqual({ cookies: true, headers: { cookie: '${COOKIE}' } })
  expect(notes).toContain('${COOKIE} replaces cookies from before the recording: _ga, theme')
  expect(JSON.stringify(scenario)).not.toContain('geheim')
})

test('as a mix, requests of one kind are merged, with lists of the values that differ', () => {
  const details = [42, 7, 42, 42].map((id) => ({ url: `/api/items/${id}` }))
  const { scenario } = mix(
    { url: '/' },
    ...details,
    { url: '/api/items?q=a%20b&page=1' },
    { url: '/api/items?q=caf%C3%A9&page=1' },
    { url: '/nope', status: 404 },
  )
  expect(scenario.data).toEqual({ itemId: [7, 42], q: ['a b', 'caf\u00e9'] })
  expect(scenario.requests).toEqual([
    { name: 'GET /api/items/{itemId}', weight: 4, get: '/api/items/{{ itemId }}' },
    { name: 'GET /api/items', weight: 2, get: '/api/items?q={{ q }}&page=1' },
    { name: 'GET /', weight: 1, get: '/' },
    { name: 'GET /nope', weight: 1, get: '/nope', expect: { status: 404 } },
  ])
})

test('the reader accepts what the importer writes', () => {
  const draft = mix(
    { url: '/${HOME}/{{x}}', headers: { 'X-Text': '${y} {{z}}', 'bad name': 'x' } },
    {
      url: '/form',
      post: { mimeType: 'application/x-www-form-urlencoded', params: [{ name: 'a b', value: '{{1}}' }] },
    },
    { url: '/raw', post: { mimeType: 'text/plain', text: 'a\n${b}\n' } },
  )
  const scenario = readDraft(draft)
  expect(scenario.requests.map(({ name }) => name)).toEqual(['GET /{HOME}/ x', 'POST /form', 'POST /raw'])
  expect(requestOf(scenario)).toMatchObject({
    path: ['/$%7BHOME%7D/%7B%7Bx%7D%7D'],
    headers: { 'x-text': ['${y} {{z}}'] },
  })
  expect(requestOf(scenario, 1).body).toEqual({ type: 'form', fields: { 'a b': ['{{1}}'] } })
  expect(requestOf(scenario, 2).body).toEqual({ type: 'text', text: ['a\n${b}\n'] })
})

describe('a file that is not a recording is rejected with a hint', () => {
  test.each([
    ['', 'shop.har: the file is empty'],
    ['{"log":{"entries":[{]}}', "not valid JSON: Expected property name or '}'"],
    ['{"log":', 'not valid JSON: unexpected end of file'],
    ['{}', 'shop.har is not a HAR file: log.entries is missing'],
    ['{"log":{"entries":[]}}', 'shop.har: the recording is empty'],
    [har({ url: '/', status: 0 }), 'shop.har: no requests that perfctl can send'],
    ['{"log":{"entries":[1,null,{"request":{"url":5}}]}}', 'shop.har: the recording is empty'],
  ])('%s', (text, message) => {
    expect(() => importHar(text, OPTIONS)).toThrow(message)
  })
})

test.each([2e12, 350.5, 999, -1])('an invalid status %d is not expected', (status) => {
  for (const draft of [journey({ url: '/a', status }), mix({ url: '/a', status })]) {
    expect(JSON.stringify(draft.scenario.requests)).not.toContain('expect')
    readDraft(draft)
  }
})
