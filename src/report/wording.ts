/**
 * The wording of figures and verdicts, shared by all reports.
 */
import { printable } from '../base/printable.js'
import {
  formatChange,
  formatCount,
  formatDuration,
  formatLatency,
  formatRate,
  formatShare,
  formatSize,
  formatSizeRate,
  plural,
} from '../base/units.js'
import { isCapacity } from '../stats/capacity.js'
import type { Comparison, MetricComparison } from '../stats/comparison.js'
import { findMetric, isMoreBetter, metricIn, timingIn } from '../stats/metrics.js'
import type { Result, ThresholdResult } from '../stats/result.js'
import { listLoadDoubts, nameShard } from '../stats/shard.js'
import { capacityHeadline } from './capacity.js'
import { summarizeNeverSucceeded } from './never-succeeded.js'
import { formatReported } from './reported.js'

/** Formats a metric's value with its unit; – without data. */
export function formatMetric(metric: string, value: number | null): string {
  if (value === null) return '–'
  if (isShare(metric)) return formatShare(value)
  if (metric === 'capacity') return formatRate(value)
  switch (findMetric(metric)?.unit) {
    case 'ms':
      return formatLatency(value)
    case 'ratio':
      return formatShare(value)
    case 'perSecond':
      return formatRate(value)
    case 'bytes':
      return formatSize(value)
    case 'bytesPerMinute':
      return formatSizeRate(value)
    default:
      return formatCount(value)
  }
}

/** Shares change by percentage points. */
function isShare(metric: string): boolean {
  return metric === 'error_rate' || metric === 'stalls'
}

/** Formats a change: `+7.3%`, or `+1.2pp` for the error rate; – without data. */
export function formatMetricChange(metric: string, change: number | null): string {
  if (change === null) return '–'
  return isShare(metric) ? `${formatChange(change).slice(0, -1)}pp` : formatChange(change)
}

/** Formats a confidence interval briefly: `+5.0…+9.1%`, `+26…+32%`. */
export function formatInterval({ metric, interval }: MetricComparison): string {
  if (interval === null) return '–'
  const digits = Math.max(...interval.map(Math.abs)) >= 0.0995 ? 0 : 1
  const [low, high] = interval.map((end) => {
    const text = Math.abs(end * 100).toFixed(digits)
    return Number(text) === 0 ? '0' : `${end < 0 ? '-' : '+'}${text}`
  })
  return `${low}…${high}${isShare(metric) ? 'pp' : '%'}`
}

/** Formats the tolerance: `+15%`, `-10%` for throughput, `+1pp` for the error rate. */
export function formatLimit({ metric, tolerance, verdict, why }: MetricComparison): string {
  if (verdict === 'new' || verdict === 'missing' || why === 'not_judged') return '–'
  const percent = `${Number((tolerance * 100).toFixed(2))}`
  if (isShare(metric)) return `+${percent}pp`
  return isMoreBetter(metric) ? `-${percent}%` : `+${percent}%`
}

/** Returns what a row of a comparison is about: a request, the rare ones together, or the whole run. */
export function subjectOf({ request, pooled }: Pick<MetricComparison, 'request' | 'pooled'>): string {
  if (pooled !== undefined) return `the rest (${plural(pooled.length, 'request')})`
  return request === null ? 'whole run' : printable(request)
}

/** The same in a sentence: `"search"`, `the rest (7 requests)`, `the whole run`. */
function quoteSubject(row: Pick<MetricComparison, 'request' | 'pooled'>): string {
  if (row.request !== null) return `"${printable(row.request)}"`
  return row.pooled === undefined ? 'the whole run' : subjectOf(row)
}

/** Returns the cells of a comparison's row: both sides, change, interval, limit. */
export function comparedCells(row: MetricComparison): string[] {
  const { metric, baseline, current, change } = row
  return [
    formatMetric(metric, baseline),
    formatMetric(metric, current),
    formatMetricChange(metric, change),
    formatInterval(row),
    formatLimit(row),
  ]
}

