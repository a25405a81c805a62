/**
 * The verdict of a search for a capacity.
 */
import type { CapacityFigures } from '../../stats/capacity.js'
import type { Result, RunVerdict } from '../../stats/result.js'
import { listLoadDoubts } from '../../stats/shard.js'

/** What the verdict depends on. */
export type CapacityFindings = Pick<
  Result,
  'interrupted' | 'error' | 'neverSucceeded' | 'comparison' | 'agents'
> & {
  readonly capacity: CapacityFigures
}

/**
 * Returns the first verdict that applies:
 *
 * - `interrupted`, `error`
 * - `failed`: a request never succeeded, the service doesn't carry the first load, or not the one that was required
 * - `regressed`: it doesn't carry what the baseline did, less the tolerance
 * - `inconclusive`: an agent was lost
 * - `passed`: it carries the load that it had to
 * - `inconclusive`: whether it does is open, perfctl was the limit, the time was used up, or the comparison is inconclusive
 * - `passed`
 */
export function capacityVerdict({
  interrupted,
  error,
  neverSucceeded,
  comparison,
  agents = [],
  capacity,
}: CapacityFindings): RunVerdict {
  const { check, end } = capacity
  if (interrupted) return 'interrupted'
  if (error !== null) return 'error'
  if (neverSucceeded.length > 0) return 'failed'
  if (check?.isCarried === false) return check.by === 'require' ? 'failed' : 'regressed'
  if (end === 'from_missed') return 'failed'
  if (comparison?.verdict === 'regressed') return 'regressed'
  if (listLoadDoubts({ agents, capacity }).length > 0) return 'inconclusive'
  if (check?.isCarried === null || comparison?.verdict === 'inconclusive') return 'inconclusive'
  if (check !== undefined) return 'passed'
  return end === 'generator' || end === 'budget' ? 'inconclusive' : 'passed'
}
