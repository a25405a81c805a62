import { describe, expect, test } from 'vitest'
import { importCurl } from '../../../src/import/curl/index.js'
import { requestOf } from '../../scenario/only.js'
import { readDraft } from '../read-draft.js'

const OPTIONS = { file: 'curl.txt', target: null, isMix: false, withStatic: false, environment: null }

const draft = (text: string) => importCurl(text, OPTIONS)

/** The only request of a command, without its name. */
function request(text: string): unknown {
  const { name: _, ...rest } = draft(text).scenario.requests[0]!
  return rest
}

describe('a command becomes a request', () => {
  test.each([
    ['curl http://a.example', { get: '/' }],
    ['curl a.example/x?y=1#z', { get: '/x?y=1' }],
    ["curl 'http://a.example/caf\u00e9 {x}'", { get: '/caf%C3%A9%20%7Bx%7D' }],
    ['curl -X DELETE http://a.example/1', { delete: '/1' }],
    ['curl -XPUT http://a.example/1 -d x=1', { put: '/1', form: { x: '1' } }],
    ['curl -I http://a.example/1', { head: '/1' }],
    ['curl http://a.example -d a=1 -d "b=x%20y+z"', { post: '/', form: { a: '1', b: 'x y z' } }],
    ['curl http://a.example -d a=1 -d a=2 -d b=3', { post: '/', form: { a: ['1', '2'], b: '3' } }],
    ['curl http://a.example -d a=1 -d b=3 -d a=2', post({ body: 'a=1&b=3&a=2', headers: FORM() })],
    ['curl -G http://a.example/?x=1 -d a=1 --data-urlencode "b=c d&e"', { get: '/?x=1&a=1&b=c%20d%26e' }],
    ['curl http://a.example --data-urlencode "a=c d&e"', { post: '/', form: { a: 'c d&e' } }],
    ['curl http://a.example --url-query "a=b c"', { get: '/?a=b%20c' }],
    [
      'curl http://a.example --json \'{"a":1}\'',
      post({ json: { a: 1 }, headers: { accept: 'application/json' } }),
    ],
    ["curl http://a.example -H 'content-type: application/json' -d '[1, \"x\"]'", post({ json: [1, 'x'] })],
    [
      "curl http://a.example -H 'content-type: application/json' -d '{broken'",
      post({ headers: JSON_TYPE(), body: '{broken' }),
    ],
    [
      "curl http://a.example -H 'content-type: application/json' -d '{\"id\":12345678901234567890}'",
      post({ headers: JSON_TYPE(), body: '{"id":12345678901234567890}' }),
    ],
    [
      "curl http://a.example -H 'content-type: application/json' -d '{\"__proto__\":1}'",
      post({ headers: JSON_TYPE(), body: '{"__proto__":1}' }),
    ],
    [
      "curl http://a.example -H 'Content-Type: application/vnd.api+json' -d '{}'",
      post({ headers: { 'content-type': 'application/vnd.api+json' }, json: {} }),
    ],
    ['curl http://a.example -d @body.txt', post({ headers: FORM(), file: 'body.txt' })],
    ['curl http://a.example --data-raw @body.txt', post({ headers: FORM(), body: '@body.txt' })],
    ['curl http://a.example -d @-', post({ headers: FORM(), file: 'upload.bin' })],
    [
      'curl http://a.example --json @- <<EOF\n{ "a": "$X" }\nEOF',
      post({
        headers: { accept: 'application/json' },
        json: { a: '${X}' },
      }),
    ],
    ['curl http://a.example -d @- <<< "a=1"', post({ form: { a: '1' } })],
    ['curl http://a.example -d @/dev/stdin < b.txt', post({ headers: FORM(), file: 'b.txt' })],
    ["echo 'a=1' | curl -d @- http://a.example", post({ form: { a: '1' } })],
    ['cat b.json | curl -d @- http://a.example', post({ headers: FORM(), file: 'b.json' })],
    ['curl -d @<(echo a=1) http://a.example', post({ form: { a: '1' } })],
    ['curl -d "$(cat b.json)" http://a.example', post({ headers: FORM(), file: 'b.json' })],
    ['curl --data-raw "$(cat <<X\na=1\nX\n)" http://a.example', post({ form: { a: '1' } })],
    ['curl --data-urlencode x@- http://a.example <<< "a b"', post({ form: { x: 'a b\n' } })],
    ['curl --data-binary @- http://a.example <<X\na\nb\nX', post({ headers: FORM(), body: 'a\nb\n' })],
    ['curl -T - http://a.example/x <<< text', { put: '/x', body: 'text\n' }],
    ['curl -F "a=<-" http://a.example <<< text', post({ multipart: { a: 'text\n' } })],
    [
      "curl http://a.example --compressed -H 'Accept-Encoding: br'",
      { get: '/', headers: { 'accept-encoding': 'br' } },
    ],
    ['curl http://a.example -T up.bin', { put: '/', file: 'up.bin' }],
    [
      `curl http://a.example -F 'meta={"a;b":"c"};type=application/json' -F 't="a; b";type=text/x-own;charset=utf-8' -F 'p=@a.bin;type=image/png;filename=b.png' -F 'q=a;b'`,
      post({
        multipart: {
          meta: { json: { 'a;b': 'c' } },
          t: { text: 'a; b', type: 'text/x-own;charset=utf-8' },
          p: { file: 'a.bin', type: 'image/png', name: 'b.png' },
          q: 'a;b',
        },
      }),
    ],
    [
      'curl http://a.example -F title=x -F "file=@a.png;type=image/png"',
      { post: '/', multipart: { title: 'x', file: { file: 'a.png' } } },
    ],
    [
      'curl http://a.example -F a=1 -F p=@a.png -F a=2 -F p=@b.png',
      { post: '/', multipart: { a: ['1', '2'], p: [{ file: 'a.png' }, { file: 'b.png' }] } },
    ],
    [
      'curl http://a.example -A me -e http://ref/ -r 0-9',
      { get: '/', headers: { 'user-agent': 'me', referer: 'http://ref/', range: 'bytes=0-9' } },
    ],
    ['curl http://a.example --compressed', { get: '/', headers: { 'accept-encoding': 'gzip, deflate, br' } }],
    [
      "curl http://a.example -H 'X-Empty;' -H 'Accept:' -H 'Host: a.example'",
      { get: '/', headers: { 'x-empty': '' } },
    ],
    [
      "curl http://a.example -H 'Host: b.example' -H 'Connection: close'",
      { get: '/', headers: { host: 'b.example' } },
    ],
    ['curl -sSfLkvo out.html http://a.example/', { get: '/' }],
    ['$ curl http://a.example', { get: '/' }],
    ['TOKEN=x sudo curl.exe http://a.example', { get: '/' }],
  ])('%s', (text, expected) => {
    expect(request(text)).toEqual(expected)
  })
})

