import { describe, expect, test } from 'vitest'
import { importPostman, type PostmanOptions } from '../../../src/import/postman/index.js'
import { requestOf } from '../../scenario/only.js'
import { journeyOf, outlineOf, readDraft, show, stepOf } from '../read-draft.js'

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'

/** The draft of a collection with these items. */
function load(item: readonly object[], rest: object = {}, options: Partial<PostmanOptions> = {}) {
  const collection = { info: { name: 'Shop', schema: SCHEMA }, item, ...rest }
  return importPostman(JSON.stringify(collection), { file: 'shop.json', ...options })
}

/** The request of a collection with one request. */
function one(request: object | string, rest: object = {}, options: Partial<PostmanOptions> = {}) {
  const draft = load([{ name: 'one', request }], rest, options)
  return { ...draft, request: draft.scenario.requests[0]! as Record<string, unknown> }
}

const raw = (text: string, language = 'json') => ({ mode: 'raw', raw: text, options: { raw: { language } } })
const script = (...exec: string[]) => [{ listen: 'test', script: { type: 'text/javascript', exec } }]
const key = (name: string, value: string, rest: object = {}) => ({ key: name, value, ...rest })

describe('names', () => {
  test('are prefixed with their folders and unique', () => {
    const get = { method: 'GET', url: 'http://a.example/' }
    const draft = load([
      { name: 'users', item: [{ name: 'v1', item: [{ name: 'list', request: get }] }] },
      { name: 'users', item: [{ name: 'v1 / list', request: get }] },
      { name: ' two\nlines {{x}} ${y}', request: get },
      { request: get },
    ])
    expect(draft.scenario.requests.map(({ name }) => name)).toEqual([
      'users / v1 / list',
      'users / v1 / list (2)',
      'two lines x $${y}',
      'request',
    ])
    expect(readDraft(draft).requests[2]!.name).toBe('two lines x ${y}')
  })

  test('a scenario is named after its collection, as far as a file name allows', () => {
    expect(
      load([{ request: 'http://a.example' }], { info: { name: 'Shop: API/v2' } }).scenario,
    ).toMatchObject({
      name: 'Shop API v2',
      description: 'Shop: API/v2',
    })
  })

  test('the description has the full name of the collection', () => {
    const title = 'a/b {{c}} ${D} $${E} {'
    const draft = load([{ request: 'http://a.example' }], { info: { name: title } })
    expect(readDraft(draft).description).toBe(title)
  })
})

