import { expect, test } from 'vitest'
import { Arrivals } from '../../src/import/access-log/arrivals.js'
import { Sample } from '../../src/import/sample.js'

function sampleOf(values: Iterable<string | number>): Sample {
  const sample = new Sample()
  for (const value of values) sample.add(String(value))
  return sample
}

function* cycle(length: number, of: number): Generator<number> {
  for (let n = 0; n < length; n++) yield n % of
}

test('a few values are all kept', () => {
  const sample = sampleOf([3, 10, 1, 3])
  expect(sample).toMatchObject({
    count: 4,
    distinct: 3,
    range: { from: 1, to: 10 },
    values: ['1', '3', '3', '10'],
  })
})

test.each([1, 10, 255, 300, 1000, 20_000])('%i distinct values are counted approximately', (different) => {
  const { distinct } = sampleOf(cycle(different * 3, different))
  expect(distinct).toBeGreaterThan(different * 0.8)
  expect(distinct).toBeLessThan(different * 1.2)
  if (different < 256) expect(distinct).toBe(different)
})

test('a frequent value is as frequent in the sample', () => {
  const sample = sampleOf(Array.from({ length: 10_000 }, (_, n) => (n % 4 === 0 ? n : 'often')))
  expect(sample.values).toHaveLength(100)
  const often = sample.values.filter((value) => value === 'often').length
  expect(often).toBeGreaterThan(55)
  expect(often).toBeLessThan(92)
})

test.each([
  ['1', 'a'],
  ['1', '01'],
  ['1', '1.5'],
  ['9007199254740993', '1'],
])('%s and %s are not a range', (...values) => {
  expect(sampleOf(values).range).toBeNull()
})

test('values that are too long are not kept', () => {
  expect(sampleOf(['x'.repeat(10_000)])).toMatchObject({ count: 0, values: [] })
})

test('arrivals have a rate and peaks, in any order', () => {
  const start = Date.UTC(2026, 4, 1)
  const arrivals = new Arrivals()
  // Two a second for ten minutes, thirty more in one second of the fifth minute.
  const times = Array.from({ length: 1200 }, (_, n) => start + n * 500).concat(
    Array(30).fill(start + 250_000),
  )
  for (const time of times.sort((a, b) => (a % 7) - (b % 7))) arrivals.add(time)
  expect(arrivals).toMatchObject({
    count: 1230,
    busiestMinute: { startMs: start + 240_000, count: 150 },
    busiestSecond: { startMs: start + 250_000, count: 32 },
  })
  expect(arrivals.busyStretch).toEqual({ count: 1230, lengthMs: 600_500 })
})
