import { describe, expect, test, vi } from 'vitest'
import type { Injection } from '../verdict/noise.js'
import { countFoundAtStated, countRed, isRedToPointRule, type Setting } from '../verdict/table.js'

// Hundreds of simulated runs per test, on machines that do other work, too.
vi.setConfig({ testTimeout: 120_000 })

const MINUTE = { seconds: 60, perSecond: 1000 }
const slower = (factor: number): Injection => ({ request: 'list', factor, part: 'whole' })

// The goals are 1 %, 0.5 % and, on noisy machines, 1 %. The limits here allow for the random error of 800 draws.
describe('identical code is called regressed', () => {
  test.each<[Setting, number]>([
    [{ level: 'quiet', load: MINUTE, jobs: 1, runs: 1 }, 0.01],
    [{ level: 'shared', load: MINUTE, jobs: 1, runs: 1 }, 0.01],
    [{ level: 'quiet', load: MINUTE, jobs: 10, runs: 1 }, 0.012],
    [{ level: 'shared', load: MINUTE, jobs: 10, runs: 1 }, 0.012],
    [{ level: 'noisy', load: MINUTE, jobs: 10, runs: 1 }, 0.02],
  ])('%j: at most %f', (setting, limit) => {
    expect(countRed(setting, null, 800)).toBeLessThanOrEqual(limit)
  })

  test('by a comparison of point values in at least every fifth pair, which proves that there is noise', () => {
    const setting: Setting = { level: 'shared', load: MINUTE, jobs: 1, runs: 1 }
    const share = countRed(setting, null, 400, ([before], after) => isRedToPointRule(before!, after))
    expect(share).toBeGreaterThan(0.2)
  })
})

describe('a slowdown of one request is found', () => {
  test.each<[Setting, number, number]>([
    [{ level: 'quiet', load: MINUTE, jobs: 1, runs: 1 }, 1.3, 0.9],
    [{ level: 'quiet', load: MINUTE, jobs: 10, runs: 1 }, 1.1, 0.95],
    [{ level: 'shared', load: MINUTE, jobs: 10, runs: 1 }, 1.2, 0.68],
    [{ level: 'shared', load: MINUTE, jobs: 10, runs: 1 }, 1.3, 0.98],
  ])('%j: +%f in at least %f', (setting, factor, limit) => {
    expect(countRed(setting, slower(factor), 300)).toBeGreaterThanOrEqual(limit)
  })

  test('of the size stated as detectable, about nine times in ten', () => {
    const found = countFoundAtStated({ level: 'shared', load: MINUTE, jobs: 10, runs: 1 }, 300)
    expect(found).toBeGreaterThanOrEqual(0.85)
    expect(found).toBeLessThanOrEqual(0.98)
  })
})