/** Returns the outcome in one sentence, for readers who read only that. */
export function headline(result: Result): string {
  const { verdict, comparison, totals, capacity } = result
  if (capacity !== undefined && result.error === null && verdict !== 'error' && !hasNeverSucceeded(result))
    return capacityHeadline(verdict, capacity, comparison, result.session)
  switch (verdict) {
    case 'regressed':
      return comparison === null
        ? 'Regressed.'
        : `Regressed: ${worst(comparison)}${describeAlsoMissed(result)}.`
    case 'failed':
      return `Failed: ${whyFailed(result)}.`
    case 'inconclusive':
      return `Inconclusive: ${whyInconclusive(result)}.`
    case 'interrupted':
      if (totals.requests === 0) return `Interrupted: ${describeUnreached(result)}.`
      return `Interrupted after ${formatDuration(Math.round(result.durationSeconds) * 1000)}: the figures cover only the part that ran.`
    case 'error':
      return `Error: ${whyError(result)}.`
    case 'passed':
      break
  }
  const met = result.thresholds.length === 0 ? '' : `, and ${describeMetThresholds(result.thresholds.length)}`
  if (comparison === null) {
    const errors = totals.failed === 0 ? 'none failed' : `${formatShare(totals.errorRate)} failed`
    const figures = `${plural(totals.requests, 'request')}, ${errors}`
    const shard = nameShard(result.shard)
    if (shard !== null) return `Sent ${shard}: ${figures}; perfctl merge judges all shards together.`
    return `Passed: ${figures}${met}; not compared with a baseline.`
  }
  if (comparison.verdict === 'improved') {
    return `Passed and improved: ${bestImprovement(comparison)}${met}${describeHiddenDoubt(comparison)}.`
  }
  const beside = comparison.screen === undefined ? '' : ' in an A/B session with the reference'
  const reference = result.session === null ? 'the baseline' : 'side a'
  return `Passed${beside}: ${describePassed(comparison, reference)}${met}${describeHiddenDoubt(comparison)}.`
}

/**
 * Says which slowdown would have shown, in the lines that the verdict rests on: `a slowdown of 9 % or more of any
 * request's median, or of 14 % of the run's p95, would have shown`.
 */
function describePassed(comparison: Comparison, reference: string): string {
  const { detectable, metrics } = comparison
  const rows = metrics.filter(({ decisive }) => decisive === true)
  const known = (['p50', 'p95', 'p99'] as const).flatMap((metric) => {
    const least = detectable?.[metric] ?? null
    return least === null ? [] : [{ least, whose: nameFigure(rows, metric) }]
  })
  // A p99 is precise only where the p95 is, so it hardly adds to the sentence.
  const [first, second] = known
  if (first !== undefined) {
    const also = second === undefined ? '' : `, or of ${atLeast(second.least)} of ${second.whose},`
    return `a slowdown of ${atLeast(first.least)} or more of ${first.whose}${also} would have shown`
  }
  const throughput = detectable?.throughput ?? null
  return throughput === null
    ? `not slower than ${reference}`
    : `a throughput lower by ${atLeast(throughput)} or more would have shown`
}

function nameFigure(rows: readonly MetricComparison[], metric: 'p50' | 'p95' | 'p99'): string {
  const name = metric === 'p50' ? 'median' : metric
  const own = rows.filter((row) => row.metric === metric)
  if (own.every(({ request, pooled }) => request === null && pooled === undefined)) return `the run's ${name}`
  return own.length === 1 ? `the ${name}` : `any request's ${name}`
}

/** A whole percentage that is at least the share. */
function atLeast(share: number): string {
  return `${Math.ceil(Number((share * 100).toFixed(6)))} %`
}

/** Returns the outcome of a comparison in one sentence. */
export function comparisonHeadline(comparison: Comparison): string {
  switch (comparison.verdict) {
    case 'regressed':
      return `Regressed: ${worst(comparison)}.`
    case 'inconclusive':
      return `Inconclusive: ${printable(comparison.notes[0] ?? "the measurements can't decide")}.`
    case 'improved':
      return `Improved: ${bestImprovement(comparison)}.`
    case 'passed':
      return `Passed: ${describePassed(comparison, 'the reference')}${describeHiddenDoubt(comparison)}.`
  }
}

