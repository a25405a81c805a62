import { expect, test } from 'vitest'
import { readPercentiles } from '../../src/report/percentiles.js'
import { Histogram } from '../../src/stats/histogram.js'
import { percentileMs } from '../../src/stats/summary.js'
import { SHOP, simulate } from '../verdict/simulate.js'

test('the percentiles of a window equal those of its histogram', () => {
  const windows = simulate(SHOP, { seed: 3, seconds: 5 }).requests.flatMap((request) => request.windows)
  for (const { histogram } of windows) {
    const whole = Histogram.decode(histogram)
    expect(readPercentiles(histogram)).toEqual({
      p50: percentileMs(whole, 50),
      p95: percentileMs(whole, 95),
      p99: percentileMs(whole, 99),
      max: percentileMs(whole, 100),
    })
  }
})

test('a window without latencies has no percentiles', () => {
  expect(readPercentiles('')).toEqual({ p50: null, p95: null, p99: null, max: null })
})
