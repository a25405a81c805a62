import { describe, expect, test } from 'vitest'
import { Random, randomSeed } from '../../src/base/rng.js'

describe('the numbers of an iteration', () => {
  test('depend only on the seed and the iteration, not on what was drawn before', () => {
    const inOrder = new Random(42)
    const expected = Array.from({ length: 100 }, (_, n) => drawAt(inOrder, n))
    const backwards = new Random(42)
    const drawn = Array.from({ length: 100 }, (_, i) => drawAt(backwards, 99 - i, 10)).reverse()
    expect(drawn.map((values) => values.slice(0, 4))).toEqual(expected)
  })

  test('start at iteration 0', () => {
    const fresh = new Random(42)
    expect(Array.from({ length: 4 }, () => fresh.uint32())).toEqual(drawAt(new Random(42), 0))
  })

  test.each([
    ['neighboring iterations', (n: number) => drawAt(new Random(1), n)],
    ['neighboring seeds', (n: number) => drawAt(new Random(n), 0)],
    ['iterations beyond 2^32', (n: number) => drawAt(new Random(1), n * 2 ** 32)],
    ['seeds beyond 2^32', (n: number) => drawAt(new Random(n * 2 ** 32), 0)],
  ])('differ between %s', (_, draw) => {
    const streams = new Set(Array.from({ length: 20_000 }, (_, n) => draw(n).join()))
    expect(streams.size).toBe(20_000)
  })

  test('do not repeat those of another iteration with an offset', () => {
    const random = new Random(1)
    const seen = new Set<number>()
    for (let n = 0; n < 2000; n++) for (const value of drawAt(random, n, 5)) seen.add(value)
    // In 10 000 draws out of 2^32, two are equal by chance with a probability of 0.01.
    expect(seen.size).toBeGreaterThan(9998)
  })

  test('are uncorrelated between neighbors', () => {
    const random = new Random(3)
    const first = Array.from({ length: 50_000 }, (_, n) => drawAt(random, n, 1)[0]! / 2 ** 32 - 0.5)
    const correlation = mean(first.slice(1).map((value, i) => value * first[i]!)) * 12
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(50_000))
  })
})

describe('uniformity', () => {
  // χ² with 99 degrees of freedom exceeds 161 once in 10 000 times. The seeds are fixed, so the test is deterministic.
  const LIMIT = 161

  test.each([
    ['within a stream', (random: Random) => random.float()],
    ['of the first number of each iteration', seekThen((random) => random.float())],
    ['of the second number of each iteration', seekThen((random) => drawTwo(random)[1])],
    ['of the lowest bits', (random: Random) => (random.uint32() % 100) / 100],
    ['of integers', (random: Random) => random.integer(1, 100) / 100 - 0.01],
  ])('%s', (_, draw) => {
    const random = new Random(7)
    const counts = new Array<number>(100).fill(0)
    for (let i = 0; i < 200_000; i++) counts[Math.min(99, Math.floor(draw(random, i) * 100 + 1e-9))]!++
    expect(counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(LIMIT)
  })
})

describe('integer', () => {
  test.each([
    [1, 6],
    [0, 0],
    [-3, 3],
    [0, 1],
  ])('covers %d to %d and nothing beyond', (from, to) => {
    const random = new Random(5)
    const seen = new Set(Array.from({ length: 1000 }, () => random.integer(from, to)))
    expect(Math.min(...seen)).toBe(from)
    expect(Math.max(...seen)).toBe(to)
    expect(seen.size).toBe(to - from + 1)
  })

  test('is whole and within bounds for spans beyond 2^32', () => {
    const random = new Random(5)
    const to = Number.MAX_SAFE_INTEGER
    const drawn = Array.from({ length: 10_000 }, () => random.integer(1, to))
    expect(drawn.every((value) => Number.isSafeInteger(value) && value >= 1)).toBe(true)
    expect(mean(drawn) / to).toBeCloseTo(0.5, 1)
    expect(drawn.some((value) => value % 2 === 1) && drawn.some((value) => value % 2 === 0)).toBe(true)
  })
})

test('float is at least 0 and below 1', () => {
  const random = new Random(9)
  const drawn = Array.from({ length: 100_000 }, () => random.float())
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...drawn)).toBeLessThan(1)
})

test('a new seed is a whole number short enough to type, and different each time', () => {
  const seeds = Array.from({ length: 100 }, randomSeed)
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true)
  expect(new Set(seeds).size).toBeGreaterThan(98)
})

/** The first numbers of iteration `n`. */
function drawAt(random: Random, n: number, count = 4): number[] {
  random.seek(n)
  return Array.from({ length: count }, () => random.uint32())
}

function drawTwo(random: Random): readonly [number, number] {
  return [random.float(), random.float()]
}

function seekThen(draw: (random: Random) => number): (random: Random, n: number) => number {
  return (random, n) => {
    random.seek(n)
    return draw(random)
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
