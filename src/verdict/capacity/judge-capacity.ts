/**
 * Judges a capacity against the accepted ones by the rule for stored baselines (`judges/history.ts`).
 */
import { mean } from '../../stats/math.js'
import { FALSE_ALARMS } from '../baseline-rule.js'
import type { CapacityBounds, JobValue } from '../job-figures.js'
import type { Judgement } from '../judge.js'
import { judgeByHistory } from '../judges/history.js'
import { floorOf, judgeLine } from '../line.js'

/** A judgement of a capacity: `baseline` and `current` are lower bounds, and the interval is of the relative change. */
export type CapacityJudgement = Omit<Judgement, 'metric'>

/**
 * Judges whether `candidate` is less than the `accepted` capacities, of which there is at least one, each from a job of its own.
 * `tolerance` is the share by which it may be less. A capacity is judged like a throughput.
 */
export function judgeCapacity(
  accepted: readonly CapacityBounds[],
  candidate: CapacityBounds,
  tolerance: number,
): CapacityJudgement {
  const jobs = accepted.map(jobValue)
  const current = jobValue(candidate)
  const metric = 'throughput'
  const own = judgeByHistory(jobs, current, {
    metric,
    alpha: FALSE_ALARMS,
    floor: floorOf(metric, tolerance),
  })
  const baseline = Math.exp(mean(jobs.map(({ value }) => value)))
  const { metric: _, ...judged } = judgeLine(
    { metric, baseline, current: candidate.lower, tolerance, minDelta: 0 },
    { decisiveIf: 'always', own, relative: null },
  )
  return judged
}

/**
 * How much the capacities of jobs are expected to differ, as the volatility of a machine. A search has none that could be
 * measured; this is that of the simulated services.
 */
const VOLATILITY = 0.04

/** The capacity lies anywhere between the bounds; the standard deviation of that is their distance by the root of 12. */
function jobValue({ lower, upper }: CapacityBounds): JobValue {
  const error = upper === null ? 0 : Math.log(upper / lower) / Math.sqrt(12)
  return { value: Math.log(lower), error, volatility: VOLATILITY }
}
