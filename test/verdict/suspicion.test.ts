import { describe, expect, test } from 'vitest'
import { compare } from '../../src/verdict/compare.js'
import { isSuspicious } from '../../src/verdict/suspicion.js'
import { SHOP, shopWith, simulate } from './simulate.js'

const before = simulate(SHOP, { seed: 1 })
const same = simulate(SHOP, { seed: 2 })
const slower = simulate(shopWith('search', { medianMs: 26 }), { seed: 3 })
const elsewhere = { ...same, environment: { ...same.environment, cpu: 'Other CPU' } }

describe('there is something to settle', () => {
  test('when the baseline calls the run regressed', () => {
    expect(isSuspicious(compare(before, slower), 1)).toBe(true)
  })

  test('when it was made on another machine, whatever the figures look like', () => {
    expect(compare(before, elsewhere).verdict).toBe('inconclusive')
    expect(isSuspicious(compare(before, elsewhere), 1)).toBe(true)
  })

  test('when noise hides whether a figure that looks worse is', () => {
    const wild = (seed: number) => simulate(SHOP, { seed, noise: 0.3, memory: 0.8 })
    const comparison = compare(wild(1), wild(4))
    expect(comparison.verdict).toBe('inconclusive')
    expect(isSuspicious(comparison, 1)).toBe(true)
    // A difference that minDelta allows is none.
    const latencies = comparison.metrics.filter(({ metric }) => metric !== 'throughput')
    expect(isSuspicious({ ...comparison, metrics: latencies }, 10_000)).toBe(false)
  })
})

describe('there is nothing to settle', () => {
  test.each([
    ['a run that passed', compare(before, same)],
    ['one that improved', compare(slower, before)],
    [
      'one without figures that look worse',
      compare(before, { ...before, requests: [] }, { allowMissing: true }),
    ],
  ])('%s', (name, comparison) => {
    expect(
      isSuspicious(
        { ...comparison, metrics: comparison.metrics.filter(({ verdict }) => verdict !== 'missing') },
        1,
      ),
      name,
    ).toBe(false)
  })

  test('when all that looks worse is of too few seconds to mean anything', () => {
    const short = (seed: number, perSecond: number) =>
      simulate(shopWith('search', { perSecond }), { seed, seconds: 4 })
    const comparison = compare(short(1, 120), short(2, 60))
    expect(comparison.verdict).toBe('inconclusive')
    expect(isSuspicious(comparison, 1)).toBe(false)
  })
})
