import { describe, expect, test } from 'vitest'
import { literalParts, normalizeHoles, parseTemplate } from '../../src/scenario/template.js'
import type { Mistake } from '../../src/scenario/tree.js'

function parse(text: string, names: readonly string[] = ['id', 'user-name']) {
  const mistakes: Mistake[] = []
  const template = parseTemplate(text, { names, variables: [], fill: (part) => part }, (mistake) =>
    mistakes.push(mistake),
  )
  return { template, mistakes }
}

describe('a template', () => {
  const id = { type: 'data', name: 'id' }
  test.each([
    ['', []],
    ['plain', ['plain']],
    ['{{ id }}', [id]],
    ['{{id}}', [id]],
    ['/a/{{ id }}/b{{ id }}', ['/a/', id, '/b', id]],
    ['{{ id }}{{ id }}', [id, id]],
    ['{{ user-name }}', [{ type: 'data', name: 'user-name' }]],
    ['{{ uuid( ) }}', [{ type: 'call', name: 'uuid', args: [] }]],
    ['{{ randomInt(-5,5) }}', [{ type: 'call', name: 'randomInt', args: [-5, 5] }]],
    ["{{ date('+1d..+30d') }}", [{ type: 'call', name: 'date', args: ['+1d..+30d'] }]],
    ['{{ date("0") }}', [{ type: 'call', name: 'date', args: ['0'] }]],
    ['{ "a": {"b": 1}}', ['{ "a": {"b": 1}}']],
    ['a }} b', ['a }} b']],
  ])('%j', (text, expected) => {
    expect(parse(text)).toEqual({ template: expected, mistakes: [] })
  })
})

test.each([
  ['{{', 'has no }}'],
  ['{{ id', 'has no }}'],
  ['{{}}', 'nothing stands'],
  ['{{ ID }}', 'unknown name'],
  ['{{ a b }}', 'neither a name nor'],
  ['{{ randomInt(1, 2 }}', 'neither a name nor'],
  ["{{ date('}}') }}", 'date takes the distance'],
  ['{{ randomInt(1,,2) }}', "can't be read"],
  ['{{ randomInt(1, 99999999999999999999) }}', 'whole numbers'],
])('%j is refused', (text, message) => {
  const { template, mistakes } = parse(text)
  expect(template).toBeNull()
  expect(mistakes.map((mistake) => mistake.message).join()).toContain(message)
})

test('each wrong hole is told, and where it is', () => {
  const { mistakes } = parse('/{{ a }}/{{ id }}/{{ b }}')
  expect(mistakes.map((mistake) => mistake.part)).toEqual([
    { text: '{{ a }}', from: 1 },
    { text: '{{ b }}', from: 18 },
  ])
})

test('holes have one spelling in names', () => {
  expect(normalizeHoles('/{{a}}/x/{{  b  }}')).toBe('/{{ a }}/x/{{ b }}')
})

test('literal parts are what is known before the run', () => {
  expect(literalParts(['a', { type: 'data', name: 'id' }, 'b'])).toEqual(['a', 'b'])
})
