import { describe, expect, test } from 'vitest'
import { Shape } from '../../src/base/shape.js'
import {
  endMetrics,
  joinTargets,
  readTarget,
  summarizeTarget,
  type TargetFigures,
  unmeasuredTarget,
  withMetrics,
} from '../../src/stats/target.js'
import { failedScrapes } from '../../src/stats/target-failures.js'
import { type MetricSecond, summarizeMetrics } from '../../src/stats/target-metrics.js'

const TAKE = [
  { name: 'heap', unit: 'bytes' },
  { name: 'lag', unit: null },
] as const

const second = (at: number, heap: number, lag?: number): MetricSecond => ({
  second: at,
  metrics: { heap, ...(lag !== undefined && { lag }) },
})

function targetOf(seconds: readonly MetricSecond[], failures: TargetFigures['failures'] = []): TargetFigures {
  return withMetrics(unmeasuredTarget([]), { metrics: summarizeMetrics(TAKE, seconds), seconds, failures })
}

describe('the figures of metrics', () => {
  test('are those of the seconds that have one', () => {
    expect(summarizeMetrics(TAKE, [second(0, 30), second(1, 10, 5), second(3, 20)])).toEqual({
      heap: { mean: 20, min: 10, max: 30, last: 20, unit: 'bytes' },
      lag: { mean: 5, min: 5, max: 5, last: 5 },
    })
    expect(summarizeMetrics(TAKE, [second(0, 1)])['lag']).toBe(null)
  })

  test('may be negative, and as large as numbers get', () => {
    const { heap } = summarizeMetrics(TAKE, [second(0, -1.7e308), second(1, 1.7e308), second(2, 1.7e308)])
    expect(heap).toMatchObject({ min: -1.7e308, max: 1.7e308 })
    expect(heap!.mean).toBeCloseTo(1.7e308 / 3, -300)
  })

  test('are beside those of the processes, second by second', () => {
    const readings = [0, 1000, 2000].map((atMs) => ({
      atMs,
      cpuMs: atMs / 2,
      throttledMs: null,
      memoryBytes: 7,
    }))
    const processes = summarizeTarget({ readings, requests: 10, isSum: false, failures: [] })
    const seconds = [second(1, 5), second(2, 6)]
    const target = withMetrics(processes, { metrics: summarizeMetrics(TAKE, seconds), seconds, failures: [] })
    expect(target.timeline).toEqual([
      { second: 0, cpu: 0.5, memory: 7, metrics: {} },
      { second: 1, cpu: 0.5, memory: 7, metrics: { heap: 5 } },
      { second: 2, cpu: null, memory: null, metrics: { heap: 6 } },
    ])
    expect(target.cpuSeconds).toBe(1)
    expect(joinTargets([{ target, durationSeconds: 2, totals: { requests: 10 } }], [0]).target).toEqual(
      target,
    )
  })

  test('leave out the time after the load', () => {
    const seconds = [second(0, 5), second(1, 7), second(2, 900), second(3, 900)]
    expect(endMetrics(targetOf(seconds), 2.01)).toEqual(targetOf(seconds.slice(0, 2)))
    expect(endMetrics(targetOf(seconds), 0.2)).toEqual(targetOf(seconds.slice(0, 1)))
    expect(endMetrics(targetOf(seconds), 4)).toEqual(targetOf(seconds))
    expect(endMetrics(unmeasuredTarget([]), 2)).toEqual(unmeasuredTarget([]))
  })

  test('survive a result file', () => {
    const failures = [failedScrapes('timeout', { failed: 1, all: 4, reason: 'too late' })]
    for (const target of [targetOf([second(0, 5, 0.25), second(2, 6)], failures), targetOf([], failures)])
      expect(readTarget(Shape.parse(JSON.stringify(target)))).toEqual(target)
  })

  test.each([
    [{ metrics: { heap: { mean: 1 } } }, 'metrics.heap.min is missing'],
    [{ metrics: [] }, 'metrics is not an object'],
    [
      { metrics: { heap: { mean: 1, min: 1, max: 1, last: 1, unit: 'apples' } } },
      'metrics.heap.unit is not one of',
    ],
    [{ timeline: [{ second: 0, metrics: { heap: 'x' } }] }, 'timeline[0].metrics.heap is not a number'],
    [
      { failures: [{ kind: 'timeout', message: '', scrapes: { failed: -1 } }] },
      'failures[0].scrapes.failed is not a whole number',
    ],
  ])('are refused in a broken result file: %j', (target, message) => {
    expect(() => readTarget(Shape.parse(JSON.stringify(target)))).toThrow(message)
  })
})

describe('the metrics of several runs', () => {
  const run = (target: TargetFigures | undefined, durationSeconds = 2) => ({
    ...(target && { target }),
    durationSeconds,
    totals: { requests: 10 },
  })

  test('are those of all their seconds', () => {
    const { target } = joinTargets(
      [run(targetOf([second(0, 10), second(1, 20)])), run(targetOf([second(0, 60, 1)]))],
      [0, 2],
    )
    expect(target!.metrics).toEqual({
      heap: { mean: 30, min: 10, max: 60, last: 60, unit: 'bytes' },
      lag: { mean: 1, min: 1, max: 1, last: 1 },
    })
    expect(target!.timeline.map((point) => point.second)).toEqual([0, 1, 2])
  })

  test('of which one has none are those of the others', () => {
    expect(joinTargets([run(targetOf([])), run(targetOf([second(1, 5)]))], [0, 2]).target!.metrics).toEqual({
      heap: { mean: 5, min: 5, max: 5, last: 5, unit: 'bytes' },
      lag: null,
    })
    expect(
      joinTargets([run(undefined), run(targetOf([second(1, 5)]))], [0, 2]).target!.timeline,
    ).toMatchObject([{ second: 3 }])
  })

  test('count the scrapes that failed together', () => {
    const failed = (count: number, reason: string) =>
      targetOf(
        [],
        [
          failedScrapes('status', { failed: count, all: 60, reason }),
          { kind: 'no_series', message: 'no heap', source: 'metrics' },
        ],
      )
    expect(
      joinTargets([run(failed(1, 'status 500')), run(failed(5, 'status 503'))], [0, 2]).target!.failures,
    ).toEqual([
      { kind: 'no_series', message: 'no heap', source: 'metrics' },
      {
        kind: 'status',
        source: 'metrics',
        message: '6 of 120 scrapes failed: status 503',
        scrapes: { failed: 6, all: 120, reason: 'status 503' },
      },
    ])
  })
})
