import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/rng.js'
import { BASELINE_DEFAULTS } from '../../src/scenario/model/scenario.js'
import { joinRuns } from '../../src/stats/join.js'
import type { Result } from '../../src/stats/result.js'
import { type TargetFigures, unmeasuredTarget } from '../../src/stats/target.js'
import type { TargetFailure } from '../../src/stats/target-failures.js'
import { cpuPerRequestOf } from '../../src/stats/target-windows.js'
import { makeBaseline } from '../../src/verdict/baseline.js'
import { formatBaseline, parseBaseline } from '../../src/verdict/baseline-file.js'
import { compare } from '../../src/verdict/compare.js'
import { isWorthMoreSeconds } from '../../src/verdict/suspicion.js'
import { SHOP, simulate } from './simulate.js'

interface Cpu {
  /** In ms per request. */
  readonly costMs?: number
  /** How much seconds differ, and starts: standard deviations of a logarithm. */
  readonly noise?: number
  readonly start?: number
  readonly memory?: number
}

/** What the processes used in the windows of a result. */
function figuresOf(
  { requests, durationSeconds }: Result,
  seed: number,
  { costMs = 2, noise = 0.05, start = 0.01, memory = 2e8 }: Cpu,
): TargetFigures {
  const random = new Random(seed + 7)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float())
  const cost = costMs * Math.exp(start * normal())
  const starts = requests[0]!.windows.map((window) => window.start)
  const cpuWindows = starts.map((second, index) => {
    const end = starts[index + 1] ?? durationSeconds
    const sent = requests.reduce((sum, { windows }) => sum + (windows[index]?.requests ?? 0), 0)
    return {
      start: second,
      duration: end - second,
      requests: sent,
      cpuMs: sent * cost * Math.exp(noise * normal()),
    }
  })
  return {
    ...unmeasuredTarget([]),
    cpuSeconds: cpuWindows.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1000,
    cpuPerRequest: cpuPerRequestOf(cpuWindows),
    cpuCores: 0.5,
    memory: { first: memory, last: memory, max: memory, growthPerMinute: null },
    timeline: cpuWindows.map(({ start }) => ({ second: start, cpu: 0.5, memory })),
    cpuWindows,
  }
}

function withCpu(seed: number, cpu: Cpu = {}, seconds = 30): Result {
  const result = simulate(SHOP, { seed, seconds })
  return { ...result, target: figuresOf(result, seed, cpu) }
}

const side = (result: Result, name: 'a' | 'b'): Result => ({
  ...result,
  session: { id: 's', side: name, looks: 1, maxSeconds: 30 },
})
const session = (a: Result, b: Result) => compare(side(a, 'a'), side(b, 'b'))
const rowOf = ({ metrics }: ReturnType<typeof compare>, metric = 'cpu_per_request') =>
  metrics.find((row) => row.metric === metric)
const isRed = (comparison: ReturnType<typeof compare>) => rowOf(comparison)?.verdict === 'regressed'

describe('CPU time per request side by side', () => {
  test('is red if it rose, with equal latencies, and says by how much', () => {
    const comparison = session(withCpu(1), withCpu(2, { costMs: 2.3 }))
    expect(comparison.verdict).toBe('regressed')
    const row = rowOf(comparison)!
    expect(row).toMatchObject({ request: null, verdict: 'regressed', decisive: false, tolerance: 0.1 })
    expect(row.change!).toBeCloseTo(0.15, 1)
    expect(row.interval![0]).toBeLessThan(row.change!)
  })

  test('finds 15 % more nearly always, and calls the same code red hardly ever', () => {
    const pairs = Array.from({ length: 25 }, (_, index) => 2 * index)
    const found = pairs.filter((seed) => isRed(session(withCpu(seed), withCpu(seed + 1, { costMs: 2.3 }))))
    const alarms = pairs.filter((seed) => isRed(session(withCpu(seed), withCpu(seed + 1))))
    expect(found.length).toBeGreaterThan(22)
    expect(alarms).toEqual([])
  })

  test('needs as many pairs as other metrics, and leaves no verdict open', () => {
    const comparison = session(withCpu(1, {}, 6), withCpu(2, { costMs: 4 }, 6))
    expect(rowOf(comparison)).toMatchObject({
      verdict: 'inconclusive',
      why: 'too_few_samples',
      change: expect.closeTo(1, 0),
    })
    const noisy = session(withCpu(1, { noise: 1 }), withCpu(2, { noise: 1 }))
    expect(rowOf(noisy)).toMatchObject({ verdict: 'inconclusive', decisive: false })
    expect(noisy.verdict).toBe('passed')
  })

  test('makes a session go on while it looks worse, but not for noise', () => {
    const unclear = session(withCpu(1, { noise: 0.3 }, 15), withCpu(2, { noise: 0.3, costMs: 2.6 }, 15))
    expect(rowOf(unclear)).toMatchObject({ verdict: 'inconclusive' })
    expect(isWorthMoreSeconds(unclear)).toBe(true)
    expect(isWorthMoreSeconds(session(withCpu(1), withCpu(2, { costMs: 2.3 })))).toBe(false)
    expect(isWorthMoreSeconds(session(withCpu(1), withCpu(2)))).toBe(false)
  })

  test('has its own tolerance', () => {
    const tolerance = { ...BASELINE_DEFAULTS.tolerance, cpuPerRequest: 0.5 }
    const [a, b] = [side(withCpu(1), 'a'), side(withCpu(2, { costMs: 2.3 }), 'b')]
    expect(rowOf(compare(a, b, { tolerance }))).toMatchObject({ verdict: 'passed', tolerance: 0.5 })
  })

  test('is judged by the blocks between restarts', () => {
    const runs = (seed: number, costMs: number) => {
      const [first, ...others] = [0, 1, 2].map((run) => withCpu(seed + 10 * run, { costMs }, 20))
      return joinRuns([first!, ...others])
    }
    expect(isRed(session(runs(1, 2), runs(2, 2.4)))).toBe(true)
    expect(rowOf(session(runs(1, 2), runs(2, 2)))?.verdict).toBe('passed')
  })
})

