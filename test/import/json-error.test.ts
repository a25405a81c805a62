import { expect, test } from 'vitest'
import { findJsonError } from '../../src/import/json-error.js'

test.each([
  // The bar marks the error.
  '{"a":1,|}',
  '[1 |2]',
  '{"a"|}',
  '{"a":|tru}',
  '[1|}',
  '{|1:2}',
  '[1]|,',
  '|x',
  '["a\\u12|"]'.replace('|"', '"').replace('["', '[|"'),
  '{"a":[1,{"b":null}],"c"|,"d":1}',
  '[|01]'.replace('|01', '0|1'),
  '[|"never closed]',
  '{"a":1|',
  '[|',
  '|',
])('%s', (text) => {
  expect(findJsonError(text.replace('|', ''))).toBe(text.indexOf('|'))
})
