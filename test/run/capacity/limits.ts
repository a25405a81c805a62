/**
 * Limits of trials.
 */
import type { Threshold } from '../../../src/scenario/model/scenario.js'

/** A metric of all requests has to be below `at`. */
export const limit = (metric: string, at: number): Threshold => ({
  expression: `${metric} < ${at}`,
  request: null,
  metric,
  operator: '<',
  limit: at,
  abort: null,
  line: 1,
})