describe('the URL', () => {
  test.each<[string, unknown, string, string]>([
    ['a string', 'https://a.example/x?y=1#z', '${BASE_URL:-https://a.example}', '/x?y=1'],
    ['without a scheme', 'localhost:3000/x', '${BASE_URL:-http://localhost:3000}', '/x'],
    ['only a host', 'http://a.example', '${BASE_URL:-http://a.example}', '/'],
    ['a fixed variable', '{{fixed}}/x', '${BASE_URL:-https://shop.example}', '/api/x'],
    ['an open variable', '{{baseUrl}}/x', '${BASE_URL}', '/x'],
    ['a variable with a slash', '{{baseUrl}}x/y', '${BASE_URL}', '/x/y'],
    ['host and port as variables', '{{hostName}}:{{portNo}}/x', 'http://${HOST_NAME}:${PORT_NO}', '/x'],
    ['a variable inside', 'https://{{tenant}}.a.example/x', 'https://${TENANT}.a.example', '/x'],
    [
      'in parts',
      { protocol: 'https', host: ['a', 'example'], port: '8443', path: ['x', 'y'] },
      '${BASE_URL:-https://a.example:8443}',
      '/x/y',
    ],
    ['in parts as strings', { host: 'a.example', path: '/x' }, '${BASE_URL:-http://a.example}', '/x'],
    [
      'special characters are encoded',
      'http://a.example/a b/{c}?q="ü',
      '${BASE_URL:-http://a.example}',
      '/a%20b/%7Bc%7D?q=%22ü',
    ],
    [
      'a path variable',
      { raw: 'http://a.example/u/:id/:id?x=:id', variable: [key('id', '7')] },
      '${BASE_URL:-http://a.example}',
      '/u/7/7?x=:id',
    ],
    [
      'a path variable without a value',
      { raw: 'http://a.example/u/:userId', variable: [key('userId', '')] },
      '${BASE_URL:-http://a.example}',
      '/u/${USER_ID}',
    ],
    [
      'a path variable in a generated collection',
      { raw: 'http://a.example/u/:id', variable: [key('id', '<integer>')] },
      '${BASE_URL:-http://a.example}',
      '/u/{{ randomInt(1, 1000) }}',
    ],
    [
      'the query list without disabled entries',
      {
        raw: 'http://a.example/?z=0',
        query: [
          key('a', 'b&c #'),
          key('d', '1', { disabled: true }),
          { key: 'e', value: null },
          key('f', '{{$guid}}'),
        ],
      },
      '${BASE_URL:-http://a.example}',
      '/?a=b%26c%20%23&e&f={{ uuid() }}',
    ],
  ])('%s', (_, url, target, path) => {
    const draft = one({ method: 'GET', url }, { variable: [key('fixed', 'https://shop.example/api')] })
    expect(draft.scenario.target).toBe(target)
    expect(draft.request['get']).toBe(path)
    readDraft(draft, { BASE_URL: 'http://h.example', PORT_NO: '80' })
  })

  test('the target is the most frequent host, other requests have full URLs', () => {
    const draft = load([
      { name: 'a', request: 'http://other.example/a' },
      { name: 'b', request: 'http://main.example/b' },
      { name: 'c', request: 'http://main.example/c' },
    ])
    expect(draft.scenario.target).toBe('${BASE_URL:-http://main.example}')
    expect(draft.scenario.requests.map(({ get }) => get)).toEqual(['http://other.example/a', '/b', '/c'])
    expect(draft.notes).toContain('requests to other hosts have full URLs: http://other.example')
    readDraft(draft)
  })

  test('a given target replaces it', () => {
    for (const url of ['https://a.example/x', '{{baseUrl}}/x']) {
      const draft = one(url, {}, { target: 'http://localhost:3000' })
      expect(draft.scenario.target).toBe('${BASE_URL:-http://localhost:3000}')
      expect(draft.request['get']).toBe('/x')
      // No variable is left to set.
      expect(draft.notes.join()).not.toContain('BASE_URL')
    }
  })

  test('the login of a URL becomes auth, without its password', () => {
    const draft = one('http://ada:s3cret@a.example/x')
    expect(draft.scenario).toMatchObject({
      target: '${BASE_URL:-http://a.example}',
      http: { auth: { basic: 'ada:${PASSWORD}' } },
    })
    expect(JSON.stringify(draft)).not.toContain('s3cret')
  })

  test.each([
    [{ method: 'GET', url: 'wss://a.example' }, 'left out because perfctl does not support wss: one'],
    [
      { method: 'PROPFIND', url: 'http://a.example' },
      'left out because perfctl does not support the method PROPFIND: one',
    ],
    [{ method: 'GET', url: '' }, 'left out requests without a URL: one'],
    [{ method: 'GET', url: 'http://a.example\u0006/' }, 'left out requests with an invalid URL: one'],
  ])('%j is left out and noted', (request, note) => {
    const draft = load([
      { name: 'one', request },
      { name: 'two', request: 'http://a.example' },
    ])
    expect(draft.scenario.requests).toHaveLength(1)
    expect(draft.notes).toContain(note)
  })
})

