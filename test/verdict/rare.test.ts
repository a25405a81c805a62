import { describe, expect, test } from 'vitest'
import { makeJoined } from '../../src/verdict/quantile.js'
import { combine, estimateMedian, RARE_SAMPLES_MIN, reachOf, shiftBetween } from '../../src/verdict/rare.js'
import { makeSlices } from './latencies.js'

/** All samples of a request as one window. */
const windowOf = (samples: number, medianMs: number, seed: number, sigma = 0.5) =>
  makeJoined(makeSlices({ seconds: 1, perSecond: samples, medianMs, sigma, seed }))

describe('the shift between two sides', () => {
  test.each([
    [40, 1],
    [200, 1.2],
    [200, 0.8],
    [1000, 1.05],
    [1000, 3],
  ])('of %i samples is known to within its error: %f', (samples, factor) => {
    const deviations = Array.from({ length: 60 }, (_, trial) => {
      const a = windowOf(samples, 20, 1000 + trial)
      const b = windowOf(samples, 20 * factor, 5000 + trial)
      const { difference, error } = shiftBetween(a, b)
      return (difference - Math.log(factor)) / error
    })
    const squares = deviations.reduce((sum, each) => sum + each ** 2, 0) / deviations.length
    expect(squares).toBeGreaterThan(0.5)
    expect(squares).toBeLessThan(1.7)
    const mean = deviations.reduce((sum, each) => sum + each, 0) / deviations.length
    expect(Math.abs(mean)).toBeLessThan(0.5)
  })

  test('is the opposite with the sides swapped', () => {
    const [a, b] = [windowOf(150, 20, 1), windowOf(90, 26, 2)]
    const [there, back] = [shiftBetween(a, b), shiftBetween(b, a)]
    expect(back.difference).toBeCloseTo(-there.difference, 9)
    expect(back.error).toBeCloseTo(there.error, 9)
  })

  test('of samples that are all alike is not called certain', () => {
    const [a, b] = [windowOf(50, 20, 1, 0), windowOf(50, 22, 2, 0)]
    const { difference, error } = shiftBetween(a, b)
    expect(difference).toBeCloseTo(Math.log(1.1), 2)
    expect(error).toBeGreaterThanOrEqual(0.01)
  })
})

test('the median of few samples is known to within its error, and of fewer not at all', () => {
  const squares = Array.from({ length: 60 }, (_, trial) => {
    const { value, error } = estimateMedian(windowOf(60, 20, trial + 1))!
    return ((value - Math.log(20)) / error) ** 2
  })
  expect(squares.reduce((sum, each) => sum + each, 0) / squares.length).toBeLessThan(1.6)
  expect(estimateMedian(windowOf(RARE_SAMPLES_MIN - 1, 20, 1))).toBeNull()
})

describe('several shifts as one', () => {
  test('are surer than each, and the surest weighs most', () => {
    const { difference, error } = combine([
      { difference: 0.1, error: 0.05 },
      { difference: 0.4, error: 0.1 },
    ])
    expect(difference).toBeCloseTo(0.16, 9)
    expect(error).toBeCloseTo(1 / Math.sqrt(400 + 100), 9)
  })

  test('of one is that one', () => {
    const combined = combine([{ difference: 0.2, error: 0.05 }])
    expect(combined.difference).toBeCloseTo(0.2, 12)
    expect(combined.error).toBeCloseTo(0.05, 12)
  })
})

test('what sampling does not explain stays, however many samples there are', () => {
  expect(reachOf({ error: 0 }, 0.025)).toBeCloseTo(1.96 * 0.022, 3)
})
