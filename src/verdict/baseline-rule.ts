/**
 * A candidate against accepted jobs, metric by metric: the questions of a stored baseline.
 */
import type { Tolerance } from '../scenario/model/scenario.js'
import type { Why } from '../stats/comparison.js'
import { mean } from '../stats/math.js'
import { isShortage } from './estimate.js'
import { readValue } from './job.js'
import type { Job, JobValue } from './job-figures.js'
import { type Judgement, judgeRatio } from './judge.js'
import type { RatioMetric, Shortage } from './judged-metric.js'
import { type Failures, findRise, isBlind, rateOf } from './judges/failures.js'
import { judgeByHistory } from './judges/history.js'
import { isDead } from './never-succeeded.js'

/** The limits of a comparison. */
export interface Limits {
  readonly tolerance: Tolerance
  /** Smaller absolute differences of a latency are never a regression. */
  readonly minDeltaMs: number
}

/** One request's judgements, or with `null` those of the whole run. */
export interface Judged {
  readonly request: string | null
  readonly judgements: readonly Judgement[]
}

/** The probability that identical code is called regressed in a run, however many requests it has. */
export const FALSE_ALARMS = 0.01

/** Changes of up to so many tolerances may stay unseen before a metric is called inconclusive. */
const BLIND_TOLERANCES = 3
/** A baseline that is still learning its noise sees less, and is no less useful for it. */
const LEARNING = { jobs: 3, blindTolerances: 4 } as const

/** Judges the requests of these names, and the throughput where `withThroughput`. */
export function judgeStored(
  jobs: readonly Job[],
  candidate: Job,
  names: readonly string[],
  { limits, withThroughput }: { readonly limits: Limits; readonly withThroughput: boolean },
): Judged[] {
  const pairs = names.map((name) => ({
    name,
    latencies: (['p50', 'p95', 'p99'] as const).map((metric) => pairUp(jobs, candidate, name, metric)),
  }))
  const whole = withThroughput ? pairUp(jobs, candidate, null, 'throughput') : null
  const all = [...pairs.flatMap(({ latencies }) => latencies), ...(whole === null ? [] : [whole])]
  // Bonferroni: each metric that can be judged gets its share of the false alarms.
  const alpha = FALSE_ALARMS / Math.max(1, all.filter((pair) => pair.shortage === null).length)
  const judged: Judged[] = pairs.map(({ name, latencies }) => ({
    request: name,
    judgements: [
      ...latencies.map((pair) => judgePair(pair, alpha, limits)),
      judgeFailures(failuresOf(jobs, name), failuresOf([candidate], name), limits.tolerance.errorRate),
    ],
  }))
  return whole === null
    ? judged
    : [...judged, { request: null, judgements: [judgePair(whole, alpha, limits)] }]
}

/** One metric on both sides. */
interface Pair {
  readonly metric: RatioMetric
  readonly jobs: readonly JobValue[]
  readonly candidate: JobValue | null
  readonly shortage: Shortage | null
}

function pairUp(jobs: readonly Job[], candidate: Job, name: string | null, metric: RatioMetric): Pair {
  const before = jobs.map((job) => readValue(job, name, metric))
  const after = readValue(candidate, name, metric)
  const known = before.filter((value): value is JobValue => !isShortage(value))
  if (isShortage(after)) return { metric, jobs: known, candidate: null, shortage: after }
  const shortage = known.length > 0 ? null : (before[0] as Shortage)
  return { metric, jobs: known, candidate: after, shortage }
}

function judgePair({ metric, jobs, candidate, shortage }: Pair, alpha: number, limits: Limits): Judgement {
  const tolerance = limits.tolerance[metric]
  const baseline = jobs.length === 0 ? null : Math.exp(mean(jobs.map(({ value }) => value)))
  const current = candidate === null ? null : Math.exp(candidate.value)
  if (shortage !== null || baseline === null || current === null) {
    const { needs, had, of } = shortage!
    return { metric, baseline, current, tolerance, ...tooFew(`needs ${needs} ${of}`, had) }
  }
  const minDelta = metric === 'throughput' ? 0 : limits.minDeltaMs
  const finding = judgeByHistory(jobs, candidate!, {
    metric,
    alpha,
    floor: floorOf(metric, tolerance),
    guard: Math.log1p(minDelta / baseline),
  })
  const blindTolerances = jobs.length < LEARNING.jobs ? LEARNING.blindTolerances : BLIND_TOLERANCES
  return judgeRatio({ metric, baseline, current, tolerance, minDelta, blindTolerances }, finding)
}

/** What is the same of all lines without enough samples. */
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

/** Half the tolerance, as a logarithm: a change of the tolerance itself has to be found, so the limit lies below it. */
export function floorOf(metric: RatioMetric, tolerance: number): number {
  const half = Math.min(tolerance / 2, 0.99)
  return metric === 'throughput' ? -Math.log1p(-half) : Math.log1p(half)
}

/** The failures of one request in all runs of the jobs. */
function failuresOf(jobs: readonly Job[], name: string): Failures {
  const figures = jobs.flatMap(({ runs }) =>
    runs.flatMap(({ requests }) => requests.filter((request) => request.name === name)),
  )
  const sum = (key: 'requests' | 'failed') => figures.reduce((all, request) => all + request[key], 0)
  const nothing = { requests: 0, failed: 0 }
  const worst = figures.reduce((most, each) => (each.worst.failed > most.failed ? each.worst : most), nothing)
  return { requests: sum('requests'), failed: sum('failed'), worst }
}

/** The judgement of an error rate; the same whichever rule judges the rest. */
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
    return judged('passed', 'the failures all fell into one window', 'one_burst')
  if (!isBlind(before, after, tolerance)) return judged('passed')
  const few = tooFew('needs more requests', Math.min(before.requests, after.requests))
  return { ...judged('inconclusive'), ...few }
}