function post(keys: object): object {
  return { post: '/', ...keys }
}

function FORM() {
  return { 'content-type': 'application/x-www-form-urlencoded' }
}

function JSON_TYPE() {
  return { 'content-type': 'application/json' }
}

describe('connection flags go into http', () => {
  test.each([
    ['-k', { tls: { insecure: true } }],
    ['-m 2.5 --connect-timeout 0.25', { timeout: '2.5s', connectTimeout: '250ms' }],
    ['-L', { redirects: 10 }],
    ['-L --max-redirs 3', { redirects: 3 }],
    ['--http2', { http2: true }],
    ['--unix-socket /run/app.sock', { socketPath: '/run/app.sock' }],
    ['-c jar.txt', { cookies: true }],
  ])('%s', (flags, http) => {
    expect(draft(`curl ${flags} https://a.example`).scenario.http).toEqual(http)
  })
})

test('certificates are left out, because they cannot be made up', () => {
  const { scenario, notes } = draft(
    'curl --cacert ca.pem -E C:\\\\x\\\\cert.pem:pass --key /home/a/key.pem https://a.example',
  )
  expect(scenario.http).toBeUndefined()
  expect(notes).toEqual([
    'left out certificates and keys: put them next to the scenario and name them under http, such as ' +
      'tls: { ca: ca.pem }: ca: ca.pem, cert: cert.pem, key: key.pem',
  ])
})

