import { describe, expect, test } from 'vitest'
import type { CapacityFigures } from '../../../src/stats/capacity.js'
import { parseResult } from '../../../src/stats/read.js'
import type { Result } from '../../../src/stats/result.js'
import { capacityVerdict } from '../../../src/verdict/capacity/capacity-verdict.js'
import { compare } from '../../../src/verdict/compare.js'
import { SHOP, simulate } from '../simulate.js'

type Known = Partial<Pick<CapacityFigures, 'of' | 'lower' | 'upper' | 'end'>> & {
  /** The load of the check, and what came of it. */
  readonly check?: readonly [load: number, isCarried: boolean | null]
}

function sideOf(
  side: 'a' | 'b',
  { check, ...known }: Known,
): Result & { readonly capacity: CapacityFigures } {
  return {
    ...simulate(SHOP, { seed: side === 'a' ? 1 : 2, seconds: 12 }),
    session: { id: 'x', side, looks: 1, maxSeconds: 600 },
    capacity: {
      scenario: 'shop',
      of: 'rate',
      slo: ['p95 < 200ms'],
      lower: 400,
      upper: 420,
      carried: 399,
      end: 'decided',
      limitedBy: null,
      max: 2000,
      width: 0.05,
      spentSeconds: 250,
      trials: [],
      ...known,
      ...(check && { check: { load: check[0], by: 'ab', isCarried: check[1] } }),
    },
  }
}

const limits = { baseline: 'a (http://x)' }

function judge(a: Known, b: Known, tolerance = 0.1) {
  const [before, after] = [sideOf('a', a), sideOf('b', b)]
  const wanted = { p50: 0.1, p95: 0.15, p99: 0.25, throughput: 0.1, errorRate: 0.01, cpuPerRequest: 0.1 }
  const options = { ...limits, tolerance: { ...wanted, capacity: tolerance } }
  const comparison = compare(before, after, options)
  // Saved and read again, they give the same.
  const read = (result: Result) => parseResult(JSON.stringify(result), 'file')
  expect(compare(read(before), read(after), options)).toEqual(comparison)
  return { ...comparison, result: capacityVerdict({ ...after, comparison }) }
}

const NONE: Known = { lower: null, upper: null }

