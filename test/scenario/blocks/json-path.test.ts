import { describe, expect, test } from 'vitest'
import { parseJsonPath, valueAt } from '../../../src/scenario/blocks/json-path.js'

describe('a path to a value', () => {
  test.each([
    ['$', []],
    ['$.a', ['a']],
    ['$.a.b[0]', ['a', 'b', 0]],
    ['$[\'x y\']["z.1"]', ['x y', 'z.1']],
    ['$[12].größe', [12, 'größe']],
    ['$.x-id.$ref', ['x-id', '$ref']],
  ])('%s is read', (path, steps) => {
    expect(parseJsonPath(path)).toEqual(steps)
  })

  test.each(['', 'a', '$.', '$a', '$.a.', '$[a]', '$[-1]', '$.a[*]', '$..a', "$['a", '$.a b', '$[0', '$.1'])(
    '%j is refused',
    (path) => {
      expect(parseJsonPath(path)).toBeNull()
    },
  )

  test.each([
    ['$.a', 1],
    ['$.list[1].b', 'x'],
    ['$.list.length', 2],
    ['$.none', null],
    ['$.none.x', undefined],
    ['$.list[2]', undefined],
    ['$.a.b', undefined],
    ['$.constructor', undefined],
    ['$.__proto__', undefined],
  ])('%s leads to its value', (path, value) => {
    const root = JSON.parse('{ "a": 1, "list": [0, { "b": "x" }], "none": null }')
    expect(valueAt(root, parseJsonPath(path)!)).toEqual(value)
  })
})
