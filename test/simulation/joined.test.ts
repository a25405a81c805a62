/**
 * Long runs save windows of several seconds. Verdicts are the same as from single seconds.
 */
import { expect, test } from 'vitest'
import { SecondLog, secondsEach } from '../../src/load/measure/windows.js'
import { FrozenHistogram } from '../../src/stats/frozen-histogram.js'
import { Histogram } from '../../src/stats/histogram.js'
import type { Result, Window } from '../../src/stats/result.js'
import { compare } from '../../src/verdict/compare.js'
import { type Service, simulate } from '../verdict/simulate.js'

const SERVICES: readonly Service[] = [
  { name: 'busy', medianMs: 20, sigma: 0.3, perSecond: 40 },
  { name: 'rare', medianMs: 8, sigma: 0.4, perSecond: 0.6, errorRatio: 0.05 },
]

const slower = (factor: number) =>
  SERVICES.map((service) => ({ ...service, medianMs: service.medianMs * factor }))

/** The result with its seconds joined as in a run of its length. */
function joined(result: Result): Result {
  const { durationSeconds } = result
  const each = secondsEach(durationSeconds, 1)
  const requests = result.requests.map((request) => {
    const log = new SecondLog(0, Number.POSITIVE_INFINITY)
    for (const { start, requests, failed, histogram } of request.windows)
      log.add(start, { requests, failed, latency: thaw(histogram) })
    const windows: Window[] = []
    for (let start = 0; start < durationSeconds; start += each) {
      const duration = Math.min(each, durationSeconds - start)
      windows.push({ start, duration, requests: 0, failed: 0, histogram: FrozenHistogram.EMPTY })
    }
    for (const stretch of log.read(each))
      windows[stretch.start / each] = { ...windows[stretch.start / each]!, ...stretch }
    return { ...request, windows }
  })
  return { ...result, requests }
}

function thaw(frozen: FrozenHistogram): Histogram {
  const histogram = new Histogram()
  histogram.add(frozen)
  return histogram
}

const OPTIONS = {
  baseline: 'a',
  tolerance: {
    ...{ p50: 0.1, p95: 0.15, p99: 0.25, throughput: 0.1, errorRate: 0.01 },
    ...{ cpuPerRequest: 0.1, capacity: 0.1 },
  },
  minDeltaMs: 1,
}

test.each([
  [240, 1],
  [301, 1],
  [600, 1],
  [600, 1.3],
  [900, 1.08],
])('of %d s, %d times as slow', (seconds, factor) => {
  const a = simulate(SERVICES, { seed: 1, seconds })
  const b = simulate(slower(factor), { seed: 2, seconds })
  const [aJoined, bJoined] = [joined(a), joined(b)]
  expect(bJoined.requests[0]!.windows.length).toBeLessThanOrEqual(300)
  const plain = compare(a, b, OPTIONS)
  expect(plain.metrics.length).toBeGreaterThan(4)
  expect(compare(aJoined, bJoined, OPTIONS)).toEqual(plain)
  // Files of older versions have single seconds.
  expect(compare(a, bJoined, OPTIONS)).toEqual(plain)
})
