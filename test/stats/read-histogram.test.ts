import { build, encodeIntoCompressedBase64, type Histogram as HdrHistogram } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/rng.js'
import { FrozenHistogram } from '../../src/stats/frozen-histogram.js'
import { Histogram } from '../../src/stats/histogram.js'
import { parseHistogram } from '../../src/stats/read-histogram.js'

const random = new Random(1)
const empty = FrozenHistogram.EMPTY.toJSON()

function libraryOf(digits: 1 | 2 | 3 | 4 | 5, highestTrackableValue: number, values: readonly number[]) {
  const library: HdrHistogram = build({
    numberOfSignificantValueDigits: digits,
    lowestDiscernibleValue: 1,
    highestTrackableValue,
  })
  for (const value of values) library.recordValue(value)
  return library
}

describe('a histogram is read', () => {
  test('as it was written', () => {
    const histogram = new Histogram()
    for (let i = 0; i < 2000; i++)
      histogram.recordCount(Math.round(10 ** (random.float() * 9)), random.integer(1, 500))
    const frozen = histogram.freeze()
    const read = parseHistogram(JSON.parse(JSON.stringify(frozen)))
    expect(read).toEqual(frozen)
    expect(read.count).toBe(histogram.count)
    expect(read.toJSON()).toBe(frozen.toJSON())
  })

  test.each([1, 2, 3, 4, 5] as const)('from other programs with %i significant digits', (digits) => {
    const values = Array.from({ length: 300 }, () => Math.round(10 ** (random.float() * 8)))
    const library = libraryOf(digits, 3.6e9, values)
    const read = parseHistogram(encodeIntoCompressedBase64(library))
    expect(read.count).toBe(300)
    for (const percentile of [50, 90, 99, 100]) {
      const wanted = library.getValueAtPercentile(percentile)
      expect(Math.abs(read.valueAtPercentile(percentile) / wanted - 1)).toBeLessThanOrEqual(0.001)
    }
  })

  test('with latencies beyond an hour, which count as an hour', () => {
    const library = libraryOf(3, 1e12, [1000, 2e10, 9e11])
    const read = parseHistogram(encodeIntoCompressedBase64(library))
    const slots: number[] = []
    read.forEach((us, count) => {
      slots.push(Math.round(us / 1e5) / 10, count)
    })
    expect(slots).toEqual([0, 1, 3600.8, 2])
  })

  test('if it is empty', () => {
    expect(parseHistogram(empty)).toEqual(FrozenHistogram.EMPTY)
    expect(parseHistogram(encodeIntoCompressedBase64(libraryOf(2, 1e6, []))).count).toBe(0)
  })
})

test.each([
  ['', 'not base64'],
  ['***', 'not base64'],
  ['aGVsbG8=', 'not an HdrHistogram V2'],
  [empty.slice(0, 24), 'the histogram is truncated'],
  [withCounts([2, 0x80]), 'the histogram is truncated'],
])('%j is %s', (text, message) => {
  expect(() => parseHistogram(text)).toThrow(message)
})

/** An encoding, not compressed, with these counts. */
function withCounts(counts: readonly number[]): string {
  const header = Buffer.alloc(40)
  header.writeInt32BE(0x1c849313, 0)
  header.writeInt32BE(counts.length, 4)
  header.writeInt32BE(3, 12)
  header.writeBigInt64BE(1n, 16)
  return Buffer.concat([header, Buffer.from(counts)]).toString('base64')
}
