import { describe, expect, test } from 'vitest'
import { roundTicks, tenth, timeTicks } from '../../../src/report/html/scale.js'

describe('round ticks', () => {
  test.each([
    [87.9, 5, [0, 20, 40, 60, 80, 100]],
    [100, 5, [0, 20, 40, 60, 80, 100]],
    [100.1, 5, [0, 20, 40, 60, 80, 100, 120]],
    [60, 5, [0, 10, 20, 30, 40, 50, 60]],
    [1, 3, [0, 0.5, 1]],
    [0.003, 3, [0, 0.001, 0.002, 0.003]],
    [7, 1, [0, 10]],
    [0, 5, [0]],
    [Number.NaN, 5, [0]],
  ])('up to %d, about %d of them', (max, wanted, ticks) => {
    expect(roundTicks(max, wanted)).toEqual(ticks)
  })

  test('reach the largest value', () => {
    for (let max = 0.0007; max < 1e7; max *= 1.37) {
      const ticks = roundTicks(max, 4)
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max * (1 - 1e-9))
      expect(ticks.length).toBeLessThanOrEqual(6)
    }
  })
})

test.each([
  [5, [0, 1, 2, 3, 4, 5]],
  [30, [0, 5, 10, 15, 20, 25, 30]],
  [25.4, [0, 5, 10, 15, 20, 25]],
  [3600, [0, 600, 1200, 1800, 2400, 3000, 3600]],
  [0.4, [0]],
  [30 * 86_400, [0, 432_000, 864_000, 1_296_000, 1_728_000, 2_160_000, 2_592_000]],
])('a run of %d seconds has ticks at round times', (seconds, ticks) => {
  expect(timeTicks(seconds, 6)).toEqual(ticks)
})

test('positions are rounded to a tenth', () => {
  expect([tenth(12.345), tenth(-0.04), tenth(100)]).toEqual([12.3, -0, 100])
})
