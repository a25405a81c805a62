/**
 * The rule of this version: a metric is worse when the lower end of the 95 % bootstrap interval of its change lies
 * beyond the tolerance, not when the change itself does.
 *
 * So a change that a rerun could take back never fails a build, and the tolerance stays what its name says. The
 * interval knows the noise within the two runs (bursts, slow phases); how much one machine's days differ it can't
 * know from one run of each.
 */
import { Random } from '../../base/rng.js'
import { formatShare } from '../../base/units.js'
import { changeOf, type Judge, type JudgedMetric, type Judgement, type Question } from '../judge.js'
import type { Series } from '../series.js'
import { blockCount, LatencyBlocks, quotient, resample, type Statistic } from './resample.js'

const DRAWS = 1000
const CONFIDENCE = 0.95
const SEED = 1

/** Fewer seconds than this say nothing about how much they vary. */
const SLICES_MIN = 5

/** An interval that could hide a change of this many tolerances is too wide to call anything passed. */
const BLIND_TOLERANCES = 3

/** See the head of the file. */
export const bootstrap: Judge = (reference, candidate, questions) => {
  const intervals = drawIntervals(reference, candidate, questions)
  return questions.map((question, index) => {
    const shortage = findShortage(reference, candidate, question)
    if (question.metric === 'error_rate')
      return judgeErrorRate(reference, candidate, question, intervals[index]!, shortage)
    return shortage ?? judgeRatio(question, intervals[index]!)
  })
}

/**
 * How precisely one series alone knows its metrics: the half-width of each interval, on the logarithm; null where
 * it can't be known.
 */
export function spread(series: Series, metrics: readonly JudgedMetric[]): readonly (number | null)[] {
  const statistics = makeStatistics(series, metrics)
  const values = metrics.map((): number[] => [])
  resample(series, series, DRAWS, new Random(SEED), (starts) => {
    statistics.forEach((read, index) => {
      const value = Math.log(read(starts))
      if (Number.isFinite(value)) values[index]!.push(value)
    })
  })
  return values.map((drawn, index) => {
    if (
      series.length < SLICES_MIN ||
      countSamples(series, metrics[index]!) < samplesNeeded(metrics[index]!, 0)
    )
      return null
    const interval = middlePart(drawn, widening(blockCount(series)))
    return interval === null ? null : (interval[1] - interval[0]) / 2
  })
}

type Interval = readonly [number, number]

/**
 * The interval of each metric's change: of the logarithm of the quotient, so that slower and faster are measured
 * alike; for the error rate of the difference. Null where too few draws held data.
 */
function drawIntervals(
  reference: Series,
  candidate: Series,
  questions: readonly Question[],
): (Interval | null)[] {
  const metrics = questions.map(({ metric }) => metric)
  const before = makeStatistics(reference, metrics)
  const after = makeStatistics(candidate, metrics)
  const changes = questions.map((): number[] => [])
  resample(reference, candidate, DRAWS, new Random(SEED), (referenceStarts, candidateStarts) => {
    questions.forEach(({ metric }, index) => {
      const a = before[index]!(referenceStarts)
      const b = after[index]!(candidateStarts)
      const change = metric === 'error_rate' ? b - a : Math.log(b / a)
      if (Number.isFinite(change)) changes[index]!.push(change)
    })
  })
  const blocks = Math.min(blockCount(reference), blockCount(candidate))
  return changes.map((values) => middlePart(values, widening(blocks)))
}

function makeStatistics(series: Series, metrics: readonly JudgedMetric[]): Statistic[] {
  const latencies = metrics.some((metric) => metric in QUANTILES) ? new LatencyBlocks(series) : null
  return metrics.map((metric) => {
    if (metric === 'error_rate') return quotient(series, 'failed', 'requests')
    if (metric === 'throughput') return quotient(series, 'requests', 'seconds')
    return latencies!.quantile(QUANTILES[metric])
  })
}

const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const

/** The middle 95 % of the values, stretched by `factor` from their median. */
function middlePart(values: readonly number[], factor: number): Interval | null {
  // Draws without data are left out; when they are many, the request was hardly there.
  if (values.length < DRAWS / 2) return null
  const sorted = Float64Array.from(values).sort()
  const outside = Math.floor(((1 - CONFIDENCE) / 2) * (sorted.length - 1))
  const middle = sorted[sorted.length >> 1]!
  const stretch = (value: number) => middle + factor * (value - middle)
  return [stretch(sorted[outside]!), stretch(sorted[sorted.length - 1 - outside]!)]
}

/**
 * By how much an interval drawn from `blocks` blocks is too narrow: the draws vary around the blocks' own mean, with (k−1)/k
 * of the true variance, and few blocks only guess at that variance, which is Student's t instead of the normal. Without
 * it, 20 seconds of bursts (four blocks) called identical code slower in 11 of 100 simulated pairs, with it in 3.
 */
function widening(blocks: number): number {
  return (studentT(blocks - 1) / Z) * Math.sqrt(blocks / (blocks - 1))
}

/** The normal distribution's quantile of {@link CONFIDENCE}, two-sided. */
const Z = 1.959964

/** Student's t of the same confidence (Abramowitz & Stegun 26.7.5; within 1 % from 3 degrees of freedom on). */
function studentT(freedom: number): number {
  const first = (Z ** 3 + Z) / 4
  const second = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96
  const third = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384
  return Z + first / freedom + second / freedom ** 2 + third / freedom ** 3
}

