import { expect, test } from 'vitest'
import { Random } from '../../../src/base/rng.js'
import { valueAt } from '../../../src/scenario/blocks/json-path.js'
import { tokenAt } from '../../../src/scenario/yaml/json-source.js'

test.each([
  ['{"id":2733382000000000049}', ['id'], '2733382000000000049'],
  ['{"a":{"id":1},"id":2,"b":{"id":3}}', ['id'], '2'],
  ['{"a":[{"x":[0,1]},{"x":[2,[3]]}]}', ['a', 1, 'x', 1, 0], '3'],
  ['{"a":1,"b":{"a":2},"a":3}', ['a'], '3'],
  ['{"a":{"b":1},"a":{"b":2}}', ['a', 'b'], '2'],
  ['{"a\\"b":{"\\u0063":1e400}}', ['a"b', 'c'], '1e400'],
  [' [ 1 , [ 2 ] , 3 ] ', [2], '3'],
  ['12', [], '12'],
  ['{"a":"b","c":{"a":[]}}', ['c', 'a'], null],
  ['{"0":{"1":5}}', [0, '1'], '5'],
] as const)('in %s %j is %s', (text, steps, token) => {
  expect(tokenAt(text, steps)).toBe(token)
})

test('finds what JSON.parse finds', () => {
  const random = new Random(7)
  const pick = (n: number) => random.integer(0, n - 1)
  const make = (depth: number, paths: (string | number)[][], path: (string | number)[]): string => {
    const kind = depth === 0 ? 2 : pick(4)
    const size = pick(4)
    if (kind === 0)
      return `[${Array.from({ length: size }, (_, i) => make(depth - 1, paths, [...path, i])).join(' ,')}]`
    if (kind === 1) {
      const keys = Array.from({ length: size }, () => 'abc"'[pick(4)]!)
      return `{ ${keys.map((key) => `${JSON.stringify(key)}: ${make(depth - 1, paths, [...path, key])}`).join(',')}}`
    }
    paths.push(path)
    return kind === 2 ? String(pick(1000)) : JSON.stringify('a,"]}:'.slice(pick(6)))
  }
  let found = 0
  for (let i = 0; i < 500; i++) {
    const paths: (string | number)[][] = []
    const text = make(4, paths, [])
    for (const path of paths) {
      const value = valueAt(JSON.parse(text), path)
      if (typeof value !== 'number' && typeof value !== 'string') continue
      found++
      expect(JSON.parse(tokenAt(text, path)!), `${text} ${path}`).toBe(value)
    }
  }
  expect(found).toBeGreaterThan(500)
})
