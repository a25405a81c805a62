/**
 * Absolute limits against what was measured.
 */
import type { Threshold } from '../scenario/model/scenario.js'
import { withWarmup } from '../stats/add.js'
import { findMetric } from '../stats/metrics.js'
import type { RequestResult, ThresholdResult, Totals } from '../stats/result.js'

/** Each threshold with the measured value, in the given order. Where nothing was measured it is not met. */
export function judgeThresholds(
  thresholds: readonly Threshold[],
  totals: Totals,
  requests: readonly RequestResult[],
): readonly ThresholdResult[] {
  return thresholds.map((threshold) => {
    const { expression, request } = threshold
    const measured = request === null ? totals : findWhole(requests, request)
    const actual = measured === undefined ? null : (findMetric(threshold.metric)?.read(measured) ?? null)
    return { expression, request, actual, passed: actual !== null && isMet(threshold, actual) }
  })
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
