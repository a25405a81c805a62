import { expect, test } from 'vitest'
import { renderProblem, renderProblems } from '../../src/base/problem.js'
import { displayWidth, wrap } from '../../src/report/width.js'

const place = { file: 'a.yaml', line: 7, column: 5, length: 3, text: 'ab: 10x # c' }

test('a problem shows its place, the line with a caret, and the hint', () => {
  expect(renderProblem({ message: 'no duration', place, hint: 'write 10s' })).toBe(
    'a.yaml:7:5: no duration\n  7 | ab: 10x # c\n    |     ^^^\n  hint: write 10s',
  )
})

test('a problem without a place is one line', () => {
  expect(renderProblem({ message: 'no target', place: null, hint: null })).toBe('no target')
})

test('a tab counts as one space, so that the caret lines up', () => {
  const lines = renderProblem({ message: 'x', place: { ...place, text: '\tab\t10x' }, hint: null }).split(
    '\n',
  )
  expect(lines[1]).toBe('  7 |  ab 10x')
  expect(lines[2]).toBe('    |     ^^^')
})

test('of a long line, the part around the place is shown', () => {
  const text = `${'a'.repeat(500)}XYZ${'b'.repeat(500)}`
  const lines = renderProblem({ message: 'x', place: { ...place, column: 501, text }, hint: null }).split(
    '\n',
  )
  expect(lines[1]!.length).toBeLessThan(120)
  expect(lines[1]!.slice(lines[2]!.indexOf('^')).startsWith('XYZ')).toBe(true)
})

test('the caret stays within the line', () => {
  const lines = renderProblem({ message: 'x', place: { ...place, length: 99 }, hint: null }).split('\n')
  expect(lines[2]!.length).toBe(lines[1]!.length)
})

test('untrusted text cannot control a terminal', () => {
  const odd = 'x\r\u001b[2J\u0006\u202e\u009b\ud800'
  const file = `${odd}.yaml`
  const said = renderProblem({ message: odd, place: { ...place, file, text: `${odd}10x` }, hint: odd })
  expect(said).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|\p{Surrogate}/u)
  expect(said.split('\n')).toHaveLength(4)
})

test('cutting a line does not split a surrogate pair', () => {
  for (const text of ['😀'.repeat(200), `a${'😀'.repeat(200)}`])
    expect(renderProblem({ message: 'x', place: { ...place, column: 201, text }, hint: null })).not.toMatch(
      /\p{Surrogate}/u,
    )
})

test('a message that quotes a long text is short', () => {
  const said = renderProblem({ message: `${'a'.repeat(10_000)} is no name`, place: null, hint: null })
  expect(said.length).toBeLessThan(700)
  expect(said).toMatch(/a… ?a* is no name$|a…a+ is no name$/)
})

test('a message stays short when its text is escaped', () => {
  expect(renderProblem({ message: '\ufeff'.repeat(5000), place: null, hint: null }).length).toBeLessThan(700)
})

test('on a terminal, no line is wider than it, and the caret stays under its word', () => {
  const problem = {
    message: `unknown key ${'k'.repeat(30)}`,
    place: { ...place, column: 201, text: `${'a'.repeat(200)}XYZ${'b'.repeat(200)}` },
    hint: 'the keys here are name, description, target, load, profiles and requests',
  }
  const lines = renderProblems([problem, problem], { columns: 60, wrap }).split('\n')
  expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(60)
  const caret = lines.findIndex((line) => line.includes('^'))
  expect(lines[caret - 1]!.slice(lines[caret]!.indexOf('^'))).toMatch(/^XYZ/)
  expect(lines.join(' ').replace(/ +/g, ' ')).toContain('description, target, load, profiles and requests')
})
