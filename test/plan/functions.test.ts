import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { openSources } from '../../src/plan/feeder-sources.js'
import { Iterations } from '../../src/plan/iteration.js'
import { IterationContext } from '../../src/plan/iteration-values.js'
import { compileJson, indexFeeders } from '../../src/plan/template.js'
import { ValueError } from '../../src/plan/values.js'
import { requestOf } from '../scenario/only.js'
import { planOf } from './plans.js'

const DATA = `data:
  word: [" Straße "]
  order: [{ id: 7, items: [{ id: a1 }, { id: b2 }], note: "" }]
`

/** The JSON value of an expression, for one iteration. */
function evaluate(
  expression: string,
  { n = 0, ...options }: { n?: number; variables?: object; env?: Record<string, string> } = {},
): unknown {
  return evaluator(expression, options)(n)
}

/** The same for any iteration. Reads the scenario once, because that is slow. */
function evaluator(
  expression: string,
  { variables = {}, env = {} }: { variables?: object; env?: Record<string, string> } = {},
): (n: number) => unknown {
  const plan = planOf(`${DATA}requests: [{ post: /, json: ${JSON.stringify(`{{ ${expression} }}`)} }]`, {
    env,
  })
  const { body } = requestOf(plan)
  if (body?.type !== 'json') throw new Error('unexpected')
  const draws = new IterationContext(openSources(plan), plan.seed, plan.today)
  for (const [name, value] of Object.entries(variables)) draws.variables.set(name, value)
  const render = compileJson(body.value, indexFeeders(plan.data))
  return (n) => {
    draws.seek(n, 4)
    return JSON.parse(typeof render === 'string' ? render : render(draws))
  }
}

describe('an expression returns', () => {
  test.each([
    ['5', 5],
    ["'a'", 'a'],
    ['true', true],
    ['null', null],
    ['order', { id: 7, items: [{ id: 'a1' }, { id: 'b2' }], note: '' }],
    ['order.id', 7],
    ['order.items[1].id', 'b2'],
    ['order.items[5].id', null],
    ["order.items[5].id | default('none')", 'none'],
    ["order.note | default('none')", 'none'],
    ['order.id | default(1)', 7],
    ['word | trim | upper', 'STRASSE'],
    ['word | lower', ' straße '],
    ['word | length', 8],
    ['order.items | length', 2],
    ['order | length', 3],
    ['order.items | first', { id: 'a1' }],
    ['order.items | last', { id: 'b2' }],
    ["'😀b' | first", '😀'],
    ["'😀bc' | slice(1)", 'bc'],
    ["'abcdef' | slice(-3, -1)", 'de'],
    ['order.items | slice(1)', [{ id: 'b2' }]],
    ["'a.b.c' | replace('.', '$&')", 'a$&b$&c'],
    ["'41' | toInt | add(1)", 42],
    ["'-1.7' | toInt", -1],
    ["'1.5' | number", 1.5],
    ['7 | string', '7'],
    ["concat(order.id, '-', true, null)", '7-true'],
    ['order.items | json | length', 25],
    ["'ab' | base64", 'YWI='],
    ["'YWI=' | base64decode", 'ab'],
    ["'a b&c/é' | urlencode", 'a%20b%26c%2F%C3%A9'],
    ["hash('x')", createHash('sha256').update('x').digest('hex')],
    ["'x' | hash('md5', 'base64')", createHash('md5').update('x').digest('base64')],
    ["hmac('x', env('KEY'))", createHmac('sha256', 'k').update('x').digest('hex')],
    ["hmac(order.id, 'k', 'sha512', 'base64url')", createHmac('sha512', 'k').update('7').digest('base64url')],
    ["env('KEY')", 'k'],
    ["env('NOPE', '| upper')", '| upper'],
    ['iteration()', 12],
    ['vu()', 5],
    ['counter()', 13],
    ['counter(1000)', 1012],
    ["date('+1d', 'DD.MM.YYYY')", '02.01.2026'],
    ["date('+90m', 'iso')", '2026-01-01T01:30:00.000Z'],
    ['randomInt(7, order.id)', 7],
    ["randomString(3, 'z')", 'zzz'],
  ])('%s', (expression, value) => {
    expect(evaluate(expression, { n: 12, env: { KEY: 'k' } })).toEqual(value)
  })
})

