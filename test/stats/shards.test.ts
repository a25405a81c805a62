import { describe, expect, test } from 'vitest'
import type { UserError } from '../../src/base/errors.js'
import type { Result } from '../../src/stats/result.js'
import { listLoadDoubts } from '../../src/stats/shard.js'
import { orderShards } from '../../src/stats/shards.js'
import { makeShards } from '../verdict/shards.js'

const [one, two, three] = makeShards([1, 2, 3], { seconds: 5 }) as unknown as [Result, Result, Result]

function order(...results: Result[]): readonly Result[] {
  const files = results.map((result, i) => ({ file: `${i + 1}.json`, result }))
  return orderShards(files as unknown as Parameters<typeof orderShards>[0])
}

function problemsOf(...results: Result[]): string[] {
  try {
    order(...results)
  } catch (error) {
    return (error as UserError).problems.map(({ message }) => message)
  }
  return []
}

test('shards are sorted, whatever the order of the files', () => {
  expect(order(three, one, two)).toEqual([one, two, three])
})

describe('results that are not the shards of one run', () => {
  const { scenario, environment } = two
  const other = (limits: object) => ({ ...two.shard!, limits: { ...two.shard!.limits, ...limits } })
  test.each<[string, Result[], string]>([
    ['a whole run', [one, { ...two, shard: null }, three], '2.json is a whole run, not a shard'],
    ['a merged run', [one, { ...two, shard: null, shards: [] }, three], '2.json is already merged'],
    ['a duplicate shard', [one, two, three, two], 'shard 2 of 3 appears twice: 2.json and 4.json'],
    ['a missing shard', [one, three], 'shards of the run are missing: 2/3'],
    ['two missing shards', [two], 'shards of the run are missing: 1/3, 3/3'],
    [
      'another scenario',
      [one, { ...two, scenario: { ...scenario, name: 'cart', hash: 'x' } }, three],
      '2.json differs from 1.json in its scenario: cart instead of shop',
    ],
    [
      'another load',
      [one, { ...two, scenario: { ...scenario, hash: 'sha256:0123456789abcdef' } }, three],
      '2.json differs from 1.json in its load, requests or data (hash): 0123456789ab instead of sha256:5ce7a210',
    ],
    [
      'another seed',
      [one, { ...two, seed: 7 }, three],
      '2.json differs from 1.json in its seed: 7 instead of 42',
    ],
    [
      'another number of shards',
      [one, { ...two, shard: { ...two.shard!, of: 4 } }, three],
      '2.json differs from 1.json in its number of shards: 4 instead of 3',
    ],
    [
      'other limits',
      [one, { ...two, shard: other({ thresholds: ['p95 < 1ms'] }) }, three],
      '2.json differs from 1.json in its limits (thresholds or baseline)',
    ],
    [
      'another version',
      [one, { ...two, environment: { ...environment, perfctl: '9.9.9' } }, three],
      '2.json differs from 1.json in its perfctl version: 9.9.9 instead of 0.1.0',
    ],
  ])('%s', (_, results, message) => {
    expect(problemsOf(...results)).toEqual([message])
  })

  test('are reported all at once', () => {
    expect(problemsOf(one, { ...two, seed: 7 }, three, three)).toHaveLength(2)
  })
})

test('machines may have any number of workers', () => {
  const larger = { ...two, shard: { ...two.shard!, workers: 8 } }
  expect(order(one, larger, three)).toHaveLength(3)
})

describe('shards that did not send the full load together', () => {
  const marks = (apartSeconds: number, durationSeconds: number) => ({
    shards: [0, apartSeconds].map((delay, i) => ({
      index: i + 1,
      workers: 1,
      startedAt: new Date(Date.UTC(2026, 2, 1) + delay * 1000).toISOString(),
      durationSeconds,
      requests: 1,
      failed: 0,
    })),
  })

  test.each([
    [2, 10, 0],
    [2.1, 10, 1],
    [3, 30, 0],
    [3.1, 30, 1],
    [600, 30, 1],
  ])('%d s apart in a run of %d s cause %d doubts', (apart, seconds, doubts) => {
    expect(listLoadDoubts(marks(apart, seconds))).toHaveLength(doubts)
  })

  test('because one was stopped early are in doubt, too', () => {
    expect(listLoadDoubts({ ...marks(0, 10), stoppedBy: 'error_rate < 5%' })).toHaveLength(1)
    expect(listLoadDoubts({ shards: null, stoppedBy: 'error_rate < 5%' })).toEqual([])
  })
})
