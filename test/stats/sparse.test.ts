import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/rng.js'
import { Histogram } from '../../src/stats/histogram.js'
import { readSparseCounts } from '../../src/stats/sparse.js'

describe('the counts are those of the histogram', () => {
  const random = new Random(1)
  const histogram = new Histogram()
  for (let i = 0; i < 2000; i++)
    histogram.recordCount(Math.round(10 ** (random.float() * 9)), random.integer(1, 500))

  test('encoded by perfctl', () => {
    const sparse = readSparseCounts(histogram.encode())
    const expected: [number, number][] = []
    histogram.forEach((us, count) => {
      expected.push([us, count])
    })
    expect(sparse.values.map((value, index) => [value, sparse.counts[index]])).toEqual(expected)
    expect(sparse.total).toBe(histogram.count)
  })

  test.each([1, 2, 3, 4] as const)(
    'encoded by the library with %i significant digits',
    (numberOfSignificantValueDigits) => {
      const library = build({
        numberOfSignificantValueDigits,
        lowestDiscernibleValue: 1,
        highestTrackableValue: 3.6e9,
      })
      const values = Array.from({ length: 300 }, () => Math.round(10 ** (random.float() * 8)))
      for (const value of values) library.recordValue(value)
      const sparse = readSparseCounts(encodeIntoCompressedBase64(library))
      expect(sparse.total).toBe(300)
      expect(sparse.values.at(-1)).toBe(library.getValueAtPercentile(100))
      expect(sparse.values[0]).toBeGreaterThanOrEqual(Math.min(...values))
    },
  )

  test('empty', () => {
    expect(readSparseCounts(new Histogram().encode())).toEqual({ values: [], counts: [], total: 0 })
  })
})

test.each([
  ['', 'not base64'],
  ['***', 'not base64'],
  ['aGVsbG8=', 'not an HdrHistogram V2'],
  [new Histogram().encode().slice(0, 24), 'the histogram is truncated'],
])('%j is %s', (text, message) => {
  expect(() => readSparseCounts(text)).toThrow(message)
})