describe('random values', () => {
  const draw = (expression: string, count = 400) => {
    const valueAt = evaluator(expression)
    return Array.from({ length: count }, (_, n) => valueAt(n))
  }

  test('are the same for the same iteration', () => {
    for (const expression of ['randomFloat(0, 1)', 'randomString(20)', 'pick(1, 2, 3, 4, 5, 6)', 'uuid()'])
      expect(draw(expression, 5)).toEqual(draw(expression, 5))
  })

  test('of randomFloat are in the range, with the given digits', () => {
    const seen = draw('randomFloat(-1, 1.5, 1)') as number[]
    expect([...new Set(seen)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 26 }, (_, i) => (i - 10) / 10),
    )
  })

  test('of randomString consist of its characters', () => {
    for (const text of draw('randomString(30)', 50)) expect(text).toMatch(/^[A-Za-z0-9]{30}$/)
    expect([...new Set(draw("randomString(1, 'a😀')"))].sort()).toEqual(['a', '😀'])
  })

  test('of pick are equally frequent, from arguments and from a list', () => {
    expect([...new Set(draw("pick('a', 2, null)"))].sort()).toEqual([2, 'a', null])
    expect(
      [...new Set(draw('order.items | pick').map((item) => (item as { id: string }).id))].sort(),
    ).toEqual(['a1', 'b2'])
  })
})

test('the time is the same throughout a request, so that it can be signed', () => {
  const plan = planOf(
    'requests: [{ post: "/{{ timestamp() }}", headers: { x-time: "{{ timestamp() }}" }, body: "{{ now() }} {{ timestamp(\'s\') }}" }]',
  )
  const { path, headers, body } = new Iterations(plan).prepare(0, false)
  const ms = Number(path.slice(1))
  expect(ms).toBeGreaterThan(Date.UTC(2025, 0))
  expect(headers.at(-1)).toBe(String(ms))
  expect(body).toBe(`${new Date(ms).toISOString()} ${Math.floor(ms / 1000)}`)
})

test('counter numbers are unique, including the warm-up', () => {
  const iterations = new Iterations(planOf('requests: [{ get: "/{{ counter() }}" }]'))
  const seen = [false, true].flatMap((warmup) =>
    Array.from({ length: 100 }, (_, n) => iterations.prepare(n, warmup).path),
  )
  expect(new Set(seen).size).toBe(200)
})

test.each([
  'word | toInt',
  'word | add(1)',
  'randomInt(1, word)',
  'order.items | add(1)',
  'order.id | join',
  'date(word)',
])('%s is reported without the value', (expression) => {
  expect(() => evaluate(expression)).toThrow(ValueError)
  expect(() => evaluate(expression)).not.toThrow('Straße')
})

describe('a value is encoded for its place', () => {
  const nasty = 'a b&c=d/é?#"\\\n😀'
  const prepare = (request: string, value: unknown = nasty) => {
    const data = `data: { v: ${JSON.stringify([value])}, path: ["/p q/é?x=1"] }\n`
    return new Iterations(planOf(`${data}requests: [${request}]`)).prepare(0, false)
  }

  test.each([
    ['{ get: "/x/{{ v }}/y" }', `/x/${encodeURIComponent(nasty)}/y`],
    ['{ get: "/x?q={{ v }}&r=1" }', `/x?q=${encodeURIComponent(nasty)}&r=1`],
    ['{ get: /x, query: { q: "{{ v }}" } }', `/x?q=${encodeURIComponent(nasty)}`],
    ['{ get: "/{{ v | slice(0, 3) | upper }}" }', '/A%20B'],
    ["{ get: \"/{{ 'a b' }}/{{ env('NOPE', 'c d') }}\" }", '/a%20b/c%20d'],
    ['{ get: "{{ path }}&y={{ v }}" }', `/p%20q/%C3%A9?x=1&y=${encodeURIComponent(nasty)}`],
  ])('%s', (request, path) => {
    expect(prepare(request).path).toBe(path)
  })

  test('in a form, a header, JSON and a text', () => {
    expect(new URLSearchParams(prepare('{ post: /, form: { v: "{{ v }}" } }').body as string).get('v')).toBe(
      nasty,
    )
    expect(prepare('{ get: /, headers: { x: "{{ v }}" } }').headers.at(-1)).not.toContain('\n')
    expect(JSON.parse(prepare('{ post: /, json: { a: "{{ v }}", b: "<{{ v }}>" } }').body as string)).toEqual(
      {
        a: nasty,
        b: `<${nasty}>`,
      },
    )
    expect(prepare('{ post: /, body: "<{{ v }}>" }').body).toBe(`<${nasty}>`)
  })

  test('even a lone surrogate', () => {
    expect(prepare('{ get: "/{{ v }}" }', '\ud83d').path).toBe('/%EF%BF%BD')
  })

  test('a missing value is empty text, or null in JSON', () => {
    const request = '{ post: "/x{{ null }}", json: { a: "{{ null }}", b: "<{{ null }}>" } }'
    const { path, body } = prepare(request)
    expect([path, body]).toEqual(['/x', '{"a":null,"b":"<>"}'])
  })
})
