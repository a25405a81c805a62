/**
 * What stands out in a run. Each rule is a function of the result, knows one cause, and is silent about a healthy service.
 */
import { type Finding, topFindings } from '../../stats/findings.js'
import type { Measured } from '../../stats/result.js'
import { findColdStart } from './cold-start.js'
import { findConcurrencyLimit } from './concurrency-limit.js'
import { findFullCpu } from './cpu-full.js'
import { findDependencies } from './dependency.js'
import { findErrorBursts } from './error-bursts.js'
import { findHiddenFailures } from './hidden-failures.js'
import { findMemoryGrowth } from './memory-growth.js'
import { findNewConnections } from './new-connections.js'
import { findPeriodicStalls } from './periodic-stalls.js'
import { findGrowingResponses } from './responses-grow.js'
import { type Rule, viewRun } from './run-view.js'
import { findThrottling } from './throttled.js'

const RULES: readonly Rule[] = [
  findDependencies,
  findThrottling,
  findFullCpu,
  findConcurrencyLimit,
  findErrorBursts,
  findHiddenFailures,
  findMemoryGrowth,
  findPeriodicStalls,
  findGrowingResponses,
  findNewConnections,
  findColdStart,
]

/** What the scenario asks for that would stand out otherwise. */
interface FindingOptions {
  /** Connections are used again. Default: true. */
  readonly keepsAlive?: boolean
}

/**
 * Returns the findings of a run as a field of its result, the most telling first; none if nothing stands out. A run that is
 * only a part of one, or in which the load generator was too slow, has none.
 */
export function findingsOf(
  run: Measured,
  { keepsAlive = true }: FindingOptions = {},
): { readonly findings?: readonly Finding[] } {
  const view = viewRun(run)
  if (view === null) return {}
  const found = RULES.flatMap((rule) => rule(view))
  return topFindings(found.filter(({ code }) => keepsAlive || code !== 'new_connections'))
}
