import { expect, test } from 'vitest'
import { Cache } from '../../src/demo/cache.js'

test('an entry exists until it expires', () => {
  const cache = new Cache<string>(10)
  cache.set('a', 'apple', 1000)
  expect(cache.get('a', 999.9)).toBe('apple')
  expect(cache.get('a', 1000)).toBeUndefined()
})

test('an expired entry does not come back', () => {
  const cache = new Cache<string>(10)
  cache.set('a', 'apple', 1000)
  cache.get('a', 1000)
  expect(cache.get('a', 0)).toBeUndefined()
})

test('a full cache evicts the least recently used entry', () => {
  const cache = new Cache<number>(3)
  for (const [index, key] of ['a', 'b', 'c'].entries()) cache.set(key, index, 1000)
  cache.get('a', 0)
  cache.set('d', 3, 1000)
  expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key, 0))).toEqual([0, undefined, 2, 3])
})

test('setting a key again replaces its value', () => {
  const cache = new Cache<number>(2)
  cache.set('a', 1, 1000)
  cache.set('b', 2, 1000)
  cache.set('a', 3, 2000)
  expect(cache.get('a', 1500)).toBe(3)
  expect(cache.get('b', 500)).toBe(2)
})
