/**
 * Limits on metrics that the service reports of itself: each is written with the unit of its metric.
 */
import { parseDuration, parseRate, parseRatio, parseSize, parseSizeRate } from '../../base/units.js'
import { METRIC_FIGURES, metricIn } from '../../stats/metrics.js'
import type { MetricUnit } from '../../stats/target-metrics.js'
import type { Observe, TakenMetric } from '../model/observe.js'
import type { Threshold } from '../model/scenario.js'
import { quoted, type TreeProblem } from '../yaml/tree.js'

/** A limit as written. Durations are in seconds, and rates per second, as Prometheus has them. */
export type MetricLimit = Pick<Threshold, 'limit' | 'unit'>

/** `20ms`, `300MB`, `5/s`, `1MB/s`, `80%` or a plain number; null for anything else. */
export function parseMetricLimit(text: string): MetricLimit | null {
  if (/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return { limit: Number(text) }
  const [ms, bytesPerMinute] = [parseDuration(text), parseSizeRate(text)]
  if (ms !== null) return { limit: ms / 1000, unit: 'seconds' }
  if (bytesPerMinute !== null) return { limit: bytesPerMinute / 60, unit: 'bytesPerSecond' }
  for (const [unit, parse] of [
    ['bytes', parseSize],
    ['perSecond', parseRate],
    ['ratio', parseRatio],
  ] as const) {
    const limit = parse(text)
    if (limit !== null) return { limit, unit }
  }
  return null
}

/** The threshold with its limit in the unit of its metric. Other thresholds stay as they are. */
export function settleLimit(threshold: Threshold, observe: Observe | undefined): Threshold {
  const taken = findTaken(threshold, observe)
  if (taken === undefined || taken.unit === null) return threshold
  const { limit, unit } = threshold
  if (taken.unit === 'ms' && unit === 'seconds') return { ...threshold, limit: 1000 * limit, unit: 'ms' }
  const needsNone = limit === 0 || taken.unit === 'perSecond'
  return unit === undefined && needsNone ? { ...threshold, unit: taken.unit } : threshold
}

/** The problem of a threshold on a metric that isn't taken, or that has another unit; null for any other. */
export function metricLimitProblem(
  threshold: Threshold,
  observe: Observe | undefined,
): Pick<TreeProblem, 'message' | 'hint'> | null {
  const { metric, request, operator, limit, unit } = threshold
  const name = metricIn(metric)
  if (name === null) return null
  if (request !== null)
    return {
      message: `${metric} is of the whole service, not of one request`,
      hint: 'remove the name in front of it',
    }
  const taken = findTaken(threshold, observe)
  if (taken === undefined) {
    const hint =
      observe?.metrics === undefined
        ? `add observe: { metrics: { url: /metrics, take: { ${name}: NAME_OF_METRIC } } }`
        : `add ${name} to observe.metrics.take`
    return { message: `the metric ${quoted(name)} is not observed`, hint }
  }
  if (taken.isOpen || unit === (taken.unit ?? undefined)) return null
  if (taken.unit !== null) {
    const [what, sample] = UNITS[taken.unit]
    return {
      message: unit === undefined ? `the limit ${limit} has no unit` : `${metric} is compared with ${what}`,
      hint: `write it like ${metric} ${operator} ${sample}`,
    }
  }
  if (unit === 'ratio') return null
  return {
    message: `${metric} has no unit that perfctl knows`,
    hint: `write a plain number, in the unit of its expression, such as ${metric} ${operator} 20`,
  }
}

function findTaken({ metric }: Threshold, observe: Observe | undefined): TakenMetric | undefined {
  const name = metricIn(metric)
  return observe?.metrics?.take.find((each) => each.name === name)
}

/** Says how limits on such metrics are written. */
export const METRIC_LIMIT_HINT = `write metrics, a name under observe.metrics.take and one of ${METRIC_FIGURES.join(', ')}, such as metrics.heap.max`

const UNITS: Readonly<Record<MetricUnit, readonly [what: string, sample: string]>> = {
  bytes: ['a size', '300MB'],
  seconds: ['a duration', '20ms'],
  ms: ['a duration', '20ms'],
  perSecond: ['a rate', '5/s'],
  bytesPerSecond: ['a size per unit of time', '5MB/s'],
  ratio: ['a percentage', '80%'],
}
