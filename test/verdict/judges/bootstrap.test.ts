import { describe, expect, test } from 'vitest'
import { now } from '../../../src/base/clock.js'
import type { Result } from '../../../src/stats/result.js'
import { compare } from '../../../src/verdict/compare.js'
import { SHOP, shopWith, simulate } from '../simulate.js'

/** The gate of many tools: one run against one run, the change itself against the tolerance. */
function pointRule(before: Result, after: Result): boolean {
  return compare(before, after).metrics.some(
    ({ metric, change, tolerance, reason }) =>
      reason === null && change !== null && metric !== 'error_rate' && change > tolerance,
  )
}

describe('the gate both ways', () => {
  const PAIRS = 200
  const runs = Array.from({ length: PAIRS + 1 }, (_, seed) =>
    simulate(SHOP, { seed: seed + 100, seconds: 20 }),
  )

  test('identical code is called slower at most 3 times in a hundred on a quiet machine', () => {
    const alarms = runs.slice(1).filter((run, index) => compare(runs[index]!, run).verdict === 'regressed')
    expect(alarms.length).toBeLessThanOrEqual(PAIRS * 0.03)
  })

  test('in bursts that last for seconds the point rule cries wolf in half of the pairs, this one hardly ever', () => {
    const wild = Array.from({ length: 101 }, (_, seed) => {
      return simulate(SHOP, { seed: seed + 500, seconds: 20, noise: 0.15, memory: 0.7 })
    })
    const pairs = wild.slice(1).map((run, index) => [wild[index]!, run] as const)
    const naive = pairs.filter(([before, after]) => pointRule(before, after)).length
    const ours = pairs.filter(([before, after]) => compare(before, after).verdict === 'regressed').length
    expect(naive).toBeGreaterThan(40)
    expect(ours).toBeLessThanOrEqual(5)
  })

  test('a request that is 25 % slower is found nearly always', () => {
    const found = runs.slice(0, 40).filter((run, index) => {
      const slow = simulate(shopWith('search', { medianMs: 25 }), { seed: index + 900, seconds: 20 })
      return compare(run, slow).verdict === 'regressed'
    })
    expect(found.length).toBeGreaterThanOrEqual(38)
  })
})

test('300 windows of 20 requests are judged within a second or so', () => {
  const services = Array.from({ length: 20 }, (_, index) => ({
    ...SHOP[0]!,
    name: `request ${index}`,
    perSecond: 40,
  }))
  const [before, after] = [1, 2].map((seed) => simulate(services, { seed, seconds: 300 }))
  const start = now()
  expect(compare(before!, after!).metrics).toHaveLength(81)
  // Three times what it takes here, so that a busy machine fails no build.
  expect(now() - start).toBeLessThan(3000)
})
