import { expect, test } from 'vitest'
import {
  blanked,
  escapedJson,
  printable,
  printableJson,
  printableLines,
  shortened,
} from '../../src/base/printable.js'

test.each([
  ['plain text, größer, 接口, 🚀', 'plain text, größer, 接口, 🚀'],
  ['two\nlines\tand\r', 'two\\nlines\\tand\\r'],
  ['\u001b[31mred\u0007', '\\u001b[31mred\\u0007'],
  ['\u009b2J', '\\u009b2J'],
  ['a\u202eb\u200bc\ufeff', 'a\\u202eb\\u200bc\\ufeff'],
  ['\ud800', '\\ud800'],
  ['\ud83d x \udc00\ud800', '\\ud83d x \\udc00\\ud800'],
  ['\u061c\u180e\u206a\u{e0041}', '\\u061c\\u180e\\u206a\\u{e0041}'],
  ['\u0000\ufffe', '\\u0000\\ufffe'],
])('%j becomes %j', (text, wanted) => {
  expect(printable(text)).toBe(wanted)
  expect(printable(wanted)).toBe(wanted)
})

test('text of several lines keeps its newlines and tabs', () => {
  expect(printableLines('a\n\tb\r\n\u001b[2J')).toBe('a\n\tb\\r\n\\u001b[2J')
})

test('columns do not shift', () => {
  expect(blanked('a\u202eb\u{e0041}c\ud800')).toBe('a b  c ')
})

test.each([
  ['short', 10, 'short'],
  ['0123456789abcdef', 10, '012345…def'],
  ['01234😀6789abc😀ef', 10, '01234…ef'],
])('%j with at most %d characters', (text, most, wanted) => {
  expect(shortened(text, most)).toBe(wanted)
})

test.each(['plain "text"', 'a\u0085\u202e\ud800b\n', '\u{e0041}😀\u007f'])(
  '%j as JSON reads back',
  (text) => {
    const json = printableJson(text)
    expect(JSON.parse(json)).toBe(text)
    expect(printable(json)).toBe(json)
  },
)

test('JSON of several lines keeps its newlines and reads back unchanged', () => {
  const value = { 'k\u202e': ['a\u009b2J\n', '\u{e0041}😀\u007f'], more: { n: 1 } }
  const text = escapedJson(JSON.stringify(value, null, 2))
  expect(text).not.toMatch(/[\u007f-\u009f\u202e\u{e0041}]/u)
  expect(text.split('\n')).toHaveLength(9)
  expect(JSON.parse(text)).toEqual(value)
})
