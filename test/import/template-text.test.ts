import { describe, expect, test } from 'vitest'
import { escapeText, mapLiterals, Placeholders } from '../../src/import/template-text.js'
import { requestOf } from '../scenario/only.js'
import { readDraft } from './read-draft.js'

/** A template of a scenario as text, with expressions as `<...>`. */
function read(text: string, env: Readonly<Record<string, string>> = {}): string {
  const scenario = readDraft({ scenario: { requests: [{ post: '/', body: text }] }, notes: [] }, env)
  const { body } = requestOf(scenario)
  if (body?.type !== 'text') throw new Error('no text')
  return body.text.map((part) => (typeof part === 'string' ? part : '<placeholder>')).join('')
}

describe('literal text', () => {
  test.each([
    'plain',
    'costs $5',
    '${HOME}',
    '$${HOME}',
    '${',
    '{{ name }}',
    '{{{x}}}',
    '{{',
    '}}',
    '{"a":{"b":{}}}',
    '{{{{',
    '${{ github.sha }}',
    'a{',
    'a$',
  ])('%j reads back unchanged', (text) => {
    const placeholders = new Placeholders()
    expect(read(placeholders.write(placeholders.literal(text)))).toBe(text)
    expect(read(escapeText(text))).toBe(text)
  })

  test.each(['a{', 'a$', '$${', '{{', '${'])('%j before a placeholder and a variable', (text) => {
    const placeholders = new Placeholders()
    const placeholder = placeholders.add({ written: '{{ uuid() }}', type: 'text' })
    const variable = placeholders.add({ written: '${NAME}', type: 'text' })
    const marked = `${text}${placeholder}${text}${variable}${text}`
    expect(read(placeholders.write(marked), { NAME: 'Ada' })).toBe(`${text}<placeholder>${text}Ada${text}`)
  })
})

test('placeholders are kept if the text around them is changed', () => {
  const placeholders = new Placeholders()
  const placeholder = placeholders.add({ written: '{{ uuid() }}', type: 'text' })
  expect(placeholders.write(mapLiterals(`a b${placeholder}c d`, encodeURIComponent))).toBe(
    'a%20b{{ uuid() }}c%20d',
  )
})

test('characters that could delimit a placeholder, and lone surrogates, are replaced', () => {
  expect(new Placeholders().literal('a\uE000b\uE001c\uD800d\u{1F600}')).toBe(
    'a\uFFFDb\uFFFDc\uFFFDd\u{1F600}',
  )
})

test('a text that is a placeholder is distinguished from one that contains it', () => {
  const placeholders = new Placeholders()
  const mark = placeholders.add({ written: '{{ uuid() }}', type: 'text' })
  expect(placeholders.only(mark)).toEqual({ written: '{{ uuid() }}', type: 'text' })
  expect(placeholders.only(`${mark} `)).toBeNull()
  expect(placeholders.only(`${mark}${mark}`)).toBeNull()
})
