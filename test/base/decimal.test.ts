import { expect, test } from 'vitest'
import { compareDecimals, losesDigits } from '../../src/base/decimal.js'

test.each([
  ['2733382000000000049', '2733382000000000050'],
  ['-2733382000000000050', '-2733382000000000049'],
  ['9', '10'],
  ['-10', '-9'],
  ['-1', '0'],
  ['0', '1e-400'],
  ['1e400', '1e401'],
  ['0.1', '0.1000000000000000055'],
  ['12.49', '12.5'],
  ['-1e999999999', '1'],
])('%s is less than %s', (less, more) => {
  expect(compareDecimals(less, more)).toBeLessThan(0)
  expect(compareDecimals(more, less)).toBeGreaterThan(0)
})

test.each([
  ['1', '1.0'],
  ['100', '1e2'],
  ['0.001', '1E-3'],
  ['12.50', '12.5'],
  ['-0', '0e5'],
  ['1e400', '10e399'],
])('%s is %s', (a, b) => {
  expect(compareDecimals(a, b)).toBe(0)
})

test('numbers that lose digits as a float are recognized', () => {
  const lost = ['2733382000000000049', '1e400', '0.1000000000000000055', '-9007199254740993']
  const held = ['9007199254740992', '1.0', '12.50', '0.1', '1e3', '-0', 'abc', '', '0x10', '1_000']
  expect(lost.filter((text) => !losesDigits(text))).toEqual([])
  expect(held.filter(losesDigits)).toEqual([])
})

test('numbers with a million digits are compared quickly', () => {
  const zeros = '0'.repeat(1_000_000)
  expect(compareDecimals(`1${zeros}`, `1${zeros}.${zeros}`)).toBe(0)
})