describe('variables', () => {
  test.each([
    ['{{size}}', '5'],
    ['{{nested}}', 'size 5'],
    ['{{ size }}', '5'],
    ['{{apiToken}}', '${API_TOKEN}'],
    ['{{empty}}', '${EMPTY}'],
    ['{{unknown-one}}', '${UNKNOWN_ONE}'],
    ['{{off}}', '${OFF}'],
    ['{{path}}', '${API_PATH}'],
    ['{{hidden}}', '${HIDDEN}'],
    ['{{$guid}}', '{{ uuid() }}'],
    ['{{$timestamp}}', "{{ timestamp('s') }}"],
    ['{{$randomInt}}', '{{ randomInt(0, 1000) }}'],
    ['{{$randomEmail}}', 'user{{ randomInt(1, 1000000) }}@example.com'],
    ['{{$randomCity}}', '{{ randomCity }}'],
    ['{{$constructor}}', '${CONSTRUCTOR}'],
    ['{{loop}}', '${LOOP}'],
    ['${HOME}', '$${HOME}'],
  ])('%s becomes %s', (text, written) => {
    const draft = one(
      { url: 'http://a.example', header: [key('x-a', text)] },
      {
        variable: [
          key('size', '5'),
          key('nested', 'size {{size}}'),
          key('apiToken', 'abc'),
          key('empty', ''),
          key('off', '1', { disabled: true }),
          key('hidden', 'abc', { type: 'secret' }),
          key('loop', '{{loop}}'),
        ],
      },
    )
    expect(draft.request['headers']).toEqual({ 'x-a': written })
    readDraft(draft)
  })

  test('of an environment override those of the collection, except for secrets', () => {
    const environment = {
      file: 'env.json',
      text: JSON.stringify({
        name: 'e',
        values: [
          key('a', '2', { enabled: true }),
          key('b', '3', { enabled: false }),
          key('s', 'x', { type: 'secret' }),
        ],
      }),
    }
    const request = { url: 'http://a.example', header: [key('x-a', '{{a}} {{b}} {{s}}')] }
    const draft = one(request, { variable: [key('a', '1'), key('b', '1')] }, { environment })
    expect(draft.request['headers']).toEqual({ 'x-a': '2 1 ${S}' })
  })

  test('of a folder override those of the collection', () => {
    const request = { url: 'http://a.example/{{a}}' }
    const draft = load([{ name: 'f', variable: [key('a', '2')], item: [{ name: 'x', request }] }], {
      variable: [key('a', '1')],
    })
    expect(draft.scenario.requests[0]).toMatchObject({ get: '/2' })
  })

  test('those that the environment must set are noted', () => {
    const draft = one({ url: 'http://a.example/{{b}}/{{a}}' })
    expect(draft.notes).toContain(
      'set these variables before a run, in the environment or with -e NAME=value: B, A',
    )
  })
})

describe('auth', () => {
  const list = (type: string, values: Record<string, string>) => ({
    type,
    [type]: Object.entries(values).map(([name, value]) => key(name, value, { type: 'string' })),
  })
  test.each<[string, object, object]>([
    ['a bearer token', list('bearer', { token: 'abcdef' }), { auth: { bearer: '${API_TOKEN}' } }],
    ['a token in a variable', list('bearer', { token: '{{jwt}}' }), { auth: { bearer: '${JWT}' } }],
    [
      'a login',
      list('basic', { username: 'ada', password: 'abcdef' }),
      { auth: { basic: 'ada:${PASSWORD}' } },
    ],
    [
      'a login of v2.0',
      { type: 'basic', basic: { username: 'ada', password: '{{pw}}' } },
      { auth: { basic: 'ada:${PW}' } },
    ],
  ])('%s of all requests is under http', (_, auth, http) => {
    const draft = one('http://a.example', { auth })
    expect(draft.scenario.http).toEqual(http)
    expect(JSON.stringify(draft)).not.toContain('abcdef')
    readDraft(draft)
  })

  test.each<[string, object, object]>([
    [
      'a header',
      list('apikey', { key: 'X-Key', value: 'abcdef' }),
      { get: '/', headers: { 'x-key': '${API_KEY}' } },
    ],
    ['the query', list('apikey', { key: 'k', value: 'abcdef', in: 'query' }), { get: '/?k=${API_KEY}' }],
  ])('an API key goes into %s', (_, auth, request) => {
    expect(one('http://a.example', { auth }).request).toMatchObject(request)
  })

  test('is inherited from the nearest folder, and noauth removes it', () => {
    const request = (auth?: object) => ({ url: 'http://a.example', ...(auth && { auth }) })
    const draft = load(
      [
        { name: 'a', request: request() },
        {
          name: 'f',
          auth: list('bearer', { token: '{{inner}}' }),
          item: [
            { name: 'b', request: request() },
            { name: 'c', request: request({ type: 'noauth' }) },
          ],
        },
      ],
      { auth: list('bearer', { token: '{{outer}}' }) },
    )
    expect(draft.scenario.http).toBeUndefined()
    expect(draft.scenario.requests.map(({ auth }) => auth)).toEqual([
      { bearer: '${OUTER}' },
      { bearer: '${INNER}' },
      undefined,
    ])
  })

  test('of an unsupported type is noted', () => {
    const { request, notes } = one('http://a.example', { auth: list('hawk', { authKey: 'abcdef' }) })
    expect(request).toEqual({ name: 'one', get: '/' })
    expect(notes).toContain('sent without authorization, because perfctl does not support the type hawk: one')
  })

  test.each([
    ['a bearer token', list('bearer', { token: '{{t}}\n{{t}}' })],
    ['an OAuth token', list('oauth2', { accessToken: '{{t}}\u0000' })],
    ['an API key', list('apikey', { key: 'X-Key', value: '{{t}} \u20ac' })],
  ])('%s that no header can carry is left out', (_, auth) => {
    const draft = one('http://a.example', { auth })
    expect(draft.request).toEqual({ name: 'one', get: '/' })
    expect(draft.notes).toContain('left out tokens and API keys with invalid characters: one')
    readDraft(draft)
  })

  test('a token in the query is encoded', () => {
    const auth = list('oauth2', { accessToken: '{{t}} \n', addTokenTo: 'queryParams' })
    const draft = one('http://a.example', { auth })
    expect(draft.request).toEqual({ name: 'one', get: '/?access_token=${T}%20%0A' })
    readDraft(draft)
  })

  test('a key in an invalid header is noted', () => {
    const auth = list('apikey', { key: 'a{{', value: 'abcdef', in: 'header' })
    const draft = one('http://a.example', { auth })
    expect(draft.request).toEqual({ name: 'one', get: '/' })
    expect(draft.notes.join()).toContain('perfctl does not support the type apikey: one')
  })

  test('a user without a password is an API key', () => {
    const auth = list('basic', { username: 'geheim', password: '' })
    const draft = one('http://a.example', { auth })
    expect(draft.scenario.http).toEqual({ auth: { basic: '${API_KEY}:' } })
    expect(
      one('http://geheim@a.example').request['auth'] ?? one('http://geheim@a.example').scenario.http,
    ).toEqual({
      auth: { basic: '${API_KEY}:' },
    })
  })

  test('replaces an authorization header', () => {
    const auth = list('bearer', { token: '{{t}}' })
    const draft = one({ url: 'http://a.example', header: [key('Authorization', 'Basic abc')], auth })
    expect(draft.request['headers']).toBeUndefined()
    readDraft(draft)
  })
})

