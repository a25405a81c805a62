/**
 * What is asked about one metric, and what an answer looks like, whichever rule gives it.
 */
import type { Why } from '../stats/comparison.js'
import type { RatioMetric } from './judged-metric.js'

/** The metrics that are judged, as result files call them. */
export type JudgedMetric = RatioMetric | ShareMetric

/** The metrics that are shares, and change by percentage points: of the requests that failed, of windows that stalled. */
type ShareMetric = 'error_rate' | 'stalls'

/** One line of a comparison before it has a place in it. */
export interface Judgement {
  readonly metric: JudgedMetric
  readonly baseline: number | null
  readonly current: number | null
  /** Where the true change lies: relative, for a share the difference. */
  readonly interval: readonly [number, number] | null
  /** The smallest worsening that would be found 9 times in 10; see `MetricComparison`. */
  readonly detectable: number | null
  readonly tolerance: number
  /** Whether the verdict of the run rests on this line. The others may turn red, but leave nothing inconclusive. */
  readonly decisive: boolean
  readonly verdict: 'passed' | 'improved' | 'regressed' | 'inconclusive'
  /** Why, where the numbers alone don't say: for people, and for programs. */
  readonly reason: string | null
  readonly why: Why | null
  /** What would settle an inconclusive line, by what it found; null where nothing within reason would. */
  readonly remedy?: Remedy | null
  /** See `MetricComparison`. */
  readonly needs?: string
  readonly had?: number
}

/** The relative change, or for a share the difference; null where there is none to speak of. */
export function changeOf(
  metric: JudgedMetric,
  baseline: number | null,
  current: number | null,
): number | null {
  if (baseline === null || current === null) return null
  if (metric === 'error_rate' || metric === 'stalls') return current - baseline
  return baseline === 0 ? null : current / baseline - 1
}

/** What a rule found out about one metric: logarithms of a ratio, turned so that more is worse. */
export interface Finding {
  readonly difference: number
  /** Where the true difference lies, 95 % sure. */
  readonly interval: readonly [number, number]
  /** By how much the difference is beyond what it takes to be called worse, or better: it is when above 0. */
  readonly worseBy: number
  readonly betterBy: number
  /** The smallest difference that would be called worse 9 times in 10. */
  readonly detectable: number
  /** How far the true difference may lie above `difference`, except for {@link UNSEEN} of the cases. */
  readonly reach: number
  /** What would make it surer, the cheapest first, and what `reach` would be then. */
  readonly remedies: readonly { readonly remedy: Remedy; readonly reach: number }[]
}

/** More of what would make a judgement surer: this many times the seconds, this many runs of a job, or accepted jobs. */
export interface Remedy {
  readonly more: 'seconds' | 'runs' | 'jobs'
  readonly count: number
}

/** The probability that a slowdown of twice the tolerance is called passed. */
export const UNSEEN = 0.025

/** The limits of one metric. */
export interface RatioQuestion {
  readonly metric: RatioMetric
  readonly baseline: number
  readonly current: number
  readonly tolerance: number
  /** Absolute changes up to this are neither a regression nor an improvement, in the metric's unit. */
  readonly minDelta: number
  readonly decisive: boolean
  /** How much of each side's figure may be its requests' lateness in the generator; 0 unless given. */
  readonly late?: Lateness
}

/**
 * Logarithms of how far the figures of two sides may be above the service's own: a latency counts from when a request was
 * due, the service's time from when it was sent. The truth lies between the two.
 */
export interface Lateness {
  readonly before: number
  readonly after: number
}

/** How sure a passed line is: a slowdown of this many tolerances would have shown. */
const TOLERANCES = 2

/**
 * The logarithm of a relative change for the worse, above 0. A change of a throughput is at most 99 %: there is no
 * logarithm of nothing.
 */
export function logOf(metric: RatioMetric, change: number): number {
  return metric === 'throughput' ? -Math.log1p(-Math.min(change, 0.99)) : Math.log1p(change)
}

/**
 * What has to be ruled out before a line passes, a logarithm: a change of twice the tolerance, or of `minDelta` where
 * that is more.
 */
export function passLimit({
  metric,
  baseline,
  current,
  tolerance,
  minDelta,
}: Omit<RatioQuestion, 'decisive'>): number {
  return Math.max(
    logOf(metric, TOLERANCES * tolerance),
    logOf(metric, minDelta / Math.min(baseline, current)),
  )
}

/** What a finding means for a latency or the throughput. */
export function judgeRatio(question: RatioQuestion, finding: Finding): Judgement {
  const { metric, baseline, current, tolerance, minDelta, decisive } = question
  const sign = metric === 'throughput' ? -1 : 1
  const ends = finding.interval.map((end) => Math.expm1(sign * end)).sort((a, b) => a - b)
  const detectable = Math.abs(Math.expm1(sign * finding.detectable))
  const judged = (
    verdict: Judgement['verdict'],
    reason: string | null = null,
    why: Why | null = null,
  ): Judgement => ({
    metric,
    baseline,
    current,
    interval: [ends[0]!, ends[1]!],
    detectable,
    tolerance,
    decisive,
    verdict,
    reason,
    why,
  })
  // Like is compared with like: both sides from when requests were due, and both from when they were sent.
  const { before = 0, after = 0 } = question.late ?? {}
  const [flattered, blamed] = [Math.max(0, before - after), Math.max(0, after - before)]
  const isSure = finding.worseBy > 0 || finding.betterBy > 0
  if (isSure && Math.abs(current - baseline) > minDelta) {
    // Both have to give the same answer.
    if (finding.worseBy > blamed) return judged('regressed')
    if (finding.betterBy > flattered) return judged('improved')
    if (finding.worseBy > 0) return judged('inconclusive', LATE_REASON, 'late_generator')
  }
  const limit = passLimit(question)
  const most = finding.difference + finding.reach
  if (most < limit && most + flattered >= limit) return judged('inconclusive', LATE_REASON, 'late_generator')
  if (most < limit) {
    return isSure && flattered === 0
      ? judged('passed', `differs by less than minDelta, ${minDelta}ms`, 'min_delta')
      : judged('passed')
  }
  const worst = formatWorse(metric, sign * most)
  const open =
    finding.reach < limit
      ? judged('inconclusive', `may be worse by up to ${worst}`, 'maybe_worse')
      : judged('inconclusive', `too noisy: may be worse by up to ${worst}`, 'too_noisy')
  // A difference of about the limit itself needs no more than a clear answer, be it red.
  const likely = Math.min(Math.max(0, finding.difference), limit / 2)
  const found = finding.remedies.find(({ reach }) => likely + reach < limit)
  return { ...open, remedy: found?.remedy ?? null }
}

const LATE_REASON =
  'the load generator sent some requests late, and whether that or the service made them slow is open'

/** The relative change that a logarithm stands for, rounded away from 0. */
function formatWorse(metric: RatioMetric, log: number): string {
  const percent = Math.expm1(log) * 100
  return metric === 'throughput' ? `${Math.floor(percent)}%` : `+${Math.ceil(percent)}%`
}
