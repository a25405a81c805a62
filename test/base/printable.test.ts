import { expect, test } from 'vitest'
import { printable } from '../../src/base/printable.js'

test.each([
  ['plain text, größer, 接口, 🚀', 'plain text, größer, 接口, 🚀'],
  ['two\nlines\tand\r', 'two\\nlines\\tand\\r'],
  ['\u001b[31mred\u0007', '\\u001b[31mred\\u0007'],
  ['\u009b2J', '\\u009b2J'],
  ['a\u202eb\u200bc\ufeff', 'a\\u202eb\\u200bc\\ufeff'],
  ['\ud800', '\\ud800'],
  ['\u0000\ufffe', '\\u0000\\ufffe'],
])('%j becomes %j', (text, wanted) => {
  expect(printable(text)).toBe(wanted)
})