/** Names the worst metric that couldn't be judged but looks far worse: a passed run must not hide it. */
function describeHiddenDoubt({ metrics }: Comparison): string {
  const [first, ...others] = metrics.filter(isFarWorse)
  if (first === undefined) return ''
  const subject = ` of ${quoteSubject(first)}`
  const more =
    others.length === 0
      ? ''
      : `, and so ${others.length === 1 ? 'is' : 'are'} ${plural(others.length, 'other metric')}`
  return `; ${first.metric}${subject} is inconclusive, ${formatSides(first)}${more}`
}

/** Returns whether a latency couldn't be judged but more than doubled, and not by one slow response. */
export function isFarWorse({ metric, verdict, baseline, current, interval, had }: MetricComparison): boolean {
  const least = SAMPLES_MIN[metric]
  if (verdict !== 'inconclusive' || least === undefined || baseline === null || current === null) return false
  return current > FAR_WORSE_RATIO * baseline && (interval !== null || (had ?? 0) >= least)
}

const FAR_WORSE_RATIO = 2
/** Ten requests beyond each percentile. */
const SAMPLES_MIN: Readonly<Record<string, number>> = { p50: 20, p95: 200, p99: 1000 }

/** Formats both sides of a row and the change: `17.0ms → 67.0ms (+294%)`. */
export function formatSides({ metric, baseline, current, change }: MetricComparison): string {
  if (baseline === null && current === null) return formatMetricChange(metric, change)
  return `${formatMetric(metric, baseline)} → ${formatMetric(metric, current)} (${formatMetricChange(metric, change)})`
}

/** The input of {@link describeChange}. */
export type Change = Pick<MetricComparison, 'request' | 'metric' | 'baseline' | 'current' | 'change'> &
  Partial<Pick<MetricComparison, 'pooled' | 'verdict' | 'reason'>>

/** Describes a row: `"search" got slower: p95 went from 4.10ms to 5.37ms (+31.0%)`. */
export function describeChange(row: Change): string {
  const subject = quoteSubject(row)
  if (row.verdict === 'missing') return `${subject} is missing: it ${row.reason}`
  const change = row.change ?? 0
  const shown = formatMetricChange(row.metric, row.change)
  const figures = `from ${formatMetric(row.metric, row.baseline)} to ${formatMetric(row.metric, row.current)} (${shown})`
  if (row.metric === 'throughput') {
    const whose = row.request === null ? '' : ` of ${subject}`
    return `throughput${whose} ${change < 0 ? 'fell' : 'rose'} ${figures}`
  }
  if (isCapacity(row.metric)) return `the capacity ${change < 0 ? 'fell' : 'rose'} ${figures}`
  if (row.metric === 'error_rate')
    return `${subject} fails ${change > 0 ? 'more' : 'less'} often: error rate went ${figures}`
  if (row.metric === 'stalls')
    return `${subject} stalls ${change > 0 ? 'more' : 'less'} often: stalled seconds went ${figures}`
  if (row.metric === 'cpu_per_request')
    return `the service needs ${change > 0 ? 'more' : 'less'} CPU time: cpu_per_request went ${figures}`
  if (row.metric === 'memory_max')
    return `the service needs ${change > 0 ? 'more' : 'less'} memory: memory_max went ${figures}`
  const timing = timingIn(row.metric)
  if (timing !== null) {
    const figure = row.metric.slice(row.metric.lastIndexOf('.') + 1)
    return `server timing "${printable(timing)}" of ${subject} got ${change > 0 ? 'slower' : 'faster'}: ${figure} went ${figures}`
  }
  const moved = row.pooled === undefined ? `went ${figures}` : `changed by ${shown}`
  return `${subject} got ${change > 0 ? 'slower' : 'faster'}: ${row.metric} ${moved}`
}

function worst({ metrics }: Comparison): string {
  const rows = metrics.filter(({ verdict }) => verdict === 'regressed' || verdict === 'missing')
  const more = rows.length > 1 ? `, the worst of ${rows.length} regressions` : ''
  return rows.length === 0 ? 'worse than the baseline' : describeChange(rows[0]!) + more
}

function bestImprovement({ metrics }: Comparison): string {
  const rows = metrics.filter(({ verdict }) => verdict === 'improved')
  // Rows are sorted worst first, so the largest improvement is the last.
  return rows.length === 0 ? 'better than the baseline' : describeChange(rows.at(-1)!)
}

