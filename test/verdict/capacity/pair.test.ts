import { describe, expect, test } from 'vitest'
import {
  CapacityPair,
  checkSeconds,
  type PairGoal,
  type PairSide,
} from '../../../src/verdict/capacity/pair.js'
import type { Probe, Trial } from '../../../src/verdict/capacity/trial.js'

const GOAL: PairGoal = {
  from: 20,
  max: 2000,
  width: 0.05,
  trialSeconds: 10,
  settleSeconds: 3,
  sumSeconds: 60,
  exceed: 0.2,
  budgetSeconds: 1200,
  isWhole: false,
  tolerance: 0.1,
}

/** What a side does in the trial of this number of both. */
type Answer = (probe: Probe, index: number) => Partial<Trial>

interface Turned extends Probe {
  readonly side: PairSide
  readonly isMet: boolean
}

const carries =
  (capacity: number): Answer =>
  ({ load }) => ({ isMet: load <= capacity })

function pairOf(a: Answer, b: Answer, goal: Partial<PairGoal> = {}) {
  const machine = new CapacityPair({ ...GOAL, ...goal })
  const turns: Turned[] = []
  let spent = 0
  for (let turn = machine.next(); turn !== null; turn = machine.next()) {
    expect(machine.next()).toEqual(turn)
    const { side, load, seconds } = turn
    const trial: Trial = {
      load,
      seconds,
      isMet: true,
      isUnsure: false,
      spentSeconds: seconds + 3,
      carried: load,
      ...{ a, b }[side](turn, turns.length),
    }
    spent += trial.spentSeconds
    machine.record(trial)
    turns.push({ ...turn, isMet: trial.isMet })
    if (turns.length > 500) throw new Error('endless')
  }
  return { ...machine.answer(), turns, spent }
}

/** B carries too little, which takes a check of three trials of each side; the number of the first of them. */
const dry = pairOf(carries(244), carries(180))
const begun = dry.turns.length - 6

const sidesOf = (turns: readonly Turned[]) => turns.map(({ side }) => side).join('')

describe('both sides', () => {
  test('take turns, and each comes first in every other round', () => {
    const { turns } = pairOf(carries(244), carries(244))
    expect(sidesOf(turns.slice(0, 12))).toBe('abbaabbaabba')
  })

  test('get bounds of their own', () => {
    const { a, b } = pairOf(carries(244), carries(400))
    for (const [{ lower, upper, end }, capacity] of [
      [a, 244],
      [b, 400],
    ] as const) {
      expect(end).toBe('decided')
      expect(lower).toBeLessThanOrEqual(capacity)
      expect(upper).toBeGreaterThan(capacity)
      expect(upper! / lower!).toBeLessThanOrEqual(1.05)
    }
  })

  test('are searched closely enough for the tolerance', () => {
    const { a } = pairOf(carries(244), carries(244), { tolerance: 0.04 })
    expect(a.upper! / a.lower!).toBeLessThanOrEqual(1.02)
  })

  test('share the budget', () => {
    const slow: Answer = (probe) => ({ ...carries(244)(probe, 0), spentSeconds: 25 })
    const { spent, a, b } = pairOf(slow, slow, { budgetSeconds: 300 })
    expect(spent).toBeLessThanOrEqual(300)
    expect([a.end, b.end]).toEqual(['budget', 'budget'])
    expect(b.check).toBeNull()
  })

  test('go on alone when the other is at its end', () => {
    const { turns, a, b } = pairOf(carries(10), carries(244))
    expect(a).toMatchObject({ lower: null, end: 'from_missed', check: null })
    expect(b).toMatchObject({ end: 'decided', check: null })
    expect(sidesOf(turns.slice(-8))).toBe('bbbbbbbb')
  })
})

