/**
 * The rule for a stored baseline: judges a job against accepted jobs, metric by metric. How one metric is judged is in
 * `judges/history.ts`.
 */
import { mean, median } from '../stats/math.js'
import { type DecisiveIf, decisiveIf, MEDIAN_SAMPLES } from './decisive.js'
import { isShortage } from './estimate.js'
import { readValue } from './job.js'
import type { Job, JobValue } from './job-figures.js'
import type { Judgement } from './judge.js'
import type { RatioMetric, Shortage } from './judged-metric.js'
import { type Failures, sumFailures } from './judges/failures.js'
import { judgeByHistory, MEDIAN_VARIANCE } from './judges/history.js'
import {
  floorOf,
  isJudgedRelatively,
  type Judged,
  judgeFailures,
  judgeLine,
  LATENCIES,
  type Limits,
  splitAlpha,
  tooFew,
  WHOLE_LATENCIES,
} from './line.js'
import { isPlain, type MeasuredRequest } from './measurement.js'
import { combine } from './rare.js'

/**
 * The probability that identical code is called regressed, however many requests it has. It is lower than for an A/B
 * session, because the noise of a stored baseline is known less well.
 */
export const FALSE_ALARMS = 0.006

/** A slowdown shows in the medians first, so they get most of the false alarms, and with them most of the power. */
const ALPHA_WEIGHTS: Readonly<Record<RatioMetric, number>> = { p50: 3, p95: 2, p99: 1, throughput: 1 }

/** A request of both sides. */
export type StoredRequest = Pick<MeasuredRequest, 'name' | 'kind' | 'phase'>

/** How a job is judged against accepted ones. */
export interface StoredRule {
  readonly limits: Limits
  readonly withThroughput: boolean
  /** Whether both sides sent the same requests; otherwise the latencies of the whole run say nothing. */
  readonly withMix: boolean
  /** The machine is known to have had another speed, so a change relative to the other requests is the reason to give. */
  readonly isOtherSpeed?: boolean
}

/** Judges the `candidate` against the accepted `jobs`, of which there is at least one: each request, and the whole run. */
export function judgeStored(
  jobs: readonly Job[],
  candidate: Job,
  given: readonly StoredRequest[],
  { limits, withThroughput, withMix, isOtherSpeed = false }: StoredRule,
): Judged[] {
  const requests = given.map((request) => {
    const { name } = request
    const samples = countSamples(jobs, candidate, name)
    return {
      name,
      samples,
      isPlain: isPlain(request),
      isFrequent: samples >= MEDIAN_SAMPLES,
      pairs: LATENCIES.map((metric) => ({ metric, pair: pairUp(jobs, candidate, name, metric) })),
    }
  })
  const timings = given.flatMap(({ name }) =>
    timingsOf([candidate], name)
      .filter((timing) => timingsOf(jobs, name).includes(timing))
      .map((timing) => ({
        name,
        timing,
        pairs: LATENCIES.map((metric) => pairUp(jobs, candidate, name, metric, timing)),
      })),
  )
  const plain = requests.filter((request) => request.isPlain)
  const rare = plain.filter(({ isFrequent }) => !isFrequent)
  const whole: { readonly pair: Pair; readonly when: DecisiveIf }[] = []
  if (withMix && plain.length > 1) {
    for (const metric of WHOLE_LATENCIES) {
      const when = metric === 'p95' ? 'always' : 'if-precise'
      whole.push({ pair: pairUp(jobs, candidate, null, metric), when })
    }
  }
  if (withThroughput) whole.push({ pair: pairUp(jobs, candidate, null, 'throughput'), when: 'always' })
  const rareSamples = rare.reduce((sum, { samples }) => sum + samples, 0)
  const pooled = poolPairs(rare.map(({ pairs }) => pairs[0]!.pair))
  const all = [
    ...requests.flatMap(({ pairs }) => pairs.map(({ pair }) => pair)),
    ...whole.map(({ pair }) => pair),
    ...timings.flatMap(({ pairs }) => pairs),
    ...(pooled === null ? [] : [pooled]),
  ]
  // Bonferroni: each line that can be judged gets its share of the false alarms, by the weight of its metric.
  const weights = all.filter(({ shortage }) => shortage === null).map(({ metric }) => ALPHA_WEIGHTS[metric])
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const ask = (pair: Pair, when: DecisiveIf, others: readonly Pair[] = []): Judgement => {
    const alpha = (FALSE_ALARMS * ALPHA_WEIGHTS[pair.metric]) / Math.max(1, total)
    return judgePair(pair, { alpha, limits, when, others, isOtherSpeed })
  }
  const judged: Judged[] = requests.map((request) => {
    const { name, pairs } = request
    const others = request.isPlain ? plain.filter((other) => other !== request) : []
    const medians = others.map((other) => other.pairs[0]!.pair)
    return {
      request: name,
      judgements: [
        ...pairs.map(({ metric, pair }) => ask(pair, decisiveIf(metric, request), medians)),
        judgeFailures(failuresOf(jobs, name), failuresOf([candidate], name), limits.tolerance.errorRate),
      ],
    }
  })
  // They say where a change comes from, so they may be red, but leave nothing open.
  for (const { name, timing, pairs } of timings)
    judged.push({ request: name, timing, judgements: pairs.map((pair) => ask(pair, 'never')) })
  if (pooled !== null)
    judged.push({
      request: null,
      pooled: rare.map(({ name }) => name),
      judgements: [ask(pooled, rareSamples >= MEDIAN_SAMPLES ? 'always' : 'never')],
    })
  if (whole.length > 0)
    judged.push({ request: null, judgements: whole.map(({ pair, when }) => ask(pair, when)) })
  return judged
}

