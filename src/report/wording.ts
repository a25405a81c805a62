/**
 * How figures and verdicts are put into words, the same in every report.
 */
import { printable } from '../base/printable.js'
import {
  formatChange,
  formatCount,
  formatDuration,
  formatLatency,
  formatRate,
  formatShare,
  plural,
} from '../base/units.js'
import type { Comparison, MetricComparison } from '../stats/comparison.js'
import { findMetric } from '../stats/metrics.js'
import type { Result } from '../stats/result.js'
import { listShardDoubts, nameShard } from '../stats/shard.js'
import { summarizeNeverSucceeded } from './never-succeeded.js'

/** A metric's value with its unit; – without data. */
export function formatMetric(metric: string, value: number | null): string {
  if (value === null) return '–'
  if (isShare(metric)) return formatShare(value)
  switch (findMetric(metric)?.unit) {
    case 'ms':
      return formatLatency(value)
    case 'ratio':
      return formatShare(value)
    case 'perSecond':
      return formatRate(value)
    default:
      return formatCount(value)
  }
}

/** Whether a metric is a share, which changes by percentage points. */
function isShare(metric: string): boolean {
  return metric === 'error_rate' || metric === 'stalls'
}

/** A change as its metric counts it: `+7.3%`, for the error rate `+1.2pp`; – without data. */
export function formatMetricChange(metric: string, change: number | null): string {
  if (change === null) return '–'
  return isShare(metric) ? `${formatChange(change).slice(0, -1)}pp` : formatChange(change)
}

/** The interval of a change in few characters: `+5.0…+9.1%`, `+26…+32%`. */
export function formatInterval({ metric, interval }: MetricComparison): string {
  if (interval === null) return '–'
  const digits = Math.max(...interval.map(Math.abs)) >= 0.0995 ? 0 : 1
  const [low, high] = interval.map((end) => `${end < 0 ? '-' : '+'}${Math.abs(end * 100).toFixed(digits)}`)
  return `${low}…${high}${isShare(metric) ? 'pp' : '%'}`
}

/** How much worse was accepted: `+15%`, for throughput `-10%`, for the error rate `+1pp`. */
export function formatLimit({ metric, tolerance, verdict }: MetricComparison): string {
  if (verdict === 'new' || verdict === 'missing') return '–'
  const percent = `${Number((tolerance * 100).toFixed(2))}`
  if (isShare(metric)) return `+${percent}pp`
  return findMetric(metric)?.better === 'higher' ? `-${percent}%` : `+${percent}%`
}

/** The figures of a comparison's line: both sides, the change, its interval, the limit. */
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

