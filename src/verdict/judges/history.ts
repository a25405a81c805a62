/**
 * One metric of a new job against those of the accepted jobs: is it beyond what another job of the same code would
 * show?
 *
 * The noise that matters lies between jobs (machine, neighbours, luck of the process), so the K jobs count, however
 * many requests each had. With few jobs their spread is hardly known, so it is moderated (Smyth 2004): a prior
 * variance, worth `PRIOR_JOBS` degrees of freedom, is mixed with the observed one. The prior is the machine's unrest
 * within the runs, because machines that are restless from second to second are so from day to day too.
 *
 *     limit  = t · √(variance of the difference), one-sided, at least the floor
 *     worse  ⇔ difference > limit
 *     detectable = limit + what luck may take 1 time in 10
 */
import { mean, median, studentT, variance } from '../../stats/math.js'
import type { JobValue } from '../job-figures.js'
import type { Finding } from '../judge.js'
import type { RatioMetric } from '../judged-metric.js'

/** How a metric is to be judged. */
export interface JudgeInput {
  readonly metric: RatioMetric
  /** The probability of a false alarm that is granted to this metric. */
  readonly alpha: number
  /** Smaller differences are no regression, however sure. */
  readonly floor: number
  /** Nor are these, because the latency itself is so short. */
  readonly guard: number
}

/** How many jobs the prior is worth. */
const PRIOR_JOBS = 7

/** How much of a job's excess of unrest counts against it; the unrest of equal jobs differs by chance too. */
const UNUSUAL = 1

/** How much jobs differ on the quietest machine, and how much of a machine's unrest comes back between jobs. */
const PRIORS: Readonly<Record<RatioMetric, { readonly least: number; readonly share: number }>> = {
  p50: { least: 0.01, share: 0.7 },
  p95: { least: 0.015, share: 0.8 },
  p99: { least: 0.05, share: 1.7 },
  throughput: { least: 0.01, share: 0.6 },
}

/** Judges `candidate` by the accepted `jobs`, of which there is at least one. */
export function judgeByHistory(
  jobs: readonly JobValue[],
  candidate: JobValue,
  { metric, alpha, floor, guard }: JudgeInput,
): Finding {
  const count = jobs.length
  const values = jobs.map(({ value }) => value)
  const freedom = count - 1 + PRIOR_JOBS
  const priors = [...jobs, candidate].map((job) => priorOf(job, metric))
  const usual = median(priors)
  const between = (PRIOR_JOBS * usual + (count - 1) * variance(values)) / freedom
  // A job that was far more restless than usual tells less, whatever the others were.
  const spread = priors.map((own) => between * Math.max(1, (UNUSUAL * own) / usual))
  const deviation = Math.sqrt(mean(spread.slice(0, -1)) / count + spread.at(-1)!)

  const sign = metric === 'throughput' ? -1 : 1
  const difference = sign * (candidate.value - mean(values))
  const limit = Math.max(floor, studentT(alpha, freedom) * deviation)
  const around = studentT(0.025, freedom) * deviation
  return {
    difference,
    interval: [difference - around, difference + around],
    isWorse: difference > limit,
    isBetter: difference < -limit,
    detectable: Math.max(limit, guard) + LUCK * deviation,
  }
}

/** The variance that a job of such unrest and error is expected to have. */
function priorOf({ machineUnrest, error }: JobValue, metric: RatioMetric): number {
  const { least, share } = PRIORS[metric]
  return least ** 2 + (share * machineUnrest) ** 2 + error ** 2
}

/** One-sided 90 %; the limit is an estimate too, hence more than 1.28. */
const LUCK = 1.5
