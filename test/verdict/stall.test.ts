import { describe, expect, test } from 'vitest'
import type { Comparison } from '../../src/stats/comparison.js'
import { Histogram } from '../../src/stats/histogram.js'
import type { Result, Window } from '../../src/stats/result.js'
import { compare } from '../../src/verdict/compare.js'
import { SHOP, simulate } from './simulate.js'

const BUSY = SHOP.map((service) => ({ ...service, perSecond: 250 }))
const run = (seed: number) => simulate(BUSY, { seed, seconds: 60 })

/** The run, had the service stood still in these seconds: part of what they hold waited for `ms`. */
function stalled(result: Result, seconds: ReadonlySet<number>, ms: number, share: number): Result {
  const slow = (window: Window): Window => {
    if (!seconds.has(window.start)) return window
    const histogram = Histogram.decode(window.histogram)
    const waited = new Histogram()
    waited.add(histogram)
    waited.recordCount(1000 * ms, Math.round(share * histogram.count))
    return { ...window, requests: waited.count, histogram: waited.encode() }
  }
  const requests = result.requests.map((request) => ({ ...request, windows: request.windows.map(slow) }))
  return { ...result, requests }
}

const side = (which: 'a' | 'b', result: Result): Result => ({
  ...result,
  session: { id: '7f3k', side: which, looks: 1 },
})
const WAYS: readonly (readonly [string, (before: Result, after: Result) => Comparison])[] = [
  ['against a stored run', (before, after) => compare(before, after)],
  ['side by side', (before, after) => compare(side('a', before), side('b', after))],
]

describe.each(WAYS)('%s', (_, judge) => {
  const red = (after: Result) =>
    judge(run(1), after)
      .metrics.filter(({ verdict }) => verdict === 'regressed')
      .map(({ metric }) => metric)

  test.each([
    ['200 ms, as of a garbage collection', new Set([30]), 200, 0.2],
    ['2 s', new Set([30, 31]), 2000, 1],
    ['5 s, as of a neighbour', new Set([30, 31, 32, 33, 34]), 5000, 1],
    ['5 s at the end', new Set([55, 56, 57, 58, 59]), 5000, 1],
  ])('one stall of %s makes nothing red', (_, seconds, ms, share) => {
    expect(red(stalled(run(2), seconds, ms, share))).toEqual([])
  })

  test('a stall of 300 ms every other second makes the high percentiles red', () => {
    const often = new Set(Array.from({ length: 30 }, (_, index) => 2 * index))
    expect(red(stalled(run(2), often, 300, 0.3))).toContain('p99')
  })
})
