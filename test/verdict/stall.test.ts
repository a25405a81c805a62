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

describe('side by side, with a thousand requests a second', () => {
  const many = SHOP.map((service) => ({ ...service, perSecond: 1000 }))
  const dense = (seed: number) => simulate(many, { seed, seconds: 60 })
  const judge = (before: Result, after: Result) => compare(side('a', before), side('b', after))
  const everyFifth = new Set(Array.from({ length: 12 }, (_, index) => 5 * index))
  const p99 = ({ metrics }: Comparison) =>
    metrics.filter(({ metric }) => metric === 'p99').map(({ verdict }) => verdict)

  test('a stall of 300 ms every fifth second makes p99 red, and nothing else', () => {
    const comparison = judge(dense(1), stalled(dense(2), everyFifth, 300, 0.3))
    expect(p99(comparison)).toEqual(['regressed', 'regressed', 'regressed'])
    expect(comparison.metrics.filter(({ verdict }) => verdict === 'regressed')).toHaveLength(3)
    expect(comparison.metrics[0]!.reason).toBe(
      'more than three times the usual p99 in 12 of 60 seconds of b, and in 0 of 60 seconds of a',
    )
  })

  test('the other way round it is an improvement, and on both sides nothing', () => {
    const often = (seed: number) => stalled(dense(seed), everyFifth, 300, 0.3)
    expect(p99(judge(often(1), dense(2)))).toEqual(['improved', 'improved', 'improved'])
    expect(p99(judge(often(1), often(2)))).toEqual(['passed', 'passed', 'passed'])
  })

  test.each([
    ['at three moments by chance', new Set([7, 30, 44]), 0.3],
    ['for ten seconds without a break', new Set(Array.from({ length: 10 }, (_, index) => 20 + index)), 1],
  ])('a side that stands still %s is told, and not red', (_, seconds, share) => {
    const comparison = judge(dense(1), stalled(dense(2), seconds, 2000, share))
    expect(comparison.metrics.filter(({ verdict }) => verdict === 'regressed')).toEqual([])
    expect(comparison.notes.join()).toMatch(
      new RegExp(`bursts, .*: "search" in ${seconds.size} of 60 seconds of b, .*; so few may be chance`),
    )
  })

  test('a second without an answer is a second of standing still', () => {
    const silent = (result: Result): Result => ({
      ...result,
      requests: result.requests.map((request) => ({
        ...request,
        windows: request.windows.map((window) =>
          [20, 21, 22].includes(window.start)
            ? { ...window, requests: 0, histogram: new Histogram().encode() }
            : window,
        ),
      })),
    })
    const seconds = new Set([23])
    const { notes } = judge(dense(1), silent(stalled(dense(2), seconds, 3000, 3)))
    expect(notes.join()).toMatch(/"search" in 4 of 60 seconds of b/)
  })
})
