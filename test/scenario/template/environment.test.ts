import { expect, test } from 'vitest'
import { fillIn, hasReference, maskValues, variablesIn } from '../../../src/scenario/template/environment.js'
import type { TreeProblem } from '../../../src/scenario/yaml/tree.js'

const env = { A: 'one', EMPTY: '', NESTED: '${A}' }

test.each([
  ['plain', 'plain'],
  ['${A}', 'one'],
  ['x${A}y${A}', 'xoney' + 'one'],
  ['${B:-two}', 'two'],
  ['${B:-}', ''],
  ['${A:-two}', 'one'],
  ['${EMPTY}', ''],
  ['${EMPTY:-two}', 'two'],
  ['$${A}', '${A}'],
  ['$A $5 {A}', '$A $5 {A}'],
  ['${NESTED}', '${A}'],
  ['${B:-http://x:1/a?b=c}', 'http://x:1/a?b=c'],
])('%s becomes %s', (text, filled) => {
  expect(fillIn(text, env, () => expect.unreachable())).toBe(filled)
})

test.each(['${B}', '${', '${A', '${A B}', '${}', '${1}', '${constructor}'])(
  '%s can not be filled in',
  (text) => {
    const problems: TreeProblem[] = []
    expect(fillIn(text, env, (problem) => problems.push(problem))).toBeNull()
    expect(problems).toHaveLength(1)
  },
)

test('a similar name is suggested', () => {
  const hints: (string | null)[] = []
  fillIn('${API_TOKN}', { API_TOKEN: 'x' }, (problem) => hints.push(problem.hint))
  expect(hints[0]).toMatch(/^did you mean "API_TOKEN"\? Otherwise pass --env API_TOKN=/)
})

test('the variables of a text are found with their values', () => {
  expect(variablesIn('${A} $${A} ${B:-two} ${C}', env)).toEqual([
    { name: 'A', value: 'one' },
    { name: 'B', value: 'two' },
  ])
})

test('an escaped reference still needs the environment to be read', () => {
  expect(['a', '${A}', '$${A}'].map(hasReference)).toEqual([false, true, true])
})

test('masked values hide everything except the names', () => {
  expect(maskValues({ A: 'one', B: undefined, C: '' })).toEqual({ A: '***', B: undefined, C: '' })
})
