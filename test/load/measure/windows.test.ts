import { describe, expect, test } from 'vitest'
import { Random } from '../../../src/base/rng.js'
import { SecondLog, type Stretch, secondsEach } from '../../../src/load/measure/windows.js'
import { Histogram } from '../../../src/stats/histogram.js'

interface Second {
  readonly requests: number
  readonly failed: number
  readonly values: readonly number[]
}

/** Responses in some seconds of up to an hour. */
function makeSeconds(count: number, share: number, seed: number): (Second | null)[] {
  const random = new Random(seed)
  return Array.from({ length: count }, () => {
    if (random.float() >= share) return null
    const failed = random.integer(0, 2)
    const values = Array.from({ length: random.integer(0, 30) }, () => Math.exp(22 * random.float()))
    return { requests: values.length + failed, failed, values }
  })
}

function logOf(seconds: readonly (Second | null)[], log = new SecondLog()): SecondLog {
  for (const [second, given] of seconds.entries())
    if (given !== null) log.add(second, { ...given, latency: histogramOf(given.values) })
  return log
}

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

/** The same, computed without a log. */
function expected(seconds: readonly (Second | null)[], each: number): Stretch[] {
  return Array.from({ length: Math.ceil(seconds.length / each) }, (_, i) => i * each).flatMap((start) => {
    const some = seconds.slice(start, start + each).flatMap((second) => second ?? [])
    const sum = (key: 'requests' | 'failed') => some.reduce((all, second) => all + second[key], 0)
    if (sum('requests') === 0) return []
    const histogram = histogramOf(some.flatMap(({ values }) => values)).freeze()
    return [{ start, requests: sum('requests'), failed: sum('failed'), histogram }]
  })
}

describe('a log returns what was added', () => {
  test.each([1, 2, 7, 12])('in stretches of %d s', (each) => {
    const seconds = makeSeconds(500, 0.6, each)
    expect(logOf(seconds).read(each)).toEqual(expected(seconds, each))
  })

  test('if a second comes in two parts', () => {
    const log = new SecondLog()
    log.add(3, { requests: 1, failed: 0, latency: histogramOf([5]) })
    log.add(3, { requests: 2, failed: 1, latency: histogramOf([9]) })
    expect(log.read(1)).toEqual([
      { start: 3, requests: 3, failed: 1, histogram: histogramOf([5, 9]).freeze() },
    ])
  })

  test('with all counts, if it had to make room', () => {
    const seconds = makeSeconds(1000, 0.9, 5)
    const log = logOf(seconds, new SecondLog(0, 100))
    expect(log.seconds).toBe(16)
    for (const each of [16, 48]) expect(log.read(each)).toEqual(expected(seconds, each))
  })
})

test('a log of a day is as large as one of an hour', () => {
  const log = new SecondLog()
  const latency = histogramOf([1000, 1010, 1020, 1500])
  for (let second = 0; second < 86_400; second++) log.add(second, { requests: 4, failed: 0, latency })
  expect(log.read(log.seconds).length).toBeLessThanOrEqual(1201)
})

test.each([
  [10, 1, 1],
  [300, 1, 1],
  [301, 1, 2],
  [3600, 1, 12],
  [3600, 4, 12],
  [3700, 4, 16],
  [0, 1, 1],
])('a run of %d s, kept in stretches of %d s, has windows of %d s', (seconds, least, each) => {
  expect(secondsEach(seconds, least)).toBe(each)
})
