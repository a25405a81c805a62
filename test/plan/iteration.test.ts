import { describe, expect, test } from 'vitest'
import { Iterations } from '../../src/plan/iteration.js'
import { Mix } from '../../src/plan/mix.js'
import type { Plan } from '../../src/plan/plan.js'
import type { Outgoing } from '../../src/plan/request.js'
import { readScenario } from '../../src/scenario/read.js'

describe('the mix', () => {
  test.each([[[1]], [[1, 1]], [[60, 30, 10]], [[0.001, 5, 5, 5, 1000]]])(
    'of weights %j keeps their proportions',
    (weights) => {
      const mix = new Mix(weights)
      const counts = weights.map(() => 0)
      const draws = 200_000
      for (let i = 0; i < draws; i++) counts[mix.pick((i + 0.5) / draws)]!++
      const sum = weights.reduce((a, b) => a + b, 0)
      for (const [i, weight] of weights.entries()) {
        expect(Math.abs(counts[i]! / draws - weight / sum)).toBeLessThan(1e-4)
      }
    },
  )
})

describe('an iteration', () => {
  test('sends the scenario with its values filled in', () => {
    const request = first(`
target: http://localhost:3000/base
http: { headers: { accept: application/json } }
requests:
  - post: "/a/{{ randomInt(5, 5) }}?q={{ word }}"
    headers: { x-word: "{{ word }}" }
    json: { id: "{{ randomInt(7, 7) }}", text: "say {{ word }}", list: [1, "{{ word }}", true, null], day: "{{ date('+1d') }}" }
data: { word: ['a & "b" é'] }
`)
    expect(request.method).toBe('POST')
    expect(request.path).toBe('/base/a/5?q=a%20%26%20%22b%22%20%C3%A9')
    expect(JSON.parse(request.body as string)).toEqual({
      id: 7,
      text: 'say a & "b" é',
      list: [1, 'a & "b" é', true, null],
      day: '2026-01-02',
    })
    expect(pairs(request)).toEqual({
      'content-type': 'application/json',
      accept: 'application/json',
      'x-word': 'a & "b" é',
    })
  })

  test.each([
    ['+1d', ['2026-01-02']],
    ['-12h', ['2025-12-31']],
    ['+23h', ['2026-01-01']],
    ['-1d..+1d', ['2025-12-31', '2026-01-01', '2026-01-02']],
  ])('computes date(%j) from the day of the run', (range, days) => {
    const iterations = make(`target: http://localhost:3000\nrequests: [{ get: "/{{ date('${range}') }}" }]`)
    const seen = new Set(Array.from({ length: 100 }, (_, n) => iterations.prepare(n, false).path.slice(1)))
    expect([...seen].sort()).toEqual(days)
  })

  test.each([
    ['a number with a trailing zero', '12.50', '12.50'],
    ['… of JSON with an exponent', '1.0e3', '1.0e3'],
    ['an id with 19 digits', '1234567890123456789', '1234567890123456789'],
    ['… with a plus, which JSON lacks', '+1234567890123456789', '1234567890123456789'],
    ['a number in YAML syntax', '0x10', '16'],
    ['… without a digit before the point', '.5', '0.5'],
  ])('sends %s in JSON as written', (_, written, sent) => {
    const request = first(`
target: http://localhost:3000
requests: [{ post: /, json: { a: ${written}, list: [${written}] } }]
`)
    expect(request.body).toBe(`{"a":${sent},"list":[${sent}]}`)
  })

  test('sends a number in text as written', () => {
    const request = first(`
target: http://localhost:3000
requests: [{ post: /, query: { p: 12.50 }, headers: { x-p: 1.0 }, form: { p: 12.50, id: 1234567890123456789 } }]
`)
    expect(request.path).toBe('/?p=12.50')
    expect(pairs(request)['x-p']).toBe('1.0')
    expect(request.body).toBe('p=12.50&id=1234567890123456789')
  })

  test.each([
    ['users.json', '[{"id": 1234567890123456789}]'],
    ['users.ndjson', '{"id": 1234567890123456789}'],
  ])('sends a long id from %s with all its digits', (file, text) => {
    const request = first(
      `
target: http://localhost:3000
data: { user: { file: ${file} } }
requests: [{ post: "/{{ user.id }}", json: { id: "{{ user.id }}", next: "{{ user.id | add(1) }}", user: "{{ user }}" } }]`,
      { [file]: text },
    )
    expect(request.path).toBe('/1234567890123456789')
    expect(request.body).toBe(
      '{"id":1234567890123456789,"next":1234567890123456790,"user":{"id":1234567890123456789}}',
    )
  })

  test.each([
    ['{ json: { $.a: 1 }, maxSize: 1kB }', 1000],
    ['{ json: { $.a: 1 } }', undefined],
  ])('that expects %s keeps only what it needs of a response', (expected, bytes) => {
    const request = first(`target: http://localhost:3000\nrequests: [{ get: /, expect: ${expected} }]`)
    expect([request.keep, request.bodyBytesMost]).toEqual(['body', bytes])
  })

  test('encodes a form', () => {
    const request = first(`
target: http://localhost:3000
requests: [{ post: /login, form: { "user name": "{{ who }}", go: "1 2" } }]
data: { who: ["a&b=c"] }
`)
    expect(request.body).toBe('user+name=a%26b%3Dc&go=1+2')
    expect(pairs(request)['content-type']).toBe('application/x-www-form-urlencoded')
  })

  test('encodes a list as several pairs, in forms and queries', () => {
    const request = first(`
target: http://localhost:3000
requests: [{ post: "/x?y=1", query: { tag: ["{{ word }}", b], n: 1 }, form: { "a[]": ["", "{{ word }}", 2], b: c } }]
data: { word: ["a & b"] }
`)
    expect(request.path).toBe('/x?y=1&tag=a%20%26%20b&tag=b&n=1')
    expect(request.body).toBe('a%5B%5D=&a%5B%5D=a+%26+b&a%5B%5D=2&b=c')
  })

  test.each([
    ['/items', '/items?q=a%20%26%20b&the%20page=1'],
    ['/items?x=1', '/items?x=1&q=a%20%26%20b&the%20page=1'],
    ['/{{ word }}', '/a%20%26%20b?q=a%20%26%20b&the%20page=1'],
    ['{{ url }}', '/other?y=2&q=a%20%26%20b&the%20page=1'],
  ])('appends a query to %s, encoded', (path, wanted) => {
    const request = first(`
target: http://localhost:3000
requests: [{ get: "${path}", query: { q: "{{ word }}", the page: 1 } }]
data: { word: ["a & b"], url: ["http://127.0.0.1:1/other?y=2"] }
`)
    expect(request.path).toBe(wanted)
  })

  test('logs in as a user from the data', () => {
    const request = first(`
target: http://localhost:3000
http: { auth: { bearer: for-the-others } }
requests: [{ get: /, auth: { basic: "{{ user }}:pässword" } }]
data: { user: [ann] }
`)
    const encoded = Buffer.from('ann:pässword').toString('base64')
    expect(pairs(request)).toEqual({ authorization: `Basic ${encoded}` })
  })

  test('sends to another host by an absolute URL', () => {
    const request = first(`
target: http://localhost:3000
requests: [{ get: "http://127.0.0.1:4000/x?y=1" }]
`)
    expect([request.origin, request.path]).toEqual(['http://127.0.0.1:4000', '/x?y=1'])
  })

  test('takes one value of a list for all its uses', () => {
    const iterations = make(`
target: http://localhost:3000
requests: [{ get: "/{{ x }}/{{ x }}" }]
data: { x: [a, b, c, d, e] }
`)
    const seen = new Set<string>()
    for (let n = 0; n < 200; n++) {
      const [, one, two] = iterations.prepare(n, false).path.split('/')
      expect(one).toBe(two)
      seen.add(one!)
    }
    expect([...seen].sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('is the same whatever was prepared before, but different in the warm-up', () => {
    const text = `
target: http://localhost:3000
load: { vus: 1, duration: 1s, thinkTime: 1ms..50ms }
requests: [{ get: "/{{ uuid() }}" }, { name: two, get: "/{{ randomInt(1, 1000000) }}" }]
`
    const at = (iterations: Iterations, n: number) => [
      iterations.prepare(n, false).path,
      iterations.thinkTime(),
    ]
    const forwards = make(text)
    const all = Array.from({ length: 50 }, (_, n) => at(forwards, n))
    const backwards = make(text)
    for (let n = 49; n >= 0; n--) expect(at(backwards, n)).toEqual(all[n])
    expect(new Set(all.map(([path]) => path)).size).toBe(50)
    expect(make(text).prepare(0, true).path).not.toBe(all[0]![0])
  })

  test('makes valid and unique UUIDs', () => {
    const iterations = make('target: http://localhost:3000\nrequests: [{ get: "/{{ uuid() }}" }]')
    const seen = new Set<string>()
    for (let n = 0; n < 20_000; n++) seen.add(iterations.prepare(n, false).path.slice(1))
    expect(seen.size).toBe(20_000)
    for (const uuid of seen)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('prevents header injection', () => {
    const request = first(`
target: http://localhost:3000
requests: [{ get: /, headers: { x-a: "{{ evil }}" } }]
data: { evil: ["a\\r\\nx-b: c"] }
`)
    expect(pairs(request)['x-a']).toBe('a x-b: c')
  })
})

function make(text: string, files: Readonly<Record<string, string>> = {}): Iterations {
  const read = (path: string) => Buffer.from(files[path]!)
  const scenario = readScenario(text, { file: 'test.yaml', env: {}, files: { read } })
  const { load, http, data, requests, beforeEach } = scenario
  const plan: Plan = {
    target: scenario.target!,
    load,
    http,
    data,
    requests,
    beforeEach,
    variables: {},
    seed: 1,
    today: Date.UTC(2026, 0, 1),
  }
  return new Iterations(plan)
}

function first(text: string, files?: Readonly<Record<string, string>>): Outgoing {
  return make(text, files).prepare(0, false)
}

function pairs({ headers }: Outgoing): Record<string, string> {
  return Object.fromEntries(headers.map((name, i) => [name, headers[i + 1]!]).filter((_, i) => i % 2 === 0))
}
