/**
 * One metric of a new job against those of the accepted jobs: is it beyond what another job of the same code would
 * show?
 *
 * The noise that matters lies between jobs (machine, neighbors, luck of the process), so the K jobs count, however
 * many requests each had. With few jobs their spread is hardly known, so it is moderated (Smyth 2004): a prior
 * variance, worth `PRIOR_JOBS` degrees of freedom, is mixed with the observed one. The prior is the machine's
 * volatility within the runs, because machines that vary from second to second vary from day to day too.
 *
 *     deviation² = (variance between jobs) · (1 + 1/K)
 *     error²     = what the runs know of their own errors
 *     worse  ⇔ difference > t · √(deviation² + error²), one-sided, and > the floor
 *     reach  = √( t² · deviation² + t'² · error² ): how much worse it may be, which has to be ruled out to pass
 *     detectable = that limit + what random error may take 1 time in 10
 *
 * To call a job worse takes the wider bound: it is the false alarm that costs most.
 */
import { mean, median, studentT, variance } from '../../stats/math.js'
import type { JobValue } from '../job-figures.js'
import { type Finding, UNSEEN } from '../judge.js'
import type { RatioMetric } from '../judged-metric.js'

/** How a metric is to be judged. */
export interface JudgeInput {
  readonly metric: RatioMetric
  /** The probability of a false alarm that is granted to this metric. */
  readonly alpha: number
  /** Smaller differences are no regression, however sure. */
  readonly floor: number
  /** The values are those of one request less the median of this many others of the same job, which share the machine. */
  readonly others?: number
}

/** How many jobs the prior is worth. */
const PRIOR_JOBS = 7
/** The same beside the other requests, where the prior is generous. */
const RELATIVE_PRIOR_JOBS = 20
/** Degrees of freedom of a run's own error, which comes from some dozens of windows. */
const OWN_FREEDOM = 25

/** How much of a job's excess of volatility counts against it; the volatility of equal jobs differs by chance too. */
const UNUSUAL = 1

interface Prior {
  /** How much jobs differ on the quietest machine. */
  readonly least: number
  /** How much of a machine's volatility comes back between jobs. */
  readonly share: number
}

const PRIORS: Readonly<Record<RatioMetric, Prior>> = {
  p50: { least: 0.01, share: 0.7 },
  p95: { least: 0.015, share: 0.8 },
  p99: { least: 0.05, share: 1.7 },
  throughput: { least: 0.01, share: 0.6 },
}

/** How much one request differs from job to job beside the others: assumed generously, as few jobs can't tell. */
const RELATIVE: Readonly<Record<RatioMetric, Prior>> = {
  p50: { least: 0.012, share: 0.35 },
  p95: { least: 0.02, share: 0.5 },
  p99: { least: 0.05, share: 1.7 },
  throughput: { least: 0.01, share: 0.6 },
}

/** The variance of a median of normal values, in that of their mean. */
export const MEDIAN_VARIANCE = 1.57

/** Judges `candidate` by the accepted `jobs`, of which there is at least one. */
export function judgeByHistory(
  jobs: readonly JobValue[],
  candidate: JobValue,
  { metric, alpha, floor, others }: JudgeInput,
): Finding {
  const count = jobs.length
  const values = jobs.map(({ value }) => value)
  const priorJobs = others !== undefined ? RELATIVE_PRIOR_JOBS : PRIOR_JOBS
  const freedom = count - 1 + priorJobs
  const isRelative = others !== undefined
  const prior = (isRelative ? RELATIVE : PRIORS)[metric]
  // The others differ from job to job as well, each by itself.
  const measure = isRelative ? 1 + MEDIAN_VARIANCE / others : 1
  const priors = [...jobs, candidate].map(
    ({ volatility }) => measure * (prior.least ** 2 + (prior.share * volatility) ** 2),
  )
  const usual = median(priors)
  const ownErrors = mean(jobs.map(({ error }) => error ** 2))
  const seen = Math.max(0, variance(values) - ownErrors)
  const between = (priorJobs * usual + (count - 1) * seen) / freedom
  // A job that was far more volatile than usual tells less, whatever the others were; beside the others it tells as much.
  const spread = priors.map((own) => between * (isRelative ? 1 : Math.max(1, (UNUSUAL * own) / usual)))
  const deviation = (jobs: number) => Math.sqrt(mean(spread.slice(0, -1)) / jobs + spread.at(-1)!)
  const error = (jobs: number, runs: number) => Math.sqrt(ownErrors / jobs + candidate.error ** 2 / runs)
  const reach = (tail: number, jobs = count, runs = 1) =>
    Math.hypot(
      studentT(tail, freedom + jobs - count) * deviation(jobs),
      studentT(tail, OWN_FREEDOM) * error(jobs, runs),
    )

  const sign = metric === 'throughput' ? -1 : 1
  const difference = sign * (candidate.value - mean(values))
  const wide = studentT(alpha, freedom) * Math.hypot(deviation(count), error(count, 1))
  const limit = Math.max(floor, isRelative ? reach(alpha) : wide)
  const around = reach(0.025)
  return {
    difference,
    interval: [difference - around, difference + around],
    worseBy: difference - limit,
    betterBy: -difference - limit,
    detectable: limit + RANDOM * Math.hypot(deviation(count), error(count, 1)),
    reach: reach(UNSEEN),
    remedies: [
      { remedy: { more: 'runs', count: 3 }, reach: reach(UNSEEN, count, 3) },
      ...[3, 5, 10]
        .filter((jobs) => jobs > count)
        .map((jobs) => ({ remedy: { more: 'jobs', count: jobs } as const, reach: reach(UNSEEN, jobs) })),
    ],
  }
}

/** One-sided 90 %; the limit is an estimate too, hence more than 1.28. */
const RANDOM = 1.5
