import { describe, expect, test } from 'vitest'
import type { History, HistoryPoint } from '../../src/verdict/history.js'
import { findOtherChanges, makeTrends, type Trend } from '../../src/verdict/trend.js'
import { makeHistory } from '../verdict/histories.js'

function changesOf(trends: readonly Trend[]): [string | null, string, number][] {
  return trends.flatMap(({ request, metric, changes }) =>
    changes.map(({ index }): [string | null, string, number] => [request, metric, index]),
  )
}

describe('a request that got slower', () => {
  const trends = makeTrends(makeHistory({ jobs: 30, seed: 1, level: (n) => (n < 18 ? 1 : 1.2) }))
  const search = trends.filter(({ request }) => request === 'search')

  test('is found in each of its metrics, at the same job, and nowhere else', () => {
    expect(changesOf(trends)).toEqual([
      ['search', 'p50', 18],
      ['search', 'p95', 18],
      ['search', 'p99', 18],
      ['search', 'throughput', 18],
    ])
  })

  test('is reported with its levels before and after, and whether it is worse', () => {
    const [p50, , , throughput] = search.map(({ changes }) => changes[0]!)
    expect(p50!.before).toBeCloseTo(10, 0)
    expect(p50!.after).toBeCloseTo(12, 0)
    expect(p50).toMatchObject({ isWorse: true })
    expect(throughput!.change).toBeLessThan(-0.1)
    expect(throughput).toMatchObject({ isWorse: true })
  })

  test('has a first and a last value', () => {
    const { first, last, change, values } = search[0]!
    expect([first, last]).toEqual([values[0], values[29]])
    expect(change).toBeCloseTo(last / first - 1, 12)
  })
})

test('up and down again are two changes, the second an improvement', () => {
  const trends = makeTrends(
    makeHistory({ jobs: 60, seed: 2, level: (n) => (n < 20 ? 1 : n < 45 ? 1.3 : 1.05) }),
  )
  const [p50] = trends
  expect(p50!.changes.map(({ index, isWorse }) => [index, isWorse])).toEqual([
    [20, true],
    [45, false],
  ])
})

describe('chance', () => {
  test('is rarely mistaken for a change, however many series a history has', () => {
    const runs = 150
    for (const requests of [1, 10]) {
      let alarms = 0
      for (let seed = 1; seed <= runs; seed++) {
        const trends = makeTrends(makeHistory({ jobs: 20, seed, requests }))
        if (trends.some(({ changes }) => changes.length > 0)) alarms++
      }
      // 2 % of 150 are 3; more than 9 happen once in a thousand times.
      expect(alarms, `${requests} requests`).toBeLessThanOrEqual(9)
    }
  }, 60_000)

  test('hides no slowdown of several times the noise', () => {
    let found = 0
    for (let seed = 1; seed <= 40; seed++) {
      const trends = makeTrends(makeHistory({ jobs: 24, seed, level: (n) => (n < 14 ? 1 : 1.15) }))
      const places = trends.find(({ metric }) => metric === 'p50')!.changes.map(({ index }) => index)
      if (places.some((index) => Math.abs(index - 14) <= 1)) found++
    }
    expect(found).toBeGreaterThanOrEqual(36)
  })
})

describe('changes too small to judge', () => {
  test.each([
    [1.015, 0],
    [1.025, 1],
  ])('a factor of %d, without noise, is reported %d times', (factor, count) => {
    const [p50] = makeTrends(
      makeHistory({ jobs: 20, seed: 1, noise: 0, level: (n) => (n < 10 ? 1 : factor) }),
    )
    expect(p50!.changes).toHaveLength(count)
  })

  test('of the error rate are points, not ratios', () => {
    const rates = (rate: number) => withErrors(makeHistory({ jobs: 20, seed: 1 }), (n) => (n < 10 ? 0 : rate))
    const changesAt = (rate: number) =>
      makeTrends(rates(rate)).filter(({ metric }) => metric === 'error_rate')[0]!.changes
    expect(changesAt(0.0009)).toEqual([])
    expect(changesAt(0.011)).toMatchObject([
      { index: 10, before: 0, after: 0.011, change: 0.011, isWorse: true },
    ])
  })
})

test('a request added later has no earlier values, and its changes are at their jobs', () => {
  const history = makeHistory({ jobs: 30, seed: 3, level: (n) => (n < 20 ? 1 : 1.4) })
  const points = history.points.map((point, n) => (n < 6 ? without(point, 'search') : point))
  const [p50] = makeTrends({ points }).filter(({ request }) => request === 'search')
  expect(p50!.values.slice(0, 6)).toEqual(new Array(6).fill(null))
  expect(p50!.first).toBe(p50!.values[6])
  expect(p50!.changes.map(({ index }) => index)).toEqual([20])
})

test('a history of one job has trends without changes', () => {
  const trends = makeTrends(makeHistory({ jobs: 1, seed: 1 }))
  expect(trends[0]).toMatchObject({ request: 'search', metric: 'p50', change: 0, changes: [] })
})

test('other differences from a job on are reported', () => {
  const history = makeHistory({ jobs: 3, seed: 1 })
  const points = history.points.map((point, n) =>
    n < 2 ? point : { ...point, hash: 'sha256:other', environment: { ...point.environment, cpu: 'Newer' } },
  )
  expect(findOtherChanges({ points }, 1)).toEqual([])
  expect(findOtherChanges({ points }, 2)).toEqual([
    'the scenario has other requests or data',
    'CPU Newer instead of Sample CPU 3000',
  ])
})

function without(point: HistoryPoint, name: string): HistoryPoint {
  return { ...point, figures: point.figures.filter(({ request }) => request !== name) }
}

function withErrors(history: History, rateAt: (n: number) => number): History {
  return {
    ...history,
    points: history.points.map((point, n) => ({
      ...point,
      figures: point.figures.map((each) => ({ ...each, values: { ...each.values, error_rate: rateAt(n) } })),
    })),
  }
}
