import { describe, expect, test } from 'vitest'
import type { Second } from '../../../src/load/measure/collector.js'
import { judgeGenerator } from '../../../src/load/measure/generator-health.js'
import { Histogram } from '../../../src/stats/histogram.js'

describe('a busy worker', () => {
  test.each<[string, number[], boolean]>([
    ['nine of ten seconds free', [...new Array(9).fill(0.5), 0.99], false],
    ['two of ten seconds busy', [...new Array(8).fill(0.5), 0.99, 0.99], true],
    ['always just at the limit', new Array(10).fill(0.9), false],
    ['always just above it', new Array(10).fill(0.901), true],
    ['a tenth of a minute', [...new Array(54).fill(0.5), ...new Array(6).fill(1)], false],
    ['a second more', [...new Array(53).fill(0.5), ...new Array(7).fill(1)], true],
    ['a short run with one burst', [1, 0.2], false],
    ['a run without a second', [], false],
  ])('%s', (_, shares, saturated) => {
    const health = judgeGenerator(
      shares.map((share) => second([share])),
      new Histogram(),
      latency(1),
    )
    expect(health.saturated).toBe(saturated)
    expect(health.reasons).toHaveLength(saturated ? 1 : 0)
  })

  test('is named, with what to do', () => {
    const seconds = new Array(10).fill(second([0.3, 0.97]))
    const { reasons, eventLoopUtilization } = judgeGenerator(seconds, new Histogram(), latency(1))
    expect(reasons).toEqual([expect.stringMatching(/^worker 2 was busy 97 % of the time: send less/)])
    expect(eventLoopUtilization).toBe(0.635)
  })

  test('is called the load generator if there is only one', () => {
    const { reasons } = judgeGenerator(new Array(10).fill(second([1])), new Histogram(), latency(1))
    expect(reasons[0]).toMatch(/^the load generator was busy 100 % of the time: /)
  })
})

describe('requests that were sent late', () => {
  test.each<[string, { lateMs: number; share: number; latencyMs: number | null }, RegExp | null]>([
    ['one in fifty by 10 ms, against a fast service', { lateMs: 10, share: 0.02, latencyMs: 2 }, /^1 % /],
    ['the same against a slow one', { lateMs: 10, share: 0.02, latencyMs: 100 }, null],
    ['one in two hundred', { lateMs: 10, share: 0.005, latencyMs: 2 }, null],
    [
      'one in ten by 3 ms, of 10 ms',
      { lateMs: 3, share: 0.1, latencyMs: 10 },
      /^5 % of .* 3.00ms late or more: /,
    ],
    ['one in ten by 3 ms, of 30 ms', { lateMs: 3, share: 0.1, latencyMs: 30 }, null],
    ['all by less than the clock can measure', { lateMs: 0.9, share: 1, latencyMs: 0.1 }, null],
    ['all by 1.1 ms, of 5 ms', { lateMs: 1.1, share: 1, latencyMs: 5 }, /^50 % /],
    ['all by 1.1 ms, of 20 ms', { lateMs: 1.1, share: 1, latencyMs: 20 }, null],
    ['late, and nothing succeeded', { lateMs: 6, share: 1, latencyMs: null }, /^50 % /],
  ])('%s', (_, { lateMs, share, latencyMs }, reason) => {
    const lateness = new Histogram()
    for (let i = 0; i < 1000; i++) lateness.record(i < share * 1000 ? lateMs * 1000 : 100)
    const health = judgeGenerator([second([0.1])], lateness, latency(latencyMs))
    expect(health.saturated).toBe(false)
    expect(health.reasons).toEqual(reason === null ? [] : [expect.stringMatching(reason)])
  })

  test.each<[number, number | undefined]>([
    [4, undefined],
    [19, undefined],
    [20, 50],
  ])('%i requests, all late, are late from percentile %s on', (requests, from) => {
    const lateness = new Histogram()
    for (let i = 0; i < requests; i++) lateness.record(6000)
    const health = judgeGenerator([second([0.1])], lateness, latency(5))
    expect(health.lateFrom).toBe(from)
  })

  test.each<[number, number | undefined]>([
    [199, undefined],
    [200, 95],
  ])('of %i requests one in ten was late: from percentile %s on', (requests, from) => {
    const lateness = new Histogram()
    for (let i = 0; i < requests; i++) lateness.record(i % 10 === 0 ? 6000 : 100)
    expect(judgeGenerator([second([0.1])], lateness, latency(5)).lateFrom).toBe(from)
  })

  test.each<[number, number]>([
    [0.02, 99],
    [0.1, 95],
    [0.6, 50],
  ])('a late share of %f is said, from p%i on, and is no saturation', (share, from) => {
    const lateness = new Histogram()
    for (let i = 0; i < 1000; i++) lateness.record(i < share * 1000 ? 10_000 : 100)
    const health = judgeGenerator([second([0.1])], lateness, latency(20))
    expect(health.lateFrom).toBe(from)
    expect(health.saturated).toBe(false)
    expect(health.reasons).toEqual([expect.stringMatching(/sent 10.0ms late or more/)])
  })

  test('are attributed to other work if that had the CPU', () => {
    const lateness = new Histogram()
    for (let i = 0; i < 1000; i++) lateness.record(20_000)
    const { reasons } = judgeGenerator([second([0.3], 0.4), second([0.3], 0.2)], lateness, latency(10))
    expect(reasons).toEqual([
      expect.stringContaining('sent 20.0ms late'),
      expect.stringMatching(/^the load generator waited for a CPU 30 % of the time: stop other work/),
    ])
  })

  test('other work alone is no problem, unless it affects the figures', () => {
    expect(judgeGenerator([second([0.3], 0.9)], new Histogram(), latency(10)).saturated).toBe(false)
  })

  test('are unknown without timed requests', () => {
    const health = judgeGenerator([second([0.1])], new Histogram(), latency(1))
    expect(health).toEqual({
      saturated: false,
      reasons: [],
      eventLoopUtilization: 0.1,
      schedulingLagP99: null,
      workers: [{ eventLoopUtilization: 0.1, cpu: 0.1, starved: 0 }],
    })
  })
})

function latency(ms: number | null) {
  return { p50: ms, p95: ms, p99: ms }
}

function second(busy: readonly number[], starved = 0): Second {
  const idle = {
    index: 0,
    requests: 0,
    failed: 0,
    cacheHits: 0,
    bytesReceived: 0,
    vus: 0,
    dropped: 0,
    gcMsMax: 0,
  }
  return {
    ...idle,
    p50Ms: null,
    p95Ms: null,
    p99Ms: null,
    busy,
    cpu: busy,
    starved: busy.map(() => starved),
    latenessMsP99: null,
  }
}
