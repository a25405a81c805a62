import { describe, expect, test } from 'vitest'
import { BASELINE_DEFAULTS } from '../../../src/scenario/model/scenario.js'
import type { CapacityFigures } from '../../../src/stats/capacity.js'
import { parseResult } from '../../../src/stats/read.js'
import type { Result } from '../../../src/stats/result.js'
import { extendBaseline, findObstacle, makeBaseline } from '../../../src/verdict/baseline.js'
import { formatBaseline, parseBaseline } from '../../../src/verdict/baseline-file.js'
import { capacityVerdict } from '../../../src/verdict/capacity/capacity-verdict.js'
import { acceptedCapacities } from '../../../src/verdict/capacity/compare-capacity.js'
import { compare } from '../../../src/verdict/compare.js'
import { findExclusion, historiesOfResults, historyOfBaseline } from '../../../src/verdict/history.js'
import { SHOP, simulate } from '../simulate.js'

const FOUND: CapacityFigures = {
  scenario: 'shop',
  of: 'rate',
  slo: ['p95 < 200ms'],
  lower: 468,
  upper: 490,
  carried: 467.2,
  end: 'decided',
  limitedBy: { why: 'threshold', expression: 'p95 < 200ms', metric: 'p95', request: 'search' },
  max: 2000,
  width: 0.05,
  spentSeconds: 250,
  trials: [
    {
      offered: 468,
      carried: 467.2,
      start: 4,
      seconds: 10,
      missed: [],
      p95: 181,
      errorRate: 0,
      concurrency: 12,
      met: true,
    },
  ],
}

function search(lower: number | null, day: number, more: Partial<CapacityFigures> = {}): Result {
  const startedAt = new Date(Date.UTC(2026, 0, day)).toISOString()
  const result = simulate(SHOP, { seed: day, seconds: 12 })
  return {
    ...result,
    startedAt,
    runs: [{ startedAt, start: 0, durationSeconds: result.durationSeconds }],
    capacity: { ...FOUND, lower, upper: lower === null ? null : lower * 1.05, ...more },
  }
}

const baseline = extendBaseline(makeBaseline([search(468, 1)]), [search(460, 2), search(474, 3)])
const options = { baseline: 'baselines/shop-capacity.json' }

describe('a capacity compared with a baseline', () => {
  test.each(['decided', 'max_carried', 'budget'] as const)(
    'is no regression if nothing was too much, as after --verify or with a lower --max: %s',
    (end) => {
      const compared = compare(baseline, search(300, 9, { upper: null, end }), options)
      expect(compared).toMatchObject({ verdict: 'inconclusive', metrics: [{ verdict: 'inconclusive' }] })
      expect(compared.notes).toContainEqual(expect.stringContaining('the service may carry more'))
      expect(compare(baseline, search(560, 9, { upper: null, end }), options).verdict).toBe('improved')
    },
  )

  test.each([
    [470, 'passed'],
    [455, 'passed'],
    [380, 'regressed'],
    [560, 'improved'],
  ])('%d/s: %s', (lower, verdict) => {
    const comparison = compare(baseline, search(lower, 10), options)
    expect(comparison.verdict).toBe(verdict)
    expect(comparison.metrics).toHaveLength(1)
    expect(comparison.metrics[0]).toMatchObject({
      request: null,
      metric: 'capacity',
      current: lower,
      verdict,
    })
    expect(comparison.metrics[0]!.baseline).toBeCloseTo(467, 0)
    expect(comparison.metrics[0]!.change).toBeCloseTo(lower / 467.3 - 1, 2)
  })

  test('that is not known is inconclusive', () => {
    const comparison = compare(baseline, search(null, 10), options)
    expect(comparison).toMatchObject({ verdict: 'inconclusive', metrics: [] })
  })

  test('of another machine is inconclusive, and says so', () => {
    const here = search(380, 10)
    const other = { ...here, environment: { ...here.environment, cpu: 'another' } }
    const comparison = compare(baseline, other, options)
    expect(comparison.verdict).toBe('inconclusive')
    expect(comparison.metrics[0]).toMatchObject({ why: 'other_machine', would: 'regressed' })
    expect(compare(baseline, other, { ...options, allowEnvironment: true }).verdict).toBe('regressed')
  })

  test('is judged by its own tolerance', () => {
    const tolerance = { ...BASELINE_DEFAULTS.tolerance, capacity: 0.4 }
    expect(compare(baseline, search(380, 10), { ...options, tolerance }).verdict).toBe('passed')
  })
})

