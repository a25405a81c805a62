import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { writeDraft } from '../../src/import/write.js'
import { readScenario } from '../../src/scenario/read.js'
import { isTreeMap, Scalar, type Tree } from '../../src/scenario/yaml/tree.js'
import { readYaml } from '../../src/scenario/yaml/yaml.js'

const ORIGIN = { command: 'perfctl import har shop.har', schema: './scenario.schema.json' }

test('a draft reads as if a person had written it', () => {
  const text = writeDraft(
    {
      scenario: {
        target: '${BASE_URL:-https://shop.example}',
        load: { warmup: '5s', stages: [{ duration: '1m', rate: '40/s' }] },
        http: { headers: { accept: 'application/json' } },
        data: { page: [1, 2], word: ['a b', 'true', '{x}'] },
        requests: [
          {
            name: 'GET /items/{itemId}',
            weight: 2.5,
            get: '/items/{{ randomInt(1, 9) }}?page={{ page }}',
            expect: { status: [200, 404] },
          },
          {
            name: 'POST /notes',
            post: '/notes',
            body: 'first\n  second\n',
            headers: { 'content-type': 'text/plain' },
          },
          {
            name: 'POST /orders',
            post: '/orders',
            json: {
              lines: [
                { id: 1, text: 'a text that is long enough to make the whole of it not fit on a line' },
                { id: 2, text: 'another one of about the same length as the first one of them' },
              ],
              note: null,
              tags: [],
            },
          },
        ],
        thresholds: ['error_rate < 1%'],
      },
      notes: [`a note that ${'is long enough to be wrapped '.repeat(4)}at last`, 'two\nlines'],
    },
    ORIGIN,
  )
  expect(text).toBe(`# yaml-language-server: $schema=./scenario.schema.json
# Made by perfctl import har shop.har
# - a note that is long enough to be wrapped is long enough to be wrapped is long enough to be wrapped is long
#   enough to be wrapped at last
# - two\\nlines
target: \${BASE_URL:-https://shop.example}

load:
  warmup: 5s
  stages:
    - { duration: 1m, rate: 40/s }

http: { headers: { accept: application/json } }

data:
  page: [1, 2]
  word: [a b, "true", "{x}"]

requests:
  - name: GET /items/{itemId}
    weight: 2.5
    get: "/items/{{ randomInt(1, 9) }}?page={{ page }}"
    expect: { status: [200, 404] }
  - name: POST /notes
    post: /notes
    body: |
      first
        second
    headers: { content-type: text/plain }
  - name: POST /orders
    post: /orders
    json:
      lines:
        - { id: 1, text: a text that is long enough to make the whole of it not fit on a line }
        - { id: 2, text: another one of about the same length as the first one of them }
      note: null
      tags: []

thresholds:
  - error_rate < 1%
`)
  expect(readScenario(text, { file: 'a.yaml', env: {} }).requests).toHaveLength(3)
})

test('a key of any length is read as itself', () => {
  const key = 'k'.repeat(1100)
  const json = { [key]: { [key]: [1, { [key]: 'x' }] } }
  const scenario = { target: 'http://a.example', requests: [{ name: 'a', post: '/', json }] }
  const text = writeDraft({ scenario, notes: [] }, ORIGIN)
  expect(() => readScenario(text, { file: 'a.yaml', env: {} })).not.toThrow()
  expect(parse(text)).toEqual(scenario)
})

test('a long list takes full lines', () => {
  const page = Array.from({ length: 60 }, (_, i) => i + 1000)
  const text = writeDraft(
    { scenario: { data: { page }, requests: [{ name: 'a', get: '/{{ page }}' }] }, notes: [] },
    ORIGIN,
  )
  expect(text.split('\n').every((line) => line.length <= 100)).toBe(true)
  expect(readScenario(text, { file: 'a.yaml', env: {} }).data['page']).toEqual({ values: page })
})

describe('whatever stands in a body comes back', () => {
  const TEXTS = [
    '',
    ' ',
    'a',
    '- a',
    'a: b',
    '#',
    '"',
    "'",
    '|',
    '>',
    '&a',
    '*a',
    '!t',
    '%',
    '@',
    '`',
    '~',
    'null',
    '1e3',
    '.5',
  ]
  test.each([
    { a: TEXTS },
    { a: TEXTS.map((text) => ({ [`k${text}`]: text })) },
    [[[1], [{ b: [] }]], {}],
    { long: 'word '.repeat(100), 'a key: with # signs': { '<<': 1, '{': 2, '': 3 } },
    { steps: [], data: {}, requests: [1], stages: 'x' },
    { a: 'tabs\tand\nlines', b: ' \n', c: '\n', d: 'a\n\n', e: 'a\r\nb', f: 'x\n\n  y\n' },
    ['x'.repeat(300), `${'x '.repeat(60)}\n y\t\n${'z'.repeat(50)}`, `[${'y'.repeat(200)}\u0085\u2028\n`],
    [true, false, null, 0, -1, 1.5, 1e21, 1e-7],
    'text',
    Array.from({ length: 40 }, (_, i) => `a longer text, number ${i}`),
  ])('%#', (json) => {
    const text = writeDraft({ scenario: { requests: [{ name: 'a', post: '/', json }] }, notes: [] }, ORIGIN)
    const { tree, problems } = readYaml(text, 'a.yaml')
    expect(problems).toEqual([])
    expect((plain(tree!) as { requests: { json: unknown }[] }).requests[0]!.json).toEqual(json)
  })
})

function plain(tree: Tree): unknown {
  if (tree instanceof Scalar) return tree.value
  if (!isTreeMap(tree)) return tree.map(plain)
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, plain(value)]))
}
