import { expect, test } from 'vitest'
import { didYouMean, nearest } from '../../src/base/suggest.js'

const KEYS = ['name', 'target', 'load', 'stages', 'thinkTime', 'warmup', 'thresholds', 'requests']

test.each([
  ['treshold', 'thresholds'],
  ['think_time', 'thinkTime'],
  ['think-time', 'thinkTime'],
  ['ThinkTime', 'thinkTime'],
  ['warm up', 'warmup'],
  ['request', 'requests'],
  ['taregt', 'target'],
  ['laod', 'load'],
  ['nmae', 'name'],
])('%s suggests %s', (word, meant) => {
  expect(nearest(word, KEYS)).toBe(meant)
})

test.each(['vus', 'xyz', 'description', ''])('%j suggests nothing', (word) => {
  expect(nearest(word, KEYS)).toBeNull()
  expect(didYouMean(word, KEYS)).toBeNull()
})

test('the closest of several candidates is suggested', () => {
  expect(nearest('p99', ['p90', 'p999', 'p99'])).toBe('p99')
})

test('the suggestion is a question', () => {
  expect(didYouMean('stage', KEYS)).toBe('did you mean "stages"?')
})
