import { describe, expect, test } from 'vitest'
import { judgeRatio, type RatioAnswer, type RatioQuestion } from '../../src/verdict/judge.js'

const question: RatioQuestion = {
  metric: 'p50',
  baseline: 100,
  current: 100,
  tolerance: 0.1,
  minDelta: 1,
  decisive: true,
}

/** A change of this many percent, known to within `reach` percent. */
function judge(change: number, reach: number, options: Partial<RatioQuestion & RatioAnswer> = {}) {
  const { metric = 'p50' } = options
  const sign = metric === 'throughput' ? -1 : 1
  const finding: RatioAnswer = {
    difference: sign * Math.log1p(change / 100),
    interval: [-1, 1],
    worseBy: -0.1,
    betterBy: -0.1,
    detectable: 0.2,
    randomError: 0.05,
    reach: Math.log1p(reach / 100),
    remedies: [
      { remedy: { more: 'seconds', count: 2 }, reach: Math.log1p(reach / 141) },
      { remedy: { more: 'seconds', count: 4 }, reach: Math.log1p(reach / 200) },
    ],
    ...options,
  }
  const { baseline = 100 } = options
  return judgeRatio({ ...question, ...options, current: baseline * (1 + change / 100) }, finding)
}

describe('a line passes when a change of twice its tolerance is ruled out', () => {
  test.each<[string, number, number, Partial<RatioQuestion>, string | null]>([
    ['the same, and precise', 0, 5, {}, null],
    ['just ruled out', 9, 9.9, {}, null],
    ['just not', 9, 10.5, {}, 'maybe_worse'],
    ['better is no reason to doubt', -20, 30, {}, null],
    ['a scatter as large as what is to be ruled out', 0, 21, {}, 'too_noisy'],
    ['of a short latency minDelta is what counts', 20, 20, { baseline: 2 }, null],
    [
      'a throughput that may be lower by a fifth',
      -12,
      12,
      { metric: 'throughput', minDelta: 0 },
      'maybe_worse',
    ],
    ['a throughput that is higher', 30, 12, { metric: 'throughput', minDelta: 0 }, null],
  ])('%s: %f %% and up to %f %% more', (_, change, reach, options, why) => {
    const judged = judge(change, reach, options)
    expect(judged.why).toBe(why)
    expect(judged.verdict).toBe(why === null ? 'passed' : 'inconclusive')
  })

  test('one that is surely worse is red, unless by less than minDelta', () => {
    expect(judge(20, 5, { worseBy: 0.05 }).verdict).toBe('regressed')
    expect(judge(20, 5, { worseBy: 0.05, baseline: 3 })).toMatchObject({
      verdict: 'passed',
      why: 'min_delta',
    })
    expect(judge(-20, 5, { betterBy: 0.05 }).verdict).toBe('improved')
  })
})

describe('requests that were sent late leave a line open only where its two bounds disagree', () => {
  test.each<[string, number, number, Partial<RatioQuestion & RatioAnswer>, string, string | null]>([
    [
      'surely worse, however late',
      30,
      5,
      { worseBy: 0.2, late: { before: 0, after: 0.1 } },
      'regressed',
      null,
    ],
    [
      'worse, or late',
      30,
      5,
      { worseBy: 0.2, late: { before: 0, after: 0.3 } },
      'inconclusive',
      'late_generator',
    ],
    ['as fast although it was late', 0, 5, { late: { before: 0, after: 0.3 } }, 'passed', null],
    ['as fast, both late alike', 0, 5, { late: { before: 0.3, after: 0.3 } }, 'passed', null],
    ['as fast as what was late', 0, 5, { late: { before: 0.3, after: 0 } }, 'inconclusive', 'late_generator'],
    ['as fast as what was a little late', 0, 5, { late: { before: 0.1, after: 0 } }, 'passed', null],
    [
      'surely better than what was late',
      -30,
      5,
      { betterBy: 0.2, late: { before: 0.1, after: 0 } },
      'improved',
      null,
    ],
  ])('%s', (_, change, reach, options, verdict, why) => {
    expect(judge(change, reach, options)).toMatchObject({ verdict, why })
  })
})

describe('an open line says how bad it may be, and what would settle it', () => {
  test('the cheapest thing that does', () => {
    expect(judge(3, 18)).toMatchObject({
      reason: 'may be worse by up to +22%',
      remedy: { more: 'seconds', count: 2 },
    })
    expect(judge(8, 20).remedy).toEqual({ more: 'seconds', count: 4 })
  })

  test('nothing where nothing does', () => {
    expect(judge(0, 80)).toMatchObject({ why: 'too_noisy', remedy: null })
  })
})
