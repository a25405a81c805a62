import { describe, expect, test } from 'vitest'
import { COMPARE_DEFAULTS } from '../../src/verdict/compare.js'
import { findStalls } from '../../src/verdict/judges/stalls.js'
import type { Series } from '../../src/verdict/series.js'
import { countStalls, judgeStalls, pairStalls } from '../../src/verdict/stalls.js'
import { histogramOf } from './latencies.js'

/** Pairs of windows: `b` only b stalled, `a` only a, `x` both, `.` neither. */
const pairs = (text: string) =>
  [...text].map((sign) => ({ a: sign === 'a' || sign === 'x', b: sign === 'b' || sign === 'x' }))

describe('the sign test', () => {
  test.each([
    ['nothing stalled', '............', 1],
    ['one of two sides did once', '...b........', 1 / 2],
    ['only b did, apart from each other', '.b.b.b.b.b.b', 1 / 64],
    ['one stretch of b counts once', '.bbbbb......', 1 / 2],
    ['the longest of several does', '.bbb.b.b....', 1 / 8],
    ['a stretch of a counts in full', '.b.b.b.aa...', 1 / 2],
    ['where both stalled it was the machine', '.xxxx.x.x...', 1],
  ])('%s', (_, text, worse) => {
    expect(findStalls(pairs(text)).worse).toBeCloseTo(worse, 12)
  })

  test('the other way round worse is better', () => {
    const one = findStalls(pairs('..b.bb.a.xb.b...'))
    const other = findStalls(pairs('..a.aa.b.xa.a...'))
    expect(other).toMatchObject({ worse: one.better, better: one.worse, lasting: -one.lasting })
    expect(other.difference).toBe(-one.difference)
    expect(other.interval).toEqual([-one.interval[1], -one.interval[0]])
  })
})

describe('the judgement of stalls', () => {
  const judged = (text: string, alpha = 0.001) => judgeStalls(findStalls(pairs(text)), alpha)
  const every = (period: number, windows: number) =>
    Array.from({ length: windows }, (_, index) => (index % period === 0 ? 'b' : '.')).join('')

  test('twelve on one side alone regressed, and improved on the other', () => {
    expect(judged(every(5, 60))).toMatchObject({ verdict: 'regressed', baseline: 0, current: 0.2 })
    expect(judged(every(5, 60).replaceAll('b', 'a')).verdict).toBe('improved')
  })

  test.each([
    // 2^-10 is just below a thousandth, 2^-9 is not.
    [10, 'regressed'],
    [9, 'inconclusive'],
  ])('%i of 60 is %s', (stalls, verdict) => {
    expect(judged(`${'b.'.repeat(stalls)}${'.'.repeat(60 - 2 * stalls)}`)).toMatchObject({ verdict })
  })

  test('as sure as it may be, a twentieth of the windows and less is no regression', () => {
    const rare = (windows: number) => `${'b.'.repeat(15)}${'.'.repeat(windows - 30)}`
    expect(judged(rare(300)).verdict).toBe('passed')
    expect(judged(rare(299)).verdict).toBe('regressed')
  })

  test('too few to tell is no pass', () => {
    const { verdict, reason, why } = judged(every(5, 15))
    expect({ verdict, why }).toEqual({ verdict: 'inconclusive', why: 'too_noisy' })
    expect(reason).toBe("too few to tell from chance: 3 of 15 windows stalled, and 0 of the other side's")
  })

  test('one stop of several windows passes, and is told', () => {
    const { verdict, reason } = judged(`..........bbbbb${'.'.repeat(15)}`)
    expect(verdict).toBe('passed')
    expect(reason).toBe("bursty: 5 of 30 windows stalled, and 0 of the other side's")
  })

  test('one window is not worth a word', () => {
    expect(judged('....b.......')).toMatchObject({ verdict: 'passed', reason: null })
  })
})

/** Seconds of so many answers, each of which took so many ms; `null` for a second without any, `NaN` if all failed. */
function series(millis: readonly (number | null)[], count = 200): Series {
  return millis.map((ms) => {
    if (ms === null) return { seconds: 1, requests: 0, failed: 0, latencies: [] }
    if (Number.isNaN(ms)) return { seconds: 1, requests: count, failed: count, latencies: [] }
    return { seconds: 1, requests: count, failed: 0, latencies: [histogramOf([1000 * ms], count)] }
  })
}

const steady = (seconds: number, ms = 10) => Array.from({ length: seconds }, () => ms)

describe('a window stalled', () => {
  const stalled = (ms: number | null, limits = COMPARE_DEFAULTS) =>
    countStalls(series([...steady(20), ms]), limits)

  test.each([
    ['as slow as three times the usual', 30, 0],
    ['slower than three times the usual', 30.1, 1],
    ['without any answer', null, 1],
  ])('%s: %j', (_, ms, count) => {
    expect(stalled(ms)).toEqual({ windows: 21, stalled: count })
  })

  test('not when all of it failed: that is a matter of the error rate', () => {
    expect(stalled(Number.NaN)).toEqual({ windows: 20, stalled: 0 })
  })

  test('only beyond what the p99 may grow, and by more than minDelta', () => {
    const lenient = { ...COMPARE_DEFAULTS.tolerance, p99: 4 }
    expect(stalled(49, { ...COMPARE_DEFAULTS, tolerance: lenient })?.stalled).toBe(0)
    expect(stalled(51, { ...COMPARE_DEFAULTS, tolerance: lenient })?.stalled).toBe(1)
    expect(stalled(49, { ...COMPARE_DEFAULTS, minDeltaMs: 40 })?.stalled).toBe(0)
    expect(stalled(51, { ...COMPARE_DEFAULTS, minDeltaMs: 40 })?.stalled).toBe(1)
  })

  test('windows are as many seconds as it takes to hold a hundred answers', () => {
    expect(countStalls(series(steady(20), 50), COMPARE_DEFAULTS)?.windows).toBe(10)
    expect(countStalls(series(steady(20), 30), COMPARE_DEFAULTS)).toBeNull()
  })

  test('pairs stay beside each other within blocks, whatever a block lacks at its end', () => {
    const blocks = [
      { a: series(steady(9)), b: series([...steady(6), 90]) },
      { a: series([90, ...steady(8)]), b: series([90, ...steady(8)]) },
    ]
    expect(pairStalls(blocks, COMPARE_DEFAULTS)).toMatchObject({
      pairs: 16,
      stalled: { a: 1, b: 2 },
      difference: 1 / 16,
    })
  })
})
