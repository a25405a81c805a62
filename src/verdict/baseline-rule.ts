/**
 * A candidate against accepted jobs, metric by metric: the questions of a stored baseline.
 */
import type { Tolerance } from '../scenario/model/scenario.js'
import type { Why } from '../stats/comparison.js'
import { mean, median } from '../stats/math.js'
import { type Carries, carriesWeight, MEDIAN_SAMPLES } from './decisive.js'
import { isShortage } from './estimate.js'
import { readValue } from './job.js'
import type { Job, JobValue } from './job-figures.js'
import { type Finding, type Judgement, judgeRatio } from './judge.js'
import type { LatencyMetric, RatioMetric, Shortage } from './judged-metric.js'
import { type Failures, findRise, isBlind, rateOf } from './judges/failures.js'
import { judgeByHistory, MEDIAN_VARIANCE } from './judges/history.js'
import type { MeasuredRequest } from './measurement.js'
import { isDead } from './never-succeeded.js'
import { combine } from './rare.js'

/** The limits of a comparison. */
export interface Limits {
  readonly tolerance: Tolerance
  /** Smaller absolute differences of a latency are never a regression. */
  readonly minDeltaMs: number
}

/** One request's judgements, or with `null` those of the whole run. */
export interface Judged {
  readonly request: string | null
  /** Rare requests that are judged as one, with `request` null. */
  readonly pooled?: readonly string[]
  readonly judgements: readonly Judgement[]
}

/** The probability that identical code is called regressed in a run, however many requests it has. */
export const FALSE_ALARMS = 0.01

/** The same against a stored baseline, whose noise is known less well. */
const STORED_FALSE_ALARMS = 0.006

/** A slowdown shows in the medians first: they get most of the false alarms, and with them most of the power. */
const WORTH: Readonly<Record<RatioMetric, number>> = { p50: 3, p95: 2, p99: 1, throughput: 1 }

/** A request of both sides. */
export interface StoredRequest {
  readonly name: string
  readonly kind: MeasuredRequest['kind']
  readonly phase?: MeasuredRequest['phase']
}

/** How a job is judged against accepted ones. */
export interface StoredRule {
  readonly limits: Limits
  readonly withThroughput: boolean
  /** Whether both sides sent the same requests: the latencies of the whole run say nothing otherwise. */
  readonly withMix: boolean
  /** The machine is known to have had another speed: each request is judged beside the others only. */
  readonly isOtherSpeed?: boolean
}

/** Judges the requests, and the whole run, of `candidate` by the accepted `jobs`. */
export function judgeStored(
  jobs: readonly Job[],
  candidate: Job,
  given: readonly StoredRequest[],
  { limits, withThroughput, withMix, isOtherSpeed = false }: StoredRule,
): Judged[] {
  const requests = given.map(({ name, kind, phase }) => {
    // A journey moves with its steps, and what each user sends once is cold.
    const isPlain = kind !== 'journey' && phase !== 'beforeEach'
    const samples = Math.min(...[...jobs, candidate].map((job) => countSamples(job, name)))
    return {
      name,
      isPlain,
      isFrequent: samples >= MEDIAN_SAMPLES,
      pairs: LATENCIES.map((metric) => pairUp(jobs, candidate, name, metric)),
    }
  })
  const plain = requests.filter(({ isPlain }) => isPlain)
  const whole: { readonly pair: Pair; readonly carries: Carries }[] = [
    ...(withMix && plain.length > 1
      ? MIX_LATENCIES.map((metric) => ({
          pair: pairUp(jobs, candidate, null, metric),
          carries: metric === 'p95' ? ('always' as const) : ('if-precise' as const),
        }))
      : []),
    ...(withThroughput
      ? [{ pair: pairUp(jobs, candidate, null, 'throughput'), carries: 'always' as const }]
      : []),
  ]
  const restPair = poolPairs(plain.filter(({ isFrequent }) => !isFrequent).map(({ pairs }) => pairs[0]!))
  const all = [
    ...requests.flatMap(({ pairs }) => pairs),
    ...whole.map(({ pair }) => pair),
    ...(restPair === null ? [] : [restPair.pair]),
  ]
  // Bonferroni: each metric that can be judged gets its share of the false alarms, by what it is worth.
  const worth = all.reduce((sum, { metric, shortage }) => sum + (shortage === null ? WORTH[metric] : 0), 0)
  const alphaOf = (metric: RatioMetric) => (STORED_FALSE_ALARMS * WORTH[metric]) / Math.max(1, worth)
  const controls = plain.map(({ name, pairs }) => ({ name, pair: pairs[0]! }))
  const judged: Judged[] = requests.map(({ name, pairs, isPlain, isFrequent }) => {
    const others = controls.filter((control) => control.name !== name).map(({ pair }) => pair)
    return {
      request: name,
      judgements: [
        ...pairs.map((pair) => {
          const carries = !isPlain || !isFrequent ? 'never' : pair.metric === 'p50' ? 'always' : 'if-precise'
          return judgePair(pair, { alphaOf, limits, carries, others: isPlain ? others : [], isOtherSpeed })
        }),
        judgeFailures(failuresOf(jobs, name), failuresOf([candidate], name), limits.tolerance.errorRate),
      ],
    }
  })
  const rule = { alphaOf, limits, others: [], isOtherSpeed }
  if (restPair !== null)
    judged.push({
      request: null,
      pooled: plain.filter(({ isFrequent }) => !isFrequent).map(({ name }) => name),
      judgements: [judgePair(restPair.pair, { ...rule, carries: 'always' })],
    })
  if (whole.length > 0)
    judged.push({
      request: null,
      judgements: whole.map(({ pair, carries }) => judgePair(pair, { ...rule, carries })),
    })
  return judged
}

