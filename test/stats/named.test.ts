import { expect, test } from 'vitest'
import { findNamed } from '../../src/stats/named.js'

test('the first entry of a name is found, whatever the name', () => {
  const list = [{ name: 'a' }, { name: '__proto__' }, { name: 'a', isLater: true }]
  expect(findNamed(list, 'a')).toBe(list[0])
  expect(findNamed(list, '__proto__')).toBe(list[1])
  expect(findNamed(list, 'constructor')).toBeUndefined()
})
