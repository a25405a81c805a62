/**
 * Absolute limits against what was measured.
 */
import type { Threshold } from '../scenario/model/scenario.js'
import { withWarmup } from '../stats/add.js'
import { findMetric } from '../stats/metrics.js'
import {
  LATE_PERCENTILES,
  type LatePercentile,
  type RequestResult,
  type ThresholdResult,
  type Totals,
} from '../stats/result.js'

/**
 * Each threshold with the measured value, in the given order. Where nothing was measured it is not met. `lateFrom`: the
 * percentile from which on latencies include the generator's lateness.
 */
export function judgeThresholds(
  thresholds: readonly Threshold[],
  totals: Totals,
  requests: readonly RequestResult[],
  lateFrom?: LatePercentile,
): readonly ThresholdResult[] {
  return thresholds.map((threshold) => {
    const { expression, request } = threshold
    const measured = request === null ? totals : findWhole(requests, request)
    const actual = measured === undefined ? null : (findMetric(threshold.metric)?.read(measured) ?? null)
    const passed = actual !== null && isMet(threshold, actual)
    const inDoubt = !passed && measured !== undefined && isMetOnTime(threshold, measured, lateFrom)
    return { expression, request, actual, passed, ...(inDoubt && { inDoubt }) }
  })
}

/** Whether a percentile that requests were sent too late for is within the limit if it counts from sending. */
function isMetOnTime(
  threshold: Threshold,
  { serviceTime }: Pick<Totals, 'serviceTime'>,
  lateFrom: LatePercentile | undefined,
): boolean {
  const percentile = LATE_PERCENTILES.find((each) => threshold.metric === `p${each}`)
  if (lateFrom === undefined || percentile === undefined || percentile < lateFrom) return false
  const least = serviceTime[`p${percentile}`]
  return least !== null && isMet(threshold, least)
}

/** What each user sends once is limited in the warm-up too, in which it may all have been sent. */
function findWhole(requests: readonly RequestResult[], name: string): RequestResult | undefined {
  const found = requests.find((request) => request.name === name)
  return found && withWarmup(found)
}

/** Whether a value is within the limit. */
export function isMet({ operator, limit }: Pick<Threshold, 'operator' | 'limit'>, actual: number): boolean {
  switch (operator) {
    case '<':
      return actual < limit
    case '<=':
      return actual <= limit
    case '>':
      return actual > limit
    case '>=':
      return actual >= limit
  }
}
