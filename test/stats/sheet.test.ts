import { describe, expect, test } from 'vitest'
import { Histogram } from '../../src/stats/histogram.js'
import { buffersOf, COUNT_NAMES, Sheet, type SheetData } from '../../src/stats/sheet.js'
import { Tally } from '../../src/stats/tally.js'
import { writeSeries } from './series.js'

/** Transfers a value as to another thread. */
const moved = (data: SheetData): SheetData => structuredClone(data, { transfer: buffersOf(data) })

test('everything recorded arrives, whatever the number of samples', () => {
  const sheet = new Sheet(3)
  const expected = new Histogram()
  for (let i = 0; i < 10_000; i++) {
    sheet.row(i % 2 === 0 ? 0 : 2).recordSuccess(i % 5 === 0 ? 201 : 200, i / 10, i / 20, i / 40)
    if (i % 2 === 0) expected.record(i * 100)
  }
  sheet.row(2).bytesSent += 5_000_000_000
  const tally = new Tally(3)
  tally.addSheet(moved(sheet.take()))
  expect([...tally.used].sort()).toEqual([0, 2])
  expect(tally.get(0)).toMatchObject({ requests: 5000, failed: 0 })
  expect(tally.get(0).latency.freeze()).toEqual(expected.freeze())
  expect(tally.get(0).service.max).toBeGreaterThan(490_000)
  expect(tally.get(0).firstByte.count).toBe(5000)
  expect([...tally.get(0).statuses].sort()).toEqual([
    [200, 4000],
    [201, 1000],
  ])
  expect(tally.get(1)).toMatchObject({ requests: 0 })
  expect(tally.get(2)).toMatchObject({ requests: 5000, bytesSent: 5_000_000_000 })
})

test('a window is handed over once', () => {
  const sheet = new Sheet(2)
  const row = sheet.row(1)
  row.recordSuccess(200, 1, 1, 1)
  row.recordFailure('status', 'status 500', 500)
  row.unfinished++
  const first = sheet.take()
  const second = sheet.take()
  sheet.row(1).recordJourney(2)
  const third = sheet.take()
  const tally = new Tally(2)
  tally.addSheet(first)
  expect(tally.get(1)).toMatchObject({ requests: 2, failed: 1, unfinished: 1 })
  expect(second).toMatchObject({ samples: [], counts: new Float64Array(0), failures: [] })
  tally.addSheet(third)
  expect(tally.get(1)).toMatchObject({ requests: 3, failed: 1, unfinished: 1 })
})

test('each count is handed over as itself, once', () => {
  const sheet = new Sheet(1)
  const expected = Object.fromEntries(COUNT_NAMES.map((name, index) => [name, index + 1]))
  Object.assign(sheet.row(0), expected)
  const tally = new Tally(1)
  tally.addSheet(moved(sheet.take()))
  sheet.row(0)
  tally.addSheet(moved(sheet.take()))
  expect(tally.get(0)).toMatchObject(expected)
  const sum = new Tally(1)
  sum.merge(tally)
  sum.merge(tally)
  expect(sum.get(0)).toMatchObject(
    Object.fromEntries(COUNT_NAMES.map((name, index) => [name, 2 * index + 2])),
  )
  tally.clear()
  sum.merge(tally)
  tally.merge(sum)
  expect(tally.get(0).cacheMisses).toBe(2 * COUNT_NAMES.length)
})

describe('a series', () => {
  test('of a journey has only latencies', () => {
    const series = writeSeries((row) => row.recordJourney(12))
    expect(series.latency.count).toBe(1)
    expect(series.service.count).toBe(0)
    expect(series.firstByte.count).toBe(0)
    expect(series.statuses.size).toBe(0)
  })

  test('clamps latencies', () => {
    const series = writeSeries((row) => {
      for (const ms of [-5, Number.NaN, 0.0004, 1e12]) row.recordSuccess(200, ms, ms, ms)
    })
    expect(series.latency.count).toBe(4)
    expect(series.latency.min).toBe(0)
    expect(series.latency.valueAtPercentile(100)).toBeGreaterThanOrEqual(3_600_000_000)
    expect(series.service.count).toBe(4)
  })

  test('counts failures and retries by kind, with a few messages each', () => {
    const series = writeSeries((row) => {
      for (let i = 0; i < 100; i++) row.recordFailure('reset', `message ${i}`, 0, i === 0 ? 'id-1' : null)
      row.recordDetours({ redirects: 2, reconnects: 0, failures: [{ kind: 'timeout', message: 'slow' }] })
      row.recordDetours({ redirects: 1, reconnects: 0, failures: [] })
    })
    expect(series.errors.size).toBe(33)
    expect([...series.errors.values()].reduce((sum, { count }) => sum + count, 0)).toBe(100)
    expect(series.errors.get('reset message 0')?.example).toBe('id-1')
    expect(series).toMatchObject({ requests: 100, failed: 100, redirects: 3, retried: 1 })
    expect(series.retryErrors.size).toBe(1)
  })
})

