import { describe, expect, test } from 'vitest'
import { CapacitySearch, type SearchGoal } from '../../../src/verdict/capacity/search.js'
import type { Probe, Trial } from '../../../src/verdict/capacity/trial.js'
import { USUAL } from './searches.js'

const GOAL: SearchGoal = { ...USUAL, from: 20 }

/** What a service does in the trial of this number. */
type Answer = (probe: Probe, index: number) => Partial<Trial>

const carries =
  (capacity: number): Answer =>
  ({ load }) => ({ isMet: load <= capacity })

function search(answer: Answer, goal: Partial<SearchGoal> = {}) {
  const machine = new CapacitySearch({ ...GOAL, ...goal })
  const probes: Probe[] = []
  for (let probe = machine.next(); probe !== null; probe = machine.next()) {
    const { load, seconds } = probe
    machine.record({
      load,
      seconds,
      isMet: true,
      isUnsure: false,
      spentSeconds: seconds + 3,
      carried: 0.99 * load,
      ...answer(probe, probes.length),
    })
    probes.push(probe)
    if (probes.length > 500) throw new Error('endless')
  }
  return { ...machine.answer(), probes, machine }
}

describe('a service that carries just so much', () => {
  test.each([21, 55, 244, 250, 1234, 1999])('%d per second is found', (capacity) => {
    const { lower, upper, end, spentSeconds } = search(carries(capacity))
    expect(end).toBe('decided')
    expect(lower).toBeLessThanOrEqual(capacity)
    expect(upper).toBeGreaterThan(capacity)
    expect(upper! / lower!).toBeLessThanOrEqual(1.05)
    expect(spentSeconds).toBeLessThan(300)
  })

  test('is tried by doubling in short trials, and then around its limit until that is sure', () => {
    const { probes, loads, lower, upper } = search(carries(244))
    expect(probes.slice(0, 6).map(({ load, seconds }) => `${load} ${seconds}s`)).toEqual([
      '20 10s',
      '40 5s',
      '80 5s',
      '160 5s',
      '320 5s',
      '320 10s',
    ])
    const at = (wanted: number | null) => loads.find(({ load }) => load === wanted)!
    expect(at(lower)).toMatchObject({ class: 'lower', good: 50, bad: 0, trials: 5, met: 5 })
    expect(at(upper)).toMatchObject({ class: 'upper', good: 0, bad: 20, trials: 2, met: 0 })
  })

  test('the conditional throughput is what was carried at the lower bound', () => {
    const { lower, carried } = search(carries(244))
    expect(carried).toBeCloseTo(0.99 * lower!, 9)
  })

  test('a width of 1 % is kept, too', () => {
    const { lower, upper } = search(carries(244), { width: 0.01 })
    expect(upper! / lower!).toBeLessThanOrEqual(1.01)
    expect(lower).toBeLessThanOrEqual(244)
    expect(upper).toBeGreaterThan(244)
  })

  test.each([1, 2, 3, 7, 30, 111])('%d virtual users are found as a whole number', (capacity) => {
    const { lower, upper, end, probes } = search(carries(capacity), { from: null, max: 200, isWhole: true })
    expect(end).toBe('decided')
    expect(lower).toBeLessThanOrEqual(capacity)
    expect(upper).toBeGreaterThan(capacity)
    expect(upper! - lower!).toBeLessThanOrEqual(Math.max(1, 0.05 * lower!))
    expect(probes.every(({ load }) => Number.isInteger(load))).toBe(true)
  })

  test('asks for the same trial until it is recorded', () => {
    const { machine } = search(carries(244))
    expect(machine.next()).toBeNull()
    const fresh = new CapacitySearch(GOAL)
    expect(fresh.next()).toEqual(fresh.next())
    expect(fresh.answer()).toMatchObject({ lower: null, upper: null, carried: null, end: null, loads: [] })
  })

  test('a trial that it has not asked for is a bug', () => {
    const trial = { seconds: 10, isMet: true, isUnsure: false, spentSeconds: 13, carried: 20 }
    expect(() => new CapacitySearch(GOAL).record({ ...trial, load: 21 })).toThrow(
      'not asked for a trial of 21',
    )
    expect(() => search(carries(244)).machine.record({ ...trial, load: 244 })).toThrow('not asked for')
  })

  test('loads that were tried are told in their order', () => {
    const loads = search(carries(244)).loads.map(({ load }) => load)
    expect(loads).toEqual([...loads].sort((a, b) => a - b))
  })
})

describe('the ends of the range', () => {
  test('a service that carries the most is confirmed there', () => {
    const { lower, upper, end, loads } = search(() => ({}), { max: 300 })
    expect({ lower, upper, end }).toEqual({ lower: 300, upper: null, end: 'max_carried' })
    expect(loads.at(-1)).toMatchObject({ load: 300, class: 'lower' })
  })

  test('a service that only seemed to carry the most is searched below', () => {
    let tries = 0
    const { lower, upper, end } = search(
      ({ load }) => ({ isMet: load <= 280 || (load === 300 && tries++ === 0) }),
      { max: 300 },
    )
    expect(end).toBe('decided')
    expect(lower).toBeGreaterThan(260)
    expect(upper).toBeLessThanOrEqual(300)
  })

  test('a service that misses the first load is tried twice there, and no more', () => {
    const { lower, upper, end, probes } = search(() => ({ isMet: false }))
    expect({ lower, upper, end }).toEqual({ lower: null, upper: 20, end: 'from_missed' })
    expect(probes).toHaveLength(2)
  })

  test('the first load is the most: one question', () => {
    expect(search(() => ({}), { from: 50, max: 50 })).toMatchObject({ lower: 50, end: 'max_carried' })
    expect(search(() => ({ isMet: false }), { from: 50, max: 50 })).toMatchObject({ end: 'from_missed' })
  })
})

