import { describe, expect, test } from 'vitest'
import type { Shape } from '../../../src/scenario/template/parsed.js'
import {
  literalParts,
  normalizePlaceholders,
  parseTemplate,
} from '../../../src/scenario/template/template.js'
import type { TreeProblem } from '../../../src/scenario/yaml/tree.js'

const single = { columns: null, gaps: new Map(), isFlat: false }
const users = { columns: ['email', 'first name'], gaps: new Map(), isFlat: true }
const orders = { columns: ['items', 'note'], gaps: new Map([['note', 'row 2']]), isFlat: false }

const names = {
  shapes: new Map<string, Shape | null>([
    ['id', single],
    ['user-name', single],
    ['user', users],
    ['order', orders],
    ['broken', null],
  ]),
  variables: ['token'],
}

function parse(text: string, { keepsType = false, env = {} } = {}) {
  const problems: TreeProblem[] = []
  const template = parseTemplate(text, { ...names, env, keepsType }, (problem) => problems.push(problem))
  return { template, problems }
}

const call = (name: string, ...args: unknown[]) => ({ type: 'call', name, args })

describe('a template', () => {
  const id = { type: 'data', name: 'id' }
  const token = { type: 'variable', name: 'token' }
  test.each([
    ['', []],
    ['plain', ['plain']],
    ['{{ id }}', [id]],
    ['{{id}}', [id]],
    ['/a/{{ id }}/b{{ id }}', ['/a/', id, '/b', id]],
    ['{{ id }}{{ id }}', [id, id]],
    ['{{ user-name }}', [{ type: 'data', name: 'user-name' }]],
    ['{{ uuid( ) }}', [call('uuid')]],
    ['{{ randomInt(-5,5) }}', [call('randomInt', -5, 5)]],
    ["{{ date('+1d..+30d') }}", [call('date', '+1d..+30d')]],
    ['{{ date("0") }}', [call('date', '0')]],
    ['{{ token }}', [token]],
    ['{{ token.a.b[0].c }}', [{ ...token, path: ['a', 'b', 0, 'c'] }]],
    ['{{ user.email }}', [{ type: 'data', name: 'user', path: ['email'] }]],
    ["{{ user['first name'] }}", [{ type: 'data', name: 'user', path: ['first name'] }]],
    ['{{ order.items[0].id }}', [{ type: 'data', name: 'order', path: ['items', 0, 'id'] }]],
    ['{{ broken.anything }}', [{ type: 'data', name: 'broken', path: ['anything'] }]],
    [
      "{{ order.note | default('-') }}",
      [call('default', { type: 'data', name: 'order', path: ['note'] }, '-')],
    ],
    ['{{ id | urlencode | upper }}', [call('upper', call('urlencode', id))]],
    ["{{ token | default('none') | slice(0, 8) }}", [call('slice', call('default', token, 'none'), 0, 8)]],
    [
      "{{ hmac(concat(timestamp(), ':', id), 'k') }}",
      [call('hmac', call('concat', call('timestamp'), ':', id), 'k')],
    ],
    ['{{ pick(1, -2.5, true, null) }}', [call('pick', 1, -2.5, true, null)]],
    ["{{ (id | upper) | replace('\\'', \"}}\") }}", [call('replace', call('upper', id), "'", '}}')]],
    ["{{ 'a\\tb' }}", [{ type: 'literal', value: 'a\tb' }]],
    ['{{ 5 }}', [{ type: 'literal', value: 5 }]],
    ['{ "a": {"b": 1}}', ['{ "a": {"b": 1}}']],
    ['a }} b', ['a }} b']],
  ])('%j', (text, expected) => {
    expect(parse(text)).toEqual({ template: expected, problems: [] })
  })

  test('in JSON may be a whole row', () => {
    expect(parse('{{ user }}', { keepsType: true }).template).toEqual([{ type: 'data', name: 'user' }])
    expect(parse('{{ user }}').problems[0]!.hint).toContain('{{ user.email }}')
    expect(parse('a {{ user }}', { keepsType: true }).template).toBeNull()
  })
})