const SUBSCRIPTION = { headers: { 'ocp-apim-subscription-key': '${OCP_APIM_SUBSCRIPTION_KEY}' } }

describe('secrets are not copied', () => {
  test.each([
    ["-H 'Authorization: Bearer geheim'", { auth: { bearer: '${API_TOKEN}' } }, 'API_TOKEN'],
    ["-H 'Authorization: Basic Ym9iOmdlaGVpbQ=='", { auth: { basic: 'bob:${PASSWORD}' } }, 'PASSWORD'],
    ["-H 'Authorization: AWS4 geheim'", { headers: { authorization: '${AUTHORIZATION}' } }, 'AUTHORIZATION'],
    ['-u bob:geheim', { auth: { basic: 'bob:${PASSWORD}' } }, 'PASSWORD'],
    ['-u geheim:', { auth: { basic: '${API_KEY}:' } }, 'API_KEY'],
    ["-H 'Ocp-Apim-Subscription-Key: geheim'", SUBSCRIPTION, 'OCP_APIM_SUBSCRIPTION_KEY'],
    ['-u "${U:-bob}:geheim"', { auth: { basic: '${U:-bob}:${PASSWORD}' } }, 'PASSWORD'],
    ['-u bob', { auth: { basic: 'bob:${PASSWORD}' } }, 'PASSWORD'],
    ["-b 'sid=geheim'", { headers: { cookie: '${COOKIE}' } }, 'COOKIE'],
    ["-H 'X-Api-Key: geheim'", { headers: { 'x-api-key': '${X_API_KEY}' } }, 'X_API_KEY'],
    ['--oauth2-bearer geheim', { auth: { bearer: '${API_TOKEN}' } }, 'API_TOKEN'],
    ['-H "Authorization: Bearer $TOKEN"', { auth: { bearer: '${TOKEN}' } }, 'TOKEN'],
  ])('%s', (flags, keys, variable) => {
    const { scenario, notes } = draft(`curl http://a.example ${flags}`)
    expect(scenario.requests[0]).toEqual({ name: 'GET /', get: '/', ...keys })
    expect(JSON.stringify({ scenario, notes })).not.toMatch(/geheim/)
    expect(notes).toEqual([expect.stringMatching(new RegExp(`^set these variables .*: ${variable}$`))])
  })

  test.each([
    'TOKEN=geheim; curl http://a.example',
    'curl "http://a.example/$(curl -d pass=geheim http://b.example)"',
    'curl --proxy-header "X-Auth: geheim" http://a.example',
    'curl -E client.pem:geheim http://a.example',
    'curl ftp://a:geheim@b.example/x?token=geheim http://a.example',
    'curl http://geheim@a.example/',
    'curl "http://a.example/{a,b}?sig=geheim"',
    "curl http://a.example -d 'a=1&a=2&otp=geheim'",
  ])('not even into notes: %s', (text) => {
    const result = draft(text)
    expect(result.scenario.requests.length).toBeGreaterThan(0)
    expect(JSON.stringify(result)).not.toContain('geheim')
  })

  test('nor card numbers and values of compound names', () => {
    expect(request('curl http://a.example -d cardNumber=4111111111111111 -d userpwd=geheim')).toMatchObject({
      form: { cardNumber: '${CARD_NUMBER}', userpwd: '${USERPWD}' },
    })
  })

  test('but token counts are not secrets', () => {
    expect(request('curl \'http://a.example/?token_count=3\' --json \'{"token_type":"jwe"}\'')).toMatchObject(
      {
        post: '/?token_count=3',
        json: { token_type: 'jwe' },
      },
    )
  })

  test('but pagination tokens are not secrets', () => {
    expect(request("curl 'http://a.example/?pageToken=abc' -d next_token=d")).toMatchObject({
      post: '/?pageToken=abc',
      form: { next_token: 'd' },
    })
  })

  test('a variable that is not used is not asked for', () => {
    const { notes } = draft('T=$(cat token); curl http://a.example')
    expect(notes.join()).not.toContain('set these variables')
  })

  test('nor from URLs and bodies', () => {
    const text = `curl 'http://bob:geheim1@a.example/?api_key=geheim2&q=key' --json '{"user":{"password":"geheim3"},"keyword":"x"}'`
    expect(request(text)).toEqual({
      post: '/?api_key=${API_KEY}&q=key',
      headers: { accept: 'application/json' },
      auth: { basic: 'bob:${PASSWORD}' },
      json: { user: { password: '${PASSWORD_2}' }, keyword: 'x' },
    })
  })
})