/** The outcome in one sentence for somebody who reads no other. */
export function headline(result: Result): string {
  const { verdict, comparison, totals } = result
  switch (verdict) {
    case 'regressed':
      return comparison === null ? 'Regressed.' : comparisonHeadline(comparison)
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
  const met = result.thresholds.length === 0 ? '' : `, and ${thresholdsMet(result.thresholds.length)}`
  if (comparison === null) {
    const errors = totals.failed === 0 ? 'none failed' : `${formatShare(totals.errorRate)} failed`
    const figures = `${plural(totals.requests, 'request')}, ${errors}`
    const shard = nameShard(result.shard)
    if (shard !== null) return `Sent ${shard}: ${figures}; perfctl merge judges all shards together.`
    return `Passed: ${figures}${met}; not compared with a baseline.`
  }
  if (comparison.verdict === 'improved') {
    return `Passed and improved: ${bestImprovement(comparison)}${met}${describeUnsure(comparison)}.`
  }
  return `Passed: not slower than ${nameReference(result)}${met}${describeUnsure(comparison)}.`
}

/** What the run was held against at last. */
function nameReference({ session, comparison }: Result): string {
  if (comparison?.screen !== undefined) return 'the reference in an A/B session'
  return session === null ? 'the baseline' : 'side a'
}

/** The outcome of a comparison by itself, in one sentence. */
export function comparisonHeadline(comparison: Comparison): string {
  switch (comparison.verdict) {
    case 'regressed':
      return `Regressed: ${worst(comparison)}.`
    case 'inconclusive':
      return `Inconclusive: ${printable(comparison.notes[0] ?? "the measurements can't decide")}.`
    case 'improved':
      return `Improved: ${bestImprovement(comparison)}.`
    case 'passed':
      return `Passed: not slower than the reference${describeUnsure(comparison)}.`
  }
}

/** What a green headline must not keep to itself: the worst figure that is far beyond its limit and can't be judged. */
function describeUnsure({ metrics }: Comparison): string {
  const [first, ...others] = metrics.filter(
    (row) => row.verdict === 'inconclusive' && (row.why === 'maybe_worse' || isFarWorse(row)),
  )
  if (first === undefined) return ''
  const subject = first.request === null ? '' : ` of "${printable(first.request)}"`
  const more =
    others.length === 0
      ? ''
      : `, and so ${others.length === 1 ? 'is' : 'are'} ${plural(others.length, 'other metric')}`
  return `; ${first.metric}${subject} is inconclusive, ${formatSides(first)}${more}`
}

/** A latency that more than doubled, with enough samples that it isn't one slow answer, and that can't be judged. */
export function isFarWorse({ metric, verdict, baseline, current, interval, had }: MetricComparison): boolean {
  const least = BEYOND_MIN[metric]
  if (verdict !== 'inconclusive' || least === undefined || baseline === null || current === null) return false
  return current > FAR * baseline && (interval !== null || (had ?? 0) >= least)
}

const FAR = 2
/** Ten requests beyond each percentile. */
const BEYOND_MIN: Readonly<Record<string, number>> = { p50: 20, p95: 200, p99: 1000 }

/** Both sides of a row and its change: `17.0ms → 67.0ms (+294%)`. */
export function formatSides({ metric, baseline, current, change }: MetricComparison): string {
  return `${formatMetric(metric, baseline)} → ${formatMetric(metric, current)} (${formatMetricChange(metric, change)})`
}

/** What {@link describeChange} has to know. */
export type Change = Pick<MetricComparison, 'request' | 'metric' | 'baseline' | 'current' | 'change'> &
  Partial<Pick<MetricComparison, 'verdict' | 'reason'>>

/** One row in words: `"search" got slower: p95 went from 4.10ms to 5.37ms (+31.0%)`. */
export function describeChange(row: Change): string {
  const subject = row.request === null ? 'the run' : `"${printable(row.request)}"`
  if (row.verdict === 'missing') return `${subject} is missing: it ${row.reason}`
  const change = row.change ?? 0
  const shown = formatMetricChange(row.metric, row.change)
  const figures = `from ${formatMetric(row.metric, row.baseline)} to ${formatMetric(row.metric, row.current)} (${shown})`
  if (row.metric === 'throughput') {
    const whose = row.request === null ? '' : ` of ${subject}`
    return `throughput${whose} ${change < 0 ? 'fell' : 'rose'} ${figures}`
  }
  if (row.metric === 'error_rate')
    return `${subject} fails ${change > 0 ? 'more' : 'less'} often: error rate went ${figures}`
  if (row.metric === 'stalls')
    return `${subject} stalls ${change > 0 ? 'more' : 'less'} often: stalled seconds went ${figures}`
  return `${subject} got ${change > 0 ? 'slower' : 'faster'}: ${row.metric} went ${figures}`
}

function worst({ metrics }: Comparison): string {
  const rows = metrics.filter(({ verdict }) => verdict === 'regressed' || verdict === 'missing')
  const more = rows.length > 1 ? `, the worst of ${rows.length} regressions` : ''
  return rows.length === 0 ? 'worse than the baseline' : describeChange(rows[0]!) + more
}

function bestImprovement({ metrics }: Comparison): string {
  const rows = metrics.filter(({ verdict }) => verdict === 'improved')
  // Improvements are ordered like regressions, by how much worse they are: the best one comes last.
  return rows.length === 0 ? 'better than the baseline' : describeChange(rows.at(-1)!)
}

function whyFailed(result: Result): string {
  if (result.error !== null) return printable(result.error)
  const isNever = result.neverSucceeded.length > 0 || result.comparison?.referenceNeverSucceeded !== undefined
  return isNever ? summarizeNeverSucceeded(result) : brokenThresholds(result) + doubtBeside(result)
}

/** A broken limit stays broken on a noisy machine, which is no reason not to say that it is one. */
function doubtBeside({ comparison }: Result): string {
  const [why] = comparison?.verdict === 'inconclusive' ? comparison.notes : []
  return why === undefined ? '' : `; the comparison is inconclusive: ${printable(why)}`
}

function brokenThresholds({ thresholds }: Result): string {
  const broken = thresholds.filter(({ passed }) => !passed)
  const [first] = broken
  if (first === undefined) return 'a threshold was not met'
  const more = broken.length > 1 ? `; ${broken.length} of ${thresholds.length} thresholds failed` : ''
  return `${printable(first.expression)} was not met (${formatActual(first.expression, first.actual)})${more}`
}

/** What was measured for a threshold, in a sentence: `measured 31.2ms`, or `no data`. */
export function describeActual(expression: string, actual: number | null): string {
  return actual === null ? 'no data' : `measured ${formatActual(expression, actual)}`
}

/** The measured value beside a threshold; the metric is the last word before the operator. */
export function formatActual(expression: string, actual: number | null): string {
  if (actual === null) return 'no data'
  return formatMetric(/(\w+)\s*[<>]=?[^<>]*$/.exec(expression)?.[1] ?? '', actual)
}

function thresholdsMet(count: number): string {
  if (count === 1) return 'the threshold was met'
  return count === 2 ? 'both thresholds were met' : `all ${count} thresholds were met`
}

function whyInconclusive(result: Result): string {
  const { generator, comparison } = result
  if (generator.saturated) {
    return "the load generator was the bottleneck, so these are not the service's figures"
  }
  const why = comparison?.notes[0] ?? listShardDoubts(result)[0]
  return why === undefined ? "the measurements can't decide" : printable(why)
}

function whyError(result: Result): string {
  return result.error === null ? describeUnreached(result) : printable(result.error)
}

/** Why a target was not reached, by what its requests said. */
export function describeUnreached({ totals, scenario }: Pick<Result, 'totals' | 'scenario'>): string {
  if (totals.requests === 0) return totals.unfinished > 0 ? 'no request finished' : 'no request was sent'
  const [first] = totals.errors
  const why = first === undefined ? '' : `: ${printable(first.message)}`
  return `none of ${plural(totals.requests, 'request')} reached ${printable(scenario.target)}${why}`
}
