import { expect, test } from 'vitest'
import { judgeStored } from '../../src/verdict/baseline-rule.js'
import { COMPARE_DEFAULTS } from '../../src/verdict/compare.js'
import { isShortage } from '../../src/verdict/estimate.js'
import { makeFigures } from '../../src/verdict/job.js'
import type { Job } from '../../src/verdict/job-figures.js'
import { makeSlices } from './latencies.js'

/** Requests of equal rate on a machine that is the slower the later it is, each `noise` off by itself. */
const requestsOf = (count: number, perSecond: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `request ${index}`,
    kind: 'request' as const,
    series: makeSlices({ seconds: 40, perSecond: perSecond(index), medianMs: 20, seed: index + 1 }),
  }))

const besideErrors = (requests: ReturnType<typeof requestsOf>) =>
  makeFigures('2026-01-01T00:00:00.000Z', requests, requests[0]!.series).requests.map(({ p50 }) =>
    isShortage(p50) ? null : p50.besideError,
  )

test('a request among very many is set against the busiest others, which say as much as all', () => {
  // The rare ones have too few samples to be set against.
  const many = besideErrors(requestsOf(80, (index) => (index < 40 ? 30 : 5)))
  const few = besideErrors(requestsOf(31, () => 30))
  expect(many).toHaveLength(80)
  for (let index = 0; index < 31; index++) {
    expect(many[index]!).toBeGreaterThan(0)
    expect(many[index]! / few[index]!).toBeGreaterThan(0.7)
    expect(many[index]! / few[index]!).toBeLessThan(1.4)
  }
})

/** A job with so many requests, which have the figures of the same three. */
function jobOf(count: number): Job {
  const requests = requestsOf(3, () => 30)
  const run = makeFigures('2026-01-01T00:00:00.000Z', requests, requests[0]!.series)
  const environment = { perfctl: '1', node: '1', os: 'a', cpu: 'a', cores: 1, workers: 1, gitCommit: null }
  const figures = Array.from({ length: count }, (_, i) => ({ ...run.requests[i % 3]!, name: `request ${i}` }))
  return { environment, runs: [{ ...run, requests: figures }] }
}

test.each([
  [
    'measuring',
    (count: number) => {
      const requests = requestsOf(count, () => 5)
      return () => besideErrors(requests)
    },
  ],
  [
    'judging',
    (count: number) => {
      const [before, after] = [jobOf(3 * count), jobOf(3 * count)]
      const rule = { limits: COMPARE_DEFAULTS, withThroughput: true, withMix: true }
      return () => judgeStored([before, before, before], after, after.runs[0]!.requests, rule)
    },
  ],
])('the cost of %s a request does not grow with their number', (_, prepare) => {
  const cost = (count: number) => {
    const work = prepare(count)
    const begin = performance.now()
    work()
    return performance.now() - begin
  }
  cost(100)
  // Eight times as many, which would cost 64 times as much if each were set against all.
  expect(cost(800) / cost(100)).toBeLessThan(32)
})
