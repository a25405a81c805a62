/**
 * A verdict that decides, on a service with heavy tails: equal code passes, and what passes would have shown a slowdown.
 */
import { describe, expect, test, vi } from 'vitest'
import type { Injection, Level } from '../verdict/noise.js'
import { endsOf } from '../verdict/sessions.js'
import { countEnds, type Setting } from '../verdict/table.js'

// Hundreds of simulated runs per test, on machines that do other work, too.
vi.setConfig({ testTimeout: 120_000 })

/** None that a rule was made with. */
const SEEDS = 23
const BUSY = { seconds: 30, perSecond: 700, isHeavy: true }
const CALM = { seconds: 60, perSecond: 100, isHeavy: true }
const slower = (request: string, factor: number): Injection => ({ request, factor, part: 'whole' })

// The goals are 95, 90 and 80 % passed, and 5 %. The limits here allow for the random error of so few trials.
describe('side by side', () => {
  test.each([
    ['quiet', BUSY, 0.93],
    ['shared', BUSY, 0.88],
    ['quiet', CALM, 0.7],
    ['shared', CALM, 0.68],
  ] as const)('the same code on a %s machine, %j, passes in at least %f', (level, load, share) => {
    const trials = 100
    const ends = endsOf({ level, load, seeds: SEEDS }, null, trials)
    expect(ends.passed / trials).toBeGreaterThanOrEqual(share)
    expect(ends.regressed / trials).toBeLessThanOrEqual(0.02)
  })

  test.each([
    ['browse', BUSY],
    ['report', BUSY],
    ['browse', CALM],
    ['report', CALM],
  ] as const)('a slowdown of "%s" by a fifth, %j, hardly ever passes', (request, load) => {
    const trials = 200
    const ends = endsOf({ level: 'shared', load, seeds: SEEDS }, slower(request, 1.2), trials)
    expect(ends.passed / trials).toBeLessThanOrEqual(0.06)
  })
})

describe('against one accepted job', () => {
  const count = (
    level: Level,
    load: Setting['load'],
    change: Injection | null,
    rest: Partial<Setting> = {},
  ) => {
    const trials = 1000
    const { passed, regressed } = countEnds(
      { level, load, jobs: 1, runs: 1, seeds: SEEDS, ...rest },
      change,
      trials,
    )
    return { passed: passed / trials, regressed: regressed / trials }
  }

  test('the same code passes on a quiet machine', () => {
    const { passed, regressed } = count('quiet', { ...CALM, perSecond: 200 }, null)
    expect(passed).toBeGreaterThanOrEqual(0.78)
    expect(regressed).toBeLessThanOrEqual(0.01)
  })

  test.each([
    [1.2, 0.85],
    [1.3, 0.97],
  ])('one request slower by %f is found on a shared one in at least %f', (factor, share) => {
    expect(count('shared', BUSY, slower('browse', factor)).regressed).toBeGreaterThanOrEqual(share)
  })

  test.each([1, 10])('of %i, a slow machine under the same name is not taken for a regression', (jobs) => {
    expect(count('hetero', BUSY, null, { jobs, yardsticks: true }).regressed).toBeLessThanOrEqual(0.012)
  })
})