function whyFailed(result: Result): string {
  if (result.error !== null) return printable(result.error)
  return hasNeverSucceeded(result)
    ? summarizeNeverSucceeded(result)
    : describeMissedThresholds(result) + describeInconclusive(result)
}

/** Whether a request never succeeded, on either side of a session. */
function hasNeverSucceeded({ neverSucceeded, comparison }: Result): boolean {
  return neverSucceeded.length > 0 || comparison?.referenceNeverSucceeded !== undefined
}

/** A missed threshold is a failure on a noisy machine too, but the reader should know about the noise. */
function describeInconclusive({ comparison }: Result): string {
  const [why] = comparison?.verdict === 'inconclusive' ? comparison.notes : []
  return why === undefined ? '' : `; the comparison is inconclusive: ${printable(why)}`
}

function describeMissedThresholds({ thresholds }: Result): string {
  const missed = thresholds.filter(({ passed }) => !passed)
  const [first] = missed
  if (first === undefined) return 'a threshold was not met'
  const more = missed.length > 1 ? `; ${countMissed(missed, thresholds)}` : ''
  return `${printable(first.expression)} was not met (${formatActual(first)})${more}`
}

/** Says of a regressed run how many thresholds were not met. */
function describeAlsoMissed({ thresholds }: Result): string {
  const missed = thresholds.filter(({ passed, inDoubt }) => !passed && inDoubt !== true)
  return missed.length === 0 ? '' : `; ${countMissed(missed, thresholds)}`
}

function countMissed({ length }: Result['thresholds'], all: Result['thresholds']): string {
  if (all.length === 1) return 'the threshold was not met'
  return `${length} of ${all.length} thresholds ${length === 1 ? 'was' : 'were'} not met`
}

/** Describes the measured value of a threshold: `measured 31.2ms`, or `no data`. */
export function describeActual(threshold: ActualFigure): string {
  return threshold.actual === null ? 'no data' : `measured ${formatActual(threshold)}`
}

/** What formatting the measured value of a threshold takes. */
type ActualFigure = Pick<ThresholdResult, 'expression' | 'actual' | 'unit'>

/** Formats the measured value of a threshold. The metric is the last text without spaces before the operator. */
export function formatActual({ expression, actual, unit }: ActualFigure): string {
  if (actual === null) return 'no data'
  const metric = /([^\s<>]+)\s*[<>]=?[^<>]*$/.exec(expression)?.[1] ?? ''
  return metricIn(metric) === null ? formatMetric(metric, actual) : formatReported(actual, unit)
}

function describeMetThresholds(count: number): string {
  if (count === 1) return 'the threshold was met'
  return count === 2 ? 'both thresholds were met' : `all ${count} thresholds were met`
}

function whyInconclusive(result: Result): string {
  const { generator, comparison } = result
  if (comparison?.verdict === 'inconclusive' && comparison.notes[0] !== undefined) {
    return printable(comparison.notes[0])
  }
  if (generator.saturated) {
    return "the load generator was the bottleneck, so these are not the service's figures"
  }
  const doubtful = result.thresholds.find(({ inDoubt }) => inDoubt === true)
  if (doubtful !== undefined) {
    return `${printable(doubtful.expression)} was met from sending on, but not from when the requests were due (${formatActual(doubtful)})`
  }
  const [why] = listLoadDoubts(result)
  return why === undefined ? "the measurements can't decide" : printable(why)
}

function whyError(result: Result): string {
  if (result.error !== null) return printable(result.error)
  const [first] = result.totals.errors
  const help =
    first === undefined ? '' : `; perfctl help troubleshooting has causes of ${first.kind} failures`
  return `${describeUnreached(result)}${help}`
}

/** Says why no request reached the target, from the first failure message. */
export function describeUnreached({ totals, scenario }: Pick<Result, 'totals' | 'scenario'>): string {
  if (totals.requests === 0) return totals.unfinished > 0 ? 'no request finished' : 'no request was sent'
  const [first] = totals.errors
  const why = first === undefined ? '' : `: ${printable(first.message)}`
  return `none of ${plural(totals.requests, 'request')} reached ${printable(scenario.target)}${why}`
}
