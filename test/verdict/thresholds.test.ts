import { expect, test } from 'vitest'
import type { Threshold } from '../../src/scenario/model/scenario.js'
import { judgeThresholds } from '../../src/verdict/thresholds.js'
import { SHOP, simulate } from './simulate.js'

const { totals, requests } = simulate(SHOP, { seed: 1, seconds: 5 })

function judge(
  metric: string,
  operator: Threshold['operator'],
  limit: number,
  request: string | null = null,
) {
  const threshold = { expression: 'x', request, metric, operator, limit, abort: null, line: 1 }
  return judgeThresholds([threshold], totals, requests)[0]!
}

test('a limit is compared as written, at its border too', () => {
  const p95 = totals.latency.p95!
  expect(judge('p95', '<', p95)).toMatchObject({ actual: p95, passed: false })
  expect(judge('p95', '<=', p95).passed).toBe(true)
  expect(judge('p95', '>=', p95).passed).toBe(true)
  expect(judge('p95', '>', p95).passed).toBe(false)
  expect(judge('p95', '<', p95 * (1 + Number.EPSILON)).passed).toBe(true)
})

test('a name limits that request alone', () => {
  expect(judge('p50', '<', 10, 'details').passed).toBe(true)
  expect(judge('p50', '<', 10, 'search').passed).toBe(false)
  expect(judge('throughput', '>', 150).passed).toBe(true)
  expect(judge('error_rate', '<=', 0).passed).toBe(true)
})

test('answers that are failures meet no limit of the throughput', () => {
  const down = simulate([{ ...SHOP[0]!, errorRatio: 1 }], { seed: 1, seconds: 5 }).totals
  expect(down.requestRate).toBeGreaterThan(50)
  const threshold: Threshold = {
    expression: 'x',
    request: null,
    metric: 'throughput',
    operator: '>',
    limit: 50,
    abort: null,
    line: 1,
  }
  expect(judgeThresholds([threshold], down, [])[0]).toMatchObject({ actual: 0, passed: false })
})

test('what each user sent once in the warm-up counts for limits of its own', () => {
  const [login] = simulate([{ ...SHOP[0]!, errorRatio: 1 }], { seed: 2, seconds: 2 }).requests
  const { requests: sent, failed, errorRate, unfinished, latency, statuses, errors } = login!
  const warmup = { requests: sent, failed, errorRate, unfinished, latency, statuses, errors }
  const request = { ...requests[0]!, warmup }
  const limit = { expression: 'x', request: request.name, abort: null, line: 1 } as const
  const [rate, count] = judgeThresholds(
    [
      { ...limit, metric: 'error_rate', operator: '<', limit: 0.01 },
      { ...limit, metric: 'requests', operator: '>', limit: 0 },
    ],
    totals,
    [request],
  )
  expect(rate).toMatchObject({ actual: failed / (request.requests + failed), passed: false })
  expect(count!.actual).toBe(request.requests + failed)
})

test('where nothing was measured a threshold is not met', () => {
  expect(judge('p95', '<', 1e9, 'no such request')).toMatchObject({ actual: null, passed: false })
  const silent = { ...requests[0]!, requests: 0, latency: { ...totals.latency, count: 0, p95: null } }
  const threshold: Threshold = {
    expression: 'x',
    request: silent.name,
    metric: 'p95',
    operator: '>',
    limit: 0,
    abort: null,
    line: 1,
  }
  expect(judgeThresholds([threshold], totals, [silent])[0]).toMatchObject({ actual: null, passed: false })
})
