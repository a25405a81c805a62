import { describe, expect, test } from 'vitest'
import { summarizeTarget, withMetrics } from '../../src/stats/target.js'
import { sliceTarget } from '../../src/stats/target-slice.js'

/** Ten seconds of a service that uses half a core at first, and a whole one from second 5 on; throttled for 100 ms in each of those. */
const READINGS = Array.from({ length: 11 }, (_, second) => ({
  atMs: 1000 * second,
  cpuMs: 7000 + 500 * Math.min(second, 5) + 1000 * Math.max(0, second - 5),
  throttledMs: 100 * Math.max(0, second - 5),
  memoryBytes: 1e6 * (50 + second),
  threads: 8,
  openFiles: 20,
}))
const whole = summarizeTarget({ readings: READINGS, requests: 0, sent: [], isSum: true, failures: [] })
const sentEach = (count: number, requests: number) =>
  Array.from({ length: count }, (_, start) => ({ start, duration: 1, requests }))

describe('a part of what was observed', () => {
  test('has the figures of its own seconds, which begin at 0', () => {
    const part = sliceTarget(whole, { start: 6, seconds: 3, requests: 300, sent: sentEach(3, 100) })
    expect(part).toMatchObject({
      cpuSeconds: 3,
      cpuCores: 1,
      cpuPerRequest: 10,
      throttledSeconds: 0.3,
      memory: { first: 57e6, last: 59e6, max: 59e6, growthPerMinute: null, isSum: true },
      threads: null,
    })
    expect(part.timeline.map(({ second }) => second)).toEqual([0, 1, 2])
    expect(part.cpuWindows).toEqual(sentEach(3, 100).map((window) => ({ ...window, cpuMs: 1000 })))
  })

  test('joins what other seconds are made of by time, not by count', () => {
    const part = sliceTarget(whole, { start: 4, seconds: 2, requests: 0, sent: [] })
    expect(part.cpuCores).toBe(0.75)
    expect(part.cpuPerRequest).toBeNull()
  })

  test('counts a reading that covers two seconds as two, and judges no window that lacks one', () => {
    const readings = READINGS.filter(({ atMs }) => atMs !== 3000)
    const gap = summarizeTarget({ readings, requests: 0, sent: [], isSum: false, failures: [] })
    const part = sliceTarget(gap, { start: 1, seconds: 4, requests: 400, sent: sentEach(4, 100) })
    expect(part.cpuSeconds).toBe(2)
    expect(part.cpuWindows.map(({ start }) => start)).toEqual([0, 2, 3])
    expect(part.cpuPerRequest).toBe(5)
    expect(part.memory).not.toHaveProperty('isSum')
  })

  test('without a reading has no figures, but says why', () => {
    const ended = { ...whole, failures: [{ kind: 'ended', message: 'the process ended' } as const] }
    expect(sliceTarget(ended, { start: 20, seconds: 5, requests: 10, sent: [] })).toMatchObject({
      cpuCores: null,
      memory: null,
      timeline: [],
      failures: ended.failures,
    })
    const partly = sliceTarget(ended, { start: 0, seconds: 5, requests: 10, sent: sentEach(5, 2) })
    expect(partly.cpuCores).toBe(0.5)
    expect(partly.cpuPerRequest).toBeNull()
  })

  test('has the metrics of its seconds', () => {
    const seconds = [1, 2, 3, 4].map((second) => ({ second, metrics: { heap: 10 * second } }))
    const metrics = { heap: { mean: 25, min: 10, max: 40, last: 40, unit: 'bytes' }, gone: null } as const
    const both = withMetrics(whole, { metrics, seconds, failures: [] })
    const part = sliceTarget(both, { start: 2, seconds: 2, requests: 0, sent: [] })
    expect(part.metrics).toEqual({
      heap: { mean: 25, min: 20, max: 30, last: 30, unit: 'bytes' },
      gone: null,
    })
    expect(part.timeline.map((point) => point.metrics)).toEqual([{ heap: 20 }, { heap: 30 }])
  })
})
