import { describe, expect, test } from 'vitest'
import { mergeShards } from '../../src/stats/merge.js'
import type { Result, Window } from '../../src/stats/result.js'
import { percentileMs } from '../../src/stats/summary.js'
import { poolWindows } from '../../src/stats/window.js'
import { withTimeline } from '../report/results.js'
import { makeShards } from '../verdict/shards.js'
import { SHOP, simulate } from '../verdict/simulate.js'

const shards = makeShards([1, 2, 3])
const merged = mergeShards(shards)

describe('measurements of the machines add up', () => {
  test.each(['requests', 'failed', 'bytesSent', 'bytesReceived', 'dropped', 'unfinished'] as const)(
    '%s',
    (key) => {
      const wanted = shards.reduce((sum, { totals }) => sum + totals[key], 0)
      expect(merged.totals[key]).toBe(wanted)
    },
  )

  test('latencies merge without loss: percentiles are those of all requests', () => {
    const all = poolWindows(shards.flatMap(({ requests }) => requests.flatMap(({ windows }) => windows)))
    expect(merged.totals.latency.count).toBe(all.count)
    expect(merged.totals.latency.p99).toBe(percentileMs(all, 99))
    expect(merged.totals.latency.histogram).toEqual(all.freeze())
  })

  test('seconds are aligned', () => {
    const [search] = merged.requests
    expect(search!.windows.map(({ start }) => start)).toEqual([...Array(12).keys()])
    for (const [second, window] of search!.windows.entries()) {
      const parts = shards.map(({ requests }) => requests[0]!.windows[second]!)
      expect(window.requests).toBe(parts.reduce((sum, part) => sum + part.requests, 0))
      expect(window.failed).toBe(parts.reduce((sum, part) => sum + part.failed, 0))
      expect(window.histogram).toEqual(poolWindows(parts).freeze())
    }
  })

  test('the timeline has the users of all machines, and percentiles of all requests', () => {
    const timed = mergeShards(shards.map(withTimeline) as [Result, ...Result[]])
    const second = timed.timeline[3]!
    expect(second.vus).toBe(60)
    const windows = merged.requests.map(({ windows }) => windows[3]!)
    expect(second.p95).toBe(percentileMs(poolWindows(windows), 95))
    expect(second.requests).toBe(windows.reduce((sum, { requests }) => sum + requests, 0))
  })

  test('the throughput is that of all machines together', () => {
    expect(merged.durationSeconds).toBe(12)
    expect(merged.totals.throughput).toBeCloseTo(merged.totals.requests / 12, 9)
    expect(merged.runs).toEqual([{ startedAt: shards[0].startedAt, start: 0, durationSeconds: 12 }])
  })

  test('equal errors and statuses are merged', () => {
    const error = { kind: 'timeout' as const, message: 'no answer', count: 2 }
    const failing = shards.map((shard) => ({
      ...shard,
      totals: { ...shard.totals, errors: [error], statuses: { 200: 5, 503: 1 } },
    }))
    const { totals } = mergeShards(failing as unknown as [Result, ...Result[]])
    expect(totals.errors).toEqual([{ ...error, count: 6 }])
    expect(totals.statuses).toEqual({ 200: 15, 503: 3 })
  })
})

describe('machines that differ', () => {
  test('one that ended early is missing from the last seconds only', () => {
    const short = { ...shards[1], ...cut(shards[1]!, 10), durationSeconds: 9.5 } as Result
    const { requests, durationSeconds } = mergeShards([shards[0], short, shards[2]!])
    expect(durationSeconds).toBe(12)
    const { windows } = requests[0]!
    expect(windows).toHaveLength(12)
    const others = [shards[0], shards[2]!].map((each) => each.requests[0]!.windows[11]!.requests)
    expect(windows[11]!.requests).toBe(others[0]! + others[1]!)
  })

  test('one with windows twice as long lengthens all', () => {
    const coarse = { ...shards[1]!, requests: shards[1]!.requests.map(coarsen) }
    const { windows } = mergeShards([shards[0], coarse, shards[2]!]).requests[0]!
    expect(windows.map(({ start, duration }) => [start, duration])).toEqual(
      [0, 2, 4, 6, 8, 10].map((start) => [start, 2]),
    )
    const total = windows.reduce((sum, { requests }) => sum + requests, 0)
    expect(total).toBe(merged.requests[0]!.requests)
  })

  test('are all named in the environment, with all their workers', () => {
    const other = { ...shards[1]!, environment: { ...shards[1]!.environment, cpu: 'Another', workers: 3 } }
    const { environment } = mergeShards([shards[0], other, shards[2]!])
    expect(environment.cpu).toBe('Another + Sample CPU 3000')
    expect(environment.workers).toBe(5)
    expect(environment.gitCommit).toBe(shards[0].environment.gitCommit)
  })

  test('a saturated one is named', () => {
    const generator = { ...shards[2]!.generator, saturated: true, reasons: ['worker 1 was busy'] }
    expect(mergeShards([shards[0], shards[1]!, { ...shards[2]!, generator }]).generator).toMatchObject({
      saturated: true,
      reasons: ['shard 3: worker 1 was busy'],
    })
  })

  test('one that was interrupted or failed marks the run', () => {
    const broken = { ...shards[1]!, interrupted: true, error: 'worker 1 died: boom' }
    const { interrupted, error } = mergeShards([shards[0], broken, shards[2]!])
    expect(interrupted).toBe(true)
    expect(error).toBe('shard 2: worker 1 died: boom')
  })
})

test('a run with a single shard is unchanged by merging', () => {
  const whole = simulate(SHOP, { seed: 4, seconds: 12 })
  const { totals, requests, generator } = mergeShards([whole])
  expect(totals).toEqual(whole.totals)
  expect(requests).toEqual(whole.requests)
  expect(generator).toEqual(whole.generator)
})

function cut(result: Result, seconds: number): Pick<Result, 'requests'> {
  return {
    requests: result.requests.map((request) => ({ ...request, windows: request.windows.slice(0, seconds) })),
  }
}

function coarsen(request: Result['requests'][number]): Result['requests'][number] {
  const windows: Window[] = []
  for (let i = 0; i < request.windows.length; i += 2) {
    const pair = request.windows.slice(i, i + 2)
    windows.push({
      start: i,
      duration: 2,
      requests: pair.reduce((sum, window) => sum + window.requests, 0),
      failed: pair.reduce((sum, window) => sum + window.failed, 0),
      histogram: poolWindows(pair).freeze(),
    })
  }
  return { ...request, windows }
}
