import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/rng.js'
import { findChangePoints, testFirstChange } from '../../src/stats/change-points.js'

const SURE = { level: 0.005, draws: 999 }

/** Normal values around the levels of `levelAt`, with a standard deviation of 1. */
function makeSeries(length: number, seed: number, levelAt: (index: number) => number): number[] {
  const random = new Random(seed)
  return Array.from({ length }, (_, index) => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.float()))
    return levelAt(index) + radius * Math.cos(2 * Math.PI * random.float())
  })
}

function indicesOf(values: readonly number[]): number[] {
  return findChangePoints(values, SURE).map(({ index }) => index)
}

describe('a step', () => {
  test.each([
    [40, 20, 4],
    [40, 5, 4],
    [40, 36, 5],
    [20, 10, 4],
    [16, 8, 6],
    [200, 150, 2],
  ])('in %d values at %d, of %d deviations, is found there', (length, at, height) => {
    for (const sign of [1, -1]) {
      const points = indicesOf(makeSeries(length, 7, (i) => (i < at ? 0 : sign * height)))
      expect(points).toHaveLength(1)
      expect(Math.abs(points[0]! - at)).toBeLessThanOrEqual(1)
    }
  })

  test('without noise is found exactly, whatever its size', () => {
    const step = (height: number) => Array.from({ length: 20 }, (_, i) => (i < 12 ? 5 : 5 + height))
    expect(indicesOf(step(1e-6))).toEqual([12])
    expect(indicesOf(step(1e6))).toEqual([12])
  })

  test('is found in most of many series, near its position', () => {
    let near = 0
    for (let seed = 1; seed <= 50; seed++) {
      const [first] = indicesOf(makeSeries(30, seed, (i) => (i < 18 ? 0 : 3)))
      if (first !== undefined && Math.abs(first - 18) <= 1) near++
    }
    expect(near).toBeGreaterThanOrEqual(45)
  })
})

describe('several steps', () => {
  test.each([
    ['up and up', [0, 5, 10]],
    ['up and down again', [0, 6, 0]],
    ['down and half up', [0, -8, -3]],
  ])('%s are both found', (_, levels) => {
    const points = indicesOf(makeSeries(60, 3, (i) => levels[Math.floor(i / 20)]!))
    expect(points).toHaveLength(2)
    expect(Math.abs(points[0]! - 20)).toBeLessThanOrEqual(1)
    expect(Math.abs(points[1]! - 40)).toBeLessThanOrEqual(1)
  })
})

describe('no change', () => {
  test('is found in noise more often than the level allows', () => {
    const level = 0.05
    let alarms = 0
    for (let seed = 1; seed <= 400; seed++) {
      const points = findChangePoints(
        makeSeries(25, seed, () => 0),
        { level, draws: 199 },
      )
      if (points.length > 0) alarms++
    }
    // 400 series at 5 %: 20 expected; more than 34 occur once in a thousand times.
    expect(alarms).toBeLessThanOrEqual(34)
    expect(alarms).toBeGreaterThanOrEqual(6)
  })

  test.each([
    ['nothing', []],
    ['equal values', new Array<number>(30).fill(7)],
    ['too few values to be significant', [1, 1, 1, 9, 9, 9]],
    ['one outlier', [...new Array<number>(20).fill(1), 50, ...new Array<number>(20).fill(1)]],
    ['two outliers at the end', [...new Array<number>(20).fill(1), 50, 50]],
  ])('is found in %s', (_, values) => {
    expect(indicesOf(values)).toEqual([])
  })
})

test('equal series give equal points; another seed changes only the p-value', () => {
  const values = makeSeries(40, 5, (i) => (i < 15 ? 0 : 2))
  expect(findChangePoints(values, SURE)).toEqual(findChangePoints(values, SURE))
  const other = findChangePoints(values, { ...SURE, seed: 2 })
  expect(other.map(({ index }) => index)).toEqual(indicesOf(values))
})

test('a step that no shuffle reaches has the smallest p-value', () => {
  const values = makeSeries(40, 5, (i) => (i < 20 ? 0 : 20))
  expect(testFirstChange(values, SURE)).toBe(1 / 1000)
})

test('the position has the largest energy, computed pair by pair', () => {
  let found = 0
  for (let seed = 1; seed <= 30; seed++) {
    const values = makeSeries(24, seed, (i) => (i < 9 ? 0 : 2))
    const energies = values.map((_, n) => directEnergy(values.slice(0, n), values.slice(n)))
    const points = indicesOf(values)
    if (points.length !== 1) continue
    found++
    expect(points).toEqual([energies.indexOf(Math.max(...energies))])
  }
  expect(found).toBeGreaterThan(20)
})

function directEnergy(a: readonly number[], b: readonly number[]): number {
  if (a.length < 3 || b.length < 3) return 0
  const sum = (x: readonly number[], y: readonly number[]) =>
    x.reduce((all, each) => all + y.reduce((s, other) => s + Math.abs(each - other), 0), 0)
  const [n, m] = [a.length, b.length]
  const within = sum(a, a) / (n * (n - 1)) + sum(b, b) / (m * (m - 1))
  return ((n * m) / (n + m)) * ((2 * sum(a, b)) / (n * m) - within)
}
