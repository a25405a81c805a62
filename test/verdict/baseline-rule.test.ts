import { describe, expect, test } from 'vitest'
import { judgeStored, type StoredRule } from '../../src/verdict/baseline-rule.js'
import { COMPARE_DEFAULTS, compare } from '../../src/verdict/compare.js'
import type { Figure, Job } from '../../src/verdict/job-figures.js'
import type { Judged } from '../../src/verdict/line.js'
import { SHOP, simulate } from './simulate.js'

const { environment } = simulate(SHOP, { seed: 1, seconds: 1 })
const NAMES = ['list', 'detail', 'post', 'search'] as const
const MEDIANS: Readonly<Record<string, number>> = {
  list: 10,
  detail: 20,
  post: 30,
  search: 40,
  pay: 50,
  ship: 60,
}

interface Conditions {
  readonly names?: readonly string[]
  readonly factors?: Readonly<Record<string, number>>
  readonly volatility?: number
  readonly samples?: (name: string) => number
}

/** A job of one run with these factors on its latencies. */
function makeJob({
  names = NAMES,
  factors = {},
  volatility = 0.06,
  samples = () => 20_000,
}: Conditions): Job {
  const figure = (ms: number, error: number): Figure => ({ value: ms, error, besideError: error / 2 })
  const requests = names.map((name) => {
    const ms = MEDIANS[name]! * (factors[name] ?? 1)
    const error = 0.005 * Math.sqrt(20_000 / samples(name))
    return {
      name,
      kind: 'request' as const,
      requests: samples(name),
      failed: 0,
      worst: { requests: 100, failed: 0 },
      p50: figure(ms, error),
      p95: { value: 3 * ms, error: 2 * error },
      p99: { value: 5 * ms, error: 4 * error },
    }
  })
  const all = { value: 100, error: 0.01 }
  const run = {
    startedAt: '2026-03-01T10:00:00.000Z',
    volatility,
    throughput: all,
    p95: all,
    p99: all,
    requests,
  }
  return { environment, runs: [run] }
}

function judge(before: Conditions, after: Conditions, rule: Partial<StoredRule> = {}): Judged[] {
  const requests = (before.names ?? NAMES).map((name) => ({ name, kind: 'request' as const }))
  return judgeStored([makeJob(before)], makeJob(after), requests, {
    limits: { ...COMPARE_DEFAULTS, minDeltaMs: 0 },
    withThroughput: true,
    withMix: true,
    ...rule,
  })
}

const median = (judged: readonly Judged[], name: string) =>
  judged.find(({ request }) => request === name)!.judgements[0]!
const red = (judged: readonly Judged[]) =>
  judged.flatMap(({ request, judgements }) =>
    judgements.flatMap(({ metric, verdict }) => (verdict === 'regressed' ? [`${request} ${metric}`] : [])),
  )

