/**
 * How the capacity of a service is searched: the largest load that it carries within its limits.
 */
import type { Ms } from '../../base/clock.js'
import { findMetric } from '../../stats/metrics.js'
import type { Threshold } from './scenario.js'

/** What is searched: arrivals per second (open model), or virtual users (closed model). */
type CapacityOf = 'rate' | 'vus'

/** The settings of a search. */
export interface CapacityOptions {
  readonly of: CapacityOf
  /** The limits that the service has to keep; null: the thresholds of the scenario. */
  readonly slo: readonly Threshold[] | null
  /** The first load, in arrivals per second or virtual users; null: derived from a first look at the service. */
  readonly from: number | null
  /** The most to send; null: no limit, which only a service on this machine gets. */
  readonly max: number | null
  /** How close the two bounds come, as a share of the lower one. */
  readonly width: number
  readonly trialMs: Ms
  readonly settleMs: Ms
  /** The trial time at a bound before it counts. */
  readonly sumMs: Ms
  /** The share of it that may miss. */
  readonly exceed: number
  readonly budgetMs: Ms
}

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
  return metric?.isOfProcess !== true && (metric?.unit === 'ms' || metric?.unit === 'ratio')
}