describe('what cannot be imported is noted', () => {
  test('requests after the first 500', () => {
    const { scenario, notes } = draft(`curl ${'http://a.example/ '.repeat(501)}`)
    expect(scenario.requests).toHaveLength(500)
    expect(notes).toContain('left out all requests after the first 500')
  })

  test.each([
    ['curl --frobnicate 7 http://a.example', 'left out unknown curl flags: --frobnicate 7'],
    [
      'curl --retry 3 -x http://u:p@proxy http://a.example',
      'left out flags that perfctl does not support: --retry 3, --proxy http://proxy',
    ],
    ['curl http://a.example | jq .', 'left out commands other than curl: jq'],
    ['curl http://a.example ftp://b.example', 'left out URLs that are not http or https: ftp://b.example'],
    [
      'curl -X PROPFIND http://b.example; curl http://a.example',
      'left out requests with methods that perfctl does not support: PROPFIND',
    ],
    [
      'curl -X GET -d a=1 http://a.example/x',
      'left out bodies of GET and HEAD requests, which perfctl does not send: GET /x',
    ],
    [
      "curl http://a.example -H 'If-None-Match: x'",
      'left out conditional headers, which would get an empty 304: if-none-match',
    ],
    [
      "curl http://a.example -H 'sec-fetch-mode: cors' -H 'DNT: 1'",
      'left out headers that describe the browser: sec-fetch-mode, dnt',
    ],
    [
      "curl 'http://a.example/[1-3]'",
      'curl expands [ ] and { } in a URL; here they are literal: http://a.example/[1-3]',
    ],
  ])('%s', (text, note) => {
    expect(draft(text).notes).toContain(note)
  })
})

test('the most frequent host is the target, others keep their URLs', () => {
  const { scenario } = draft('curl http://a.example/1; curl http://b.example/2; curl http://b.example:80/3')
  expect(scenario.target).toBe('${BASE_URL:-http://b.example}')
  expect(scenario.requests.map((one) => one['get'])).toEqual(['http://a.example/1', '/2', '/3'])
  expect(scenario.requests.map(({ name }) => name)).toEqual([
    'GET a.example/{id}',
    'GET /{id}',
    'GET /{id} (2)',
  ])
})

test('a given target replaces the most frequent host', () => {
  const { scenario } = importCurl('curl http://a.example/1; curl http://b.example/2 http://b.example/3', {
    ...OPTIONS,
    target: 'http://localhost:3000/v1',
  })
  expect(scenario.target).toBe('${BASE_URL:-http://localhost:3000/v1}')
  expect(scenario.requests.map((one) => one['get'])).toEqual(['http://a.example/1', '/2', '/3'])
})

test('a target that is a variable stays one', () => {
  expect(draft('curl "$API_URL/v1/items"').scenario).toMatchObject({
    target: '${API_URL}',
    requests: [{ get: '/v1/items' }],
  })
})

