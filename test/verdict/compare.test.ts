import { describe, expect, test } from 'vitest'
import type { Comparison, MetricComparison } from '../../src/stats/comparison.js'
import { FrozenHistogram } from '../../src/stats/frozen-histogram.js'
import type { Result } from '../../src/stats/result.js'
import { compare } from '../../src/verdict/compare.js'
import { SHOP, shopWith, simulate } from './simulate.js'

const before = simulate(SHOP, { seed: 1 })
const same = simulate(SHOP, { seed: 2 })
const slower = simulate(shopWith('search', { medianMs: 26 }), { seed: 3 })

function row(comparison: Comparison, request: string | null, metric: string): MetricComparison {
  const found = comparison.metrics.find((each) => each.request === request && each.metric === metric)
  if (found === undefined) throw new Error(`no row ${request} ${metric}`)
  return found
}

describe('the verdict', () => {
  test('the same code twice passes', () => {
    const comparison = compare(before, same)
    expect(comparison.verdict).toBe('passed')
    expect(comparison.metrics.filter(({ verdict }) => verdict === 'regressed')).toEqual([])
    expect(comparison.metrics).toHaveLength(3 * 4 + 3)
  })

  test('a request that is 30 % slower regresses, and only that one is named', () => {
    const comparison = compare(before, slower)
    expect(comparison.verdict).toBe('regressed')
    const regressed = comparison.metrics.filter(({ verdict }) => verdict === 'regressed')
    expect(new Set(regressed.map(({ request }) => request))).toEqual(new Set(['search']))
    expect(comparison.metrics[0]?.verdict).toBe('regressed')
    const { change, interval } = row(comparison, 'search', 'p50')
    expect(change).toBeCloseTo(0.3, 1)
    expect(interval![0]).toBeLessThan(change!)
    expect(interval![1]).toBeGreaterThan(change!)
    expect(interval![0]).toBeGreaterThan(0.1)
  })

  test('with the sides swapped a regression is an improvement', () => {
    const comparison = compare(slower, before)
    expect(comparison.verdict).toBe('improved')
    expect(row(comparison, 'search', 'p95').verdict).toBe('improved')
    const there = compare(before, slower).metrics.filter(({ verdict }) => verdict === 'regressed')
    const back = comparison.metrics.filter(({ verdict }) => verdict === 'improved')
    expect(back.map(({ metric }) => metric).sort()).toEqual(there.map(({ metric }) => metric).sort())
  })

  test('the same two measurements give the same comparison, byte for byte', () => {
    expect(JSON.stringify(compare(before, slower))).toBe(JSON.stringify(compare(before, slower)))
  })

  test('a result compared with itself passes with changes of exactly 0', () => {
    const comparison = compare(before, before)
    expect(comparison.verdict).toBe('passed')
    expect(new Set(comparison.metrics.map(({ change }) => change))).toEqual(new Set([0]))
  })

  test('less than half the tolerance is never a regression', () => {
    const latencies = { p50: 0.8, p95: 0.8, p99: 0.8 }
    const tolerance = { ...latencies, throughput: 0.5, errorRate: 0.01, cpuPerRequest: 0.8, capacity: 0.5 }
    expect(compare(before, slower, { tolerance }).verdict).toBe('passed')
  })

  test('differences below minDelta are no regression, however sure', () => {
    const fast = simulate(shopWith('search', { medianMs: 2 }), { seed: 4 })
    const slow = simulate(shopWith('search', { medianMs: 2.6 }), { seed: 5 })
    const comparison = compare(fast, slow)
    expect(row(comparison, 'search', 'p50')).toMatchObject({ verdict: 'passed' })
    expect(row(comparison, 'search', 'p50').reason).toContain('minDelta')
    expect(compare(fast, slow, { minDeltaMs: 0 }).verdict).toBe('regressed')
  })
})

