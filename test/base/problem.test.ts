import { expect, test } from 'vitest'
import { renderProblem } from '../../src/base/problem.js'

const place = { file: 'a.yaml', line: 7, column: 5, length: 3, text: 'ab: 10x # c' }

test('a problem shows its place, the line with a caret, and the way out', () => {
  expect(renderProblem({ message: 'no duration', place, hint: 'write 10s' })).toBe(
    'a.yaml:7:5: no duration\n  7 | ab: 10x # c\n    |     ^^^\n  hint: write 10s',
  )
})

test('one without a place is a line', () => {
  expect(renderProblem({ message: 'no target', place: null, hint: null })).toBe('no target')
})

test('a tab takes the width of a space, so that the caret lines up', () => {
  const lines = renderProblem({ message: 'x', place: { ...place, text: '\tab\t10x' }, hint: null }).split(
    '\n',
  )
  expect(lines[1]).toBe('  7 |  ab 10x')
  expect(lines[2]).toBe('    |     ^^^')
})

test('of a long line the part around the place is shown', () => {
  const text = `${'a'.repeat(500)}XYZ${'b'.repeat(500)}`
  const lines = renderProblem({ message: 'x', place: { ...place, column: 501, text }, hint: null }).split(
    '\n',
  )
  expect(lines[1]!.length).toBeLessThan(120)
  expect(lines[1]!.slice(lines[2]!.indexOf('^')).startsWith('XYZ')).toBe(true)
})

test('the caret does not leave the line', () => {
  const lines = renderProblem({ message: 'x', place: { ...place, length: 99 }, hint: null }).split('\n')
  expect(lines[2]!.length).toBe(lines[1]!.length)
})
