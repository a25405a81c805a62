import { describe, expect, test } from 'vitest'
import { hasExact, parseExact, writeExact } from '../../src/base/exact-json.js'

describe('JSON that keeps the digits of numbers', () => {
  test.each([
    ['a long id', '{"id":1234567890123456789}', { id: 1234567890123456789n }],
    ['a negative one', '[-1234567890123456789]', [-1234567890123456789n]],
    ['a number alone', ' 12345678901234567890 ', 12345678901234567890n],
    ['16 digits that fit a float', '[1234567890123456]', [1234567890123456]],
    ['digits in a string', '["1234567890123456789", 1]', ['1234567890123456789', 1]],
    ['a fraction', '[1234567890123456789.5]', [Number('1234567890123456789.5')]],
    [
      'the marker character',
      '{"a":"\ue0051234567890123456789","b":"\\uE005x","c":1234567890123456789}',
      { a: '\ue0051234567890123456789', b: '\ue005x', c: 1234567890123456789n },
    ],
    [
      'a string with many escapes',
      `["${'\\n'.repeat(1_000_000)}",1234567890123456789]`,
      ['\n'.repeat(1_000_000), 1234567890123456789n],
    ],
  ])('%s', (_, text, value) => {
    expect(parseExact(text)).toEqual(value)
  })

  test.each([
    '[01234567890123456789]',
    '[1234567890123456789 1]',
    '[1234567890123456789',
    '1234567890123456789x',
  ])('%s is invalid', (text) => {
    expect(() => parseExact(text)).toThrow(SyntaxError)
  })

  test('reads back unchanged', () => {
    const text = '{"id":1234567890123456789,"text":"1234567890123456789","n":[1]}'
    expect(writeExact(parseExact(text))).toBe(text)
    expect(hasExact(parseExact(text))).toBe(true)
  })
})
