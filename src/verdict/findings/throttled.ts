/**
 * A service that its control group keeps from computing.
 */
import { findingOf } from '../../stats/findings.js'
import type { Rule } from './run-view.js'

/** Less of the time than this is hardly felt, as a share. */
export const THROTTLED_MIN = 0.01

/** Finds a limit of CPU time that the service reaches. */
export const findThrottling: Rule = ({ run: { target, durationSeconds } }) => {
  const throttledSeconds = target?.throttledSeconds ?? 0
  if (throttledSeconds < THROTTLED_MIN * durationSeconds) return []
  return [findingOf('throttled', { throttledSeconds, seconds: durationSeconds })]
}
