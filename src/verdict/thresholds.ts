/**
 * Thresholds: absolute limits on what was measured.
 */
import type { Threshold } from '../scenario/model/scenario.js'
import { withWarmup } from '../stats/add.js'
import { findMetric, type RunFigures } from '../stats/metrics.js'
import { findNamed } from '../stats/named.js'
import {
  LATE_PERCENTILES,
  type LatePercentile,
  type RequestResult,
  type ThresholdResult,
  type Totals,
} from '../stats/result.js'

/**
 * Returns each threshold with the measured value, in the given order. Without a measured value it is not met.
 * `run`: the figures of all requests, and of the service's processes. `lateFrom`: the percentile from which on latencies include the generator's lateness.
 */
export function judgeThresholds(
  thresholds: readonly Threshold[],
  run: RunFigures,
  requests: readonly RequestResult[],
  lateFrom?: LatePercentile,
): readonly ThresholdResult[] {
  return thresholds.map((threshold) => {
    const { expression, request, unit } = threshold
    const measured = request === null ? run : findWhole(requests, request)
    const actual = measured === undefined ? null : (findMetric(threshold.metric)?.read(measured) ?? null)
    const passed = actual !== null && isMet(threshold, actual)
    const inDoubt = !passed && measured !== undefined && isMetOnTime(threshold, measured, lateFrom)
    return { expression, request, actual, ...(unit && { unit }), passed, ...(inDoubt && { inDoubt }) }
  })
}

/** Whether a percentile that includes the generator's lateness would be within the limit without it. */
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

/** Per-user setup may all have been sent in the warm-up, so it counts there too. */
function findWhole(requests: readonly RequestResult[], name: string): RequestResult | undefined {
  const found = findNamed(requests, name)
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
