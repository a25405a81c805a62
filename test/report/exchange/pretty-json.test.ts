import { expect, test } from 'vitest'
import { prettyJson } from '../../../src/report/exchange/pretty-json.js'

test.each([
  '{"a":1,"b":[1,2,{"c":null}],"d":{},"e":[ ],"f":"x, {y}: \\" \\u0041","g":-1.5e3,"h":true}',
  '[]',
  '"text"',
  ' [ 1 , [ [ ] , { } ] ] ',
])('%s is laid out as JSON.stringify would', (text) => {
  expect(prettyJson(text)).toBe(
    JSON.stringify(JSON.parse(text), null, 2).replaceAll('A', '\\u0041').replace('-1500', '-1.5e3'),
  )
})

test('numbers too long for a double and keys that stand twice are shown as they came', () => {
  expect(prettyJson('{"id":12345678901234567890,"a":1.10,"a":2}')).toBe(
    '{\n  "id": 12345678901234567890,\n  "a": 1.10,\n  "a": 2\n}',
  )
})

test.each(['', '{', 'hello', '<html>', '{"a":1}x', "{'a':1}"])('%j is no JSON', (text) => {
  expect(prettyJson(text)).toBeNull()
})
