/**
 * Searches for the capacity of simulated services, whose true capacity comes from theory. `npm run bench:capacity` has more of
 * them.
 */
import { describe, expect, test, vi } from 'vitest'
import { countPairs, USUAL_PAIR } from '../verdict/capacity/pairs.js'
import { countCarried, countEstimates, countFound, USUAL } from '../verdict/capacity/searches.js'
import { trueCapacity } from '../verdict/capacity/truth.js'
import { WORLDS } from '../verdict/capacity/worlds.js'

// Dozens of simulated searches per test, on machines that do other work, too.
vi.setConfig({ testTimeout: 120_000 })

/** None that the search was made with. */
const SEEDS = 23

// The goal is 95 %. The limits here allow for the random error of so few searches.
test.each([
  ['slots', 1],
  ['slots, poisson', 0.95],
  ['M/M/1, p95', 0.9],
  ['M/M/4, p95', 0.85],
  ['M/M/16, p95', 0.95],
  ['noise 3 %', 0.95],
  ['drift -10 %', 0.95],
  ['lucky 5 %', 0.93],
  ['unlucky 5 %', 0.9],
  ['both 5 %, noise 2 %', 0.9],
  ['damage, slow recovery', 0.95],
  ['damage for good', 0.95],
] as const)('%s: the capacity is found to a width, within the budget', (name, share) => {
  const { near, mostSpent } = countFound(WORLDS[name]!, USUAL, 60, SEEDS)
  expect(near).toBeGreaterThanOrEqual(share)
  expect(mostSpent).toBeLessThanOrEqual(USUAL.budgetSeconds)
})

test('a generator that is the limit never gives an upper bound', () => {
  expect(countFound(WORLDS.generator!, USUAL, 20, SEEDS)).toMatchObject({
    within: 0,
    ends: { generator: 20 },
  })
})

// Some worlds are slower than they seem at first: after damage nobody knows how long a recovery takes.
test.each([
  ['slots', Number.POSITIVE_INFINITY, 0.35],
  ['slots, poisson', Number.POSITIVE_INFINITY, 0.3],
  ['M/M/4, p95', Number.POSITIVE_INFINITY, 0.35],
  ['M/M/16, p95', Number.POSITIVE_INFINITY, 0.3],
  ['noise 3 %', Number.POSITIVE_INFINITY, 0.3],
  ['both 5 %, noise 2 %', Number.POSITIVE_INFINITY, 0.3],
  ['slots', 0.9, 0.1],
  ['M/M/4, p95', 0.9, 0.2],
] as const)('%s, up to %d times what it carries: the rest is estimated', (name, share, most) => {
  const { error, growths } = countEstimates(WORLDS[name]!, 30, share)
  expect(error).toBeLessThan(most)
  expect(growths).toBe(0)
})

// A tolerance of 4 %: the load of the check is 4 % below the capacity, and a service of 8 % less can't carry it.
describe('a check of a minute, 4 % below the capacity', () => {
  test.each(['slots', 'slots, poisson', 'noise 3 %', 'both 5 %, noise 2 %'])('%s: passes', (name) => {
    expect(countCarried(WORLDS[name]!, 0.96, 100).yes).toBeGreaterThanOrEqual(0.93)
  })

  test.each(['slots', 'slots, poisson', 'noise 3 %', 'both 5 %, noise 2 %'])(
    '%s: finds a loss of 8 percent',
    (name) => {
      const { no, mostSpent } = countCarried(WORLDS[name]!, 0.96 / 0.92, 100)
      expect(no).toBeGreaterThanOrEqual(0.93)
      expect(mostSpent).toBeLessThanOrEqual(60)
    },
  )
})

describe('two services in turns, with a tolerance of 10 %', () => {
  test.each([
    ['slots', 1],
    ['M/M/4, p95', 0.97],
    ['noise 3 %', 0.97],
    ['drift -10 %', 0.97],
    ['drift +10 %', 0.97],
    ['both 5 %, noise 2 %', 0.9],
    ['other work 20 %', 0.9],
  ] as const)('%s: equal ones are never called different', (name, least) => {
    const { passed, regressed, mostSpent } = countPairs(WORLDS[name]!, 0, 100, USUAL_PAIR, SEEDS)
    expect(regressed).toBe(0)
    expect(passed).toBeGreaterThanOrEqual(least)
    expect(mostSpent).toBeLessThanOrEqual(USUAL_PAIR.budgetSeconds)
  })

  test.each([
    ['slots', 1],
    ['M/M/4, p95', 0.8],
    ['noise 3 %', 0.95],
    ['drift -10 %', 0.95],
    ['drift +10 %', 0.95],
    ['both 5 %, noise 2 %', 0.88],
  ] as const)('%s: a loss of 20 percent is found', (name, least) => {
    const { regressed, mostSpent } = countPairs(WORLDS[name]!, 0.2, 60, USUAL_PAIR, SEEDS)
    expect(regressed).toBeGreaterThanOrEqual(least)
    expect(mostSpent).toBeLessThanOrEqual(USUAL_PAIR.budgetSeconds)
  })

  test('a loss of 10 percent is found with a tolerance of 5 %', () => {
    const settings = { ...USUAL_PAIR, tolerance: 0.05 }
    expect(countPairs(WORLDS.slots!, 0.1, 60, settings, SEEDS).regressed).toBeGreaterThanOrEqual(0.95)
    expect(countPairs(WORLDS['noise 3 %']!, 0.1, 60, settings, SEEDS).regressed).toBeGreaterThanOrEqual(0.8)
    expect(countPairs(WORLDS['noise 3 %']!, 0, 100, settings, SEEDS).regressed).toBeLessThanOrEqual(0.01)
  })
})

describe('the truth by theory is that of a long simulation', () => {
  test('for M/M/1, whose latency is exponential: 95 % are below 3 / (µ − λ)', () => {
    const { service, slo, arrivals } = WORLDS['M/M/1, p95']!
    const load = trueCapacity(service, slo, arrivals)
    expect(load).toBeCloseTo(1 / service.seconds - Math.log(20) / slo.seconds, 3)
  })

  test.each(['M/M/4, p95', 'M/M/16, mean'])('%s', (name) => {
    const { service, slo, arrivals } = WORLDS[name]!
    const theory = trueCapacity(service, slo, arrivals)
    const found = trueCapacity(service, slo, arrivals, 'simulation')
    expect(Math.abs(Math.log(found / theory))).toBeLessThan(0.02)
  })
})
