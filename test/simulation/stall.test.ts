import { describe, expect, test, vi } from 'vitest'
import type { Comparison } from '../../src/stats/comparison.js'
import { Histogram } from '../../src/stats/histogram.js'
import type { Result, Window } from '../../src/stats/result.js'
import { COMPARE_DEFAULTS, compare } from '../../src/verdict/compare.js'
import { countRedSessions, endsOf } from '../verdict/sessions.js'
import { SHOP, simulate } from '../verdict/simulate.js'
import type { Stalls } from '../verdict/standstill.js'

// Hundreds of simulated runs per test, on machines that do other work, too.
vi.setConfig({ testTimeout: 120_000 })

const BUSY = SHOP.map((service) => ({ ...service, perSecond: 250 }))
const run = (seed: number) => simulate(BUSY, { seed, seconds: 60 })

/** The run if the service had stalled in these seconds: some of their requests waited for `ms`. */
function stalled(result: Result, seconds: ReadonlySet<number>, ms: number, share: number): Result {
  const slow = (window: Window): Window => {
    if (!seconds.has(window.start)) return window
    const { histogram } = window
    const waited = new Histogram()
    waited.add(histogram)
    waited.recordCount(1000 * ms, Math.round(share * histogram.count))
    return { ...window, requests: waited.count, histogram: waited.freeze() }
  }
  const requests = result.requests.map((request) => ({ ...request, windows: request.windows.map(slow) }))
  return { ...result, requests }
}

const side = (which: 'a' | 'b', result: Result): Result => ({
  ...result,
  session: { id: '7f3k', side: which, looks: 1, maxSeconds: 60 },
})
/** In a session whose sides don't share noise here, which would hide +10 % of the p50. */
const beside = (before: Result, after: Result): Comparison =>
  compare(side('a', before), side('b', after), {
    tolerance: { ...COMPARE_DEFAULTS.tolerance, p50: 0.5, p95: 0.5 },
  })
const WAYS: readonly (readonly [string, (before: Result, after: Result) => Comparison])[] = [
  ['against a stored run', (before, after) => compare(before, after)],
  ['side by side', (before, after) => beside(before, after)],
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
  ])('one stall of %s causes no regression', (_, seconds, ms, share) => {
    expect(red(stalled(run(2), seconds, ms, share))).toEqual([])
  })

  test('a stall of 300 ms every other second is a regression of the high percentiles', () => {
    const often = new Set(Array.from({ length: 30 }, (_, index) => 2 * index))
    expect(red(stalled(run(2), often, 300, 0.3))).toContain('p99')
  })
})

const every = (seconds: number) =>
  new Set(Array.from({ length: Math.floor(60 / seconds) }, (_, index) => seconds * index + 1))
const rows = (comparison: Comparison) => comparison.metrics.filter(({ metric }) => metric === 'stalls')

describe('a stall of 300 ms every fifth second', () => {
  const after = stalled(run(2), every(5), 300, 0.05)

  test('is found in an A/B session, though no typical value shows it', () => {
    const comparison = beside(run(1), after)
    expect(comparison.verdict).toBe('regressed')
    expect(rows(comparison)).toHaveLength(BUSY.length)
    for (const row of rows(comparison)) {
      expect(row).toMatchObject({ verdict: 'regressed', baseline: 0, current: 0.2, change: 0.2 })
      expect(row.interval![0]).toBeGreaterThan(0.05)
    }
  })

  test('and is an improvement with the sides swapped', () => {
    const back = beside(after, run(1))
    expect(back.verdict).toBe('improved')
    expect(new Set(rows(back).map(({ verdict }) => verdict))).toEqual(new Set(['improved']))
  })

  test('is not blamed on b if a has stalls, too, in the same or other seconds', () => {
    for (const seconds of [every(5), new Set([...every(5)].map((second) => second + 2))]) {
      const comparison = beside(stalled(run(1), seconds, 300, 0.05), after)
      expect(new Set(rows(comparison).map(({ verdict }) => verdict))).toEqual(new Set(['passed']))
    }
  })

  test('is reported against a stored run, but not judged', () => {
    const comparison = compare(run(1), after)
    expect(rows(comparison)).toEqual([])
    expect(comparison.notes.join()).toMatch(
      /^bursty: 12 of 60 windows of "search", "details", "create booking"/,
    )
  })
})

describe('too few stalls to judge', () => {
  const short = (seed: number) => simulate(BUSY, { seed, seconds: 15 })
  const comparison = beside(short(1), stalled(short(2), new Set([2, 7, 12]), 300, 0.05))

  test('make the session inconclusive, and ask for more seconds', () => {
    expect(comparison.verdict).toBe('inconclusive')
    expect(comparison.notes[0]).toMatch(
      /^the stalls of "search" are too few to tell from chance: 3 of 15 windows stalled/,
    )
  })
})

test.each(WAYS)('%s one stop of 5 s passes, and is told to be a burst', (_, judge) => {
  const comparison = judge(run(1), stalled(run(2), new Set([30, 31, 32, 33, 34]), 5000, 1))
  const told = [...comparison.notes, ...comparison.metrics.map(({ reason }) => reason ?? '')]
  expect(comparison.verdict).toBe('passed')
  expect(told.filter((text) => text.startsWith('bursty: 5 of 60 windows')).length).toBeGreaterThan(0)
})

test.each(WAYS)('%s nothing is bursty about the same code', (_, judge) => {
  const { notes, metrics } = judge(run(1), run(2))
  expect([...notes, ...metrics.map(({ reason }) => reason)].join()).not.toContain('bursty')
})

describe('on simulated machines', () => {
  const load = { seconds: 60, perSecond: 1000 }
  const stalls: Stalls = { part: 'stalls', everySeconds: 5, ms: 300, users: 20 }

  test.each(['quiet', 'shared', 'noisy'] as const)(
    'stalls of 300 ms every 5 s are found in a minute of each side of a %s one in most cases',
    (level) => {
      expect(countRedSessions({ level, load }, stalls, 40)).toBeGreaterThan(0.6)
    },
  )

  test('and never pass as none in half a minute', () => {
    const setting = { level: 'shared', load: { ...load, seconds: 30 } } as const
    expect(endsOf(setting, stalls, 40).passed).toBe(0)
  })

  test.each(['quiet', 'shared'] as const)('one stop of 5 s is hardly ever red on a %s one', (level) => {
    const once: Stalls = { part: 'stalls', everySeconds: Number.POSITIVE_INFINITY, ms: 5000 }
    expect(countRedSessions({ level, load }, once, 60)).toBeLessThanOrEqual(1 / 60)
    expect(countRedSessions({ level, load }, { ...once, users: 20 }, 60)).toBeLessThanOrEqual(1 / 60)
  })
})
