import { describe, expect, test } from 'vitest'
import { scenarioHash } from '../../../src/scenario/model/hash.js'
import { readScenario } from '../../../src/scenario/read.js'

const BASE = `name: a
target: demo
load: { vus: 5, duration: 10s }
data: { id: [1, 2] }
http: { headers: { authorization: "Bearer \${API_TOKEN}", accept: x } }
requests:
  - name: one
    post: /x/{{ id }}
    json: { a: 1, b: "\${API_TOKEN}" }
thresholds: [p95 < 1s]
`

function hash(text: string, env = { API_TOKEN: 'first-token' }): string {
  return scenarioHash(readScenario(text, { file: 'x.yaml', env }))
}

test('it is a SHA-256', () => {
  expect(hash(BASE)).toMatch(/^sha256:[0-9a-f]{64}$/)
})

describe('it stays the same with', () => {
  test.each([
    ['another name', 'name: a', 'name: b'],
    ['another target', 'target: demo', 'target: http://localhost'],
    ['other limits', 'p95 < 1s', 'p99 < 2s'],
    ['another order of keys', 'a: 1, b: "${API_TOKEN}"', 'b: "${API_TOKEN}", a: 1'],
    ['an empty line', 'requests:', '\n\nrequests:'],
    ['another spelling of the same time', '10s', '10000ms'],
  ])('%s', (_change, from, to) => {
    expect(BASE).toContain(from)
    expect(hash(BASE.replace(from, to))).toBe(hash(BASE))
  })

  test('another secret', () => {
    expect(hash(BASE, { API_TOKEN: 'the-second-one' })).toBe(hash(BASE))
  })
})

test('one value is the same as a list of one, but not of two', () => {
  const withQuery = (tag: string) => hash(BASE.replace('post:', `query: { tag: ${tag} }\n    post:`))
  expect(withQuery('[a]')).toBe(withQuery('a'))
  expect(withQuery('[a, b]')).not.toBe(withQuery('ab'))
  expect(withQuery('[a, b]')).not.toBe(withQuery('[b, a]'))
})

describe('it differs with', () => {
  test.each([
    ['the load', 'vus: 5', 'vus: 6'],
    ['the data', '[1, 2]', '[1, 3]'],
    ['a header', 'accept: x', 'accept: y'],
    ['the timeout', 'http: {', 'http: { timeout: 1s,'],
    ['a path', '/x/', '/y/'],
    ['a body', 'a: 1', 'a: 2'],
    ['the type in a body', 'a: 1', 'a: "1"'],
    ['the name of a request', 'name: one', 'name: two'],
    ['a weight', 'post:', 'weight: 2\n    post:'],
    ['what is expected', 'post:', 'expect: { status: 201 }\n    post:'],
  ])('%s', (_change, from, to) => {
    expect(BASE).toContain(from)
    expect(hash(BASE.replace(from, to))).not.toBe(hash(BASE))
  })
})

describe('of a data file', () => {
  const of = (content: string, file = 'a.csv', more = '') => {
    const text = `data: { user: { file: ${file}${more} } }\nrequests: [{ get: "/{{ user.id }}" }]`
    const files = { read: () => Buffer.from(content) }
    return scenarioHash(readScenario(text, { file: 'x.yaml', env: {}, files }))
  }

  test('the content counts, not the name', () => {
    expect(of('id\n1\n', 'b.csv')).toBe(of('id\n1\n'))
    expect(of('id\n2\n')).not.toBe(of('id\n1\n'))
  })

  test('and so does the order of picking', () => {
    const hashes = [
      '',
      ', pick: sequential',
      ', pick: unique',
      ', pick: unique, onEnd: recycle',
      ', columns: [id]',
    ].map((more) => of('id\n1\n', 'a.csv', more))
    expect(new Set(hashes).size).toBe(5)
  })
})

test('a secret from env() makes no difference either', () => {
  const text = "requests: [{ post: /, body: \"{{ env('API_TOKEN') }} {{ hmac(1, env('API_TOKEN')) }}\" }]"
  expect(hash(text, { API_TOKEN: 'the-second-one' })).toBe(hash(text))
})
