import { describe, expect, test } from 'vitest'
import { hole, spelled, unmarked, variable } from '../../../src/scenario/import/marks.js'
import { writeDraft } from '../../../src/scenario/import/write.js'
import { readScenario } from '../../../src/scenario/read.js'
import type { BodySpec } from '../../../src/scenario/scenario.js'

/** What a body that is spelled like this comes to when the scenario is read, holes as `<...>`. */
function readBack(marked: string): string {
  const draft = {
    scenario: { data: { id: [1, 2] }, requests: [{ name: 'a', post: '/', body: spelled(marked) }] },
    notes: [],
  }
  const text = writeDraft(draft, { command: 'perfctl import', schema: null })
  const scenario = readScenario(text, { file: 'a.yaml', env: { NAME: 'value' } })
  const body = scenario.requests[0]!.body as BodySpec & { type: 'text' }
  return body.text.map((part) => (typeof part === 'string' ? part : `<${JSON.stringify(part)}>`)).join('')
}

describe('imported text stays what it was, whatever it means in a scenario', () => {
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
    expect(readBack(text)).toBe(text)
  })
})

test('any mixture of the characters that mean something does', () => {
  const characters = ['$', '{', '}', '{{', '${', 'A', ':-', ' ']
  // All texts of up to five of them.
  for (let n = 0; n < characters.length ** 4; n += 3) {
    const text = [0, 1, 2, 3].map((digit) => characters[Math.floor(n / 8 ** digit) % 8]).join('')
    expect(readBack(`x${text}`)).toBe(`x${text}`)
  }
})

test.each([
  [`a${variable('NAME')}b`, 'avalueb'],
  [`$${variable('NAME')}`, '$value'],
  [`{${variable('NAME')}}`, '{value}'],
  [variable('OTHER', 'preset'), 'preset'],
  [hole('id'), '<{"type":"data","name":"id"}>'],
  [`{${hole('id')}}`, '{<{"type":"data","name":"id"}>}'],
  [`\${${hole('id')}}`, '${<{"type":"data","name":"id"}>}'],
  [`$${hole('id')}$`, '$<{"type":"data","name":"id"}>$'],
])('what importers put in is worked out, with whatever beside it: %j', (marked, expected) => {
  expect(readBack(marked)).toBe(expected)
})

test('a text from outside can not hold marks', () => {
  expect(unmarked(variable('NAME') + hole('id'))).not.toMatch(/[\ue000-\ue004]/)
})