describe('headers', () => {
  test('disabled, empty and connection headers are not sent', () => {
    const header = [
      key('X-Off', '1', { disabled: true }),
      key('Host', 'a.example'),
      key('Content-Length', '1'),
      key('', ''),
      key('X-On', ' 1 '),
    ]
    expect(one({ url: 'http://a.example', header }).request['headers']).toEqual({ 'x-on': '1' })
  })

  test('a different host is kept, as for a virtual host', () => {
    const { request } = one({ url: 'http://127.0.0.1:8080', header: [key('Host', 'shop.example')] })
    expect(request['headers']).toEqual({ host: 'shop.example' })
  })

  test('in the oldest form are lines', () => {
    const { request } = one({ url: 'http://a.example', header: 'X-A: 1\nX-B: b: c\n' })
    expect(request['headers']).toEqual({ 'x-a': '1', 'x-b': 'b: c' })
  })

  test.each([
    ['Authorization', 'Bearer abcdef', 'Bearer ${API_TOKEN}'],
    ['Authorization', 'abcdef', '${API_TOKEN}'],
    ['Cookie', 'sid=abcdef', '${COOKIE}'],
    ['X-Auth-Token', 'abcdef', '${AUTH_TOKEN}'],
    ['X-API-Key', 'abcdef', '${API_KEY}'],
    ['X-Functions-Key', 'abcdef', '${FUNCTIONS_KEY}'],
    ['Authorization', 'Bearer {{jwt}}', 'Bearer ${JWT}'],
    ['X-Api-Version', '2', '2'],
  ])('%s: %s is written %s', (name, value, written) => {
    const { request } = one({ url: 'http://a.example', header: [key(name, value)] })
    expect(Object.values(request['headers'] as object)).toEqual([written])
  })
})

