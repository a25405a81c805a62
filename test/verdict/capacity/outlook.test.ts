import { describe, expect, test } from 'vitest'
import { CapacityCheck } from '../../../src/verdict/capacity/check.js'
import { Outlook } from '../../../src/verdict/capacity/outlook.js'
import { CapacitySearch, type SearchGoal } from '../../../src/verdict/capacity/search.js'
import type { Probe, Trial } from '../../../src/verdict/capacity/trial.js'
import { USUAL } from './searches.js'

const GOAL: SearchGoal = { ...USUAL, from: 20 }

/** The estimate after each trial, with what the rest took. */
function follow(
  make: () => CapacitySearch | CapacityCheck,
  answer: (probe: Probe, index: number) => Partial<Trial>,
) {
  const machine = make()
  const outlook = new Outlook(make, GOAL.settleSeconds, (of) => of.answer().loads)
  const steps: { probe: Probe; isMet: boolean; left: number; spent: number }[] = []
  for (let probe = machine.next(); probe !== null; probe = machine.next()) {
    const trial: Trial = {
      ...probe,
      isMet: true,
      isUnsure: false,
      spentSeconds: probe.seconds + GOAL.settleSeconds,
      carried: probe.load,
      ...answer(probe, steps.length),
    }
    machine.record(trial)
    const left = outlook.after(probe, trial)
    steps.push({ probe, isMet: trial.isMet, left, spent: machine.answer().spentSeconds })
  }
  const whole = machine.answer().spentSeconds
  return steps.map(({ spent, ...step }) => ({ ...step, rest: whole - spent }))
}

const search =
  (goal: Partial<typeof GOAL> = {}) =>
  () =>
    new CapacitySearch({ ...GOAL, ...goal })
const carries = (capacity: number) => (probe: Probe) => ({ isMet: probe.load <= capacity })

describe('the estimate of the rest', () => {
  test.each([27, 137, 244, 900])('is near what it takes, of a service that carries %d/s', (capacity) => {
    const errors = follow(search(), carries(capacity)).flatMap(({ left, rest }) =>
      rest === 0 ? [] : [Math.abs(left / rest - 1)],
    )
    expect(errors.sort((a, b) => a - b)[errors.length >> 1]).toBeLessThan(0.4)
  })

  test('is 0 at the end', () => {
    expect(follow(search(), carries(244)).at(-1)!.left).toBe(0)
  })

  test('is exact at the most that may be sent, as nothing else is left to do', () => {
    const steps = follow(search({ max: 160 }), carries(1000))
    const last = steps.filter(({ probe }) => probe.load === 160)
    expect(last.length).toBeGreaterThan(4)
    for (const { left, rest } of last) expect(left).toBeCloseTo(rest)
  })

  test('never grows after a trial that was met, or a miss that was likely', () => {
    const steps = follow(search(), carries(244))
    for (const [index, { left }] of steps.entries())
      if (index > 0) expect(left).toBeLessThanOrEqual(steps[index - 1]!.left)
  })

  test('grows if a load that seemed to be carried is not', () => {
    let misses = 0
    const steps = follow(search(), (probe) => ({
      isMet: probe.load <= 244 && !(probe.load > 230 && ++misses > 2),
    }))
    expect(steps.some(({ left, isMet }, index) => !isMet && index > 0 && left > steps[index - 1]!.left)).toBe(
      true,
    )
  })

  test('is never more than the budget leaves', () => {
    const slow = (probe: Probe) => ({ ...carries(244)(probe), spentSeconds: probe.seconds + 60 })
    const steps = follow(search({ budgetSeconds: 300 }), slow)
    let spent = 0
    for (const { left, probe } of steps) {
      spent += probe.seconds + 60
      expect(left).toBeLessThanOrEqual(300 - spent + 60)
    }
  })

  test('is no less than a second for each trial, however early misses end', () => {
    const early = (probe: Probe) => ({ ...carries(244)(probe), ...(probe.load > 244 && { spentSeconds: 2 }) })
    const long = { trialSeconds: 60, sumSeconds: 360, budgetSeconds: 3600 }
    const steps = follow(search(long), early)
    for (const { left, rest } of steps) expect(left).toBeGreaterThanOrEqual(rest === 0 ? 0 : 1)
  })

  test('learns what trials cost', () => {
    const slow = (probe: Probe) => ({ ...carries(244)(probe), spentSeconds: probe.seconds + 20 })
    const [first] = follow(search(), slow)
    expect(first!.left).toBeGreaterThan(1.2 * follow(search(), carries(244))[0]!.left)
  })

  test('of a check is that of the trials it still needs', () => {
    const steps = follow(
      () => new CapacityCheck({ ...GOAL, load: 400 }),
      () => ({}),
    )
    expect(steps.map(({ left }) => left)).toEqual([52, 39, 26, 13, 0])
  })
})
