import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/base/errors.js'
import { renderProblem } from '../../../src/base/problem.js'
import { readScenario } from '../../../src/scenario/read.js'
import { maskWritten } from '../../../src/scenario/secrets/written.js'

const REST = '\nrequests: [{ get: / }]\n'
const SECRET = 'S3cr3tV4lue77'

/** All messages for a broken scenario. */
function messagesOf(text: string, files: Readonly<Record<string, string>> = {}): string[] {
  try {
    const read = (path: string) => Buffer.from(files[path]!)
    readScenario(text, { file: 'a.yaml', env: {}, files: { read } })
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(renderProblem)
    throw error
  }
  throw new Error('it was read')
}

describe('a single message without the secret for', () => {
  test.each([
    ['a duplicate key', `http:\n  headers: { authorization: "Bearer ${SECRET}", authorization: x }${REST}`],
    ['a map that is never closed', `http:\n  headers: { authorization: "Bearer ${SECRET}"${REST}`],
    [
      'a map that is closed too late',
      `http:\n  headers: { authorization: Bearer ${SECRET}\n  timeout: 3s }\n}${REST}`,
    ],
    ['a tab', `http:\n\tauth: { bearer: ${SECRET} }${REST}`],
    ['a tab before a login', `http:\n  auth:\n\t  basic: bob:${SECRET}${REST}`],
    ['a quote that is never closed', `http:\n  headers:\n    cookie: "sid=${SECRET}; b=2${REST}`],
    ['a secret on several lines', `http:\n  headers:\n    x-token: "abc\n      ${SECRET}\n    y: "${REST}`],
    ['text after a quote', `http:\n  headers:\n    authorization: "Bearer ${SECRET}" ${SECRET}${REST}`],
    ['two colons', `http:\n  headers:\n    authorization: Bearer: ${SECRET}: ${SECRET}${REST}`],
    ['a character that no YAML value starts with', `http:\n  headers:\n    authorization: @${SECRET}${REST}`],
    ['a wrong indentation', `http:\n  auth:\n    basic: bob:${SECRET}\n   x: 1${REST}`],
    ['a login in a URL', `http:\n  proxy: http://bob:${SECRET}@p:1 : x${REST}`],
    ['a query', `requests:\n  - get: /x?token=${SECRET}&a={{ b }}{\n    json: { a: [ }\n`],
    ['an escape', `requests:\n  - post: /\n    json: { password: "${SECRET}\\q" }\n`],
    [
      'a placeholder without quotes',
      `requests:\n  - post: /\n    json: { a: {{ x }}, token: "${SECRET}" }\n`,
    ],
    ['a key that is not text', `requests:\n  - post: /\n    headers: { x-api-key: ${SECRET}, ? [a]: b }\n`],
    ['an unknown key', `http:\n  header: { authorization: "Bearer ${SECRET}" }${REST}`],
    ['an unknown map', `http:\n  auht: { basic: "bob:${SECRET}" }${REST}`],
  ])('%s', (_name, text) => {
    const messages = messagesOf(text)
    expect(messages).toHaveLength(1)
    expect(messages[0]).not.toContain(SECRET)
    expect(messages[0]).toMatch(/^a\.yaml:\d+:\d+: .*\n {2}\d+ \| .*\n {4} ?\| +\^+\n {2}hint: /)
  })

  test('a problem in an extended file', () => {
    const base = `http:\n  headers: { authorization: "Bearer ${SECRET}", authorization: 2 }\n  x: {`
    const messages = messagesOf('extends: base.yaml\n', { 'base.yaml': base })
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatch(/^base\.yaml:/)
    expect(messages[0]).not.toContain(SECRET)
  })
})

test('the caret stays where it is', () => {
  const [messages] = messagesOf(
    `http:\n  headers: { authorization: "Bearer ${SECRET}", authorization: x }${REST}`,
  )
  expect(messages!.split('\n').slice(1, 3)).toEqual([
    '  2 |   headers: { authorization: "Bearer *************", authorization: * }',
    '    |                                                     ^^^^^^^^^^^^^',
  ])
})

test.each([
  ['token: ${API_TOKEN}', 'token: ${API_TOKEN}'],
  ['a: { token: "{{ x }}", b: 1 }', 'a: { token: "{{ x }}", b: 1 }'],
  [
    'capture: { token: $.a.token, sid: { cookie: sid } }',
    'capture: { token: $.a.token, sid: { cookie: sid } }',
  ],
  [
    'expect: { json: { $.token: exists }, status: 200 }',
    'expect: { json: { $.token: exists }, status: 200 }',
  ],
  ['get: /x?page=2&q=abcdef', 'get: /x?page=2&q=abcdef'],
  ['http: { keepAlive: true, timeout: 3s }', 'http: { keepAlive: true, timeout: 3s }'],
  ['token: |\n  ab: c\n\nnext: 1', 'token: |\n  *** *\n\nnext: 1'],
  ['auth:\n  basic: a:b\nx: y', 'auth:\n  basic: ***\nx: y'],
  ['- { password: a, b, user: c }', '- { password: *, *, user: c }'],
])('%j is shown as %j', (text, wanted) => {
  expect(maskWritten(text)).toBe(wanted)
})

test('a long text takes linear time', () => {
  for (const piece of [
    'a',
    'token: ',
    '"',
    "{ token: '",
    '${',
    '{{',
    '?a=',
    'bearer ',
    '://a:',
    ' ',
    'token:\n',
  ])
    expect(maskWritten(piece.repeat(50_000))).toHaveLength(piece.length * 50_000)
})