describe('a baseline of capacities', () => {
  test('keeps the bounds of each job in its file', () => {
    const read = parseBaseline(formatBaseline(baseline), 'shop-capacity.json')
    expect(acceptedCapacities(read)).toEqual(acceptedCapacities(baseline))
    expect(acceptedCapacities(read).map(({ lower }) => lower)).toEqual([468, 460, 474])
    expect(formatBaseline(read)).toBe(formatBaseline(baseline))
  })

  test('joins searches of one hour into one look at the machine', () => {
    const later = (minutes: number, lower: number) => {
      const startedAt = new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString()
      return { ...search(lower, 1), startedAt, runs: [{ startedAt, start: 0, durationSeconds: 12 }] }
    }
    const joined = makeBaseline([later(0, 400), later(20, 440), later(40, 450)])
    expect(joined.jobs).toHaveLength(1)
    expect(acceptedCapacities(joined)).toEqual([{ lower: 440, upper: 462 }])
  })

  test.each(['"capacity": [[0, 1]]', '"capacity": [[20, 10]]', '"capacity": [5]'])('refuses %s', (wrong) => {
    const text = formatBaseline(makeBaseline([search(468, 1)])).replace(/"capacity": \[\[.*?\]\]/, wrong)
    expect(text).toContain(wrong)
    expect(() => parseBaseline(text, 'shop-capacity.json')).toThrow(/shop-capacity\.json/)
  })

  test('is not made of a search that found none, or of a check', () => {
    expect(findObstacle(search(468, 1))).toBeNull()
    expect(findObstacle(search(null, 1, { end: 'from_missed' }))).not.toBeNull()
    expect(findObstacle(search(468, 1, { end: 'budget' }))).not.toBeNull()
    expect(findObstacle(search(468, 1, { upper: null }))).not.toBeNull()
    expect(findObstacle(search(468, 1, { upper: null, end: 'max_carried' }))).toBeNull()
  })
})

describe('the history of a capacity', () => {
  test('is that of what was found, not of the figures at it', () => {
    const open = (lower: number, day: number): Result => {
      const result = search(lower, day)
      return { ...result, scenario: { ...result.scenario, model: 'open' } }
    }
    const results = [468, 470, 410].map((lower, index) => open(lower, index + 1))
    const [history] = historiesOfResults(results.map((result) => ({ file: 'r.json', result })))
    const ofBaseline = historyOfBaseline(makeBaseline(results as [Result, ...Result[]]), 'b.json')
    for (const { points } of [history!, ofBaseline])
      expect(points.map(({ figures }) => figures)).toEqual(
        [468, 470, 410].map((capacity) => [{ request: null, values: { capacity } }]),
      )
  })

  test('leaves out searches that found none', () => {
    expect(findExclusion(search(468, 1))).toBeNull()
    expect(findExclusion(search(468, 1, { upper: null, end: 'budget' }))).toBe(
      'a search that found no capacity',
    )
  })
})

describe('a result of a search', () => {
  test('is read as it was written', () => {
    const result = search(468, 1, {
      check: { load: 400, by: 'require', isCarried: true },
      trials: [
        ...FOUND.trials,
        {
          ...FOUND.trials[0]!,
          met: false,
          missed: [{ why: 'threshold', expression: 'error_rate < 1%', metric: 'error_rate', status: 429 }],
          unsure: true,
          unrecovered: true,
        },
      ],
    })
    expect(parseResult(JSON.stringify(result), 'r.json').capacity).toEqual(result.capacity)
  })

  test.each([
    [{ lower: -1 }, 'capacity.lower'],
    [{ lower: 20, upper: 10 }, 'capacity.upper'],
    [{ end: 'soon' }, 'capacity.end'],
    [{ of: 'requests' }, 'capacity.of'],
    [{ trials: [{ ...FOUND.trials[0], missed: [{ why: 'bad luck' }] }] }, 'capacity.trials'],
  ])('%j is refused with its place', (wrong, place) => {
    const result = { ...search(468, 1), capacity: { ...FOUND, ...wrong } }
    expect(() => parseResult(JSON.stringify(result), 'r.json')).toThrow(place)
  })
})

describe('the verdict of a search', () => {
  const verdictOf = (
    capacity: Partial<CapacityFigures>,
    more: Partial<Parameters<typeof capacityVerdict>[0]> = {},
  ) =>
    capacityVerdict({
      interrupted: false,
      error: null,
      neverSucceeded: [],
      comparison: null,
      capacity: { ...FOUND, ...capacity },
      ...more,
    })
  const check = (by: 'baseline' | 'require', isCarried: boolean | null) => ({
    check: { load: 400, by, isCarried },
  })

  test.each([
    [{}, 'passed'],
    [{ end: 'max_carried' }, 'passed'],
    [{ end: 'from_missed', lower: null }, 'failed'],
    [{ end: 'generator' }, 'inconclusive'],
    [{ end: 'budget' }, 'inconclusive'],
    [check('require', true), 'passed'],
    [{ end: 'generator', ...check('require', true) }, 'passed'],
    [check('require', false), 'failed'],
    [check('baseline', false), 'regressed'],
    [check('baseline', null), 'inconclusive'],
  ] as const)('%j: %s', (capacity, verdict) => {
    expect(verdictOf(capacity)).toBe(verdict)
  })

  test('is inconclusive if an agent was lost before it had its answer', () => {
    const agent = { name: 'one', cores: 2, workers: 1, requests: 9, perfctl: '1', startOffsetMs: 0 }
    const agents = [{ ...agent, clockErrorMs: 1, lost: 12 }]
    const stopped = { end: 'stopped' } as const
    expect(verdictOf(stopped, { agents })).toBe('inconclusive')
    expect(verdictOf({ ...stopped, ...check('require', true) }, { agents })).toBe('inconclusive')
    expect(verdictOf({ ...stopped, ...check('require', false) }, { agents })).toBe('failed')
    expect(verdictOf({}, { agents })).toBe('passed')
  })

  test('is that of the run if it ended early', () => {
    expect(verdictOf({}, { interrupted: true })).toBe('interrupted')
    expect(verdictOf({}, { error: 'the service was lost' })).toBe('error')
    expect(verdictOf({}, { neverSucceeded: ['search'] })).toBe('failed')
  })
})