describe('the body', () => {
  const post = (body: object, header: object[] = []) =>
    one({ method: 'POST', url: 'http://a.example', header, body })

  test.each<[string, object, object]>([
    ['JSON', raw('{"a": 1, "b": ["x", null, true]}'), { json: { a: 1, b: ['x', null, true] } }],
    ['JSON with comments', raw('{"a": 1, // one\n "b": "//"}'), { json: { a: 1, b: '//' } }],
    ['a number from a function', raw('{"a": {{$randomInt}}}'), { json: { a: '{{ randomInt(0, 1000) }}' } }],
    ['text with a variable', raw('{"a": "x {{$guid}} {{{y}}"}'), { json: { a: 'x {{ uuid() }} {${Y}' } }],
    [
      'a secret',
      raw('{"user": {"password": "abcdef"}, "max_tokens": "5"}'),
      { json: { user: { password: '${PASSWORD}' }, max_tokens: '5' } },
    ],
    [
      'a number that must stay text',
      raw('{"a": "{{$randomInt}}"}'),
      { body: '{"a": "{{ randomInt(0, 1000) }}"}', headers: { 'content-type': 'application/json' } },
    ],
    [
      'a variable that must become a number',
      raw('{"a": {{n}}}'),
      { body: '{"a": ${N}}', headers: { 'content-type': 'application/json' } },
    ],
    ['a variable in a key', raw('{"{{k}}": 1}'), { body: '{"${K}": 1}' }],
    [
      "a number beyond JavaScript's range",
      raw('{"a": 12345678901234567890}'),
      { body: '{"a": 12345678901234567890}' },
    ],
    ['broken JSON', raw('{"a": '), { body: '{"a": ' }],
    ['the key __proto__', raw('{"__proto__": 1}'), { body: '{"__proto__": 1}' }],
    [
      'XML',
      raw('<a>{{$guid}}</a>', 'xml'),
      { body: '<a>{{ uuid() }}</a>', headers: { 'content-type': 'application/xml' } },
    ],
    [
      'XML with a password',
      raw('<a><b>{{$guid}}</b><password>abcdef</password></a>', 'xml'),
      { body: '<a><b>{{ uuid() }}</b><password>${PASSWORD}</password></a>' },
    ],
    [
      'GraphQL with a password',
      { mode: 'graphql', graphql: { query: 'mutation { a(password: "abcdef", token: "{{t}}") }' } },
      { json: { query: 'mutation { a(password: "${PASSWORD}", token: "${T}") }' } },
    ],
    ['text', { mode: 'raw', raw: 'hi' }, { body: 'hi', headers: { 'content-type': 'text/plain' } }],
    [
      'a form',
      {
        mode: 'urlencoded',
        urlencoded: [key('a', '1'), key('b', '2', { disabled: true }), key('secret', 'abcdef')],
      },
      { form: { a: '1', secret: '${SECRET}' } },
    ],
    [
      'a form with a name twice',
      { mode: 'urlencoded', urlencoded: [key('a', '1 2'), key('a', '{{$guid}}')] },
      { form: { a: ['1 2', '{{ uuid() }}'] } },
    ],
    [
      'a form with a repeated name after another one',
      { mode: 'urlencoded', urlencoded: [key('a', '1 2'), key('b', ''), key('a', '{{$guid}}')] },
      { body: 'a=1+2&b=&a={{ uuid() }}', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    [
      'GraphQL',
      { mode: 'graphql', graphql: { query: '{ a(b: {c: 1}) }', variables: '{"d": "{{$guid}}"}' } },
      { json: { query: '{ a(b: {c: 1}) }', variables: { d: '{{ uuid() }}' } } },
    ],
    [
      'GraphQL without variables',
      { mode: 'graphql', graphql: { query: '{ a }', variables: '' } },
      { json: { query: '{ a }' } },
    ],
    [
      'variables that are nested deeper than a scenario may be',
      {
        mode: 'graphql',
        graphql: { query: '{ a }', variables: `${'{"a":'.repeat(60)}1${'}'.repeat(60)}` },
      },
      {
        body: `{"query":"{ a }","variables":${'{"a":'.repeat(60)}1${'}'.repeat(60)}}`,
        headers: { 'content-type': 'application/json' },
      },
    ],
    ['a file', { mode: 'file', file: { src: 'C:\\data\\a.bin' } }, { file: 'a.bin' }],
    [
      'parts',
      {
        mode: 'formdata',
        formdata: [key('t', 'x', { type: 'text' }), { key: 'f', type: 'file', src: ['/home/me/a.png'] }],
      },
      { multipart: { t: 'x', f: { file: 'a.png' } } },
    ],
    ['a file with a name on two lines', { mode: 'file', file: { src: '/x/a\nb.bin' } }, { file: 'a b.bin' }],
    [
      'a multipart form with content types',
      {
        mode: 'formdata',
        formdata: [
          key('meta', '{"a": {{$randomInt}}, "password": "abcdef"}', { contentType: 'application/json' }),
          key('md', '# x', { contentType: 'text/markdown' }),
          key('odd', 'x', { contentType: '{{type}}' }),
          { key: 'f', type: 'file', src: '/a.bin', contentType: 'image/png' },
        ],
      },
      {
        multipart: {
          meta: { json: { a: '{{ randomInt(0, 1000) }}', password: '${PASSWORD}' } },
          md: { text: '# x', type: 'text/markdown' },
          odd: 'x',
          f: { file: 'a.bin', type: 'image/png' },
        },
      },
    ],
    [
      'a multipart form with a name twice',
      {
        mode: 'formdata',
        formdata: [key('t', 'x'), { key: 'f', type: 'file', src: ['/a.png', '/b.png'] }, key('t', 'y')],
      },
      { multipart: { t: ['x', 'y'], f: [{ file: 'a.png' }, { file: 'b.png' }] } },
    ],
    ['none', { mode: 'raw', raw: '' }, {}],
    ['a disabled body', { mode: 'raw', raw: 'x', disabled: true }, {}],
  ])('%s', (_, body, keys) => {
    const { name: __, post: ___, ...rest } = post(body).request
    expect(rest).toMatchObject(keys)
    expect(Object.keys(rest).filter((name) => name !== 'headers')).toEqual(
      Object.keys(keys).filter((name) => name !== 'headers'),
    )
  })

  test('the media type of the header decides', () => {
    const { request } = post({ mode: 'raw', raw: '{"a":1}' }, [
      key('Content-Type', 'application/vnd.api+json'),
    ])
    expect(request).toMatchObject({ json: { a: 1 }, headers: { 'content-type': 'application/vnd.api+json' } })
  })

  test('is not sent with GET, as in Postman; if Postman would send it, that is noted', () => {
    const request = { method: 'GET', url: 'http://a.example', body: raw('{}') }
    expect(one(request).request).toEqual({ name: 'one', get: '/' })
    expect(one(request).notes.join()).not.toContain('body')
    const notes = one(request, { protocolProfileBehavior: { disableBodyPruning: true } }).notes
    expect(notes).toContain('sent without its body, because the method is GET: one')
  })
})

describe('journeys', () => {
  const login = {
    name: 'login',
    event: script(
      'pm.response.to.have.status(200);',
      'pm.environment.set("token", pm.response.json().token);',
    ),
    request: { method: 'POST', url: 'http://a.example/login' },
  }
  const cart = {
    name: 'cart',
    request: { url: 'http://a.example/cart', header: [key('Authorization', 'Bearer {{token}}')] },
  }
  const ping = { name: 'ping', request: 'http://a.example/ping' }

  test('requests of a folder that pass on values become steps, others stay', () => {
    const draft = load([{ name: 'shop', item: [ping, login, cart] }])
    expect(draft.scenario.requests).toEqual([
      { name: 'shop / ping', get: '/ping' },
      {
        name: 'shop',
        steps: [
          { name: 'login', post: '/login', capture: { token: '$.token' }, expect: { status: 200 } },
          { name: 'cart', get: '/cart', headers: { authorization: 'Bearer {{ token }}' } },
        ],
      },
    ])
    const read = journeyOf(readDraft(draft), 1)
    expect(outlineOf(read)).toEqual(['login: POST /login', 'cart: GET /cart'])
    expect(stepOf(read, 0)).toMatchObject({
      capture: [{ name: 'token', from: { type: 'json', path: '$.token' } }],
      expect: { status: [[200, 200]] },
    })
    expect(stepOf(read, 1).headers).toEqual({
      authorization: ['Bearer ', { type: 'variable', name: 'token' }],
    })
  })

  test('a step and a request of the same name get two', () => {
    const draft = load([{ name: 'shop', item: [{ ...ping, name: 'cart' }, login, cart, cart] }])
    expect(draft.scenario.requests[1]).toMatchObject({
      steps: [{ name: 'login' }, { name: 'cart (2)' }, { name: 'cart (3)' }],
    })
    readDraft(draft)
  })

  test('a login request for the whole collection is a step, and its token is not under http', () => {
    const auth = { type: 'bearer', bearer: [key('token', '{{token}}')] }
    const draft = load([{ ...login, request: { ...login.request, auth: { type: 'noauth' } } }, { ...ping }], {
      auth,
    })
    expect(draft.scenario.http).toBeUndefined()
    expect(draft.scenario.requests).toEqual([
      {
        name: 'Shop',
        steps: [
          { name: 'login', post: '/login', capture: { token: '$.token' }, expect: { status: 200 } },
          { name: 'ping', get: '/ping', auth: { bearer: '{{ token }}' } },
        ],
      },
    ])
    expect(show(stepOf(journeyOf(readDraft(draft)), 1).headers['authorization']!)).toBe('Bearer <token>')
  })

  test('a variable used before its capture, or in another folder, is left to the environment', () => {
    const draft = load([
      { name: 'a', item: [cart, login] },
      { name: 'b', item: [cart] },
    ])
    const { scenario, notes } = draft
    expect(show(requestOf(readDraft(draft, { TOKEN: 'given' }), 2).headers['authorization']!)).toBe(
      'Bearer given',
    )
    expect(scenario.requests.map(({ name }) => name)).toEqual(['a / cart', 'a / login', 'b / cart'])
    expect(scenario.requests[2]).toMatchObject({ headers: { authorization: 'Bearer ${TOKEN}' } })
    expect(notes).toContain('set these variables, which scripts set in Postman: TOKEN (by a / login)')
  })

  test('two chains in a folder are two journeys', () => {
    const make = {
      name: 'make',
      event: script('pm.variables.set("id", pm.response.json().id)'),
      request: { method: 'POST', url: 'http://a.example/x' },
    }
    const read = { name: 'read', request: 'http://a.example/x/{{id}}' }
    const draft = load([{ name: 'f', item: [login, make, cart, read] }])
    expect(
      draft.scenario.requests.map(({ name, steps }) => [
        name,
        (steps as { name: string }[]).map((step) => step.name),
      ]),
    ).toEqual([
      ['f', ['login', 'cart']],
      ['f (2)', ['make', 'read']],
    ])
    expect([0, 1].map((index) => outlineOf(journeyOf(readDraft(draft), index)))).toEqual([
      ['login: POST /login', 'cart: GET /cart'],
      ['make: POST /x', 'read: GET /x/<id>'],
    ])
  })

  test('a step that cannot be sent captures nothing', () => {
    const { scenario } = load([{ name: 'f', item: [{ ...login, request: 'wss://a.example' }, cart] }])
    expect(scenario.requests).toEqual([
      { name: 'f / cart', get: '/cart', headers: { authorization: 'Bearer ${TOKEN}' } },
    ])
  })

  test('a captured name is not that of a function, and two names stay two', () => {
    const make = {
      name: 'make',
      event: script(
        'const j = pm.response.json()',
        'pm.variables.set("uuid", j.a)',
        'pm.variables.set("a-b", j.b)',
        'pm.variables.set("a.b", j.c)',
      ),
      request: 'http://a.example',
    }
    const draft = load([make, { name: 'use', request: 'http://a.example/{{uuid}}/{{a-b}}/{{a.b}}' }])
    expect(draft.scenario.requests[0]).toMatchObject({
      steps: [
        { capture: { uuid_value: '$.a', a_b: '$.b', a_b_2: '$.c' } },
        { get: '/{{ uuid_value }}/{{ a_b }}/{{ a_b_2 }}' },
      ],
    })
    expect(outlineOf(journeyOf(readDraft(draft)))).toEqual([
      'make: GET /',
      'use: GET /<uuid_value>/<a_b>/<a_b_2>',
    ])
  })

  test('a captured name is not that of a list for random values', () => {
    const make = {
      name: 'make',
      event: script('pm.variables.set("randomCity", pm.response.json().city)'),
      request: 'http://a.example',
    }
    const draft = load([make, { name: 'use', request: 'http://a.example/{{randomCity}}/{{$randomCity}}' }])
    expect(outlineOf(journeyOf(readDraft(draft)))[1]).toBe('use: GET /<randomCity_2>/<randomCity>')
  })

  test.each<[string, object]>([
    ['pm.response.headers.get("X-Id")', { type: 'header', name: 'x-id' }],
    ['pm.cookies.get("sid")', { type: 'cookie', name: 'sid' }],
    ['pm.response.json()["@meta"].items[0].id', { type: 'json', path: "$['@meta'].items[0].id" }],
  ])('the reader captures from %s, too', (source, from) => {
    const make = {
      name: 'make',
      event: script(`pm.variables.set("id", ${source})`),
      request: 'http://a.example',
    }
    const read = journeyOf(readDraft(load([make, { name: 'use', request: 'http://a.example/{{id}}' }])))
    expect(stepOf(read, 0).capture).toMatchObject([{ name: 'id', from }])
    expect(outlineOf(read)[1]).toBe('use: GET /<id>')
  })
})

test('scripts of the collection apply to all requests, and the rest of them is noted once', () => {
  const draft = load(
    [
      { name: 'a', request: 'http://a.example/a' },
      { name: 'b', request: 'http://a.example/b', event: script('pm.response.to.have.status(201)') },
    ],
    {
      event: script(
        'pm.response.to.have.status(200);',
        'pm.expect(pm.response.responseTime).to.be.below(9);',
      ),
    },
  )
  expect(draft.scenario.requests.map(({ expect: checks }) => checks)).toEqual([
    { status: 200 },
    { status: [200, 201] },
  ])
  expect(draft.notes).toContain(
    'left out of a test script: `pm.expect(pm.response.responseTime).to.be.below(9);`: a, b',
  )
  readDraft(draft)
})

test('a constant that only scripts set is used as the value', () => {
  const event = [{ listen: 'prerequest', script: { exec: 'pm.variables.set("page", "7");' } }]
  expect(
    load([{ name: 'a', event, request: 'http://a.example/{{page}}' }]).scenario.requests[0],
  ).toMatchObject({ get: '/7' })
})

test('the reader accepts a whole collection', () => {
  const draft = load(
    [
      {
        name: 'Users',
        item: [
          {
            name: 'list',
            request: {
              method: 'GET',
              url: { raw: '{{baseUrl}}/users?page={{page}}', query: [key('page', '{{page}}')] },
            },
          },
          {
            name: 'create',
            event: script('pm.response.to.have.status(201)'),
            request: {
              method: 'POST',
              url: '{{baseUrl}}/users',
              body: raw('{"name": "{{$randomFullName}}", "note": "{{ not closed ${x}"}'),
            },
          },
        ],
      },
    ],
    { variable: [key('baseUrl', 'https://api.example.com/v1'), key('page', '2')] },
  )
  const scenario = readDraft(draft)
  expect(scenario.target).toBe('https://api.example.com')
  expect(
    [0, 1].map((index) => requestOf(scenario, index)).map(({ method, path }) => `${method} ${show(path)}`),
  ).toEqual(['GET /v1/users?page=2', 'POST /v1/users'])
  const { body } = requestOf(scenario, 1)
  expect(body).toMatchObject({ type: 'json', value: { object: { note: { $: ['{{ not closed ${x}'] } } } })
})

describe('an invalid collection', () => {
  test.each([
    ['{"info": {}}', 'not a Postman collection', 'export it from Postman as Collection v2.1'],
    [
      '{"openapi": "3.0.0"}',
      'not a Postman collection',
      'this is an OpenAPI document: run perfctl import openapi f.json',
    ],
    [
      '{"requests": [], "order": []}',
      'version 1 collections are not supported',
      'export it from Postman as Collection v2.1',
    ],
    [
      '{"values": []}',
      'this is an environment, not a collection',
      'export the collection as Collection v2.1',
    ],
    ['{"item": []}', 'no requests that perfctl can send', null],
    ['', 'the file is empty', null],
    ['[]', 'not a Postman collection', 'export it from Postman as Collection v2.1'],
  ])('%s', (text, message, hint) => {
    expect(() => importPostman(text, { file: 'f.json' })).toThrow(
      expect.objectContaining({ problems: [{ message: `f.json: ${message}`, place: null, hint }] }),
    )
  })

  test('broken JSON is reported with its place', () => {
    const text = '{\n  "item": [\n    { "name": }\n  ]\n'
    expect(() => importPostman(text, { file: 'f.json' })).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ place: expect.objectContaining({ file: 'f.json' }) })],
      }),
    )
  })

  test('hostile values do no harm', () => {
    const collection = {
      info: { name: ['x'] },
      auth: 'x',
      variable: 'x',
      event: [null, { listen: 'test', script: 5 }],
      item: [
        null,
        5,
        [],
        { item: [] },
        { request: {} },
        {
          name: 5,
          request: {
            url: 'http://a.example',
            header: [null, 5, {}],
            body: { mode: 'formdata', formdata: [null, 'x'] },
          },
        },
      ],
    }
    const draft = importPostman(JSON.stringify(collection), { file: 'f.json' })
    expect(draft.scenario.requests).toEqual([{ name: '5', get: '/' }])
  })
})
