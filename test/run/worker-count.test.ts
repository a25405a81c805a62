import { describe, expect, test } from 'vitest'
import { countWorkers } from '../../src/run/worker-count.js'
import { closedLoad, openLoad } from '../load/simulate.js'

const users = (target: number, iterations: number | null = null) =>
  closedLoad({ start: target, stages: [{ durationMs: 1000, target }], iterations })

const HTTP = { timeoutMs: 1000, connectTimeoutMs: 1000, insecure: false, headers: {} }

test.each([
  ['a core each', 'http://elsewhere', users(100), undefined, 8],
  ['a core left to a service on this machine', 'http://localhost:1', users(100), undefined, 7],
  ['as many as requested', 'http://localhost:1', users(100), 12, 12],
  [
    'no more than users, because one without any would send none of its iterations',
    'http://x',
    users(3),
    4,
    3,
  ],
  ['no more than concurrent arrivals', 'http://x', openLoad({ maxVus: 2 }), undefined, 2],
])('a load has %s', (_, target, load, asked, wanted) => {
  expect(countWorkers({ target, load, http: HTTP }, { asked, cores: 8, shard: null })).toBe(wanted)
})

describe('on several machines', () => {
  const count = (index: number, load = users(5)) =>
    countWorkers(
      { target: 'http://x', load, http: HTTP },
      { asked: undefined, cores: 8, shard: { index, of: 4 } },
    )

  test('each has at most as many workers as users', () => {
    expect([1, 2, 3, 4].map((index) => count(index))).toEqual([2, 1, 1, 1])
  })

  test.each([
    ['users', users(3), '3 virtual users'],
    ['iterations', users(9, 2), '2 iterations'],
    ['arrivals at once', openLoad({ maxVus: 1 }), '1 virtual user '],
  ])('too few %s are refused on all machines, not only on the last', (_, load, message) => {
    for (const index of [1, 4]) expect(() => count(index, load)).toThrow(message)
  })
})
