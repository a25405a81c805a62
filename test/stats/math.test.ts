import { describe, expect, test } from 'vitest'
import { fisherTail, mean, median, studentT, variance } from '../../src/stats/math.js'

test('averages', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(mean([1, 2, 6])).toBe(3)
  expect(variance([1, 2, 3, 4])).toBeCloseTo(5 / 3, 12)
  expect(variance([5])).toBe(0)
})

describe("Student's t equals the printed tables", () => {
  test.each([
    [0.05, 1, 6.313752],
    [0.025, 2, 4.302653],
    [0.025, 10, 2.228139],
    [0.005, 30, 2.749996],
    [0.001, 12, 3.929633],
    [0.0005, 120, 3.373454],
    [0.025, 1e6, 1.959966],
    [0.4, 5, 0.267181],
    [1e-4, 2, 70.700071],
    [1e-6, 1, 318309.886183],
  ])('tail %f, %i degrees of freedom', (tail, freedom, value) => {
    expect(studentT(tail, freedom)).toBeCloseTo(value, 5)
  })
})

describe("Fisher's exact test", () => {
  test('for the lady tasting tea', () => {
    expect(fisherTail(3, 4, 1, 4)).toBeCloseTo(17 / 70, 12)
    expect(fisherTail(4, 4, 0, 4)).toBeCloseTo(1 / 70, 12)
  })

  test('is 1 without failures, and handles large counts', () => {
    expect(fisherTail(0, 1000, 0, 1000)).toBeCloseTo(1, 9)
    expect(fisherTail(5000, 1e6, 4000, 1e6)).toBeLessThan(1e-20)
    expect(fisherTail(20, 1000, 0, 1000)).toBeLessThan(1e-5)
  })
})