describe('b has to carry what a carries, less the tolerance', () => {
  test('which its bounds show', () => {
    const { a, b } = pairOf(carries(244), carries(235))
    expect(a.check).toBeNull()
    expect(b.check).toEqual({ load: expect.closeTo(0.9 * a.lower!, 0), isCarried: true })
    expect(b.lower).toBeGreaterThanOrEqual(b.check!.load)
  })

  test('or if it does not seem to, a check of both', () => {
    const { turns, a, b } = dry
    expect(a.check).toEqual({ load: a.lower, isCarried: null })
    expect(b.check).toEqual({ load: expect.closeTo(0.9 * a.lower!, 0), isCarried: false })
    const check = turns.slice(-6)
    expect(check.filter(({ side }) => side === 'a').map(({ load }) => load)).toEqual(Array(3).fill(a.lower))
    expect(check.filter(({ side }) => side === 'b').map(({ load }) => load)).toEqual(
      Array(3).fill(b.check!.load),
    )
    expect(b.upper).toBeLessThanOrEqual(b.check!.load)
  })

  test('and passes if its search was unlucky', () => {
    const { a, b } = pairOf(carries(244), (probe, index) => carries(index < begun ? 180 : 244)(probe, index))
    expect(b.check).toEqual({ load: expect.closeTo(0.9 * a.lower!, 0), isCarried: true })
    // The check refutes what the search took for too much.
    expect(b).toMatchObject({ lower: b.check!.load, upper: null })
  })

  test.each([
    [2, true],
    [3, false],
  ])('with %d misses in the check: %j', (misses, isCarried) => {
    let left = misses
    const answer: Answer = ({ load }, index) => ({ isMet: index < begun ? load <= 180 : left-- <= 0 })
    expect(pairOf(carries(244), answer).b.check!.isCarried).toBe(isCarried)
  })

  test('in whole users', () => {
    const { a, b } = pairOf(carries(11), carries(11), { isWhole: true, from: 1, max: 100 })
    expect(a.lower).toBe(11)
    expect(b.check).toEqual({ load: 10, isCarried: true })
  })
})

describe('a machine that becomes slower before the check', () => {
  const slower =
    (capacity: number, left: number): Answer =>
    ({ load }, index) => ({ isMet: load <= capacity * (index < begun ? 1 : left) })

  test('turns nothing red: a does not carry its load any more, either', () => {
    const unlucky: Answer = ({ load }, index) => ({ isMet: load <= (index < begun ? 180 : 244 * 0.8) })
    const { a, b, turns } = pairOf(slower(244, 0.8), unlucky)
    expect(turns.length).toBeGreaterThan(begun + 6)
    expect(a.check!.load).toBeLessThan(a.lower!)
    expect(b.check!.isCarried).toBe(true)
  })

  test('hides nothing: both are checked again at smaller loads', () => {
    const { a, b } = pairOf(slower(244, 0.9), slower(180, 0.9))
    expect(a.check!.load).toBeLessThanOrEqual(0.9 * 244)
    expect(a.check!.isCarried).not.toBe(false)
    expect(b.check).toEqual({ load: expect.closeTo(0.9 * a.check!.load, 0), isCarried: false })
  })
})

test('without time for a check, the question stays open', () => {
  const searched = dry.turns.slice(0, begun).reduce((sum, { seconds }) => sum + seconds + 3, 0)
  const late: Answer = ({ load, seconds }, index) => ({
    isMet: load <= 180,
    spentSeconds: seconds + (index === begun - 1 ? 60 : 3),
  })
  const budgetSeconds = searched + checkSeconds(GOAL)
  expect(dry.turns[begun - 1]!.side).toBe('b')
  const { turns, a, b } = pairOf(carries(244), late, { budgetSeconds })
  expect(turns).toHaveLength(begun)
  expect(a.check).toBeNull()
  expect(b.check).toMatchObject({ isCarried: null })
  expect(pairOf(carries(244), carries(180), { budgetSeconds }).b.check!.isCarried).toBe(false)
})

test('a generator that is the limit answers nothing', () => {
  const limited: Answer = ({ load }) => ({ isMet: load <= 200, isUnsure: load > 200 })
  const { a, b } = pairOf(limited, limited)
  expect(a).toMatchObject({ end: 'generator', upper: null })
  expect(b).toMatchObject({ end: 'generator', upper: null })
})

test('only the trial that was asked for is taken', () => {
  const pair = new CapacityPair(GOAL)
  const trial = { load: 99, seconds: 10, isMet: true, isUnsure: false, spentSeconds: 13, carried: 99 }
  expect(() => pair.record(trial)).toThrow('not asked for a trial of 99')
})
