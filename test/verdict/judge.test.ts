import { describe, expect, test } from 'vitest'
import { judgeRatio, type RatioQuestion } from '../../src/verdict/judge.js'
import { isJudged, isTooNoisy } from '../../src/verdict/row.js'

const question: RatioQuestion = {
  metric: 'p99',
  baseline: 17,
  current: 67,
  tolerance: 0.25,
  minDelta: 1,
  blindTolerances: 4,
}

/** Not sure to be worse, although the rule would have seen a change of 65 %. */
const unsure = {
  difference: 1.37,
  interval: [-0.1, 2.8],
  isWorse: false,
  isBetter: false,
  detectable: 0.5,
} as const

describe('a figure beyond its limit that may be chance', () => {
  const judge = (change: Partial<RatioQuestion>) => judgeRatio({ ...question, ...change }, unsure)

  test.each<[string, Partial<RatioQuestion>, string]>([
    ['four times the tail', {}, 'inconclusive'],
    ['just beyond', { current: 21.3 }, 'inconclusive'],
    ['just within', { current: 21.2 }, 'passed'],
    ['better', { current: 5 }, 'passed'],
    ['less than minDelta', { current: 67, minDelta: 60 }, 'passed'],
    [
      'the throughput fell',
      { metric: 'throughput', baseline: 100, current: 70, minDelta: 0 },
      'inconclusive',
    ],
    ['the throughput rose', { metric: 'throughput', baseline: 100, current: 170, minDelta: 0 }, 'passed'],
  ])('%s: %s', (_, change, verdict) => {
    expect(judge(change).verdict).toBe(verdict)
  })

  test('is an answer all the same, and no noise that spoils the run', () => {
    const { metric, baseline, current, interval, detectable, tolerance, verdict, reason, why } = judge({})
    const comparison = {
      request: 'search',
      change: 3,
      ...{ metric, baseline, current, interval, detectable, tolerance, verdict, reason },
    }
    expect(why).toBe('maybe_worse')
    expect(isJudged({ comparison, verdict, why })).toBe(true)
    expect(isTooNoisy({ comparison: { ...comparison, metric: 'p50' }, verdict, why })).toBe(false)
  })

  test('what could not have seen that much is too noisy', () => {
    expect(judgeRatio(question, { ...unsure, detectable: 1 }).why).toBe('too_noisy')
  })
})