describe('CPU time per request against a baseline', () => {
  const results = [1, 2, 3].map((seed) => withCpu(seed)) as [Result, Result, Result]
  const baseline = parseBaseline(formatBaseline(makeBaseline(results)), 'b.json')

  test('goes through its file and is judged by its jobs', () => {
    expect(baseline.target?.cpuPerRequest).toBeCloseTo(2, 0)
    expect(baseline.target?.memory).toEqual({ max: 2e8 })
    expect(formatBaseline(baseline)).toBe(formatBaseline(makeBaseline(results)))
    expect(isRed(compare(baseline, withCpu(9, { costMs: 2.6 })))).toBe(true)
    const same = compare(baseline, withCpu(9))
    expect(rowOf(same)).toMatchObject({ verdict: 'passed', decisive: false })
    // The same from the results themselves.
    expect(rowOf(compare(makeBaseline(results), withCpu(9)))).toEqual(rowOf(same))
  })

  test('is shown, but not judged, on another machine', () => {
    const other = withCpu(9, { costMs: 4 })
    const elsewhere = { ...other, environment: { ...other.environment, cores: 64 } }
    expect(rowOf(compare(baseline, elsewhere))).toMatchObject({
      verdict: 'inconclusive',
      why: 'other_machine',
      would: 'regressed',
      change: expect.closeTo(1, 0),
    })
  })

  test('calls the same code red hardly ever', () => {
    const alarms = Array.from({ length: 25 }, (_, seed) =>
      compare(withCpu(3 * seed, { start: 0.02 }), withCpu(3 * seed + 1, { start: 0.02 })),
    ).filter(isRed)
    expect(alarms).toEqual([])
  })

  test('takes the median of several runs of a job, each with its own windows', () => {
    const joined = joinRuns([withCpu(1, { costMs: 9 }), withCpu(2), withCpu(4)])
    expect(makeBaseline([joined]).jobs[0]!.runs.map(({ cpuPerRequest }) => cpuPerRequest)).toMatchObject([
      { value: expect.closeTo(9, 0) },
      { value: expect.closeTo(2, 0) },
      { value: expect.closeTo(2, 0) },
    ])
    expect(isRed(compare(baseline, joined))).toBe(false)
  })
})

describe('what only one side has', () => {
  const ENDED: TargetFailure = { kind: 'ended', message: 'the observed process ended 3 s after the start' }
  const plain = simulate(SHOP, { seed: 5, seconds: 30 })

  test('is shown with the reason', () => {
    const broken = { ...plain, target: unmeasuredTarget([ENDED]) }
    const row = rowOf(compare(withCpu(1), broken, { baseline: 'b.json' }))
    expect(row).toMatchObject({
      verdict: 'inconclusive',
      why: 'not_measured',
      decisive: false,
      current: null,
    })
    expect(row!.reason).toBe(`no CPU time of the service in this run: ${ENDED.message}`)
    expect(rowOf(compare(plain, withCpu(1), { baseline: 'b.json' }))!.reason).toBe(
      'no CPU time of the service in b.json',
    )
    expect(rowOf(compare(plain, broken))).toBe(undefined)
  })

  test('is not blamed on metrics of the service that failed', () => {
    const scrapes: TargetFailure = { kind: 'status', message: '3 of 30 scrapes failed', source: 'metrics' }
    const unread = { ...plain, target: unmeasuredTarget([scrapes]) }
    expect(rowOf(compare(withCpu(1), unread, { baseline: 'b.json' }))!.reason).toBe(
      'no CPU time of the service in this run',
    )
  })

  test('leaves the verdict as it is', () => {
    expect(compare(withCpu(1), plain).verdict).toBe(
      compare(simulate(SHOP, { seed: 1, seconds: 30 }), plain).verdict,
    )
  })
})

test('memory is shown beside the usual one, and never judged', () => {
  const row = rowOf(session(withCpu(1), withCpu(2, { memory: 9e8 })), 'memory_max')
  expect(row).toMatchObject({
    baseline: 2e8,
    current: 9e8,
    change: 3.5,
    verdict: 'inconclusive',
    why: 'not_judged',
  })
  const baseline = makeBaseline([withCpu(1), withCpu(2, { memory: 3e8 }), withCpu(3, { memory: 4e8 })])
  expect(rowOf(compare(baseline, withCpu(9)), 'memory_max')).toMatchObject({ baseline: 3e8, current: 2e8 })
})
