import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/rng.js'
import { countBuckets, groupLatencies } from '../../src/stats/buckets.js'
import { Histogram } from '../../src/stats/histogram.js'

function histogramOf(latenciesMs: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const ms of latenciesMs) histogram.record(ms * 1000)
  return histogram
}

describe('buckets', () => {
  test.each([
    [[], [1, 10], [0, 0, 0]],
    [
      [0.5, 1, 1.001, 10, 10.1],
      [1, 10],
      [2, 2, 1],
    ],
    [[5], [1, 2, 3, 10], [0, 0, 0, 1, 0]],
    [
      [100, 700],
      [100, 700],
      [1, 1, 0],
    ],
    [[99.9, 100.2], [100], [1, 1]],
  ])('%j ms with bounds %j are counted as %j', (latenciesMs, boundsMs, counts) => {
    expect(countBuckets(histogramOf(latenciesMs), boundsMs).counts).toEqual(counts)
  })

  test('count and sum are those of the latencies', () => {
    const { count, sumMs } = countBuckets(histogramOf([1, 2, 300]), [10])
    expect(count).toBe(3)
    expect(sumMs / 303).toBeCloseTo(1, 3)
  })
})

describe('groups', () => {
  const random = new Random(7)
  const latenciesMs = Array.from({ length: 2000 }, () => 1 + 50 * random.float() ** 3)
  const groups = groupLatencies(histogramOf(latenciesMs), 1.03)

  test('lose no latency and shift none much', () => {
    expect(groups.reduce((sum, [, count]) => sum + count, 0)).toBe(2000)
    const total = groups.reduce((sum, [ms, count]) => sum + ms * count, 0)
    expect(total / latenciesMs.reduce((a, b) => a + b)).toBeCloseTo(1, 3)
    expect(groups.length).toBeLessThan(140)
  })

  test('ascend', () => {
    expect(groups.every(([ms], i) => i === 0 || ms > groups[i - 1]![0])).toBe(true)
  })

  test('of an empty histogram are empty', () => {
    expect(groupLatencies(new Histogram(), 1.03)).toEqual([])
  })
})