const LATENCIES = ['p50', 'p95', 'p99'] as const satisfies readonly LatencyMetric[]
const MIX_LATENCIES = ['p95', 'p99'] as const satisfies readonly LatencyMetric[]

/** The successful requests of a name in a typical run of a job. */
function countSamples({ runs }: Job, name: string): number {
  return median(
    runs.map(({ requests }) => {
      const found = requests.find((request) => request.name === name)
      return found === undefined ? 0 : found.requests - found.failed
    }),
  )
}

/** One metric on both sides. */
interface Pair {
  readonly metric: RatioMetric
  /** The jobs that have a value, with their places among all. */
  readonly jobs: readonly JobValue[]
  readonly places: readonly number[]
  readonly candidate: JobValue | null
  readonly shortage: Shortage | null
}

function pairUp(jobs: readonly Job[], candidate: Job, name: string | null, metric: RatioMetric): Pair {
  const before = jobs.map((job) => readValue(job, name, metric))
  const after = readValue(candidate, name, metric)
  const places = before.flatMap((value, index) => (isShortage(value) ? [] : [index]))
  const known = before.filter((value): value is JobValue => !isShortage(value))
  const pair = { metric, jobs: known, places }
  if (isShortage(after)) return { ...pair, candidate: null, shortage: after }
  const shortage = known.length > 0 ? null : (before[0] as Shortage)
  return { ...pair, candidate: after, shortage }
}
/** Several pairs of rare requests as one, each by its change from its own mean; null when there are fewer than two. */
function poolPairs(pairs: readonly Pair[]): { readonly pair: Pair } | null {
  const known = pairs.filter(({ candidate, jobs }) => candidate !== null && jobs.length > 0)
  if (known.length < 2) return null
  const means = known.map(({ jobs }) => mean(jobs.map(({ value }) => value)))
  const pool = (values: readonly (JobValue | undefined)[]): JobValue | null => {
    const there = values.flatMap((value, index) =>
      value === undefined ? [] : [{ ...value, difference: value.value - means[index]! }],
    )
    if (there.length === 0) return null
    const { difference, error } = combine(
      there.map((each) => ({ ...each, error: Math.max(each.error, 1e-3) })),
    )
    return { value: difference, error, volatility: median(there.map(({ volatility }) => volatility)) }
  }
  const count = 1 + Math.max(...known.flatMap(({ places }) => places))
  const jobs = Array.from({ length: count }, (_, job) =>
    pool(known.map(({ jobs, places }) => jobs[places.indexOf(job)])),
  )
  return {
    pair: {
      metric: 'p50',
      jobs: jobs.filter((job) => job !== null),
      places: jobs.flatMap((job, index) => (job === null ? [] : [index])),
      candidate: pool(known.map(({ candidate }) => candidate!)),
      shortage: null,
    },
  }
}

interface PairRule {
  /** The false alarms that are granted to a line of a metric. */
  readonly alphaOf: (metric: RatioMetric) => number
  readonly limits: Limits
  readonly carries: Carries
  /** The medians of the other requests, which share the machine of each job. */
  readonly others: readonly Pair[]
  readonly isOtherSpeed: boolean
}

/** This share of a metric's false alarms is granted to the question whether it moved against the other requests. */
const RELATIVE_ALPHA = 0.5

