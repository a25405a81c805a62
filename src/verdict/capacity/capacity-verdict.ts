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
 * - `failed`: a request never succeeded (on either side of an A/B session), or the service doesn't carry what was required
 * - `regressed`: it doesn't carry what the baseline or side a did, less the tolerance
 * - `failed`: it doesn't carry the first load
 * - `inconclusive`: an agent was lost, whether it carries what it had to is open, or the comparison is inconclusive
 * - `passed`: it carries what it had to
 * - `inconclusive`: perfctl was the limit, or the time was used up
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
  if (neverSucceeded.length > 0 || comparison?.referenceNeverSucceeded !== undefined) return 'failed'
  // In a session, the comparison knows whether side a still carried what it had.
  if (check?.isCarried === false && check.by !== 'ab') return check.by === 'require' ? 'failed' : 'regressed'
  if (comparison?.verdict === 'regressed') return 'regressed'
  if (end === 'from_missed') return 'failed'
  if (listLoadDoubts({ agents, capacity }).length > 0) return 'inconclusive'
  if (check?.isCarried === null || comparison?.verdict === 'inconclusive') return 'inconclusive'
  if (check !== undefined) return 'passed'
  return end === 'generator' || end === 'budget' ? 'inconclusive' : 'passed'
}
