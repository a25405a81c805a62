import * as hdr from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/rng.js'
import { Histogram } from '../../src/stats/histogram.js'
import { parseHistogram } from '../../src/stats/read-histogram.js'

const PERCENTILES = [0, 0.1, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100]

describe('a histogram agrees with hdr-histogram-js', () => {
  const distributions: Record<string, (random: Random) => number> = {
    'of microseconds': (random) => random.integer(0, 3000),
    'of milliseconds': (random) => Math.exp(8 + 2 * random.float()) | 0,
    'of everything up to an hour': (random) => Math.floor(Math.exp(22 * random.float())),
    'of powers of two and their neighbours': (random) => 2 ** random.integer(0, 31) + random.integer(-1, 1),
  }
  for (const [name, draw] of Object.entries(distributions)) {
    test(name, () => {
      const random = new Random(7)
      const ours = new Histogram()
      const theirs = hdr.build({ highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: 3 })
      for (let i = 0; i < 20_000; i++) {
        const value = Math.max(0, draw(random))
        ours.record(value)
        theirs.recordValue(value)
      }
      for (const percentile of PERCENTILES) {
        expect(ours.valueAtPercentile(percentile)).toBe(theirs.getValueAtPercentile(percentile))
        expect(ours.freeze().valueAtPercentile(percentile)).toBe(theirs.getValueAtPercentile(percentile))
      }
      expect(ours.moments().mean).toBeCloseTo(theirs.mean, 6)
      expect(ours.moments().stddev).toBeCloseTo(theirs.stdDeviation, 6)

      const decoded = hdr.decodeFromCompressedBase64(ours.freeze().toJSON())
      expect(decoded.totalCount).toBe(20_000)
      for (const percentile of PERCENTILES) {
        expect(decoded.getValueAtPercentile(percentile)).toBe(theirs.getValueAtPercentile(percentile))
      }
      expect(parseHistogram(hdr.encodeIntoCompressedBase64(theirs))).toEqual(ours.freeze())
    })
  }
})

test('a list of values and counters give the same figures', () => {
  const random = new Random(3)
  const reused = new Histogram()
  const sum = new Histogram()
  const all: number[] = []
  for (const count of [1, 3, 63, 64, 65, 200, 2, 64, 130]) {
    const values = Array.from({ length: count }, () => Math.floor(Math.exp(12 * random.float())))
    all.push(...values)
    const theirs = hdr.build({ highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: 3 })
    reused.clear()
    for (const value of values) {
      reused.record(value)
      theirs.recordValue(value)
    }
    expect(reused.count).toBe(count)
    for (const percentile of PERCENTILES)
      expect(reused.valueAtPercentile(percentile)).toBe(theirs.getValueAtPercentile(percentile))
    expect(parseHistogram(hdr.encodeIntoCompressedBase64(theirs))).toEqual(reused.freeze())
    sum.add(reused)
  }
  const whole = new Histogram()
  for (const value of all) whole.record(value)
  expect(sum.freeze()).toEqual(whole.freeze())
})

describe('a frozen histogram', () => {
  test('has the same counts', () => {
    const histogram = filled(3, 5000)
    const [wanted, found]: number[][] = [[], []]
    for (const [read, slots] of [
      [histogram, wanted],
      [histogram.freeze(), found],
    ] as const)
      read.forEach((...slot) => {
        slots!.push(...slot)
      })
    expect(found).toEqual(wanted)
    expect(histogram.freeze().count).toBe(5000)
  })

  test('stays as it is when the histogram changes', () => {
    const histogram = filled(3, 100)
    const frozen = histogram.freeze()
    const before = frozen.toJSON()
    histogram.record(5)
    filled(4, 1000).freeze()
    expect(frozen.toJSON()).toBe(before)
    expect(frozen.count).toBe(100)
  })

  test('that is empty has no values, for the library too', () => {
    const frozen = new Histogram().freeze()
    expect([frozen.count, frozen.valueAtPercentile(99)]).toEqual([0, 0])
    expect(hdr.decodeFromCompressedBase64(frozen.toJSON()).totalCount).toBe(0)
  })

  test('counts beyond 2^31', () => {
    const histogram = new Histogram()
    histogram.recordCount(1234, 3_000_000_000)
    expect(histogram.freeze().count).toBe(3_000_000_000)
    expect(parseHistogram(histogram.freeze().toJSON()).count).toBe(3_000_000_000)
  })
})

describe('merging', () => {
  test('parts gives the whole', () => {
    const whole = new Histogram()
    const merged = new Histogram()
    for (let part = 0; part < 4; part++) {
      const histogram = filled(part, 1000)
      merged.add(histogram)
      whole.addCounts(filled(part, 1000).freeze().bytes)
    }
    expect(merged.freeze()).toEqual(whole.freeze())
    expect(merged.count).toBe(4000)
  })

  test('into a cleared histogram starts empty', () => {
    const histogram = filled(1, 100)
    histogram.clear()
    expect(histogram.count).toBe(0)
    expect(histogram.max).toBe(0)
    histogram.record(5)
    expect([histogram.count, histogram.min, histogram.max]).toEqual([1, 5, 5])
  })
})

describe('values out of range', () => {
  test.each([
    ['below zero counts as zero', -3, 0],
    ['not a number counts as zero', Number.NaN, 0],
    ['fractions are rounded', 2.7, 3],
    ['an hour is the largest', 3_600_000_000, 3_600_000_000],
    ['more than an hour counts as an hour', 1e12, 3_600_000_000],
  ])('%s', (_, value, counted) => {
    const histogram = new Histogram()
    histogram.record(value)
    expect(histogram.count).toBe(1)
    expect(histogram.min / counted || 0).toBeCloseTo(counted === 0 ? 0 : 1, 2)
  })
})

function filled(seed: number, count: number): Histogram {
  const random = new Random(seed)
  const histogram = new Histogram()
  for (let i = 0; i < count; i++) histogram.record(Math.exp(5 + 8 * random.float()))
  return histogram
}
