import { describe, expect, test } from 'vitest'
import { shareAtMost } from '../../src/stats/math.js'
import { compare } from '../../src/verdict/compare.js'
import { summarizeNull } from '../../src/verdict/selftest.js'
import { SHOP, shopWith, simulate } from './simulate.js'

test.each([
  [0, 20, 0.1391],
  [1, 20, 0.2161],
  [0, 1, 0.95],
  [3, 10, 0.6066],
  [5, 5, 1],
])(
  '%i of %i agree with a share of %f at most, as in the tables of Clopper and Pearson',
  (hits, trials, share) => {
    expect(shareAtMost(hits, trials)).toBeCloseTo(share, 4)
  },
)

describe('pairs of the same code', () => {
  const runs = [1, 2, 3].map((seed) => simulate(SHOP, { seed }))
  const pairs = [compare(runs[0]!, runs[1]!), compare(runs[1]!, runs[2]!)]

  test('without an alarm bound the share that may be red', () => {
    expect(summarizeNull(pairs)).toMatchObject({ pairs: 2, falseAlarms: 0, redAtMost: shareAtMost(0, 2) / 2 })
  })

  test('say how much each metric varied, and what the median pair could see', () => {
    const { metrics } = summarizeNull(pairs)
    const of = (index: number) =>
      pairs[index]!.metrics.find(({ request, metric }) => request === 'search' && metric === 'p50')!
    const found = metrics.find(({ request, metric }) => request === 'search' && metric === 'p50')!
    expect(found.detectable).toBeCloseTo((of(0).detectable! + of(1).detectable!) / 2, 10)
    expect(found.varied).toBeCloseTo(Math.hypot(of(0).change!, of(1).change!) / Math.SQRT2, 10)
    expect(metrics.at(-1)).toMatchObject({ request: null, metric: 'throughput' })
  })

  test('of which one is called faster are a false alarm like one that is called slower', () => {
    const slower = simulate(shopWith('search', { medianMs: 26 }), { seed: 4 })
    const found = summarizeNull([compare(runs[0]!, slower), compare(slower, runs[0]!), pairs[0]!])
    expect(found.falseAlarms).toBe(2)
    expect(found.redAtMost).toBe(shareAtMost(2, 3) / 2)
  })

  test.each(['~', 'ärzte', 'null'])(
    'with a request called %s are not mixed up with the whole run',
    (name) => {
      const named = SHOP.map((service, index) => (index === 0 ? { ...service, name } : service))
      const { metrics } = summarizeNull([compare(simulate(named, { seed: 1 }), simulate(named, { seed: 2 }))])
      expect(metrics).toHaveLength(3 * 3 + 3)
      expect(metrics.at(-1)).toMatchObject({ request: null, metric: 'throughput' })
    },
  )
})
