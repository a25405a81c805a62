import { describe, expect, test } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { makeBaseline } from '../../src/verdict/baseline.js'
import { findExclusion, historiesOfResults, historyOfBaseline } from '../../src/verdict/history.js'
import { makeShards } from './shards.js'
import { SHOP, simulate } from './simulate.js'

function at(result: Result, startedAt: string): Result {
  return { ...result, startedAt, runs: [{ ...result.runs[0]!, startedAt }] }
}

const one = at(simulate(SHOP, { seed: 1 }), '2026-03-01T10:00:00.000Z')
const two = at(simulate(SHOP, { seed: 2 }), '2026-03-02T10:00:00.000Z')
const three = at(simulate(SHOP, { seed: 3 }), '2026-03-02T10:30:00.000Z')

describe('of saved results', () => {
  test('are in the order of time, whatever the order of the files', () => {
    const files = [two, three, one].map((result, i) => ({ file: `${i}.json`, result }))
    const [history] = historiesOfResults(files)
    expect(history!.points.map(({ file }) => file)).toEqual(['2.json', '0.json', '1.json'])
  })

  test('have the figures that the results show', () => {
    const [history] = historiesOfResults([{ file: 'a.json', result: one }])
    const { latency, throughput, errorRate } = one.requests[0]!
    expect(history!.points[0]!.figures[0]).toEqual({
      request: 'search',
      values: { p50: latency.p50, p95: latency.p95, p99: latency.p99, throughput, error_rate: errorRate },
    })
    expect(history!.points[0]!.figures.at(-1)).toEqual({
      request: null,
      values: { throughput: one.totals.throughput, error_rate: one.totals.errorRate },
    })
  })

  test('of other scenarios and loads are other histories', () => {
    const scenario = (change: object) => ({ ...two, scenario: { ...two.scenario, ...change } })
    const results = [one, two, scenario({ name: 'cart' }), scenario({ load: '1 user for 5s' })]
    const histories = historiesOfResults(results.map((result, i) => ({ file: `${i}`, result })))
    expect(histories.map(({ scenario: name, points }) => [name, points.length])).toEqual([
      ['shop', 2],
      ['cart', 1],
      ['shop', 1],
    ])
  })
})

test('of a baseline are its jobs: runs within an hour are one', () => {
  const history = historyOfBaseline(makeBaseline([one, two, three]), 'baselines/shop.json')
  expect(history.points.map(({ startedAt }) => startedAt)).toEqual([one.startedAt, two.startedAt])
  const { values } = history.points[0]!.figures[0]!
  expect(values.p50).toBeCloseTo(one.requests[0]!.latency.p50!, 0)
  expect(Object.keys(values)).toEqual(['p50', 'p95', 'p99', 'error_rate'].filter((key) => key in values))
  expect(history.points[0]!.figures.at(-1)!.values.throughput).toBeCloseTo(200, -1)
})

test.each<[string, Partial<Result>, string | null]>([
  ['whole', {}, null],
  ['one that got slower', { verdict: 'regressed' }, null],
  ['an interrupted one', { interrupted: true, verdict: 'interrupted' }, 'interrupted'],
  [
    'one of an ab session',
    { session: { id: 'x', side: 'a', looks: 1, maxSeconds: 60 } },
    'a side of perfctl ab',
  ],
  ['one that reached nothing', { verdict: 'error' }, 'not carried out'],
  ['one that a threshold ended', { stoppedBy: 'error_rate < 1%' }, 'stopped early'],
  [
    'one of a generator at its limit',
    { generator: { ...one.generator, saturated: true } },
    'limited by the load generator',
  ],
  ['one without a date', { startedAt: '' }, 'without a date'],
])('%s: left out of the history? %j', (_, change, reason) => {
  expect(findExclusion({ ...one, ...change })).toBe(reason)
})

test('a shard is left out', () => {
  expect(findExclusion(makeShards([1, 2], { seconds: 5 })[0])).toBe('a shard')
})
