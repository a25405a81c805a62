import { expect, test } from 'vitest'
import { History } from '../../../src/report/live/history.js'
import { frameOf } from './frames.js'

test('figures of a request cover the last ten seconds', () => {
  const history = new History()
  for (let second = 0; second < 5; second++) history.add(frameOf({ search: { latenciesMs: [500, 500] } }))
  for (let second = 0; second < 10; second++)
    history.add(frameOf({ search: { latenciesMs: [10, 10, 20], failures: [['timeout', 'late']] } }))
  expect(history.requests()).toEqual([
    {
      name: 'search',
      rate: 3,
      failedRatio: 0.25,
      p50Ms: expect.closeTo(10, 1),
      p95Ms: expect.closeTo(20, 1),
      cacheRatio: null,
      timings: [],
    },
  ])
})

test('at first they cover the seconds so far', () => {
  const history = new History()
  history.add(frameOf({ search: { latenciesMs: [10, 10] }, details: {} }))
  history.add(frameOf({ search: { latenciesMs: [10] }, details: {} }))
  expect(history.requests().map(({ name, rate, failedRatio }) => [name, rate, failedRatio])).toEqual([
    ['search', 1.5, 0],
    ['details', 0, null],
  ])
})

test('a second is copied, so later changes of its series have no effect', () => {
  const history = new History()
  const frame = frameOf({ search: { latenciesMs: [10, 10], failures: [['reset', 'gone']] } })
  history.add(frame)
  const before = [history.requests(), history.failures()]
  frame.series[0]!.series.clear()
  expect([history.requests(), history.failures()]).toEqual(before)
})

test('failures are counted by kind, most frequent first, with the latest message', () => {
  const history = new History()
  history.add(frameOf({ search: { failures: [['timeout', 'after 10s']] }, details: {} }))
  history.add(
    frameOf({
      search: { failures: [['status', 'status 503']] },
      details: {
        failures: [
          ['status', 'status 500'],
          ['status', 'status 500'],
        ],
      },
    }),
  )
  expect(history.failures()).toEqual([
    { kind: 'status', count: 3, message: 'status 500', request: 'details' },
    { kind: 'timeout', count: 1, message: 'after 10s', request: 'search' },
  ])
})

test('failures and drops of the warm-up are cleared at its end', () => {
  const history = new History()
  const failing = { search: { failures: [['timeout', 'late']] as const } }
  history.add(frameOf(failing, { phase: 'warm-up', dropped: 7 }))
  expect([history.failures().length, history.dropped]).toEqual([1, 7])
  history.add(frameOf({ search: {} }, { dropped: 2 }))
  expect([history.failures().length, history.dropped]).toEqual([0, 2])
  history.add(frameOf(failing, { phase: 'stopping', dropped: 1 }))
  expect([history.failures().length, history.dropped]).toEqual([1, 3])
})

test('only two minutes are kept', () => {
  const history = new History()
  for (let second = 0; second < 300; second++) history.add(frameOf({ search: {} }, { p95Ms: second }))
  expect(history.moments.map(({ p95Ms }) => p95Ms)).toEqual(Array.from({ length: 120 }, (_, i) => 180 + i))
})

test('server timings and cache hits cover the same seconds', () => {
  const history = new History()
  for (const [hits, ms] of [
    [0, 1],
    [1, 3],
  ] as const) {
    const frame = frameOf({ search: { latenciesMs: [10, 10] }, details: { latenciesMs: [5] } })
    const { series } = frame.series[0]!
    series.timing('db')!.record(1000 * ms)
    series.cacheHits = hits
    series.cacheMisses = 2 - hits
    history.add(frame)
  }
  const [search, details] = history.requests()
  expect(search).toMatchObject({
    cacheRatio: 0.25,
    timings: [{ name: 'db', p50Ms: expect.closeTo(1, 1), p95Ms: expect.closeTo(3, 1) }],
  })
  expect(details).toMatchObject({ cacheRatio: null, timings: [] })
})
