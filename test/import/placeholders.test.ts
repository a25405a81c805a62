import { describe, expect, test } from 'vitest'
import { renderPlaceholders, stripPlaceholders, template, variable } from '../../src/import/placeholders.js'
import { writeDraft } from '../../src/import/write.js'
import type { BodySpec } from '../../src/scenario/model/request.js'
import type { Template } from '../../src/scenario/model/template.js'
import { readScenario } from '../../src/scenario/read.js'
import { requestOf } from '../scenario/only.js'

/** The rendered texts as the reader sees them, with expressions as `<...>`. */
function readBack(...marked: readonly string[]): string[] {
  const draft = {
    scenario: {
      data: { id: [1, 2] },
      requests: [{ name: 'a', post: '/', json: renderPlaceholders(marked) }],
    },
    notes: [],
  }
  const text = writeDraft(draft, { command: 'perfctl import', schema: null })
  const scenario = readScenario(text, { file: 'a.yaml', env: { NAME: 'value' } })
  const { value } = requestOf(scenario).body as BodySpec & { type: 'json' }
  return (value as { $: Template }[]).map(({ $: template }) =>
    template.map((part) => (typeof part === 'string' ? part : `<${JSON.stringify(part)}>`)).join(''),
  )
}

describe('imported text keeps its literal meaning', () => {
  test.each([
    '${HOME}',
    '$${HOME}',
    '$$${HOME}',
    '${HOME:-x}',
    '${',
    '$',
    '{{ id }}',
    '{{',
    '{{{',
    '{{{{ id }}}}',
    '${{ github.sha }}',
    '{ ${ {{ }} } $',
    'price: 5$ {{x',
    '# no comment',
    '- a: b\nc\n',
    ' leading\ttab\r\n',
    'yes',
    '0123',
    '\u2028\ufeff\u0000\u0085',
    '"\'\\',
    '<<',
    '\ud83d\ude00 caf\u00e9',
  ])('%j', (text) => {
    expect(readBack(text)).toEqual([text])
  })
})

test('and so does any mixture of special characters', () => {
  const characters = ['$', '{', '}', '{{', '${', 'A', ':-', ' ']
  const texts = Array.from(
    { length: characters.length ** 4 },
    (_, n) => `x${[0, 1, 2, 3].map((digit) => characters[Math.floor(n / 8 ** digit) % 8]).join('')}`,
  )
  expect(readBack(...texts)).toEqual(texts)
})

test.each([
  [`a${variable('NAME')}b`, 'avalueb'],
  [`$${variable('NAME')}`, '$value'],
  [`{${variable('NAME')}}`, '{value}'],
  [variable('OTHER', 'preset'), 'preset'],
  [template('id'), '<{"type":"data","name":"id"}>'],
  [`{${template('id')}}`, '{<{"type":"data","name":"id"}>}'],
  [`\${${template('id')}}`, '${<{"type":"data","name":"id"}>}'],
  [`$${template('id')}$`, '$<{"type":"data","name":"id"}>$'],
])('placeholders are evaluated next to any text: %j', (marked, expected) => {
  expect(readBack(marked)).toEqual([expected])
})

test('imported text cannot contain placeholders', () => {
  expect(stripPlaceholders(variable('NAME') + template('id'))).not.toMatch(/[\ue000-\ue004]/)
})