describe('a request beside the others of its run', () => {
  const all = (factor: number) => Object.fromEntries(NAMES.map((name) => [name, factor]))

  test('is red when it alone is slower, on a machine too restless to say so of all', () => {
    const judged = judge({}, { factors: { ...all(1.05), post: 1.05 * 1.2 } })
    expect(median(judged, 'post')).toMatchObject({ verdict: 'regressed', why: 'against_others' })
    expect(median(judged, 'post').reason).toMatch(/^changed by \+20\.0% against the other requests \(/)
    expect(red(judged)).toEqual(['post p50'])
  })

  test('is not when all are as much slower', () => {
    expect(red(judge({}, { factors: all(1.2) }))).toEqual([])
  })

  test('nor when only the others got faster', () => {
    expect(red(judge({}, { factors: { ...all(0.8), post: 1 } }))).toEqual([])
  })

  test('is judged by itself with fewer than two others', () => {
    const names = ['list', 'post']
    expect(red(judge({ names }, { names, factors: { list: 1.05, post: 1.05 * 1.2 } }))).toEqual([])
  })
})

describe('what the verdict rests on', () => {
  const decisive = (judged: readonly Judged[], request: string | null) =>
    judged
      .filter((each) => each.request === request)
      .flatMap(({ judgements }) => judgements.flatMap((line) => (line.decisive ? [line.metric] : [])))

  test('on a machine that is quiet: each p95 and p99, too', () => {
    const quiet = { volatility: 0.001, samples: () => 100_000 }
    const judged = judge(quiet, quiet)
    expect(decisive(judged, 'post')).toEqual(['p50', 'p95', 'p99', 'error_rate'])
    expect(decisive(judged, null)).toEqual(['p95', 'p99', 'throughput'])
  })

  test('on a restless one: the medians, the p95 of the run, its throughput and the errors', () => {
    const judged = judge({}, {})
    expect(decisive(judged, 'post')).toEqual(['p50', 'error_rate'])
    expect(decisive(judged, null)).toEqual(['p95', 'throughput'])
  })

  test('is the same whatever comes out', () => {
    const factors = { list: 1.6 }
    expect(decisive(judge({}, { factors }), 'list')).toEqual(decisive(judge({}, {}), 'list'))
  })

  test('never what was sent rarely', () => {
    const samples = (name: string) => (name === 'post' ? 150 : 20_000)
    expect(decisive(judge({ samples }, { samples }), 'post')).not.toContain('p50')
  })

  test('nor the whole run when a request came or went', () => {
    const judged = judge({}, {}, { withMix: false })
    expect(decisive(judged, null)).toEqual(['throughput'])
  })
})

describe('rare requests', () => {
  const names = [...NAMES, 'pay', 'ship']
  const samples = (name: string) => (name === 'pay' || name === 'ship' ? 150 : 20_000)
  const quiet = { names, samples, volatility: 0.01 }

  test('are judged as one line, by their change from the accepted jobs', () => {
    const judged = judge(quiet, { ...quiet, factors: { pay: 1.6, ship: 1.6 } })
    const rest = judged.find(({ pooled }) => pooled !== undefined)!
    expect(rest).toMatchObject({ request: null, pooled: ['pay', 'ship'] })
    expect(rest.judgements).toMatchObject([{ metric: 'p50', decisive: true, verdict: 'regressed' }])
  })

  test('pass as one when they are the same', () => {
    const rest = judge(quiet, quiet).find(({ pooled }) => pooled !== undefined)!
    expect(rest.judgements[0]!.verdict).toBe('passed')
  })

  test('are no line when there is one of them', () => {
    const one = { ...quiet, names: [...NAMES, 'pay'] }
    expect(judge(one, one).filter(({ pooled }) => pooled !== undefined)).toEqual([])
  })
})

describe('in a comparison', () => {
  const services = [
    ...SHOP,
    ...['pay', 'ship'].map((name) => ({ name, medianMs: 50, sigma: 0.3, perSecond: 2 })),
  ]
  const comparison = compare(simulate(services, { seed: 1 }), simulate(services, { seed: 2 }))

  test('the line of the rare requests has their names and a change, and no figures', () => {
    const rest = comparison.metrics.find(({ pooled }) => pooled !== undefined)!
    expect(rest).toMatchObject({ request: null, pooled: ['pay', 'ship'], baseline: null, current: null })
    expect(rest.change).not.toBeNull()
  })

  test('the detectable change is the worst of the lines that the verdict rests on', () => {
    const worst = (metric: string) => {
      const found = comparison.metrics.flatMap((row) =>
        row.metric === metric && row.decisive === true
          ? // A passed line has ruled out twice its tolerance, whatever it takes to be red.
            [Math.min(row.detectable!, 2 * row.tolerance)]
          : [],
      )
      return found.length === 0 ? null : Math.max(...found)
    }
    expect(comparison.detectable).toEqual({
      p50: worst('p50'),
      p95: worst('p95'),
      p99: null,
      throughput: worst('throughput'),
    })
    expect(comparison.detectable!.p50).toBeGreaterThan(0.05)
  })
})
