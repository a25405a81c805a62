import { describe, expect, test } from 'vitest'
import { allSettled, isDecisive } from '../../src/verdict/decisive.js'

const question = { metric: 'p99', baseline: 100, current: 100, tolerance: 0.25, minDelta: 1 } as const
const precise = { reach: 0.4 * Math.log1p(0.5) - 0.001 }
const vague = { reach: 0.4 * Math.log1p(0.5) + 0.001 }

describe('the verdict rests on a line', () => {
  test.each([
    ['always', vague, true],
    ['never', precise, false],
    ['if-precise', precise, true],
    ['if-precise', vague, false],
  ] as const)('%s, with a reach of %j: %s', (carries, finding, expected) => {
    expect(isDecisive(carries, finding, question)).toBe(expected)
  })

  test('whose limit is minDelta, when it is precise enough for that', () => {
    expect(isDecisive('if-precise', vague, { ...question, baseline: 1, current: 1 })).toBe(true)
  })
})

describe('all is settled', () => {
  const lines = (...verdicts: string[]) => verdicts.map((verdict) => ({ metric: 'p50', verdict }))

  test.each([
    ['passed', lines('passed', 'improved', 'regressed'), true],
    ['one is open', lines('passed', 'inconclusive'), false],
    ['nothing was judged', [], false],
    ['only the errors were', [{ metric: 'error_rate', verdict: 'passed' }], false],
  ])('%s', (_, given, expected) => {
    expect(allSettled(given)).toBe(expected)
  })
})
