import { describe, expect, test } from 'vitest'
import { type Finding, judgeRatio, type RatioQuestion } from '../../src/verdict/judge.js'

const question: RatioQuestion = {
  metric: 'p50',
  baseline: 100,
  current: 100,
  tolerance: 0.1,
  minDelta: 1,
  decisive: true,
}

/** A change of this many percent, known to within `reach` percent. */
function judge(change: number, reach: number, options: Partial<RatioQuestion & Finding> = {}) {
  const { metric = 'p50' } = options
  const sign = metric === 'throughput' ? -1 : 1
  const finding: Finding = {
    difference: sign * Math.log1p(change / 100),
    interval: [-1, 1],
    isWorse: false,
    isBetter: false,
    detectable: 0.2,
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
    expect(judge(20, 5, { isWorse: true }).verdict).toBe('regressed')
    expect(judge(20, 5, { isWorse: true, baseline: 3 })).toMatchObject({
      verdict: 'passed',
      why: 'min_delta',
    })
    expect(judge(-20, 5, { isBetter: true }).verdict).toBe('improved')
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