test('what all requests share is written once', () => {
  const text = `curl http://a.example/1 -H 'accept: a' -H 'x-one: 1' -H 'authorization: Bearer t0ken'
    curl http://a.example/2 -H 'accept: b' -H 'authorization: Bearer t0ken'
    curl http://a.example/3 -H 'accept: b' -H 'authorization: Bearer t0ken'`
  const { http, requests } = draft(text).scenario
  expect(http).toEqual({ headers: { accept: 'b' }, auth: { bearer: '${API_TOKEN}' } })
  expect(requests.map(({ headers }) => headers)).toEqual([
    { accept: 'a', 'x-one': '1' },
    undefined,
    undefined,
  ])
})

test('requests of one kind get unique names', () => {
  const { requests } = draft('curl a.example/u/1?x=1 a.example/u/2 a.example/u/2').scenario
  expect(requests.map(({ name }) => name)).toEqual(['GET /u/{uId}', 'GET /u/{uId} (2)', 'GET /u/{uId} (3)'])
})

test.each([
  ['--resolve a.example:443:127.0.0.1', 'https://a.example', 'https://127.0.0.1', 'a.example'],
  [
    '--connect-to a.example:8443:127.0.0.1:9000',
    'https://a.example:8443',
    'https://127.0.0.1:9000',
    'a.example:8443',
  ],
  ['--connect-to ::127.0.0.1:', 'http://a.example', 'http://127.0.0.1', 'a.example'],
])('%s connects to another host but keeps the host header', (flag, url, target, host) => {
  const { scenario } = draft(`curl ${flag} ${url}/x`)
  expect(scenario.target).toBe(`\${BASE_URL:-${target}}`)
  expect(scenario.requests[0]).toMatchObject({ get: '/x', headers: { host } })
  const tls = url.startsWith('https') ? { tls: { servername: 'a.example' } } : undefined
  expect(scenario.http).toEqual(tls)
})

test('a form with files, as Chrome copies it, becomes multipart', () => {
  const body = [
    '------B\r\nContent-Disposition: form-data; name="title"\r\n\r\nhello\r\n',
    '------B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\r\n------B--\r\n',
  ].join('')
  const quoted = body.replaceAll('\r\n', '\\r\\n')
  expect(
    request(
      `curl http://a.example -H 'content-type: multipart/form-data; boundary=----B' --data-raw $'${quoted}'`,
    ),
  ).toEqual({ post: '/', multipart: { title: 'hello', file: { file: 'a.png' } } })
})

test.each(['', 'wget http://a.example', 'curl', 'curl -X POST'])(
  '%j is no command that asks for anything',
  (text) => {
    expect(() => draft(text)).toThrow('curl.txt: no curl command with a URL')
  },
)

test.each(['Invoke-WebRequest -Uri "http://a.example"', 'await fetch("http://a.example", {});'])(
  '%s was copied in another form than that of curl',
  (text) => {
    expect(() => draft(text)).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ hint: expect.stringContaining('Copy as cURL') })],
      }),
    )
  },
)

test('the reader accepts what the importer writes', () => {
  const text = `curl 'http://a.example/x?q={{x}}' -H 'x-a: \${b}' -u bob:geheim --json '{"a":["{{ b }}", "\${C}"]}'
    curl a.example/y -d 'a=1&token=abcd' -m 3`
  const scenario = readDraft(draft(text), { PASSWORD: 'pw', TOKEN: 'tk' })
  expect(scenario.http.timeoutMs).toBe(3000)
  expect(requestOf(scenario)).toMatchObject({
    path: ['/x?q=%7B%7Bx%7D%7D'],
    headers: { 'x-a': ['${b}'] },
    body: { value: { object: { a: [{ $: ['{{ b }}'] }, { $: ['${C}'] }] } } },
  })
  expect(requestOf(scenario, 1).body).toEqual({ type: 'form', fields: { a: ['1'], token: ['tk'] } })
})
