/**
 * One metric of a new job compared with the accepted jobs: does it differ by more than another job of the same code
 * would?
 *
 * The noise that matters lies between jobs (machine, neighbors, start of the process), so the K jobs count, however
 * many requests each had. Few jobs hardly show their spread, so it is moderated (Smyth 2004): a prior variance, worth
 * `PRIOR_JOBS` degrees of freedom, is mixed with the observed one. The prior comes from the machine's volatility within
 * the runs, because machines that vary from second to second vary from day to day too.
 *
 *     deviation² = (variance between jobs) · (1 + 1/K)
 *     error²     = what the runs know of their own errors
 *     worse  ⇔ difference > t · √(deviation² + error²), one-sided, and > the floor
 *     reach  = √( t² · deviation² + t'² · error² ): how much worse it may be, which has to be ruled out to pass
 *     detectable = that limit + the random error that is exceeded 1 time in 10
 *
 * Calling a job worse takes the wider bound, because a false alarm costs most. Relative to the other requests it takes
 * `reach`, because the prior is generous there.
 */
import { mean, median, studentT, variance } from '../../stats/math.js'
import type { JobValue } from '../job-figures.js'
import { MISS_RISK, type RatioAnswer } from '../judge.js'
import type { RatioMetric } from '../judged-metric.js'

/** How a metric is judged. */
export interface HistoryRule {
  readonly metric: RatioMetric
  /** The probability of a false alarm that is granted to this metric. */
  readonly alpha: number
  /** Smaller differences (logarithm) are no regression, however certain. */
  readonly floor: number
  /** The values are relative to this many other requests of the same job; absent if they are the request's own. */
  readonly others?: number
}

/** How many jobs the prior is worth. */
const PRIOR_JOBS = 7
/** The same relative to the other requests, where the prior is generous. */
const RELATIVE_PRIOR_JOBS = 20
/** Degrees of freedom of a run's own error, which comes from some dozens of windows. */
const OWN_FREEDOM = 25

/** What is expected between jobs: standard deviations of a logarithm. */
interface Prior {
  /** How much jobs differ on the quietest machine. */
  readonly least: number
  /** The share of a machine's volatility that recurs between jobs. */
  readonly share: number
}

const PRIORS: Readonly<Record<RatioMetric, Prior>> = {
  p50: { least: 0.01, share: 0.7 },
  p95: { least: 0.015, share: 0.8 },
  p99: { least: 0.05, share: 1.7 },
  throughput: { least: 0.01, share: 0.6 },
  // What the JIT compiled and how the heap is laid out differ from start to start.
  cpu_per_request: { least: 0.02, share: 0.7 },
}

/** How much one request differs from job to job relative to the others: assumed generously, as few jobs can't tell. */
const RELATIVE_PRIORS: Readonly<Record<RatioMetric, Prior>> = {
  ...PRIORS,
  p50: { least: 0.012, share: 0.35 },
  p95: { least: 0.02, share: 0.5 },
}

/** The variance of a median of normal values, relative to that of their mean. */
export const MEDIAN_VARIANCE = 1.57

/** Judges `candidate` by the accepted `jobs`, of which there is at least one. */
export function judgeByHistory(
  jobs: readonly JobValue[],
  candidate: JobValue,
  { metric, alpha, floor, others }: HistoryRule,
): RatioAnswer {
  const count = jobs.length
  const values = jobs.map(({ value }) => value)
  const isRelative = others !== undefined
  const priorJobs = isRelative ? RELATIVE_PRIOR_JOBS : PRIOR_JOBS
  const freedom = count - 1 + priorJobs
  const prior = (isRelative ? RELATIVE_PRIORS : PRIORS)[metric]
  // The others differ from job to job as well, each by itself.
  const inflation = isRelative ? 1 + MEDIAN_VARIANCE / others : 1
  const priors = [...jobs, candidate].map(
    ({ volatility }) => inflation * (prior.least ** 2 + (prior.share * volatility) ** 2),
  )
  const usual = median(priors)
  const ownErrors = mean(jobs.map(({ error }) => error ** 2))
  const seen = Math.max(0, variance(values) - ownErrors)
  const between = (priorJobs * usual + (count - 1) * seen) / freedom
  // A job that was far more volatile than usual says less, whatever the others were. That doesn't hold for relative values.
  const spread = priors.map((own) => between * (isRelative ? 1 : Math.max(1, own / usual)))
  const deviation = (jobs: number) => Math.sqrt(mean(spread.slice(0, -1)) / jobs + spread.at(-1)!)
  const error = (jobs: number, runs: number) => Math.sqrt(ownErrors / jobs + candidate.error ** 2 / runs)
  const reach = (tail: number, jobs = count, runs = 1) =>
    Math.hypot(
      studentT(tail, freedom + jobs - count) * deviation(jobs),
      studentT(tail, OWN_FREEDOM) * error(jobs, runs),
    )

  const sign = metric === 'throughput' ? -1 : 1
  const difference = sign * (candidate.value - mean(values))
  const total = Math.hypot(deviation(count), error(count, 1))
  const limit = Math.max(floor, isRelative ? reach(alpha) : studentT(alpha, freedom) * total)
  const halfWidth = reach(0.025)
  return {
    difference,
    interval: [difference - halfWidth, difference + halfWidth],
    worseBy: difference - limit,
    betterBy: -difference - limit,
    detectable: limit + RANDOM_ERROR * total,
    randomError: RANDOM_ERROR * total,
    reach: reach(MISS_RISK),
    remedies: [
      { remedy: { more: 'runs', count: 3 }, reach: reach(MISS_RISK, count, 3) },
      ...[3, 5, 10]
        .filter((jobs) => jobs > count)
        .map((jobs) => ({ remedy: { more: 'jobs', count: jobs } as const, reach: reach(MISS_RISK, jobs) })),
    ],
  }
}

/** One-sided 90 % of the random error. The limit is an estimate too, hence more than 1.28. */
const RANDOM_ERROR = 1.5
