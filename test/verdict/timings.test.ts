import { describe, expect, test } from 'vitest'
import { Histogram } from '../../src/stats/histogram.js'
import type { RequestResult, Result } from '../../src/stats/result.js'
import { makeBaseline } from '../../src/verdict/baseline.js'
import { formatBaseline, parseBaseline } from '../../src/verdict/baseline-file.js'
import { compare } from '../../src/verdict/compare.js'
import { SHOP, shopWith, simulate } from './simulate.js'

/** A result whose requests have the server timing `db`, as fast as the requests of another service. */
function withTimings(seed: number, db = SHOP, seconds = 60): Result {
  const own = simulate(SHOP, { seed, seconds })
  const timed = simulate(db, { seed: seed + 1000, seconds })
  const requests = own.requests.map((request, index): RequestResult => {
    const { latency, windows } = timed.requests[index]!
    return { ...request, serverTiming: { db: latency }, serverTimingWindows: { db: windows } }
  })
  return { ...own, requests }
}

const side = (result: Result, name: 'a' | 'b'): Result => ({
  ...result,
  session: { id: 's', side: name, looks: 1, maxSeconds: 60 },
})
const SLOW = shopWith('search', { medianMs: 30 })
const redOf = ({ metrics }: ReturnType<typeof compare>) =>
  metrics
    .filter(({ verdict }) => verdict === 'regressed')
    .map(({ request, metric }) => `${request}: ${metric}`)

describe('server timings', () => {
  test('that get slower are red, side by side', () => {
    const comparison = compare(side(withTimings(1), 'a'), side(withTimings(2, SLOW), 'b'))
    expect(redOf(comparison)).toContain('search: server_timing.db.p50')
    expect(comparison.verdict).toBe('regressed')
    const row = comparison.metrics.find(({ metric }) => metric === 'server_timing.db.p50')!
    expect(row).toMatchObject({ request: 'search', decisive: false })
    expect(row.baseline! / row.current!).toBeCloseTo(2 / 3, 1)
  })

  test('that get slower are red, against a baseline that went through its file', () => {
    const results = [1, 2, 3].map((seed) => withTimings(seed)) as [Result, Result, Result]
    const baseline = parseBaseline(formatBaseline(makeBaseline(results)), 'b.json')
    expect(redOf(compare(baseline, withTimings(9, SLOW)))).toContain('search: server_timing.db.p50')
    const same = compare(baseline, withTimings(9))
    expect(redOf(same)).toEqual([])
    expect(same.metrics.filter(({ metric }) => metric.startsWith('server_timing'))).toHaveLength(9)
  })

  test('leave nothing open, and are not compared where one side has none', () => {
    const few = withTimings(2)
    const requests = few.requests.map((request) => {
      const { serverTiming: _, serverTimingWindows: __, ...rest } = request
      return rest
    })
    const without = compare(side(withTimings(1), 'a'), side({ ...few, requests }, 'b'))
    expect(without.metrics.some(({ metric }) => metric.startsWith('server_timing'))).toBe(false)
    const both = compare(side(withTimings(1), 'a'), side(few, 'b'))
    const rows = both.metrics.filter(({ metric }) => metric.startsWith('server_timing'))
    expect(rows).toHaveLength(9)
    expect(rows.every(({ decisive }) => decisive === false)).toBe(true)
  })

  test.each([0, 5000])('that are always %i µs pass, and become a baseline that can be read', (us) => {
    const constant = (result: Result): Result => {
      const requests = result.requests.map((request) => {
        const windows = request.windows.map((window) => {
          const histogram = new Histogram()
          histogram.recordCount(us, window.requests)
          return { ...window, failed: 0, histogram: histogram.freeze() }
        })
        return { ...request, serverTimingWindows: { db: windows } }
      })
      return { ...result, requests }
    }
    const [one, two] = [constant(withTimings(1)), constant(withTimings(2))]
    const baseline = parseBaseline(formatBaseline(makeBaseline([one])), 'b.json')
    for (const comparison of [compare(baseline, two), compare(side(one, 'a'), side(two, 'b'))]) {
      const rows = comparison.metrics.filter(({ metric }) => metric.startsWith('server_timing'))
      expect(rows).toHaveLength(9)
      const medians = rows.filter(({ metric }) => metric.endsWith('p50'))
      expect(medians.map(({ change, verdict }) => [change, verdict])).toEqual(Array(3).fill([0, 'passed']))
      expect(redOf(comparison)).toEqual([])
    }
  })

  test('of another machine decide nothing', () => {
    const baseline = makeBaseline([withTimings(1)])
    const slow = withTimings(9, SLOW)
    const elsewhere = { ...slow, environment: { ...slow.environment, cpu: 'another' } }
    const { verdict, metrics } = compare(baseline, elsewhere)
    expect(verdict).toBe('inconclusive')
    const row = metrics.find(
      ({ metric, request }) => metric === 'server_timing.db.p50' && request === 'search',
    )
    expect(row).toMatchObject({ verdict: 'inconclusive', would: 'regressed' })
  })
})

describe('cache hits', () => {
  const withCache = (result: Result, ratio: number): Result => {
    const requests = result.requests.map((request) => ({
      ...request,
      cache: { hits: 100 * ratio, misses: 100 * (1 - ratio), ratio },
    }))
    return { ...result, requests }
  }
  const noteOf = (reference: Parameters<typeof compare>[0], ratio: number) =>
    compare(reference, withCache(withTimings(2), ratio)).notes.filter((note) => note.includes('cache hits'))

  test('that fell are said, against a result and against a baseline that went through its file', () => {
    const before = withCache(withTimings(1), 0.912)
    const baseline = parseBaseline(formatBaseline(makeBaseline([before])), 'b.json')
    for (const reference of [before, baseline]) {
      expect(noteOf(reference, 0.4)).toContain('cache hits of "search" fell from 91.2% to 40%')
      expect(noteOf(reference, 0.9)).toEqual([])
    }
    expect(noteOf(withTimings(1), 0.4)).toEqual([])
  })
})
