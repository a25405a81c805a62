import { describe, expect, test } from 'vitest'
import { requestPoints, runPoints } from '../../../src/report/html/series.js'
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

test('points of a request count each request once', () => {
  const [request] = result.requests
  for (const limit of [1, 3, 7, 600]) {
    const points = requestPoints(request!.windows, limit)
    expect(points.length).toBeLessThanOrEqual(limit)
    const sum = points.reduce((total, { rate, duration }) => total + rate * duration, 0)
    expect(sum).toBeCloseTo(request!.requests, 6)
  }
})
