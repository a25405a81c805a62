import { expect, test } from 'vitest'
import { makeBaseline } from '../../src/verdict/baseline.js'
import { detectable } from '../../src/verdict/detectable.js'
import { SHOP, simulate } from './simulate.js'

const search = (conditions: { seconds: number; noise: number }) =>
  detectable(makeBaseline([simulate(SHOP, { seed: 1, ...conditions })])).find(
    ({ metric }) => metric === 'p50',
  )?.change ?? null

test('a noisier or shorter run detects less, and too short a one no throughput', () => {
  const quiet = search({ seconds: 60, noise: 0.01 })!
  expect(quiet).toBeGreaterThan(0.05)
  expect(quiet).toBeLessThan(0.2)
  expect(search({ seconds: 60, noise: 0.1 })!).toBeGreaterThan(quiet)
  expect(search({ seconds: 12, noise: 0.01 })!).toBeGreaterThan(quiet)
  const short = makeBaseline([simulate(SHOP, { seed: 1, seconds: 4 })])
  expect(detectable(short).find(({ metric }) => metric === 'throughput')?.change).toBeNull()
})
