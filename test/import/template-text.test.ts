import { describe, expect, test } from 'vitest'
import { escapeText, Holes, mapLiterals } from '../../src/import/template-text.js'
import { requestOf } from '../scenario/only.js'
import { readDraft } from './read-draft.js'

/** What a template of a scenario comes to, its holes shown as `<...>`. */
function read(text: string, env: Readonly<Record<string, string>> = {}): string {
  const scenario = readDraft({ scenario: { requests: [{ post: '/', body: text }] }, notes: [] }, env)
  const { body } = requestOf(scenario)
  if (body?.type !== 'text') throw new Error('no text')
  return body.text.map((part) => (typeof part === 'string' ? part : '<hole>')).join('')
}

describe('a literal text', () => {
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
  ])('%j is read as itself', (text) => {
    const holes = new Holes()
    expect(read(holes.write(holes.literal(text)))).toBe(text)
    expect(read(escapeText(text))).toBe(text)
  })

  test.each(['a{', 'a$', '$${', '{{', '${'])('%j before a hole and a variable', (text) => {
    const holes = new Holes()
    const hole = holes.mark({ written: '{{ uuid() }}', gives: 'text' })
    const variable = holes.mark({ written: '${NAME}', gives: 'text' })
    const marked = `${text}${hole}${text}${variable}${text}`
    expect(read(holes.write(marked), { NAME: 'Ada' })).toBe(`${text}<hole>${text}Ada${text}`)
  })
})

test('holes stay as they are when the text around them is changed', () => {
  const holes = new Holes()
  const hole = holes.mark({ written: '{{ uuid() }}', gives: 'text' })
  expect(holes.write(mapLiterals(`a b${hole}c d`, encodeURIComponent))).toBe('a%20b{{ uuid() }}c%20d')
})

test('characters that could be taken for marks, and halves of characters, are replaced', () => {
  expect(new Holes().literal('a\uE000b\uE001c\uD800d\u{1F600}')).toBe('a\uFFFDb\uFFFDc\uFFFDd\u{1F600}')
})

test('a text that is one hole is told from one with a hole in it', () => {
  const holes = new Holes()
  const mark = holes.mark({ written: '{{ uuid() }}', gives: 'text' })
  expect(holes.only(mark)).toEqual({ written: '{{ uuid() }}', gives: 'text' })
  expect(holes.only(`${mark} `)).toBeNull()
  expect(holes.only(`${mark}${mark}`)).toBeNull()
})
