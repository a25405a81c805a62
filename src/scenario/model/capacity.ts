/**
 * How the capacity of a service is searched: the largest load that it carries within its limits.
 */
import { findMetric } from '../../stats/metrics.js'
import type { CapacityOptions } from './scenario.js'

/** The settings that a scenario doesn't name. */
export const CAPACITY_DEFAULTS: CapacityOptions = {
  of: 'rate',
  slo: null,
  from: null,
  max: null,
  width: 0.05,
  trialMs: 10_000,
  settleMs: 3000,
  sumMs: 60_000,
  exceed: 0.2,
  budgetMs: 600_000,
}

/** Whether a metric says something of a load that was tried: rates, counts and the memory of the service don't. */
export function isOfTrial(id: string): boolean {
  const metric = findMetric(id)
  return metric?.isOfService !== true && (metric?.unit === 'ms' || metric?.unit === 'ratio')
}