/** The successful requests of a name in a typical run, of the job that has fewest. Jobs without any don't count. */
function countSamples(jobs: readonly Job[], candidate: Job, name: string): number {
  const count = ({ runs }: Job) =>
    median(
      runs.map(({ requests }) => {
        const found = requests.find((request) => request.name === name)
        return found === undefined ? 0 : found.requests - found.failed
      }),
    )
  // A request that was added after the first job isn't rare because of it.
  const before = jobs.map(count).filter((samples) => samples > 0)
  return before.length === 0 ? 0 : Math.min(...before, count(candidate))
}

/** One metric on both sides. */
interface Pair {
  readonly metric: RatioMetric
  /** The values of the jobs that have one, and the places of these jobs among all. */
  readonly jobs: readonly JobValue[]
  readonly places: readonly number[]
  readonly candidate: JobValue | null
  /** What is missing on one of the sides; null if nothing is. */
  readonly shortage: Shortage | null
  /** Several requests as one: there is a change, but no figure in ms. */
  readonly isPooled?: true
}

/** The names of the server timings of a request in any of the jobs. */
function timingsOf(jobs: readonly Job[], request: string): string[] {
  const figures = jobs.flatMap(({ runs }) => runs.flatMap(({ requests }) => requests))
  const named = figures.filter(({ name }) => name === request).flatMap(({ timings = [] }) => timings)
  return [...new Set(named.map(({ name }) => name))]
}

function pairUp(
  jobs: readonly Job[],
  candidate: Job,
  name: string | null,
  metric: RatioMetric,
  timing?: string,
): Pair {
  const before = jobs.map((job) => readValue(job, name, metric, timing))
  const after = readValue(candidate, name, metric, timing)
  const places = before.flatMap((value, index) => (isShortage(value) ? [] : [index]))
  const known = before.filter((value): value is JobValue => !isShortage(value))
  const pair = { metric, jobs: known, places }
  if (isShortage(after)) return { ...pair, candidate: null, shortage: after }
  const shortage = known.length > 0 ? null : (before[0] as Shortage)
  return { ...pair, candidate: after, shortage }
}

/** Pools the medians of rare requests, each by its change from its own mean; null if fewer than two have values. */
function poolPairs(pairs: readonly Pair[]): Pair | null {
  const known = pairs.filter(({ candidate, jobs }) => candidate !== null && jobs.length > 0)
  if (known.length < 2) return null
  const means = known.map(({ jobs }) => mean(jobs.map(({ value }) => value)))
  const pool = (values: readonly (JobValue | undefined)[]): JobValue | null => {
    const shifts = values.flatMap((value, index) =>
      value === undefined
        ? []
        : [{ ...value, difference: value.value - means[index]!, error: Math.max(value.error, 1e-3) }],
    )
    if (shifts.length === 0) return null
    const { difference, error } = combine(shifts)
    return { value: difference, error, volatility: median(shifts.map(({ volatility }) => volatility)) }
  }
  const count = 1 + Math.max(...known.flatMap(({ places }) => places))
  const jobs = Array.from({ length: count }, (_, place) => pool(known.map((pair) => valueAt(pair, place))))
  return {
    metric: 'p50',
    jobs: jobs.filter((job) => job !== null),
    places: jobs.flatMap((job, index) => (job === null ? [] : [index])),
    candidate: pool(known.map(({ candidate }) => candidate!)),
    shortage: null,
    isPooled: true,
  }
}

