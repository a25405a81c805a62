import { expect, test } from 'vitest'
import { compare } from '../../src/verdict/compare.js'
import { detectable } from '../../src/verdict/detectable.js'
import { SHOP, shopWith, simulate } from './simulate.js'

const PAIRS = 40

test('a slowdown of the stated size is found about nine times in ten, one of half the tolerance never', () => {
  const conditions = { seconds: 24, noise: 0.04, memory: 0.5 }
  let found = 0
  let alarms = 0
  for (let pair = 0; pair < PAIRS; pair++) {
    const before = simulate(SHOP, { ...conditions, seed: 2 * pair })
    const stated = detectable(before).find(({ request, metric }) => request === 'search' && metric === 'p50')!
      .change!
    const slower = (by: number) =>
      simulate(shopWith('search', { medianMs: 20 * (1 + by) }), { ...conditions, seed: 2 * pair + 1 })
    if (isSlower(before, slower(stated))) found++
    if (isSlower(before, slower(0.05))) alarms++
  }
  expect(found).toBeGreaterThanOrEqual(PAIRS * 0.8)
  expect(alarms).toBe(0)
})

function isSlower(before: Parameters<typeof compare>[0], after: Parameters<typeof compare>[1]): boolean {
  const row = compare(before, after).metrics.find(
    ({ request, metric }) => request === 'search' && metric === 'p50',
  )
  return row?.verdict === 'regressed'
}

test('a noisier or shorter run detects less, and too short a one nothing', () => {
  const search = (conditions: { seconds: number; noise: number }) =>
    detectable(simulate(SHOP, { seed: 1, ...conditions })).find(({ metric }) => metric === 'p50')?.change ??
    null
  const quiet = search({ seconds: 60, noise: 0.01 })!
  expect(quiet).toBeGreaterThan(0.1)
  expect(quiet).toBeLessThan(0.2)
  expect(search({ seconds: 60, noise: 0.1 })!).toBeGreaterThan(quiet)
  expect(search({ seconds: 12, noise: 0.01 })!).toBeGreaterThan(quiet)
  expect(search({ seconds: 4, noise: 0.01 })).toBeNull()
})
