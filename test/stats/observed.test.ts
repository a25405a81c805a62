import { describe, expect, test } from 'vitest'
import { addTotals } from '../../src/stats/add.js'
import { Histogram } from '../../src/stats/histogram.js'
import { mergeShards } from '../../src/stats/merge.js'
import { findMetric } from '../../src/stats/metrics.js'
import { parseResult } from '../../src/stats/read.js'
import type { CacheShare, LatencySummary, Result, Totals } from '../../src/stats/result.js'
import { summarize } from '../../src/stats/summary.js'
import { withTimeline } from '../report/results.js'
import { makeShards } from '../verdict/shards.js'

const summary = (...micros: number[]): LatencySummary => {
  const histogram = new Histogram()
  for (const us of micros) histogram.record(us)
  return summarize(histogram)
}
const shards = makeShards([1, 2])
const [{ totals }] = shards as [Result, Result]
const answers = totals.requests - totals.failed
const withSome = (serverTiming: Readonly<Record<string, LatencySummary>>, cache?: CacheShare): Totals => ({
  ...totals,
  serverTiming,
  ...(cache && { cache }),
})

describe('what was observed', () => {
  test('adds up without loss, by name', () => {
    const sum = addTotals(
      [withSome({ db: summary(1000, 2000), render: summary(5) }), withSome({ db: summary(9000) }), totals],
      10,
    )
    expect(sum.serverTiming!['db']).toEqual(summary(1000, 2000, 9000))
    expect(sum.serverTiming!['render']).toEqual(summary(5))
    expect(Object.keys(sum.serverTiming!)).toEqual(['db', 'render'])
  })

  test('counts answers that say nothing of a cache as misses', () => {
    const cache = { hits: 30, misses: answers - 30, ratio: 30 / answers }
    const sum = addTotals([withSome({}, cache), totals], 10)
    expect(sum.cache).toEqual({ hits: 30, misses: 2 * answers - 30, ratio: 15 / answers })
    expect(addTotals([totals, totals], 10).cache).toBeUndefined()
  })

  test('of each shard is in the merged result, request by request', () => {
    const observed = shards.map((shard) => ({
      ...shard,
      requests: shard.requests.map((request) => ({
        ...request,
        serverTiming: { db: summary(1500) },
        serverTimingLeft: true as const,
      })),
    })) as unknown as readonly [Result, ...Result[]]
    const merged = mergeShards(observed)
    expect(merged.requests[0]!.serverTiming!['db']).toEqual(summary(1500, 1500))
    expect(merged.requests[0]!.serverTimingLeft).toBe(true)
  })

  test('of each second adds up: hits of machines that say so', () => {
    const timed = shards.map(withTimeline) as unknown as readonly [Result, ...Result[]]
    const withHits = timed.map((shard, index) => ({
      ...shard,
      timeline: shard.timeline.map((point) => ({ ...point, cacheHits: 3 + index })),
    })) as unknown as readonly [Result, ...Result[]]
    const merged = mergeShards(withHits)
    expect(new Set(merged.timeline.map(({ cacheHits }) => cacheHits))).toEqual(new Set([7]))
    expect(parseResult(JSON.stringify(merged), 'a.json').timeline).toEqual(merged.timeline)
    expect(mergeShards(timed).timeline.some((point) => 'cacheHits' in point)).toBe(false)
  })

  test('is read from a file as it was written, odd names included', () => {
    const names = ['__proto__', 'constructor', '1', 'a.b']
    const serverTiming = Object.fromEntries(names.map((name, i) => [name, summary(1000 * (i + 1))]))
    const cache = { hits: 1, misses: 3, ratio: 0.25 }
    const [first] = shards[0]!.requests
    const result = { ...shards[0]!, requests: [{ ...first!, serverTiming, cache }] }
    const read = parseResult(JSON.stringify(result), 'a.json').requests[0]!
    expect(Object.keys(read.serverTiming!).sort()).toEqual([...names].sort())
    expect(JSON.stringify(read.serverTiming)).toBe(JSON.stringify(serverTiming))
    expect(read.cache).toEqual(cache)
    const [sum] = [addTotals([read, read], 1)]
    expect(Object.getOwnPropertyDescriptor(sum.serverTiming, '__proto__')!.value).toEqual(summary(1000, 1000))
  })

  test.each([
    [{ serverTiming: [] }, /serverTiming is not an object/],
    [{ serverTiming: { db: { p95: 1 } } }, /serverTiming\.db\.count/],
    [{ cache: { hits: -1, misses: 0 } }, /cache\.hits/],
  ])('that is damaged is refused: %j', (fields, message) => {
    const result = { ...shards[0]!, requests: [{ ...shards[0]!.requests[0]!, ...fields }] }
    expect(() => parseResult(JSON.stringify(result), 'a.json')).toThrow(message)
  })
})

describe('metrics', () => {
  const observed = withSome(
    { 'db.query': summary(1000, 2000), p95: summary(7000) },
    { hits: 3, misses: 1, ratio: 0.75 },
  )

  test.each([
    ['server_timing.db.query.max', 2],
    ['server_timing.p95.p50', 7.003],
    ['server_timing.constructor.p95', null],
    ['server_timing.db.p95', null],
    ['cache_hit_rate', 0.75],
  ])('%s', (id, value) => {
    expect(findMetric(id)!.id).toBe(id)
    expect(findMetric(id)!.read(observed)).toBe(value)
    expect(findMetric(id)!.read(totals)).toBeNull()
  })

  test.each(['server_timing', 'server_timing.db', 'server_timing.db.p42', 'server_timing..p95'])(
    '%s is none',
    (id) => {
      expect(findMetric(id)).toBeUndefined()
    },
  )
})
