import { expect, test } from 'vitest'
import { prettyJson } from '../../../src/report/exchange/pretty-json.js'

test.each([
  '{"a":1,"b":[1,2,{"c":null}],"d":{},"e":[ ],"f":"x, {y}: \\" \\u0041","g":-1.5e3,"h":true}',
  '[]',
  '"text"',
  ' [ 1 , [ [ ] , { } ] ] ',
])('%s is formatted as by JSON.stringify', (text) => {
  expect(prettyJson(text)).toBe(
    JSON.stringify(JSON.parse(text), null, 2).replaceAll('A', '\\u0041').replace('-1500', '-1.5e3'),
  )
})

test('long numbers and duplicate keys are shown unchanged', () => {
  expect(prettyJson('{"id":12345678901234567890,"a":1.10,"a":2}')).toBe(
    '{\n  "id": 12345678901234567890,\n  "a": 1.10,\n  "a": 2\n}',
  )
})

test.each(['', '{', 'hello', '<html>', '{"a":1}x', "{'a':1}"])('%j is not JSON', (text) => {
  expect(prettyJson(text)).toBeNull()
})

test('deeply nested values take at most a few times their length', () => {
  const text = '['.repeat(100_000) + ']'.repeat(100_000)
  expect(prettyJson(text)!.length).toBeLessThan(text.length * 100)
})

test('long strings are shown', () => {
  const text = `{"a":"${'x'.repeat(9_000_000)}\\\\","b":"\\\\\\"${'\\n'.repeat(4_000_000)}"}`
  expect(prettyJson(text)).toBe(
    text.replace('{', '{\n  ').replace('","', '",\n  "').replaceAll('":"', '": "').replace(/}$/, '\n}'),
  )
})

test('a long list takes linear time', () => {
  expect(prettyJson(`[${'1,'.repeat(1_000_000)}"1"]`)).toHaveLength(5 * 1_000_000 + 9)
})