describe('side b', () => {
  test.each<[string, Known, Known, string, string]>([
    ['as much', {}, {}, 'passed', 'passed'],
    ['a little less', {}, { lower: 361, upper: 380 }, 'passed', 'passed'],
    ['more', {}, { lower: 480, upper: 500 }, 'improved', 'passed'],
    [
      'less, as the check shows',
      { check: [400, true] },
      { lower: 300, upper: 315, check: [360, false] },
      'regressed',
      'regressed',
    ],
    [
      'less, but a did not end its last trials',
      { check: [400, null] },
      { lower: 300, upper: 315, check: [360, false] },
      'regressed',
      'regressed',
    ],
    [
      'less, but a does, too',
      { check: [400, false] },
      { lower: 300, upper: 315, check: [360, false] },
      'inconclusive',
      'inconclusive',
    ],
    [
      'less, without a check',
      {},
      { lower: 300, upper: 315, check: [360, null] },
      'inconclusive',
      'inconclusive',
    ],
    [
      'enough, as the check shows',
      { check: [400, true] },
      { lower: 360, upper: null, check: [360, true] },
      'passed',
      'passed',
    ],
    [
      'not even the first load',
      { check: [400, true] },
      { ...NONE, upper: 200, end: 'from_missed', check: [360, false] },
      'regressed',
      'regressed',
    ],
    [
      'something, a not even the first load',
      { ...NONE, upper: 200, end: 'from_missed' },
      {},
      'improved',
      'passed',
    ],
    [
      'nothing, like a',
      { ...NONE, upper: 200, end: 'from_missed' },
      { ...NONE, upper: 200, end: 'from_missed' },
      'inconclusive',
      'failed',
    ],
    [
      'all that may be tried, like a',
      { upper: null, end: 'max_carried' },
      { upper: null, end: 'max_carried' },
      'passed',
      'passed',
    ],
    [
      'less than all, which a carries',
      { upper: null, end: 'max_carried' },
      { lower: 380, upper: 400 },
      'inconclusive',
      'inconclusive',
    ],
    [
      'much less than all, which a carries',
      { upper: null, end: 'max_carried', check: [400, true] },
      { lower: 300, upper: 315, check: [360, false] },
      'regressed',
      'regressed',
    ],
    [
      'what perfctl can send, like a',
      { upper: null, end: 'generator' },
      { upper: null, end: 'generator' },
      'inconclusive',
      'inconclusive',
    ],
    ['enough, but a may carry more', { upper: null, end: 'budget' }, {}, 'inconclusive', 'inconclusive'],
    [
      'all that may be tried',
      { upper: null, end: 'budget' },
      { lower: 2000, upper: null, end: 'max_carried' },
      'passed',
      'passed',
    ],
    [
      'what is not known, like a',
      { ...NONE, end: 'budget' },
      { ...NONE, end: 'budget' },
      'inconclusive',
      'inconclusive',
    ],
  ])('carries %s: %s', (_, a, b, verdict, result) => {
    const judged = judge(a, b)
    expect(judged).toMatchObject({ verdict, result, inTurns: true, metrics: [{ verdict }] })
    const [row] = judged.metrics
    expect(row!.reason === null).toBe(verdict !== 'inconclusive')
    expect(row!.why === undefined).toBe(verdict !== 'inconclusive')
    expect(judged.notes).toHaveLength(verdict === 'inconclusive' ? 1 : 0)
  })

  test('is judged from the last load that a carried', () => {
    const a: Known = { check: [380, true] }
    expect(judge(a, { lower: 300, upper: 342, check: [342, false] }).verdict).toBe('regressed')
    expect(judge(a, { lower: 342, upper: null, check: [342, true] }).verdict).toBe('passed')
  })

  test('may be judged with another tolerance, as far as its trials tell', () => {
    const a: Known = { check: [400, true] }
    const b: Known = { lower: 330, upper: 347, check: [360, false] }
    expect(judge(a, b, 0.1).verdict).toBe('regressed')
    expect(judge(a, b, 0.05).verdict).toBe('regressed')
    expect(judge(a, b, 0.2).verdict).toBe('passed')
    expect(judge(a, b, 0.15).verdict).toBe('inconclusive')
  })

  test('in whole users', () => {
    const users = (lower: number): Known => ({ of: 'vus', lower, upper: lower + 1 })
    expect(judge(users(11), users(10)).verdict).toBe('passed')
    expect(judge(users(11), { ...users(9), check: [10, false] }).metrics[0]).toMatchObject({
      metric: 'capacity_vus',
      verdict: 'regressed',
    })
  })
})

test('the change lies where the bounds of both leave room', () => {
  const [row] = judge({}, { lower: 300, upper: 320 }).metrics
  expect(row!.change).toBeCloseTo(-0.25)
  expect(row!.interval![0]).toBeCloseTo(300 / 420 - 1)
  expect(row!.interval![1]).toBeCloseTo(320 / 400 - 1)
  expect(judge({ upper: null }, {}).metrics[0]!.interval).toBeNull()
})

test('a generator that was the limit leaves it open', () => {
  const [a, b] = [sideOf('a', {}), sideOf('b', { lower: 300, upper: 315, check: [360, false] })]
  const generator = { ...a.generator, saturated: true, reasons: ['busy'] }
  expect(compare({ ...a, generator }, b, limits)).toMatchObject({
    verdict: 'inconclusive',
    metrics: [{ verdict: 'inconclusive', would: 'regressed', why: 'late_generator' }],
  })
})

test('a request that never succeeded on side a fails the session', () => {
  const [a, b] = [{ ...sideOf('a', {}), neverSucceeded: ['search'] }, sideOf('b', {})]
  const comparison = compare(a, b, limits)
  expect(comparison.referenceNeverSucceeded).toEqual(['search'])
  expect(capacityVerdict({ ...b, comparison })).toBe('failed')
})

test('the sides of different sessions are judged like searches of their own', () => {
  const a = sideOf('a', {})
  const b = { ...sideOf('b', {}), session: { ...a.session!, id: 'y', side: 'b' as const } }
  expect(compare(a, b, limits).inTurns).toBeUndefined()
})
