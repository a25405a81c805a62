import { describe, expect, test } from 'vitest'
import { Chance } from './chance.js'
import { findFault } from './check.js'
import { fuzz, inputOf, sharesOf } from './fuzz.js'

/** `npm run fuzz` tries many more, with a new seed each time. */
const COUNT = 600

describe('whatever is read is taken, or refused with a clean message', () => {
  test.each(sharesOf(COUNT))(
    '$name: $count inputs',
    async ({ name, count }) => {
      const found = await fuzz({ seed: 'suite', name, to: count })
      expect(found, `npm run fuzz -- --seed suite --only ${name} --at <index>`).toEqual([])
    },
    600_000,
  )
})

describe('the fuzzer', () => {
  test('makes equal inputs of equal seeds, and others of others', () => {
    const input = (seed: string, index: number) => String(inputOf({ seed, name: 'scenario', index }))
    expect(input('a', 7)).toBe(input('a', 7))
    expect(input('a', 7)).not.toBe(input('b', 7))
    expect(new Set(Array.from({ length: 50 }, (_, index) => input('a', index))).size).toBeGreaterThan(45)
  })

  test('makes all kinds of choices', () => {
    const chance = new Chance(1)
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < 4000; i++) counts[chance.below(4)]!++
    for (const count of counts) expect(count).toBeGreaterThan(850)
  })

  test.each([
    [
      { code: 70, stderr: 'a bug\nTypeError: x\n    at f (/a/dist/b/c.js:7:3)' },
      'exit code 70: TypeError: x at dist/b/c.js:7',
    ],
    [{ code: 2, stderr: 'a\u001b[2J' }, 'stderr holds U+001B'],
    [{ code: 0, stderr: '', stdout: 'a\u202eb' }, 'stdout holds U+202E'],
    [{ code: 2, stderr: 'a\ud800' }, 'stderr holds U+D800'],
    [{ code: 2, stderr: '[object Object] is wrong' }, 'stderr says [object Object]'],
    [{ code: 2, stderr: '\n' }, 'refused without a word'],
    [{ code: 2, stderr: 'a.yaml:1:2: x\n\nwrong', places: true }, 'a problem without a place: wrong'],
  ])('finds fault with %j', (outcome, fault) => {
    expect(findFault(outcome)).toContain(fault)
  })

  test('finds fault with a line that never ends', () => {
    expect(findFault({ code: 2, stderr: 'a'.repeat(3000) })).toContain('a line of 3000 characters')
  })

  test('finds no fault with a clean refusal', () => {
    const stderr = 'a.yaml:1:2: x\n  1 | y\n    |  ^\n  hint: z\n\na.yaml:2:1: w\n'
    expect(findFault({ code: 2, stderr, places: true })).toBeNull()
  })
})
