import { expect, test } from 'vitest'
import { UserError } from '../../src/base/errors.js'
import { readMaxSeconds } from '../../src/commands/ab-duration.js'

test.each([
  [undefined, 120],
  ['30s', 30],
  ['90500ms', 91],
  ['30m', 1800],
])('--max-duration %s is %i s per side', (text, seconds) => {
  expect(readMaxSeconds(text)).toBe(seconds)
})

test.each(['9s', '31m', 'soon', '30'])('--max-duration %s is a mistake', (text) => {
  expect(() => readMaxSeconds(text)).toThrow(UserError)
})