/** Why the data can't answer the question at all; null when they can. */
function findShortage(
  reference: Series,
  candidate: Series,
  { metric, tolerance }: Question,
): Judgement | null {
  const slices = Math.min(reference.length, candidate.length)
  if (slices < SLICES_MIN) {
    return short('samples', `needs ${SLICES_MIN} windows, had ${slices}`)
  }
  const needed = samplesNeeded(metric, tolerance)
  const samples = Math.min(countSamples(reference, metric), countSamples(candidate, metric))
  if (samples >= needed) return null
  const noun = metric === 'error_rate' || metric === 'throughput' ? 'requests' : 'successful requests'
  return short('samples', `needs ${needed} ${noun}, had ${samples}`)
}

/**
 * Ten samples beyond a percentile. For the error rate so many that none failed among them means something: that
 * rules out a rate above 3 / n (the rule of three), which has to be within the blind tolerances.
 */
function samplesNeeded(metric: JudgedMetric, tolerance: number): number {
  if (metric === 'throughput') return 1
  if (metric !== 'error_rate') return Math.round(10 / (1 - QUANTILES[metric]))
  return Math.ceil(Math.min(1000, 3 / (BLIND_TOLERANCES * tolerance)))
}

function countSamples(series: Series, metric: JudgedMetric): number {
  const successful = metric !== 'error_rate' && metric !== 'throughput'
  return series.reduce((sum, { requests, failed }) => sum + requests - (successful ? failed : 0), 0)
}

/** Judges a latency or the throughput. */
function judgeRatio(question: Question, logarithms: Interval | null): Judgement {
  if (logarithms === null) return short('samples', 'too few windows with data')
  const interval = [Math.expm1(logarithms[0]), Math.expm1(logarithms[1])] as const
  const judged = (verdict: Judgement['verdict'], reason: string | null = null): Judgement => {
    return { interval, verdict, reason, lack: verdict === 'inconclusive' ? 'precision' : null }
  }
  const { metric, baseline, current, minDelta } = question
  const isNoticeable = baseline !== null && current !== null && Math.abs(current - baseline) > minDelta
  const worse = isBeyond(question, interval)
  // Improved is what would be a regression with the sides swapped.
  const better = isBeyond(question, [1 / (1 + interval[1]) - 1, 1 / (1 + interval[0]) - 1])
  if (worse || better) {
    if (isNoticeable) return judged(worse ? 'regressed' : 'improved')
    return judged('passed', `differs by less than minDelta, ${minDelta}ms`)
  }
  const accepted = Math.max(question.tolerance, minDelta / Math.min(baseline ?? 0, current ?? 0))
  const halfWidth = (logarithms[1] - logarithms[0]) / 2
  if (halfWidth <= Math.log1p(BLIND_TOLERANCES * accepted)) return judged('passed')
  return judged(
    'inconclusive',
    `too noisy: ${metric} is known to ±${formatShare(Math.expm1(halfWidth))} only`,
  )
}

/** Whether even the mildest reading of the interval is worse than the tolerance allows. */
function isBeyond({ metric, tolerance }: Question, interval: Interval): boolean {
  return metric === 'throughput' ? interval[1] < -tolerance : interval[0] > tolerance
}

function judgeErrorRate(
  reference: Series,
  candidate: Series,
  question: Question,
  interval: Interval | null,
  shortage: Judgement | null,
): Judgement {
  // Enough seconds but few requests: many failures are still a fact, few say nothing.
  if (interval === null || Math.min(reference.length, candidate.length) < SLICES_MIN) {
    return shortage ?? short('samples', 'too few windows with data')
  }
  const swapped = { ...question, baseline: question.current, current: question.baseline }
  const worse = riseLasts(reference, candidate, question, interval)
  const better = riseLasts(candidate, reference, swapped, [-interval[1], -interval[0]])
  const judged = (verdict: Judgement['verdict'], reason: string | null = null): Judgement => {
    return { interval, verdict, reason, lack: verdict === 'inconclusive' ? 'precision' : null }
  }
  if (worse === 'lasting') return judged('regressed')
  if (better === 'lasting') return judged('improved')
  if (worse === 'burst' || better === 'burst')
    return judged('passed', 'the failures all fell into one window')
  if (shortage !== null) return shortage
  if ((interval[1] - interval[0]) / 2 <= BLIND_TOLERANCES * question.tolerance) return judged('passed')
  return judged('inconclusive', 'too noisy: failures came in few bursts')
}

/**
 * Whether errors rose beyond the tolerance, and still did without the candidate's worst window: one reset
 * connection fails a dozen requests at once, and that is one event, not a rate.
 */
function riseLasts(
  reference: Series,
  candidate: Series,
  question: Question,
  interval: Interval,
): 'lasting' | 'burst' | 'none' {
  const rise = changeOf('error_rate', question.baseline, question.current)
  if (rise === null || rise <= question.tolerance) return 'none'
  const most = candidate.reduce((max, { failed }) => Math.max(max, failed), 0)
  const worst = candidate.findIndex(({ failed }) => failed === most)
  const rest = candidate.filter((_, index) => index !== worst)
  const remaining = drawIntervals(reference, rest, [question])[0]
  if (interval[0] > question.tolerance && remaining && remaining[0] > question.tolerance) return 'lasting'
  const restRate = ratio(rest)
  return restRate !== null && restRate - (ratio(reference) ?? 0) <= question.tolerance ? 'burst' : 'none'
}

function ratio(series: Series): number | null {
  const requests = series.reduce((sum, slice) => sum + slice.requests, 0)
  return requests === 0 ? null : series.reduce((sum, slice) => sum + slice.failed, 0) / requests
}

function short(lack: 'samples' | 'precision', reason: string): Judgement {
  return { interval: null, verdict: 'inconclusive', reason, lack }
}