function judgePair(pair: Pair, { alphaOf, limits, carries, others, isOtherSpeed }: PairRule): Judgement {
  const { metric, jobs, candidate, shortage } = pair
  const alpha = alphaOf(metric)
  const tolerance = limits.tolerance[metric]
  const baseline = jobs.length === 0 ? null : Math.exp(mean(jobs.map(({ value }) => value)))
  const current = candidate === null ? null : Math.exp(candidate.value)
  if (shortage !== null || baseline === null || current === null) {
    const { needs, had, of } = shortage!
    const few = tooFew(`needs ${needs} ${of}`, had)
    return { metric, baseline, current, tolerance, decisive: carries === 'always', ...few }
  }
  const minDelta = metric === 'throughput' ? 0 : limits.minDeltaMs
  const floor = floorOf(metric, tolerance)
  const input = { metric, floor }
  const beside = metric === 'p50' || metric === 'p95' ? lessOthers(pair, others) : null
  const share = beside === null ? 1 : 1 - RELATIVE_ALPHA
  const own = judgeByHistory(jobs, candidate!, { ...input, alpha: share * alpha })
  const relative =
    beside === null
      ? null
      : judgeByHistory(beside.jobs, beside.candidate, {
          ...input,
          alpha: RELATIVE_ALPHA * alpha,
          others: beside.count,
        })
  // Both ways of looking have to agree on the direction: when only the others got faster, nothing got slower here.
  const worseBeside = relative === null ? -1 : Math.min(relative.worseBy, own.difference - floor)
  const betterBeside = relative === null ? -1 : Math.min(relative.betterBy, -own.difference - floor)
  const worseBy = Math.max(own.worseBy, worseBeside)
  const betterBy = Math.max(own.betterBy, betterBeside)
  const late = { before: mean(jobs.map((job) => job.late ?? 0)), after: candidate!.late ?? 0 }
  const question = { metric, baseline, current, tolerance, minDelta }
  const decisive = carriesWeight(carries, own, question)
  const judgement = judgeRatio({ ...question, decisive, late }, { ...own, worseBy, betterBy })
  const isSaid =
    Math.max(worseBeside, betterBeside) > 0 && (isOtherSpeed || Math.max(own.worseBy, own.betterBy) <= 0)
  if (!isSaid || judgement.reason !== null) return judgement
  return { ...judgement, reason: describeAgainst(relative!), why: 'against_others' }
}

/** What a change against the other requests was, for people. */
export function describeAgainst({ difference, interval }: Finding): string {
  const percent = (log: number) => `${log < 0 ? '-' : '+'}${Math.abs(Math.expm1(log) * 100).toFixed(1)}%`
  return `changed by ${percent(difference)} against the other requests (${percent(interval[0])} to ${percent(interval[1])})`
}

/** Fewer other requests are no measure: one that was changed itself would be half of it. */
const OTHERS_MIN = 2

/** A request's values less those of the others in the same job: what the machine did to all is gone. */
function lessOthers(
  { jobs, places, candidate }: Pair,
  others: readonly Pair[],
): { readonly jobs: readonly JobValue[]; readonly candidate: JobValue; readonly count: number } | null {
  const known = others.filter(
    (other) => other.candidate !== null && places.every((place) => other.places.includes(place)),
  )
  if (known.length < OTHERS_MIN) return null
  const usual = (other: Pair) => mean(places.map((place) => at(other, place).value))
  // One of them that is rare hardly moves their median.
  const error = (values: readonly JobValue[]) =>
    Math.sqrt((MEDIAN_VARIANCE * median(values.map((value) => value.error ** 2))) / values.length)
  const less = (own: JobValue, values: readonly JobValue[], middle: typeof mean): JobValue => {
    const common = middle(values.map(({ value }, index) => value - usual(known[index]!)))
    const { besideError = Math.hypot(own.error, error(values)) } = own
    return { ...own, value: own.value - common, error: besideError }
  }
  return {
    count: known.length,
    jobs: jobs.map((own, index) =>
      less(
        own,
        known.map((other) => at(other, places[index]!)),
        mean,
      ),
    ),
    // The most typical change: what was changed itself is no measure for others.
    candidate: less(
      candidate!,
      known.map((other) => other.candidate!),
      median,
    ),
  }
}

function at(pair: Pair, place: number): JobValue {
  return pair.jobs[pair.places.indexOf(place)]!
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
    return judged('passed', 'the failures all fell into one window', 'one_burst')
  if (!isBlind(before, after, tolerance)) return judged('passed')
  const few = tooFew('needs more requests', Math.min(before.requests, after.requests))
  return { ...judged('inconclusive'), ...few }
}