describe('throughput', () => {
  const fewer = simulate(
    SHOP.map((service) => ({ ...service, perSecond: service.perSecond * 0.8 })),
    { seed: 6 },
  )

  test('a run that got a fifth less done regresses', () => {
    expect(row(compare(before, fewer), null, 'throughput').verdict).toBe('regressed')
    expect(row(compare(fewer, before), null, 'throughput').verdict).toBe('improved')
  })

  test('a ramp is no noise: both sides follow it', () => {
    const ramped = simulate(SHOP, { seed: 1, rampSeconds: 15 })
    const rampedFewer = simulate(fewerOf(0.8), { seed: 2, rampSeconds: 15 })
    expect(
      row(compare(ramped, simulate(SHOP, { seed: 3, rampSeconds: 15 })), null, 'throughput').verdict,
    ).toBe('passed')
    expect(row(compare(ramped, rampedFewer), null, 'throughput').verdict).toBe('regressed')
  })

  test('is not compared when the load is a rate of arrivals', () => {
    const rate = { load: '100 arrivals at once, nothing for 5s', model: 'open' } as const
    const comparison = compare(
      simulate(SHOP, { seed: 1, ...rate }),
      simulate(fewerOf(0.5), { seed: 2, ...rate }),
    )
    expect(comparison.metrics.some(({ metric }) => metric === 'throughput')).toBe(false)
    expect(comparison.notes.join()).toContain('throughput is not compared')
  })

  function fewerOf(share: number) {
    return SHOP.map((service) => ({ ...service, perSecond: service.perSecond * share }))
  }
})

describe('failures are never an improvement', () => {
  const failing = (errorRatio: number, factor = 1) =>
    simulate(
      SHOP.map((service) => ({ ...service, errorRatio, medianMs: service.medianMs * factor })),
      { seed: 3 },
    )

  test('the throughput is that of successes: half of them gone is half the throughput', () => {
    const throughput = row(compare(before, failing(0.5)), null, 'throughput')
    expect(throughput.verdict).toBe('regressed')
    expect(throughput.change).toBeCloseTo(-0.5, 1)
  })

  test('a service that fails in whole seconds has no throughput there', () => {
    const gone = {
      ...same,
      requests: same.requests.map((request) => ({
        ...request,
        windows: request.windows.map((window) =>
          window.start < 12
            ? window
            : { ...window, failed: window.requests, histogram: FrozenHistogram.EMPTY },
        ),
      })),
    }
    expect(row(compare(before, gone), null, 'throughput').verdict).not.toMatch(/passed|improved/)
  })

  test('what got faster while more of it failed is not called improved', () => {
    const faster = compare(before, failing(0.005, 0.7))
    expect(row(faster, 'search', 'p50')).toMatchObject({
      verdict: 'passed',
      reason: expect.stringMatching(/^better, but more of the requests failed: 0%, then 0\.\d+%$/),
    })
    expect(faster.metrics.filter(({ verdict }) => verdict === 'improved')).toEqual([])
    expect(row(compare(before, failing(0, 0.7)), 'search', 'p50').verdict).toBe('improved')
    expect(row(compare(failing(0.03), failing(0.005, 0.7)), 'search', 'p50').verdict).toBe('improved')
  })
})

describe('the error rate', () => {
  test('one reset connection that fails 120 requests at once does not fail the build', () => {
    const comparison = compare(before, simulate(shopWith('search', { cluster: 120 }), { seed: 7 }))
    const errors = row(comparison, 'search', 'error_rate')
    expect(errors.change).toBeGreaterThan(0.01)
    expect(errors).toMatchObject({ verdict: 'passed', reason: 'within chance without its worst window' })
  })

  test('3 % failures all the time do', () => {
    const comparison = compare(before, simulate(shopWith('search', { errorRatio: 0.03 }), { seed: 8 }))
    expect(row(comparison, 'search', 'error_rate').verdict).toBe('regressed')
    expect(comparison.verdict).toBe('regressed')
  })

  test('0.5 % more is within one percentage point', () => {
    const comparison = compare(before, simulate(shopWith('search', { errorRatio: 0.005 }), { seed: 8 }))
    expect(row(comparison, 'search', 'error_rate').verdict).toBe('passed')
  })

  test('a request that always fails is a regression of its errors; its latencies can not be judged', () => {
    const comparison = compare(before, simulate(shopWith('details', { errorRatio: 1 }), { seed: 9 }))
    expect(comparison.notes.join()).not.toContain('could be judged')
    expect(row(comparison, 'details', 'error_rate')).toMatchObject({ verdict: 'regressed', change: 1 })
    expect(row(comparison, 'details', 'p50')).toMatchObject({
      verdict: 'inconclusive',
      reason: 'needs 160 successful requests, had 0',
    })
  })
})

