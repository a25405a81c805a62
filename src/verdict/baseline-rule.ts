/**
 * The rule for a stored baseline: judges a job against accepted jobs, metric by metric. How one metric is judged is in
 * `judges/history.ts`.
 */
import { mean, median } from '../stats/math.js'
import { findNamed } from '../stats/named.js'
import { type DecisiveIf, decisiveIf, MEDIAN_SAMPLES } from './decisive.js'
import { isShortage } from './estimate.js'
import { readValue } from './job.js'
import type { Job, JobValue } from './job-figures.js'
import type { Judgement } from './judge.js'
import { isLatency, type RatioMetric, type Shortage } from './judged-metric.js'
import { type Failures, sumFailures } from './judges/failures.js'
import { judgeByHistory } from './judges/history.js'
import {
  floorOf,
  isJudgedRelatively,
  type Judged,
  judgeFailures,
  judgeLine,
  LATENCIES,
  type Limits,
  splitAlpha,
  toleranceOf,
  tooFew,
  WHOLE_LATENCIES,
} from './line.js'
import { isPlain, type MeasuredRequest } from './measurement.js'
import { type MetricPair, type RelativeValues, valueAt, withOthers } from './others.js'
import { combine } from './rare.js'

/**
 * The probability that identical code is called regressed, however many requests it has. It is lower than for an A/B
 * session, because the noise of a stored baseline is known less well.
 */
export const FALSE_ALARMS = 0.006

/** A slowdown shows in the medians first, so they get most of the false alarms, and with them most of the power. */
const ALPHA_WEIGHTS: Readonly<Record<RatioMetric, number>> = {
  p50: 3,
  p95: 2,
  p99: 1,
  throughput: 1,
  cpu_per_request: 1,
}

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
  const whole: { readonly pair: MetricPair; readonly when: DecisiveIf }[] = []
  if (withMix && plain.length > 1) {
    for (const metric of WHOLE_LATENCIES) {
      const when = metric === 'p95' ? 'always' : 'if-precise'
      whole.push({ pair: pairUp(jobs, candidate, null, metric), when })
    }
  }
  if (withThroughput) whole.push({ pair: pairUp(jobs, candidate, null, 'throughput'), when: 'always' })
  // It says where a change comes from, so it may be red, but leaves nothing open.
  if (jobs.some(hasCpu) && hasCpu(candidate))
    whole.push({ pair: pairUp(jobs, candidate, null, 'cpu_per_request'), when: 'never' })
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
  const compareWithOthers = withOthers(plain.map(({ pairs }) => pairs[0]!.pair))
  const ask = (pair: MetricPair, when: DecisiveIf, relative: RelativeValues | null = null): Judgement => {
    const alpha = (FALSE_ALARMS * ALPHA_WEIGHTS[pair.metric]) / Math.max(1, total)
    return judgePair(pair, { alpha, limits, when, relative, isOtherSpeed })
  }
  const judged: Judged[] = requests.map((request) => {
    const { name, pairs } = request
    const relativeOf = (pair: MetricPair) =>
      request.isPlain && isJudgedRelatively(pair.metric) ? compareWithOthers(pair, pairs[0]!.pair) : null
    return {
      request: name,
      judgements: [
        ...pairs.map(({ metric, pair }) => ask(pair, decisiveIf(metric, request), relativeOf(pair))),
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

function hasCpu({ runs }: Job): boolean {
  return runs.some(({ cpuPerRequest }) => cpuPerRequest !== undefined)
}

/** The successful requests of a name in a typical run, of the job that has fewest. Jobs without any don't count. */
function countSamples(jobs: readonly Job[], candidate: Job, name: string): number {
  const count = ({ runs }: Job) =>
    median(
      runs.map(({ requests }) => {
        const found = findNamed(requests, name)
        return found === undefined ? 0 : found.requests - found.failed
      }),
    )
  // A request that was added after the first job isn't rare because of it.
  const before = jobs.map(count).filter((samples) => samples > 0)
  return before.length === 0 ? 0 : Math.min(...before, count(candidate))
}

/** The names of the server timings of a request in any of the jobs. */
function timingsOf(jobs: readonly Job[], request: string): string[] {
  const runs = jobs.flatMap((job) => job.runs)
  const named = runs.flatMap(({ requests }) => findNamed(requests, request)?.timings ?? [])
  return [...new Set(named.map(({ name }) => name))]
}

function pairUp(
  jobs: readonly Job[],
  candidate: Job,
  name: string | null,
  metric: RatioMetric,
  timing?: string,
): MetricPair {
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
function poolPairs(pairs: readonly MetricPair[]): MetricPair | null {
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
  /** Its values relative to the other requests; null if it isn't judged by them. */
  readonly relative: RelativeValues | null
  readonly isOtherSpeed: boolean
}

function judgePair(pair: MetricPair, { alpha, limits, when, relative, isOtherSpeed }: PairRule): Judgement {
  const { metric, jobs, candidate, shortage, isPooled = false } = pair
  const tolerance = toleranceOf(limits, metric)
  const baseline = jobs.length === 0 ? null : Math.exp(mean(jobs.map(({ value }) => value)))
  const current = candidate === null ? null : Math.exp(candidate.value)
  if (shortage !== null || baseline === null || current === null) {
    const { needs, had, of } = shortage!
    const few = tooFew(`needs ${needs} ${of}`, had)
    // A load that is too small for a line doesn't rest on it; a candidate that has less than the jobs had leaves it open.
    return { metric, baseline, current, tolerance, decisive: when === 'always' && jobs.length > 0, ...few }
  }
  const minDelta = !isLatency(metric) || isPooled ? 0 : limits.minDeltaMs
  const late = { before: mean(jobs.map((job) => job.late ?? 0)), after: candidate!.late ?? 0 }
  const rule = { metric, floor: floorOf(metric, tolerance) }
  const alphas = splitAlpha(alpha, relative !== null)
  const own = judgeByHistory(jobs, candidate!, { ...rule, alpha: alphas.own })
  const beside =
    relative &&
    judgeByHistory(relative.jobs, relative.candidate, {
      ...rule,
      alpha: alphas.relative,
      others: relative.count,
    })
  return judgeLine(
    { metric, baseline, current, tolerance, minDelta, late },
    { decisiveIf: when, own, relative: beside, prefersRelative: isOtherSpeed },
  )
}

/** The failures of one request in all runs of the jobs. */
function failuresOf(jobs: readonly Job[], name: string): Failures {
  const runs = jobs.flatMap((job) => job.runs)
  return sumFailures(runs.flatMap(({ requests }) => findNamed(requests, name) ?? []))
}
