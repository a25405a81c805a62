import * as hdr from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/rng.js'
import { Histogram } from '../../src/stats/histogram.js'

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
      }
      expect(ours.moments().mean).toBeCloseTo(theirs.mean, 6)
      expect(ours.moments().stddev).toBeCloseTo(theirs.stdDeviation, 6)

      const decoded = hdr.decodeFromCompressedBase64(ours.encode())
      expect(decoded.totalCount).toBe(20_000)
      for (const percentile of PERCENTILES) {
        expect(decoded.getValueAtPercentile(percentile)).toBe(theirs.getValueAtPercentile(percentile))
      }
      expect(Histogram.decode(hdr.encodeIntoCompressedBase64(theirs)).pack()).toEqual(ours.pack())
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
    expect(Histogram.decode(hdr.encodeIntoCompressedBase64(theirs)).pack()).toEqual(reused.pack())
    sum.add(reused)
  }
  const whole = new Histogram()
  for (const value of all) whole.record(value)
  expect(sum.pack()).toEqual(whole.pack())
})

describe('encoding', () => {
  test('loses nothing', () => {
    const histogram = filled(3, 5000)
    expect(Histogram.decode(histogram.encode()).pack()).toEqual(histogram.pack())
  })

  test('of an empty histogram is decoded as empty, by the library too', () => {
    expect(Histogram.decode(new Histogram().encode()).count).toBe(0)
    expect(hdr.decodeFromCompressedBase64(new Histogram().encode()).totalCount).toBe(0)
  })

  test('of counts beyond 2^31 works', () => {
    const histogram = new Histogram()
    histogram.recordCount(1234, 3_000_000_000)
    expect(Histogram.decode(histogram.encode()).count).toBe(3_000_000_000)
  })

  test('with another precision is decoded to that precision', () => {
    const coarse = hdr.build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 2 })
    for (let i = 1; i <= 1000; i++) coarse.recordValue(i * 100)
    const read = Histogram.decode(hdr.encodeIntoCompressedBase64(coarse))
    expect(read.count).toBe(1000)
    expect(Math.abs(read.valueAtPercentile(50) / coarse.getValueAtPercentile(50) - 1)).toBeLessThan(0.01)
  })

  for (const [name, broken] of [
    ['text that is not base64 of a histogram', 'hello world'],
    ['nothing', ''],
    ['a truncated histogram', filled(1, 500).encode().slice(0, 60)],
    [
      'a histogram with flipped bytes',
      filled(1, 500)
        .encode()
        .replace(/.{12}$/, 'AAAAAAAAAAAA'),
    ],
  ] as const) {
    test(`of ${name} is refused`, () => {
      expect(() => Histogram.decode(broken)).toThrow()
    })
  }
})

describe('merging', () => {
  test('parts gives the whole', () => {
    const whole = new Histogram()
    const merged = new Histogram()
    for (let part = 0; part < 4; part++) {
      const histogram = filled(part, 1000)
      merged.add(histogram)
      whole.addPacked(filled(part, 1000).pack())
    }
    expect(merged.pack()).toEqual(whole.pack())
    expect(merged.count).toBe(4000)
  })

  test('into a cleared histogram starts empty', () => {
    const histogram = filled(1, 100)
    histogram.clear()
    expect(histogram.count).toBe(0)
    expect(histogram.max).toBe(0)
    histogram.record(5)
    expect([...histogram.pack()]).toEqual([5, 1])
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