describe('what can not be judged', () => {
  test('a p99 of too few samples is shown as inconclusive and does not decide the run', () => {
    const comparison = compare(before, same)
    expect(row(comparison, 'create booking', 'p99')).toMatchObject({
      verdict: 'inconclusive',
      interval: null,
    })
    expect(row(comparison, 'create booking', 'p99').reason).toMatch(
      /^needs 8000 successful requests, had \d+$/,
    )
    expect(comparison.verdict).toBe('passed')
  })

  test('a run of four seconds is inconclusive', () => {
    const short = (seed: number) => simulate(SHOP, { seed, seconds: 4 })
    const comparison = compare(short(1), short(2))
    expect(comparison.verdict).toBe('inconclusive')
    expect(comparison.notes[0]).toBe(
      'too little was measured to judge: the median of a request needs 8 seconds and 200 successful requests; use a longer load',
    )
  })

  test('a rare request does not make the run inconclusive, but may be red', () => {
    const services = (medianMs: number) => [
      ...shopWith('create booking', { perSecond: 60 }),
      { name: 'rare', medianMs, sigma: 0.2, perSecond: 0.8 },
    ]
    const run = (seed: number, medianMs: number) => simulate(services(medianMs), { seed, seconds: 24 })
    const comparison = compare(run(1, 10), run(2, 10))
    expect(comparison.verdict).toBe('passed')
    expect(comparison.metrics.filter((each) => each.request === 'rare' && each.decisive)).toEqual([])
    expect(compare(run(1, 10), run(2, 30)).verdict).toBe('regressed')
  })

  test('noise that would hide three times the tolerance is inconclusive, not green', () => {
    const wild = (seed: number) => simulate(SHOP, { seed, noise: 0.9, memory: 0.8 })
    const comparison = compare(wild(1), wild(4))
    expect(comparison.verdict).toBe('inconclusive')
    expect(comparison.metrics.some(({ reason }) => reason?.startsWith('too noisy'))).toBe(true)
  })

  test('results without windows are inconclusive', () => {
    const bare: Result = {
      ...before,
      requests: before.requests.map((request) => ({ ...request, windows: [] })),
    }
    expect(compare(bare, same).verdict).toBe('inconclusive')
  })

  test.each([
    ['another CPU', { cpu: 'Other CPU' }, 'CPU Other CPU instead of Sample CPU 3000'],
    ['other cores', { cores: 8 }, 'cores: 8 instead of 4'],
    ['another major version of Node.js', { node: 'v22.1.0' }, 'Node.js 22 instead of 20'],
    ['another system', { os: 'Darwin 24.0.0 arm64' }, 'system Darwin instead of Linux'],
  ])('%s makes it inconclusive, never red', (_, change, note) => {
    const elsewhere: Result = { ...slower, environment: { ...slower.environment, ...change } }
    const comparison = compare(before, elsewhere)
    expect(comparison.verdict).toBe('inconclusive')
    expect(comparison.notes[0]).toContain(note)
    expect(comparison.metrics.some(({ verdict }) => verdict === 'regressed')).toBe(false)
    expect(comparison.metrics[0]?.reason).toBe('in doubt, see the notes; by the figures alone: regressed')
    expect(compare(before, elsewhere, { allowEnvironment: true }).verdict).toBe('regressed')
  })

  test('a patch release of Node.js or of the system is no other environment', () => {
    const environment = { ...same.environment, node: 'v20.18.1', os: 'Linux 6.9.1 x64', perfctl: '0.2.0' }
    expect(compare(before, { ...same, environment }).verdict).toBe('passed')
  })

  test.each(['reference', 'candidate'])(
    'a saturated generator on the side of the %s is never red',
    (side) => {
      const generator = {
        ...slower.generator,
        saturated: true,
        reasons: ['event loop busy 99 % of the time'],
      }
      const pair =
        side === 'reference' ? [{ ...before, generator }, slower] : [before, { ...slower, generator }]
      const comparison = compare(pair[0]!, pair[1]!)
      expect(comparison.verdict).toBe('inconclusive')
      expect(comparison.notes[0]).toContain('event loop busy 99 % of the time')
    },
  )

  test('an interrupted run is inconclusive', () => {
    expect(compare(before, { ...same, interrupted: true }).verdict).toBe('inconclusive')
  })
})

