import { describe, expect, test } from 'vitest'
import type { SideName } from '../../../src/run/ab-ready.js'
import type { TrialRules } from '../../../src/run/capacity/trials.js'
import { Turns } from '../../../src/run/capacity/turns.js'
import { CapacityPair, type PairGoal } from '../../../src/verdict/capacity/pair.js'
import { limit } from './limits.js'
import { VirtualRig, type VirtualService } from './virtual-rig.js'

const RULES: TrialRules = {
  isOpen: true,
  slo: [limit('p95', 100), limit('error_rate', 0.01)],
  settleMs: 500,
  from: 20,
  beginsAtFrom: true,
  warmupMs: 0,
  untilMs: Number.POSITIVE_INFINITY,
}

const GOAL: PairGoal = {
  from: 20,
  max: null,
  width: 0.05,
  trialSeconds: 5,
  settleSeconds: 0.5,
  sumSeconds: 30,
  exceed: 0.2,
  budgetSeconds: 900,
  isWhole: false,
  tolerance: 0.1,
}

async function searchBoth(a: VirtualService, b: VirtualService, endsAfter = Number.POSITIVE_INFINITY) {
  const rigs = { a: new VirtualRig(a), b: new VirtualRig(b, endsAfter) }
  const sides: SideName[] = []
  const left: number[] = []
  const turns = new Turns(rigs, RULES, (side, _, remainingSeconds) => {
    sides.push(side)
    left.push(remainingSeconds)
    // The side rests.
    expect(rigs[side].levels.at(-1)!.level).toBe(0)
    expect(rigs[side].inFlight).toBe(0)
  })
  const isUp = await turns.look()
  const make = () => new CapacityPair(GOAL)
  const answer = isUp ? await turns.take(make) : make().answer()
  return { rigs, turns, sides, isUp, answer, left }
}

describe('two services in turns', () => {
  test('that are equal: b carries enough', async () => {
    const { answer, sides } = await searchBoth({ capacity: 200 }, { capacity: 200 })
    for (const { lower, end } of [answer.a, answer.b]) {
      expect(end).toBe('decided')
      expect(lower! / 200).toBeGreaterThan(0.9)
      expect(lower! / 200).toBeLessThan(1.05)
    }
    expect(answer.b.check!.isCarried).toBe(true)
    expect(sides.slice(0, 8).join('')).toBe('abbaabba')
  })

  test('of which b carries 20 % less: that is found', async () => {
    const { answer } = await searchBoth({ capacity: 200 }, { capacity: 160 })
    expect(answer.b.check!.isCarried).toBe(false)
    expect(answer.a.check!.isCarried).not.toBe(false)
  })

  test('all time is accounted for, each to its side', async () => {
    const { rigs, turns } = await searchBoth({ capacity: 200 }, { capacity: 160 })
    for (const side of ['a', 'b'] as const)
      expect(turns.spentSeconds[side]).toBeCloseTo(rigs[side].elapsedMs() / 1000, 6)
  })

  test('how long the rest takes is estimated, closer and closer', async () => {
    const { turns, left } = await searchBoth({ capacity: 200 }, { capacity: 160 })
    const all = turns.spentSeconds.a + turns.spentSeconds.b
    expect(left[0]).toBeGreaterThan(all / 2)
    expect(left[0]).toBeLessThan(2 * all)
    expect(left.at(-1)).toBe(0)
  })

  test('each is looked at first, and rests until its turn', async () => {
    const { rigs } = await searchBoth({ capacity: 200 }, { capacity: 200 })
    for (const side of ['a', 'b'] as const)
      expect(rigs[side].levels.slice(0, 2).map(({ level }) => level)).toEqual([20, 0])
  })

  test('of which one ends: so does the session, with what is known', async () => {
    const { answer, turns, isUp } = await searchBoth({ capacity: 200 }, { capacity: 200 }, 40)
    expect(isUp).toBe(true)
    expect(turns.done.a.length).toBeGreaterThan(1)
    expect(turns.done.b.length).toBeGreaterThan(1)
    expect(answer.b.end).toBeNull()
    expect((await searchBoth({ capacity: 200 }, { capacity: 200 }, 2)).isUp).toBe(false)
  })

  test('of which one dies: nothing more is tried', async () => {
    const { rigs, answer } = await searchBoth({ capacity: 200 }, { capacity: 200, diesAt: 20_000 })
    expect(rigs.b.death).not.toBeNull()
    expect(answer.b.end).toBeNull()
  })
})