test('a reused tally keeps nothing of its first use', () => {
  const [once, again] = [new Tally(2), new Tally(2)]
  const write = (request: number) => {
    const sheet = new Sheet(2)
    sheet.row(request).recordSuccess(200, 5, 5, 5)
    return sheet.take()
  }
  again.addSheet(write(0))
  again.clear()
  expect(again.get(0).requests).toBe(0)
  again.addSheet(write(1))
  once.merge(again)
  expect(once.used).toEqual([1])
  expect(once.get(0).requests).toBe(0)
  expect(once.get(1).latency.count).toBe(1)
})

describe('server timings', () => {
  test('arrive by name, whatever the number', () => {
    const sheet = new Sheet(3)
    for (let i = 0; i < 10_000; i++) {
      const row = sheet.row(2)
      row.recordTiming(row.timingIndex('db'), i)
      if (i % 4 === 0) row.recordTiming(row.timingIndex('__proto__'), 7)
    }
    const tally = new Tally(3)
    tally.addSheet(moved(sheet.take()))
    const { timings, hasMoreTimings } = tally.get(2)
    expect([...timings].map(([name, { count }]) => [name, count])).toEqual([
      ['db', 10_000],
      ['__proto__', 2500],
    ])
    expect(timings.get('db')!.max).toBe(10_000 - 1)
    expect(hasMoreTimings).toBe(false)
    expect(sheet.take()).toMatchObject({ timings: [], timingNames: [] })
  })

  test('of a name that comes later keep their order', () => {
    const sheet = new Sheet(1)
    const tally = new Tally(1)
    for (const names of [['a'], ['b', 'a'], []]) {
      for (const name of names) sheet.row(0).recordTiming(sheet.row(0).timingIndex(name), 1)
      tally.addSheet(moved(sheet.take()))
    }
    expect([...tally.get(0).timings].map(([name, { count }]) => [name, count])).toEqual([
      ['a', 2],
      ['b', 1],
    ])
  })

  test('of more names than are kept are left out, and that is known', () => {
    const tally = new Tally(2)
    for (const worker of [0, 1]) {
      const sheet = new Sheet(2)
      for (let i = 0; i < 15; i++) {
        const row = sheet.row(1)
        row.recordTiming(row.timingIndex(`${worker} ${i}`), 1)
      }
      tally.addSheet(moved(sheet.take()))
    }
    expect(tally.get(1).timings.size).toBe(20)
    expect(tally.get(1).hasMoreTimings).toBe(true)
    const sheet = new Sheet(1)
    const indexes = Array.from({ length: 1000 }, (_, i) => sheet.row(0).timingIndex(`n${i}`))
    expect(indexes.slice(0, 22)).toEqual([...Array(20).keys(), -1, -1])
    expect(sheet.take().timingNames).toMatchObject([{ request: 0, hasMore: true }])
  })

  test('are added up and cleared with the rest', () => {
    const sheet = new Sheet(1)
    const row = sheet.row(0)
    row.recordTiming(row.timingIndex('db'), 5)
    row.cacheHits = 3
    row.cacheMisses = 1
    const [one, sum] = [new Tally(1), new Tally(1)]
    one.addSheet(moved(sheet.take()))
    sum.merge(one)
    sum.merge(one)
    expect(sum.get(0).timings.get('db')!.count).toBe(2)
    expect(sum.get(0)).toMatchObject({ cacheHits: 6, cacheMisses: 2 })
    one.clear()
    expect(one.get(0).timings.size).toBe(0)
    expect(sum.get(0).timings.get('db')!.count).toBe(2)
  })
})