describe('requests that come and go', () => {
  const two = { ...same, requests: same.requests.slice(0, 2) }

  test('a missing request is a regression: a vanished endpoint must not be green', () => {
    const comparison = compare(before, two)
    expect(comparison.verdict).toBe('regressed')
    expect(comparison.metrics[0]).toMatchObject({ request: 'create booking', verdict: 'missing' })
  })

  test.each([
    [6, 'inconclusive', 'passed'],
    [7, 'missing', 'regressed'],
  ])('one that came %i times before is %s when it never comes: the run %s', (requests, verdict, whole) => {
    const withCount = (count: number) => ({
      ...before,
      requests: [...two.requests, { ...before.requests[2]!, requests: count, windows: [] }],
    })
    const comparison = compare(withCount(requests), { ...withCount(0), requests: two.requests })
    expect(comparison.verdict).toBe(whole)
    expect(row(comparison, 'create booking', 'requests').verdict).toBe(verdict)
  })

  test('a new request is shown and does not gate', () => {
    const comparison = compare(two, before)
    expect(comparison.verdict).toBe('passed')
    expect(comparison.metrics.at(-1)).toMatchObject({ request: 'create booking', verdict: 'new' })
  })
})

describe('what each user does once', () => {
  const login = { ...SHOP[0]!, name: 'beforeEach / login', perSecond: 0.2 }
  const onceEach = (result: Result): Result => ({
    ...result,
    requests: result.requests.map((each) =>
      each.name === login.name ? { ...each, phase: 'beforeEach' } : each,
    ),
  })
  const first = onceEach(simulate([...SHOP, login], { seed: 1 }))

  test('is shown, and does not put the run in doubt for being seldom', () => {
    const comparison = compare(first, onceEach(simulate([...SHOP, login], { seed: 2 })))
    expect(row(comparison, login.name, 'p50').verdict).toBe('inconclusive')
    expect(comparison.verdict).toBe('passed')
    expect(comparison.notes).toEqual([])
  })

  test('has no part in the latencies of the whole run, unlike any other request', () => {
    const often = { ...login, medianMs: 200, perSecond: 40 }
    const whole = (change: (result: Result) => Result) => {
      const run = (seed: number) => change(simulate([...SHOP, often], { seed }))
      return row(compare(run(1), run(2)), null, 'p95').baseline!
    }
    expect(whole(onceEach)).toBeLessThan(60)
    expect(whole((result) => result)).toBeGreaterThan(100)
  })
})

describe('another scenario is refused', () => {
  test('with the loads of both', () => {
    const other = { ...same, scenario: { ...same.scenario, hash: 'sha256:beef', load: '50 users for 30s' } }
    expect(() => compare(before, other, { baseline: 'baselines/shop.json' })).toThrow(
      'baselines/shop.json was measured with another scenario: load "20 users for 30s" there, "50 users for 30s" here',
    )
  })

  test('with both hashes when the load is the same', () => {
    const other = { ...same, scenario: { ...same.scenario, hash: 'sha256:beef' } }
    expect(() => compare(before, other)).toThrow('other requests or data (5ce7a210 there, beef here)')
  })

  test('a result that has no hash is compared, with a note', () => {
    const other = { ...same, scenario: { ...same.scenario, hash: '' } }
    expect(compare(before, other).notes.join()).toContain('no scenario hash')
  })
})
