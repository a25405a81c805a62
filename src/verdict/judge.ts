/**
 * The question about one metric and its answer, whichever rule asks: how an answer becomes a verdict.
 */
import type { Why } from '../stats/comparison.js'
import type { RatioMetric } from './judged-metric.js'

/** The metrics that are judged, as result files call them. */
export type JudgedMetric = RatioMetric | ShareMetric

/** The metrics that are shares (of failed requests, of stalled windows): their change is a difference. */
type ShareMetric = 'error_rate' | 'stalls'

/** The judgement of one metric, which becomes a line of a comparison. */
export interface Judgement {
  readonly metric: JudgedMetric
  /** Milliseconds, requests per second or shares, like `current`. */
  readonly baseline: number | null
  readonly current: number | null
  /** Where the true change lies with 95 % confidence: relative, for shares the difference. */
  readonly interval: readonly [number, number] | null
  /** The smallest worsening that would be found nine times in ten; see `MetricComparison`. */
  readonly detectable: number | null
  /** A share. */
  readonly tolerance: number
  /** Whether the verdict rests on this line. Other lines may turn red, but leave nothing inconclusive. */
  readonly decisive: boolean
  readonly verdict: 'passed' | 'improved' | 'regressed' | 'inconclusive'
  /** The reason if the figures alone don't explain the verdict: for people, and as a code. */
  readonly reason: string | null
  readonly why: Why | null
  /** What would settle an inconclusive line; null if nothing reasonable would. */
  readonly remedy?: Remedy | null
  /** See `MetricComparison`. */
  readonly needs?: string
  readonly had?: number
}

/** Returns the relative change, or for a share the difference; null if a side is unknown or the baseline is 0. */
export function changeOf(metric: string, baseline: number | null, current: number | null): number | null {
  if (baseline === null || current === null) return null
  if (metric === 'error_rate' || metric === 'stalls') return current - baseline
  return baseline === 0 ? null : current / baseline - 1
}

/** What a rule found out about one metric. All numbers are logarithms of a ratio, signed so that more is worse. */
export interface RatioAnswer {
  readonly difference: number
  /** Where the true difference lies with 95 % confidence. */
  readonly interval: readonly [number, number]
  /** How far the difference is beyond what it takes to be called worse or better: it is if this is above 0. */
  readonly worseBy: number
  readonly betterBy: number
  /** The smallest difference that would be called worse nine times in ten. */
  readonly detectable: number
  /** What random error takes from a difference one time in ten. */
  readonly randomError: number
  /** How far the true difference may lie above `difference`, except with the probability {@link MISS_RISK}. */
  readonly reach: number
  /** What would make the answer more precise, the cheapest first, and what `reach` would be then. */
  readonly remedies: readonly { readonly remedy: Remedy; readonly reach: number }[]
}

/** What would make an answer more precise: `count` times the seconds, `count` runs of a job, or `count` accepted jobs. */
export interface Remedy {
  readonly more: 'seconds' | 'runs' | 'jobs'
  readonly count: number
}

/** The probability that a slowdown of twice the tolerance is called passed. */
export const MISS_RISK = 0.03

/** One metric of both sides that is judged by its ratio, and its limits. */
export interface RatioQuestion {
  readonly metric: RatioMetric
  /** In ms or requests per second, like `current`. */
  readonly baseline: number
  readonly current: number
  /** A share. */
  readonly tolerance: number
  /** Absolute changes up to this are neither a regression nor an improvement, in the metric's unit. */
  readonly minDelta: number
  readonly decisive: boolean
  /** Absent if the generator was on time. */
  readonly late?: Lateness
}

/**
 * How far the latencies of both sides may be above the service's own, as logarithms of 0 or more. A latency counts from
 * when a request was due, which includes the generator's lateness; the service time counts from when it was sent. The
 * truth lies between the two.
 */
export interface Lateness {
  readonly before: number
  readonly after: number
}

/** A line passes if a slowdown of this many tolerances is ruled out. */
export const PASS_TOLERANCES = 2

/**
 * Returns the logarithm, 0 or more, of a relative worsening. A throughput can't worsen by more than 99 %, as 0 has no
 * logarithm.
 */
export function logOf(metric: RatioMetric, change: number): number {
  return metric === 'throughput' ? -Math.log1p(-Math.min(change, 0.99)) : Math.log1p(change)
}

/**
 * Returns what has to be ruled out before a line passes, as a logarithm: a change of twice the tolerance, or of
 * `minDelta` if that is more.
 */
export function passLimit({
  metric,
  baseline,
  current,
  tolerance,
  minDelta,
}: Omit<RatioQuestion, 'decisive'>): number {
  return Math.max(
    logOf(metric, PASS_TOLERANCES * tolerance),
    logOf(metric, minDelta / Math.min(baseline, current)),
  )
}

/** Turns an answer about a metric that is judged by its ratio into a judgement. */
export function judgeRatio(question: RatioQuestion, answer: RatioAnswer): Judgement {
  const { metric, baseline, current, tolerance, minDelta, decisive } = question
  const sign = metric === 'throughput' ? -1 : 1
  const ends = answer.interval.map((end) => Math.expm1(sign * end)).sort((a, b) => a - b)
  const detectable = Math.abs(Math.expm1(sign * answer.detectable))
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
  const isClear = answer.worseBy > 0 || answer.betterBy > 0
  if (isClear && Math.abs(current - baseline) > minDelta) {
    // Both have to give the same answer.
    if (answer.worseBy > blamed) return judged('regressed')
    if (answer.betterBy > flattered) return judged('improved')
    if (answer.worseBy > 0) return judged('inconclusive', LATE_REASON, 'late_generator')
  }
  const limit = passLimit(question)
  const most = answer.difference + answer.reach
  if (most < limit && most + flattered >= limit) return judged('inconclusive', LATE_REASON, 'late_generator')
  if (most < limit) {
    return isClear && flattered === 0
      ? judged('passed', `differs by less than minDelta, ${minDelta}ms`, 'min_delta')
      : judged('passed')
  }
  const worst = formatWorse(metric, sign * most)
  const open =
    answer.reach < limit
      ? judged('inconclusive', `may be worse by up to ${worst}`, 'maybe_worse')
      : judged('inconclusive', `too noisy: may be worse by up to ${worst}`, 'too_noisy')
  // A difference near the limit only needs a clear answer, which may be red.
  const likely = Math.min(Math.max(0, answer.difference), limit / 2)
  const found = answer.remedies.find(({ reach }) => likely + reach < limit)
  return { ...open, remedy: found?.remedy ?? null }
}

const LATE_REASON =
  'the load generator sent some requests late, and whether that or the service made them slow is open'

/** Formats a logarithm as a relative change, rounded away from 0. */
function formatWorse(metric: RatioMetric, log: number): string {
  const percent = Math.expm1(log) * 100
  return metric === 'throughput' ? `${Math.floor(percent)}%` : `+${Math.ceil(percent)}%`
}