describe('a trial that says the opposite', () => {
  const plain = search(carries(244)).probes.length

  test.each(Array.from({ length: plain }, (_, index) => index))(
    'number %d does not spoil the search',
    (odd) => {
      const { lower, upper, end } = search(({ load }, index) => ({ isMet: load <= 244 !== (index === odd) }))
      expect(end).toBe('decided')
      // The truth lies between the bounds or within a width of them.
      expect(lower! / 1.05).toBeLessThanOrEqual(244)
      expect(upper! * 1.05).toBeGreaterThanOrEqual(244)
    },
  )

  test('is a lower bound that fails: the search moves down, by more each time', () => {
    // It gets worse when the bracket has been found.
    let seen = 0
    const { lower, upper, end } = search(({ load }) => ({ isMet: load <= (seen++ < 12 ? 244 : 150) }))
    expect(end).toBe('decided')
    expect(lower).toBeLessThanOrEqual(150)
    expect(upper).toBeGreaterThan(150)
  })

  test('is an upper bound that turns good: the search moves up', () => {
    // Such a large sum needs three misses, so that two unlucky ones leave the load open.
    let seen = 0
    const { lower, upper, end } = search(({ load }) => ({ isMet: load <= (seen++ < 7 ? 150 : 244) }), {
      sumSeconds: 110,
      budgetSeconds: 1200,
    })
    expect(end).toBe('decided')
    expect(lower).toBeGreaterThan(220)
    expect(upper).toBeLessThan(270)
  })

  test('a lower bound above an upper bound does not count', () => {
    let isBroken = false
    const { lower, upper, loads } = search(({ load }, index) => {
      isBroken ||= index > 17
      return { isMet: load <= (isBroken ? 100 : 244) }
    })
    const above = loads.filter(({ load }) => load > upper!)
    if (lower !== null) expect(lower).toBeLessThan(upper!)
    expect(above.every(({ load }) => load !== lower)).toBe(true)
  })
})

describe('a generator that is the limit', () => {
  const limited =
    (most: number): Answer =>
    ({ load }) => ({ isMet: load <= most, isUnsure: load > most })

  test('leaves "at least", and what it could send is confirmed', () => {
    const { lower, upper, end, loads } = search(limited(200))
    expect({ lower, upper, end }).toEqual({ lower: 160, upper: null, end: 'generator' })
    expect(loads.some(({ load }) => load > 200)).toBe(false)
  })

  test('that gets weaker while the low end is confirmed leaves nothing sure', () => {
    const { lower, upper, end, probes } = search(({ load }, index) =>
      index < 8 ? { isMet: load <= 244 } : { isMet: false, isUnsure: true },
    )
    expect({ lower, end }).toEqual({ lower: null, end: 'generator' })
    expect(upper).toBe(320)
    expect(probes.length).toBeLessThan(14)
  })

  test('from the first load on leaves nothing', () => {
    expect(search(limited(10))).toMatchObject({ lower: null, upper: null, end: 'generator' })
  })

  test('once, as in a pause of the machine, is nothing: the trial is repeated', () => {
    const { lower, upper, end, probes } = search((probe, index) =>
      index === 3 ? { isMet: false, isUnsure: true } : carries(244)(probe, index),
    )
    expect(end).toBe('decided')
    expect(probes[3]).toEqual(probes[4])
    expect(lower).toBeLessThanOrEqual(244)
    expect(upper).toBeGreaterThan(244)
  })

  test('does not matter where the SLO was met all the same', () => {
    const doubtful: Answer = (probe, index) => ({
      ...carries(244)(probe, index),
      isUnsure: probe.load <= 244,
    })
    expect(search(doubtful).lower).toBe(search(carries(244)).lower)
  })
})

describe('the budget', () => {
  test.each([5, 30, 60, 100, 150])('of %d s is kept', (budgetSeconds) => {
    const { end, spentSeconds } = search(carries(244), { budgetSeconds })
    expect(end).toBe('budget')
    expect(spentSeconds).toBeLessThanOrEqual(budgetSeconds)
  })

  test('is kept where trials take longer than they should', () => {
    const slow: Answer = (probe, index) => ({
      ...carries(244)(probe, index),
      spentSeconds: probe.seconds + 20,
    })
    const { end, spentSeconds } = search(slow, { budgetSeconds: 300 })
    expect(end).toBe('budget')
    // Only the first trial may come as a surprise.
    expect(spentSeconds).toBeLessThanOrEqual(300)
  })

  test('one long recovery is not taken for that of each trial', () => {
    const once: Answer = (probe, index) => ({
      ...carries(244)(probe, index),
      ...(index === 4 && { spentSeconds: probe.seconds + 23 }),
    })
    const { spentSeconds: usual } = search(carries(244))
    const { end, spentSeconds } = search(once, { budgetSeconds: usual + 20 })
    expect(end).toBe('decided')
    expect(spentSeconds).toBe(usual + 20)
  })

  test('a trial that ended early counts as long as it was asked for', () => {
    const early: Answer = (probe, index) =>
      probe.load <= 244 ? carries(244)(probe, index) : { isMet: false, seconds: 1, spentSeconds: 4 }
    const { upper, loads } = search(early)
    expect(loads.find(({ load }) => load === upper)).toMatchObject({ bad: 20, trials: 2 })
  })
})
