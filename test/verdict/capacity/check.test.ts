import { describe, expect, test } from 'vitest'
import { CapacityCheck, type CheckGoal } from '../../../src/verdict/capacity/check.js'
import type { Trial } from '../../../src/verdict/capacity/trial.js'

const GOAL: CheckGoal = {
  load: 400,
  trialSeconds: 10,
  settleSeconds: 3,
  sumSeconds: 60,
  exceed: 0.2,
  budgetSeconds: 120,
}

/** Runs a check on trials as in "++-?": met, missed, doubtful; the last one is repeated. */
function check(trials: string, goal: Partial<CheckGoal> = {}, rest: Partial<Trial> = {}) {
  const machine = new CapacityCheck({ ...GOAL, ...goal })
  const asked: number[] = []
  for (let probe = machine.next(); probe !== null; probe = machine.next()) {
    const sign = trials[Math.min(asked.length, trials.length - 1)]
    asked.push(probe.seconds)
    const { load, seconds } = probe
    const spentSeconds = seconds + 3
    machine.record({
      load,
      seconds,
      isMet: sign === '+',
      isUnsure: sign === '?',
      spentSeconds,
      carried: 399,
      ...rest,
    })
  }
  return { ...machine.answer(), asked }
}

test.each([
  ['+', true, 'decided', 5],
  ['-', false, 'decided', 2],
  ['+-', false, 'decided', 3],
  ['+-+', true, 'decided', 6],
  ['?', null, 'generator', 2],
  ['?+', true, 'decided', 6],
] as const)('trials %s, and so on: carried %s', (trials, isCarried, end, count) => {
  const answer = check(trials)
  expect(answer).toMatchObject({ isCarried, end })
  expect(answer.asked).toHaveLength(count)
})

test('tells what was carried', () => {
  expect(check('+').loads).toMatchObject([{ load: 400, class: 'lower', met: 5, trials: 5, carried: 399 }])
  expect(check('?').loads).toEqual([])
})

describe('a small budget', () => {
  test.each([30, 60, 90, 120])('of %d s is enough for an answer, even with one miss', (budgetSeconds) => {
    for (const [trials, isCarried] of [
      ['+', true],
      ['-+', true],
      ['+++-+', true],
      ['-', false],
      ['+-', false],
    ] as const) {
      const answer = check(trials, { budgetSeconds })
      expect(answer).toMatchObject({ isCarried, end: 'decided' })
      expect(answer.spentSeconds).toBeLessThanOrEqual(budgetSeconds)
    }
  })

  test('makes trials shorter, not fewer', () => {
    const { asked } = check('+', { budgetSeconds: 60 })
    expect(asked[0]).toBeLessThan(10)
    expect(asked.length).toBeGreaterThanOrEqual(4)
  })

  test('that is too small for anything ends without an answer', () => {
    expect(check('+', { budgetSeconds: 10 })).toMatchObject({
      isCarried: null,
      end: 'budget',
      spentSeconds: 0,
    })
  })

  test('that slow settling uses up ends without an answer', () => {
    const answer = check('+-+', { budgetSeconds: 60 }, { spentSeconds: 18 })
    expect(answer).toMatchObject({ isCarried: null, end: 'budget' })
    expect(answer.spentSeconds).toBeLessThanOrEqual(60)
  })

  test('and none to miss: a single miss decides', () => {
    expect(check('+-', { exceed: 0 })).toMatchObject({ isCarried: false })
  })
})
