import { expect, test } from 'vitest'
import { createStyle, shouldColor } from '../../src/report/style.js'

test('text is colored or left unchanged', () => {
  expect(createStyle(true).red('no')).toBe('\x1b[31mno\x1b[39m')
  expect(createStyle(false).red('no')).toBe('no')
})

test.each([
  ['a terminal', {}, true, true, true],
  ['a pipe', {}, false, true, false],
  ['--no-color', { FORCE_COLOR: '1' }, true, false, false],
  ['NO_COLOR', { NO_COLOR: '1' }, true, true, false],
  ['an empty NO_COLOR', { NO_COLOR: '' }, true, true, true],
  ['NO_COLOR against FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, true, false],
  ['FORCE_COLOR', { FORCE_COLOR: '1' }, false, true, true],
  ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, true, true, false],
  ['a dumb terminal', { TERM: 'dumb' }, true, true, false],
])('%s decides about colors', (_, env, isTerminal, flag, expected) => {
  expect(shouldColor(env, isTerminal, flag)).toBe(expected)
})
