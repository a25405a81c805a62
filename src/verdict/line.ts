/**
 * What the rule for a stored baseline (`baseline-rule.ts`) and the rule for an A/B session (`session.ts`) share: the
 * lines of a comparison, and how one is judged by its own change and by its change relative to the other requests.
 */
import type { Tolerance } from '../scenario/model/scenario.js'
import type { Why } from '../stats/comparison.js'
import { type DecisiveIf, isDecisive } from './decisive.js'
import { type Judgement, judgeRatio, logOf, type RatioAnswer, type RatioQuestion } from './judge.js'
import type { LatencyMetric, RatioMetric } from './judged-metric.js'
import { type Failures, findRise, isBlind, rateOf } from './judges/failures.js'
import { isDead } from './never-succeeded.js'

/** The limits of a comparison. */
export interface Limits {
  readonly tolerance: Tolerance
  /** Smaller absolute changes of a latency, in ms, are neither a regression nor an improvement. */
  readonly minDeltaMs: number
}

/** Returns how much worse a metric may get, as a share. */
export function toleranceOf({ tolerance }: Limits, metric: RatioMetric): number {
  return metric === 'cpu_per_request' ? tolerance.cpuPerRequest : tolerance[metric]
}

/** The judgements of one request, or with `request` null those of the whole run. */
export interface Judged {
  readonly request: string | null
  /** The rare requests that are judged as one; `request` is null then. */
  readonly pooled?: readonly string[]
  /** The server timing of the request that the judgements are about; absent for its latency. */
  readonly timing?: string
  readonly judgements: readonly Judgement[]
}

/** The latencies that are judged for each request. */
export const LATENCIES = ['p50', 'p95', 'p99'] as const satisfies readonly LatencyMetric[]
/** The latencies that are judged for the whole run. */
export const WHOLE_LATENCIES = ['p95', 'p99'] as const satisfies readonly LatencyMetric[]

/** Whether a metric is also judged relative to the other requests. */
export function isJudgedRelatively(metric: RatioMetric): boolean {
  return metric === 'p50' || metric === 'p95'
}

/** Of the false alarms of a line that is also judged relative to the other requests, the share that goes to that. */
const RELATIVE_ALPHA = 0.5

/** Divides a line's probability of a false alarm between its own change and, if there is one, its relative change. */
export function splitAlpha(
  alpha: number,
  hasRelative: boolean,
): { readonly own: number; readonly relative: number } {
  return hasRelative
    ? { own: (1 - RELATIVE_ALPHA) * alpha, relative: RELATIVE_ALPHA * alpha }
    : { own: alpha, relative: 0 }
}

/** What was found out about a line. */
export interface LineFindings {
  readonly decisiveIf: DecisiveIf
  /** The metric's own change. */
  readonly own: RatioAnswer
  /** Its change relative to the other requests; null if there are too few of them. */
  readonly relative: RatioAnswer | null
  /** Gives the relative change as the reason even if the metric's own change would have been enough. */
  readonly prefersRelative?: boolean
}

/** Judges a latency, the throughput or the CPU time per request. */
export function judgeLine(
  question: Omit<RatioQuestion, 'decisive'>,
  { decisiveIf, own, relative, prefersRelative = false }: LineFindings,
): Judgement {
  const floor = floorOf(question.metric, question.tolerance)
  // Both have to agree on the direction: if only the others got faster, nothing got slower here.
  const relativelyWorseBy = relative === null ? -1 : Math.min(relative.worseBy, own.difference - floor)
  const relativelyBetterBy = relative === null ? -1 : Math.min(relative.betterBy, -own.difference - floor)
  const worseBy = Math.max(own.worseBy, relativelyWorseBy)
  const betterBy = Math.max(own.betterBy, relativelyBetterBy)
  const decisive = isDecisive(decisiveIf, own, question)
  // A request that got slower alone is found by whichever way finds it first.
  const detectable =
    relative === null
      ? own.detectable
      : Math.min(own.detectable, Math.max(relative.detectable, floor + own.randomError))
  const judgement = judgeRatio({ ...question, decisive }, { ...own, worseBy, betterBy, detectable })
  const isByRelative =
    Math.max(relativelyWorseBy, relativelyBetterBy) > 0 &&
    (prefersRelative || Math.max(own.worseBy, own.betterBy) <= 0)
  if (!isByRelative || judgement.reason !== null) return judgement
  return { ...judgement, reason: describeRelative(relative!), why: 'against_others' }
}

function describeRelative({ difference, interval }: RatioAnswer): string {
  const percent = (log: number) => `${log < 0 ? '-' : '+'}${Math.abs(Math.expm1(log) * 100).toFixed(1)}%`
  return `changed by ${percent(difference)} against the other requests (${percent(interval[0])} to ${percent(interval[1])})`
}

/**
 * What the estimate of a change has to exceed to be called worse or better: half the tolerance, as a logarithm. A
 * change of the tolerance itself has to be found, so the limit lies below it.
 */
export function floorOf(metric: RatioMetric, tolerance: number): number {
  return logOf(metric, tolerance / 2)
}

/** The part of a judgement that is the same for all lines with too few samples: `needs` what, and `had` how many. */
export function tooFew(needs: string, had: number) {
  const reason = `${needs}, had ${had}`
  const unknown = {
    interval: null,
    detectable: null,
    verdict: 'inconclusive',
    why: 'too_few_samples',
  } as const
  return { ...unknown, reason, needs, had }
}

/** Judges the error rate of one request; `tolerance` is a share. */
export function judgeFailures(before: Failures, after: Failures, tolerance: number): Judgement {
  const judged = (
    verdict: Judgement['verdict'],
    reason: string | null = null,
    why: Why | null = null,
  ): Judgement => ({
    metric: 'error_rate',
    baseline: rateOf(before),
    current: rateOf(after),
    interval: null,
    detectable: null,
    tolerance,
    decisive: !isBlind(before, after, tolerance),
    verdict,
    reason,
    why,
  })
  if (isDead(before) && isDead(after))
    return judged('inconclusive', 'every try failed, before and now', 'never_succeeded')
  const worse = findRise(before, after, tolerance)
  const better = findRise(after, before, tolerance)
  if (worse === 'lasting') return judged('regressed')
  if (better === 'lasting') return judged('improved')
  if (worse === 'burst' || better === 'burst')
    return judged('passed', 'within chance without its worst window', 'one_burst')
  if (!isBlind(before, after, tolerance)) return judged('passed')
  const few = tooFew('needs more requests', Math.min(before.requests, after.requests))
  return { ...judged('inconclusive'), ...few }
}
