/**
 * Compares the capacity that a search found with accepted ones.
 */

import type { Tolerance } from '../../scenario/model/scenario.js'
import { type CapacityFigures, capacityMetric } from '../../stats/capacity.js'
import type { Comparison } from '../../stats/comparison.js'
import { median } from '../../stats/math.js'
import { findDoubts } from '../comparable.js'
import type { CapacityBounds, Job } from '../job-figures.js'
import type { Measurement } from '../measurement.js'
import { judgeCapacity } from './judge-capacity.js'

/** Returns the accepted capacities of a baseline, one for each job, or that of a result; empty if none is known. */
export function acceptedCapacities({
  jobs,
  capacity,
}: Pick<Measurement, 'jobs' | 'capacity'>): CapacityBounds[] {
  if (jobs !== undefined) return jobs.flatMap(boundsOfJob)
  return capacity === undefined ? [] : boundsOf(capacity)
}

/** Returns what is known of a capacity; empty if it isn't known. */
function boundsOf({ lower, upper }: Pick<CapacityFigures, 'lower' | 'upper'>): CapacityBounds[] {
  return lower === null ? [] : [{ lower, upper }]
}

/** Searches of one job are one look at the machine, however many there are. Empty if it has none. */
export function boundsOfJob({ capacity = [] }: Job): CapacityBounds[] {
  if (capacity.length === 0) return []
  const uppers = capacity.flatMap(({ upper }) => upper ?? [])
  const lower = median(capacity.map((bounds) => bounds.lower))
  return [{ lower, upper: uppers.length === 0 ? null : Math.max(lower, median(uppers)) }]
}

/** What a comparison of capacities goes by. */
interface CapacityLimits {
  /** The name of the reference. */
  readonly baseline: string
  readonly tolerance: Pick<Tolerance, 'capacity'>
  readonly allowEnvironment: boolean
}

/**
 * Judges whether the capacity of `candidate` is less than that of `reference`. Both were measured with the same scenario.
 * It is inconclusive if one of them isn't known, or if they can't be compared.
 */
export function compareCapacity(
  reference: Measurement,
  candidate: Measurement,
  options: CapacityLimits,
): Comparison {
  const { baseline, tolerance } = options
  const accepted = acceptedCapacities(reference)
  const found = candidate.capacity!
  const [bounds] = boundsOf(found)
  const doubts = findDoubts(reference, candidate, options)
  if (accepted.length === 0 || bounds === undefined) {
    const whose = accepted.length === 0 ? baseline : 'this run'
    return {
      baseline,
      verdict: 'inconclusive',
      metrics: [],
      notes: [`the capacity of ${whose} is not known`, ...doubts.map(({ text }) => text)],
    }
  }
  const judged = judgeCapacity(accepted, bounds, tolerance.capacity)
  // Without an upper bound the service may carry more than that, but not less.
  const isOpen = bounds.upper === null && judged.verdict === 'regressed'
  const open = isOpen ? ['this run tried no load that was too much: the service may carry more'] : []
  const isDoubtful = isOpen || doubts.length > 0 || found.end === 'generator' || found.end === 'stopped'
  const verdict = isDoubtful && judged.verdict !== 'passed' ? 'inconclusive' : judged.verdict
  const { baseline: before, current, interval, detectable, decisive, reason, why } = judged
  return {
    baseline,
    verdict: doubts.length > 0 ? 'inconclusive' : verdict,
    metrics: [
      {
        request: null,
        metric: capacityMetric(found.of),
        baseline: before,
        current,
        change: before === null || current === null ? null : current / before - 1,
        interval,
        detectable,
        tolerance: tolerance.capacity,
        decisive,
        verdict,
        reason: doubts[0]?.text ?? open[0] ?? reason,
        ...(doubts[0] ? { why: doubts[0].why, would: judged.verdict } : why && { why }),
      },
    ],
    notes: [...doubts.map(({ text }) => text), ...open],
  }
}
