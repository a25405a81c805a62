import { describe, expect, test } from 'vitest'
import { requestPoints, runPoints, timingPoints } from '../../../src/report/html/series.js'
import { percentileMs } from '../../../src/stats/summary.js'
import { poolWindows } from '../../../src/stats/window.js'
import { SHOP, simulate } from '../../verdict/simulate.js'
import { withTimeline } from '../results.js'

const result = withTimeline(simulate(SHOP, { seed: 1, seconds: 10 }))

describe('points of a run', () => {
  test('are its seconds if they fit', () => {
    const points = runPoints(result, 600)
    expect(points.map(({ start, rate, p95 }) => [start, rate, p95])).toEqual(
      result.timeline.map(({ second, requests, p95 }) => [second, requests, p95]),
    )
  })

  test('otherwise cover several seconds: mean rates, worst latencies, maximum of users', () => {
    const points = runPoints(result, 4)
    expect(points.map(({ start, duration }) => [start, duration])).toEqual([
      [0, 3],
      [3, 3],
      [6, 3],
      [9, 1],
    ])
    const [a, b, c] = result.timeline
    expect(points[0]).toMatchObject({
      rate: (a!.requests + b!.requests + c!.requests) / 3,
      p99: Math.max(a!.p99!, b!.p99!, c!.p99!),
      vus: Math.max(a!.vus, b!.vus, c!.vus),
    })
  })

  test('a second without responses has no latency', () => {
    const silent = { ...result.timeline[1]!, requests: 0, p50: null, p95: null, p99: null }
    const timeline = result.timeline.map((point) => (point.second === 1 ? silent : point))
    expect(runPoints({ ...result, timeline }, 600)[1]).toMatchObject({ rate: 0, p50: null, p99: null })
    expect(runPoints({ ...result, timeline }, 5)[0]!.p99).toBe(result.timeline[0]!.p99)
  })
})

test('the cache hit rate is that of all successful requests of a point', () => {
  const [point] = result.timeline
  const timeline = [10, 30, 0].map((cacheHits, second) => {
    const [requests, failed] = second === 2 ? [5, 5] : [50, 10]
    return { ...point!, second, requests, failed, cacheHits }
  })
  expect(runPoints({ timeline }, 3).map(({ cacheHitRate }) => cacheHitRate)).toEqual([0.25, 0.75, null])
  expect(runPoints({ timeline }, 1)[0]!.cacheHitRate).toBe(0.5)
  expect(runPoints(result, 1)[0]!.cacheHitRate).toBeNull()
})

describe('points of server timings', () => {
  const [a, b] = result.requests
  const timed = [
    { ...a!, serverTimingWindows: { db: a!.windows, render: a!.windows.slice(3, 4) } },
    { ...b!, serverTimingWindows: { db: b!.windows } },
  ]

  test('are those of all requests together, second by second', () => {
    const [db, render] = timingPoints(timed, 600)
    expect([db!.name, render!.name]).toEqual(['db', 'render'])
    const pooled = poolWindows([a!.windows[3]!, b!.windows[3]!])
    expect(db!.points[3]).toEqual({
      start: 3,
      duration: 1,
      p50: percentileMs(pooled, 50),
      p95: percentileMs(pooled, 95),
      p99: percentileMs(pooled, 99),
    })
    expect(render!.points).toMatchObject([{ start: 3, p95: requestPoints(a!.windows, 600)[3]!.p95 }])
  })

  test('otherwise are those of the worst second', () => {
    const [all] = timingPoints(timed, 600)
    const [few] = timingPoints(timed, 2)
    expect(few!.points).toHaveLength(2)
    expect(few!.points[0]!.p95).toBe(Math.max(...all!.points.slice(0, 5).map(({ p95 }) => p95!)))
  })

  test('of a journey are those of its steps, not counted twice', () => {
    const journey = { ...timed[0]!, kind: 'journey' as const }
    expect(timingPoints([...timed, journey], 600)).toEqual(timingPoints(timed, 600))
  })
})

test('points of a request count each request once', () => {
  const [request] = result.requests
  for (const limit of [1, 3, 7, 600]) {
    const points = requestPoints(request!.windows, limit)
    expect(points.length).toBeLessThanOrEqual(limit)
    const sum = points.reduce((total, { rate, duration }) => total + rate * duration, 0)
    expect(sum).toBeCloseTo(request!.requests, 6)
  }
})
