import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/rng.js'
import * as units from '../../src/base/units.js'

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['250us', 0.25],
    ['250µs', 0.25],
    [' 2m ', 120_000],
    ['0', 0],
    ['1d', 86_400_000],
  ])('%s is %d ms', (text, ms) => {
    expect(units.parseDuration(text)).toBeCloseTo(ms, 9)
  })

  test.each(['', '30', '10x', 's', '-1s', '1 0s', '1e3s', '.5s', '30 seconds'])(
    '%j is not a duration',
    (text) => {
      expect(units.parseDuration(text)).toBeNull()
    },
  )

  test('a formatted duration reads back unchanged, to the microsecond', () => {
    const random = new Random(1)
    for (let i = 0; i < 5000; i++) {
      const ms = random.integer(0, 10 ** random.integer(1, 11)) / 1000
      expect(units.parseDuration(units.formatDuration(ms)), units.formatDuration(ms)).toBeCloseTo(ms, 3)
    }
  })

  test.each([
    ['10ms..50ms', [10, 50]],
    ['1s', [1000, 1000]],
    ['0..1s', [0, 1000]],
    ['50ms..10ms', null],
    ['1s..2s..3s', null],
    ['..1s', null],
  ])('%s as a range is %j', (text, range) => {
    expect(units.parseDurationRange(text)).toEqual(range)
  })
})

describe('rates, shares, sizes', () => {
  test.each([
    ['100/s', 100],
    ['6000/m', 100],
    ['30/h', 30 / 3600],
    ['2 / s', 2],
    ['100', null],
    ['100/d', null],
    ['-1/s', null],
  ])('the rate %s is %s per second', (text, perSecond) => {
    expect(units.parseRate(text)).toBe(perSecond)
  })

  test.each([
    ['1%', 0.01],
    ['0.5 %', 0.005],
    ['0.01', 0.01],
    ['100%', 1],
    ['1pp', null],
    ['-1%', null],
  ])('the share %s is %s', (text, ratio) => {
    expect(units.parseRatio(text)).toBe(ratio)
  })

  test.each([
    ['512B', 512],
    ['10kB', 10_000],
    ['2MB', 2_000_000],
    ['1MiB', 1_048_576],
    ['1.5 kB', 1500],
    ['10', null],
    ['10k', null],
  ])('the size %s is %s bytes', (text, bytes) => {
    expect(units.parseSize(text)).toBe(bytes)
  })

  test.each([
    ['5MB/m', 5_000_000],
    ['100kB / s', 6_000_000],
    ['60MiB/h', 1_048_576],
    ['5MB', null],
    ['5/m', null],
    ['5MB/d', null],
  ])('the growth %s is %s bytes per minute', (text, bytes) => {
    expect(units.parseSizeRate(text)).toBe(bytes)
  })
})

describe('formats for people', () => {
  test.each([
    [null, '–'],
    [0, '0ms'],
    [0.0123, '12.3µs'],
    [0.84, '840µs'],
    [0.9994, '999µs'],
    [0.9995, '1.00ms'],
    [4.214, '4.21ms'],
    [9.994, '9.99ms'],
    [9.995, '10.0ms'],
    [99.94, '99.9ms'],
    [99.95, '100ms'],
    [999.4, '999ms'],
    [999.5, '1.00s'],
    [1204, '1.20s'],
    [61_000, '1m1s'],
  ])('a latency of %s ms is %s', (ms, text) => {
    expect(units.formatLatency(ms)).toBe(text)
  })

  test.each([
    [0, '0%'],
    [0.0123, '1.23%'],
    [0.1, '10%'],
    [0.00001, '<0.01%'],
    [0.99999, '99.9%'],
    [1, '100%'],
  ])('a ratio of %d is %s', (ratio, text) => {
    expect(units.formatShare(ratio)).toBe(text)
  })

  test.each([
    [0.073, '+7.3%'],
    [-0.5, '-50.0%'],
    [-0.0001, '+0.0%'],
    [12.3, '+1230%'],
    [Number.POSITIVE_INFINITY, '+∞'],
  ])('a change of %d is %s', (ratio, text) => {
    expect(units.formatChange(ratio)).toBe(text)
  })

  test.each([
    [0.25, '0.25/s'],
    [12.34, '12.3/s'],
    [99.95, '100/s'],
    [1234.4, '1,234/s'],
  ])('a rate of %d is %s', (perSecond, text) => {
    expect(units.formatRate(perSecond)).toBe(text)
  })

  test.each([
    [512, '512B'],
    [1200, '1.20kB'],
    [3_450_000, '3.45MB'],
    [12_300_000_000, '12.3GB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(units.formatSize(bytes)).toBe(text)
  })

  test.each([
    [1_200_000, '+1.20MB/m'],
    [-340_000, '-340kB/m'],
    [0, '0B/m'],
  ])('a growth of %d bytes per minute is %s', (bytes, text) => {
    expect(units.formatSizeRate(bytes)).toBe(text)
  })

  test('counts have thousands separators and a noun', () => {
    expect(units.formatCount(1_234_567)).toBe('1,234,567')
    expect(units.plural(1, 'request')).toBe('1 request')
    expect(units.plural(2000, 'request')).toBe('2,000 requests')
  })
})
