import { describe, expect, test } from 'vitest'
import { captureName, Names, scenarioName, variableName } from '../../src/import/names.js'
import { readDraft } from './read-draft.js'

describe('an imported name', () => {
  test.each([
    ['${HOME}', '$${HOME}', '${HOME}'],
    ['a ${b} and ${c}', 'a $${b} and $${c}', 'a ${b} and ${c}'],
    ['$${HOME}', '$$${HOME}', '$${HOME}'],
    ['$& $1 $$ $', '$& $1 $$ $', '$& $1 $$ $'],
    ['a {{b}} c', 'a b c', 'a b c'],
    [' two\nlines ', 'two lines', 'two lines'],
    ['', 'request', 'request'],
  ])('%j is written %j and read %j', (text, written, read) => {
    const name = new Names().take(text, 'request')
    expect(name).toBe(written)
    expect(readDraft({ scenario: { requests: [{ name, get: '/' }] }, notes: [] }).requests[0]!.name).toBe(
      read,
    )
  })

  test('is unique, whatever it contains', () => {
    const names = new Names()
    expect(['a', '${b}', 'a', '${b}', 'a (2)'].map((name) => names.take(name, 'x'))).toEqual([
      'a',
      '$${b}',
      'a (2)',
      '$${b} (2)',
      'a (2) (2)',
    ])
  })

  test('is limited in length and not cut within a character', () => {
    const name = new Names().take('\u{1F600}'.repeat(200), 'x')
    expect([...name]).toHaveLength(120)
    expect(name.endsWith('\u{1F600}…')).toBe(true)
  })
})

test.each([
  ['Shop: API/v2 ${x}', 'Shop API v2 x'],
  ['../../etc', 'etc'],
  ['{}', null],
])('a scenario named %j is called %j', (text, name) => {
  expect(scenarioName(text)).toBe(name)
})

test.each([
  ['base-url', 'BASE_URL'],
  ['baseUrl', 'BASE_URL'],
  ['2nd', 'VALUE_2ND'],
  ['\u00fc', 'VALUE'],
])('the variable for %j is %s', (text, name) => {
  expect(variableName(text)).toBe(name)
})

test.each([
  ['a-b', 'a_b'],
  ['uuid', 'uuid_value'],
  ['true', 'true_value'],
  ['1', 'value_1'],
])('the capture for %j is %s', (text, name) => {
  expect(captureName(text)).toBe(name)
})