describe('the environment in an expression', () => {
  const env = { MAX: '100', NAME: 'id', EVIL: "') | upper }} {{ uuid() }}", EMPTY: '' }
  test.each([
    ["{{ env('MAX') }}", [{ type: 'literal', value: '100' }]],
    ["{{ env('EVIL') }}", [{ type: 'literal', value: env.EVIL }]],
    ["{{ env('NOPE', 'x') }}", [{ type: 'literal', value: 'x' }]],
    ["{{ env('EMPTY', 'x') }}", [{ type: 'literal', value: 'x' }]],
    ["{{ hash(env('MAX')) }}", [call('hash', '100')]],
    ['{{ randomInt(1, ${MAX}) }}', [call('randomInt', 1, 100)]],
    ['{{ ${NAME} }}', [{ type: 'data', name: 'id' }]],
    ["{{ upper('${EVIL}') }}", [call('upper', env.EVIL)]],
  ])('%s', (text, expected) => {
    expect(parse(text, { env })).toEqual({ template: expected, problems: [] })
  })

  test.each([
    ["{{ env('NOPE') }}", '${NOPE} is not set'],
    ['{{ env(id) }}', 'name of a variable, in quotes'],
    ['{{ ${EVIL} }}', 'the value of ${EVIL} is neither'],
    ["{{ '${NOPE}' }}", '${NOPE} is not set'],
  ])('%s is rejected', (text, message) => {
    const { template, problems } = parse(text, { env })
    expect(template).toBeNull()
    expect(problems.map((problem) => problem.message).join()).toContain(message)
    expect(JSON.stringify(problems)).not.toContain('upper')
  })
})

test.each([
  ['{{', 'is never closed'],
  ['{{ id', 'is never closed'],
  ['{{}}', 'nothing between'],
  ['{{ ID }}', 'unknown name'],
  ['{{ a b }}', 'unknown name'],
  ['{{ id b }}', 'unexpected "b"'],
  ['{{ randomInt(1, 2 }}', 'is not closed'],
  ["{{ date('}}') }}", 'date takes a duration'],
  ['{{ randomInt(1,,2) }}', 'unexpected ","'],
  ['{{ randomInt(1, 99999999999999999999) }}', 'expected a whole number'],
  ['{{ id.x }}', 'has no fields'],
  ['{{ user.email.x }}', 'is text'],
  ['{{ order.note }}', "row 2 doesn't"],
  ['{{ id | }}', 'expected a filter'],
  ['{{ id || 5 }}', '|| is not supported'],
  ['{{ id | nope }}', 'unknown filter'],
  ['{{ id | uuid }}', 'uuid is not a filter'],
  ['{{ id | default }}', 'takes one argument, got none'],
  ["{{ 'a }}", 'the quote is not closed'],
  ["{{ '\\d' }}", 'is not an escape sequence'],
  ['{{ . }}', 'unexpected'],
  ['{{ user. }}', 'expected a name'],
  ['{{ token[-1] }}', 'an index from 0'],
  [`{{ ${'('.repeat(200)}1${')'.repeat(200)} }}`, 'nested more than'],
  [`{{ id${' | upper'.repeat(200)} }}`, 'more than 40 filters'],
])('%j is rejected', (text, message) => {
  const { template, problems } = parse(text)
  expect(template).toBeNull()
  expect(problems.map((problem) => problem.message).join()).toContain(message)
})

test('each wrong placeholder is reported with its place', () => {
  const { problems } = parse('/{{ a }}/{{ id }}/{{ id | b }}')
  expect(problems.map((problem) => problem.part)).toEqual([
    { text: 'a', from: 4, within: { text: '{{ a }}', from: 1 } },
    { text: 'b', from: 26, within: { text: '{{ id | b }}', from: 18 } },
  ])
})

test('placeholders have uniform spacing in names', () => {
  expect(normalizePlaceholders('/{{a}}/x/{{  b  }}')).toBe('/{{ a }}/x/{{ b }}')
})

test('literal parts are known before the run', () => {
  expect(literalParts(['a', { type: 'data', name: 'id' }, 'b'])).toEqual(['a', 'b'])
})