interface PairRule {
  /** The probability of a false alarm that is granted to the line. */
  readonly alpha: number
  readonly limits: Limits
  readonly when: DecisiveIf
  /** The medians of the other requests, which share the machine of each job. */
  readonly others: readonly Pair[]
  readonly isOtherSpeed: boolean
}

function judgePair(pair: Pair, { alpha, limits, when, others, isOtherSpeed }: PairRule): Judgement {
  const { metric, jobs, candidate, shortage, isPooled = false } = pair
  const tolerance = limits.tolerance[metric]
  const baseline = jobs.length === 0 ? null : Math.exp(mean(jobs.map(({ value }) => value)))
  const current = candidate === null ? null : Math.exp(candidate.value)
  if (shortage !== null || baseline === null || current === null) {
    const { needs, had, of } = shortage!
    const few = tooFew(`needs ${needs} ${of}`, had)
    // A load that is too small for a line doesn't rest on it; a candidate that has less than the jobs had leaves it open.
    return { metric, baseline, current, tolerance, decisive: when === 'always' && jobs.length > 0, ...few }
  }
  const minDelta = metric === 'throughput' || isPooled ? 0 : limits.minDeltaMs
  const late = { before: mean(jobs.map((job) => job.late ?? 0)), after: candidate!.late ?? 0 }
  const rule = { metric, floor: floorOf(metric, tolerance) }
  const beside = isJudgedRelatively(metric) ? relativeToOthers(pair, others) : null
  const alphas = splitAlpha(alpha, beside !== null)
  const own = judgeByHistory(jobs, candidate!, { ...rule, alpha: alphas.own })
  const relative =
    beside &&
    judgeByHistory(beside.jobs, beside.candidate, { ...rule, alpha: alphas.relative, others: beside.count })
  return judgeLine(
    { metric, baseline, current, tolerance, minDelta, late },
    { decisiveIf: when, own, relative, prefersRelative: isOtherSpeed },
  )
}

/** A single other request is no measure: if it changed itself, half of what is seen is its change. */
const OTHERS_MIN = 2

interface RelativeValues {
  readonly jobs: readonly JobValue[]
  readonly candidate: JobValue
  /** How many other requests there are. */
  readonly count: number
}

/**
 * A request's values less how the medians of the others moved in the same job, so that what the machine did to all of
 * them is gone. Null if fewer than two others have a value in the same jobs.
 */
function relativeToOthers({ jobs, places, candidate }: Pair, others: readonly Pair[]): RelativeValues | null {
  const known = others.filter(
    (other) => other.candidate !== null && places.every((place) => other.places.includes(place)),
  )
  if (known.length < OTHERS_MIN) return null
  const usual = known.map((other) => mean(places.map((place) => valueAt(other, place)!.value)))
  // A single rare one among them hardly moves their median.
  const errorOf = (values: readonly JobValue[]) =>
    Math.sqrt((MEDIAN_VARIANCE * median(values.map(({ error }) => error ** 2))) / values.length)
  const subtract = (own: JobValue, values: readonly JobValue[], average: typeof mean): JobValue => {
    const common = average(values.map(({ value }, index) => value - usual[index]!))
    const { besideError = Math.hypot(own.error, errorOf(values)) } = own
    return { ...own, value: own.value - common, error: besideError }
  }
  return {
    count: known.length,
    jobs: jobs.map((own, index) => {
      const values = known.map((other) => valueAt(other, places[index]!)!)
      return subtract(own, values, mean)
    }),
    // The most typical change: a request that changed itself is no measure for others.
    candidate: subtract(
      candidate!,
      known.map((other) => other.candidate!),
      median,
    ),
  }
}

function valueAt({ jobs, places }: Pair, place: number): JobValue | undefined {
  return jobs[places.indexOf(place)]
}

/** The failures of one request in all runs of the jobs. */
function failuresOf(jobs: readonly Job[], name: string): Failures {
  const runs = jobs.flatMap((job) => job.runs)
  return sumFailures(runs.flatMap(({ requests }) => requests.filter((request) => request.name === name)))
}
