import { describe, expect, test } from 'vitest'
import { compare, parseResult } from '../src/index.js'
import { SHOP, simulate } from './verdict/simulate.js'

const reference = simulate(SHOP, { seed: 1 })
const candidate = simulate(SHOP, { seed: 2 })

describe('the library compares', () => {
  test('results as they are measured and as they are read, with the same outcome', () => {
    const read = parseResult(JSON.stringify(reference), 'reference.json')
    expect(compare(read, candidate)).toEqual(compare(reference, candidate))
  })

  test('no plain JSON, and says how to read it', () => {
    const plain = JSON.parse(JSON.stringify(candidate)) as typeof candidate
    expect(() => compare(reference, plain)).toThrow('the candidate is plain JSON')
    expect(() => compare(plain, reference)).toThrow('the reference is plain JSON')
  })
})
