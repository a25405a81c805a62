/**
 * Absolute limits such as `search: p95 < 150ms`, parsed into request, metric, operator and number.
 */
import { didYouMean } from '../../base/suggest.js'
import { parseDuration, parseRate, parseRatio, parseSize, parseSizeRate } from '../../base/units.js'
import { FIGURES, findMetric, METRICS, type Metric } from '../../stats/metrics.js'
import type { Threshold } from '../model/scenario.js'
import { quoted, type Report, type TreeProblem } from '../yaml/tree.js'
import { METRIC_LIMIT_HINT, parseMetricLimit } from './metric-limit.js'

/** The part of a threshold that its text states. */
export type Limit = Pick<Threshold, 'expression' | 'request' | 'metric' | 'operator' | 'limit' | 'unit'>

const OPERATORS = ['<', '<=', '>', '>=']

/** The limit in a text; null after a reported problem. `requests`: the known names. */
export function parseThreshold(text: string, requests: readonly string[], report: Report): Limit | null {
  const wrong = (message: string, hint: string, part = text, more: Partial<TreeProblem> = {}): null => {
    report({ message, hint, part: { text: part, from: Math.max(0, text.lastIndexOf(part)) }, ...more })
    return null
  }
  // The name ends at the last ": ", since it may contain one itself.
  const [, request, rule] = /^(?:([\s\S]*\S)\s*:\s+)?([\s\S]*)$/.exec(text.trim())!
  const match =
    /^((?:server_timing|metrics)\.[^\s<>=]+|[A-Za-z_]\w*(?:\s*\(\s*[\d.]+\s*\))?)\s*([<>=!]+)\s*(.+)$/.exec(
      rule!.trim(),
    )
  if (match === null) return wrong(`${quoted(text)} is not a threshold`, EXAMPLES)
  const [, name, operator, value] = match as unknown as [string, string, string, string]
  const metric = findMetric(metricId(name))
  if (request !== undefined && !requests.includes(request)) {
    wrong(`no request is named ${quoted(request)}`, requestHint(request, requests), request, {
      definedUnder: ['requests', 'steps', 'name'],
    })
    if (metric === undefined) return null
  }
  if (metric === undefined) return wrong(`unknown metric ${quoted(name)}`, metricHint(name), name)
  if (!OPERATORS.includes(operator))
    return wrong(`${operator} is not an operator`, 'use <, <=, > or >=', operator)
  const limit = metric.unit === 'own' ? parseMetricLimit(value) : parseLimit(value, metric.unit)
  if (limit === null)
    return wrong(
      unitProblem(value, metric),
      `write it like ${metric.id} ${operator} ${sample(value, metric)}`,
      value,
    )
  if (request !== undefined && !requests.includes(request)) return null
  return {
    expression: text.trim(),
    request: request ?? null,
    metric: metric.id,
    operator: operator as Limit['operator'],
    ...limit,
  }
}

const EXAMPLES =
  'write a metric, a comparison and a limit, such as p95 < 200ms, error_rate < 1% or "search: p99 < 1s"'

/** Names of metrics in other tools. */
const ALIASES: Readonly<Record<string, string>> = { avg: 'mean', med: 'p50', median: 'p50' }

/** Accepts k6's spelling: `p(95)` is `p95`, `p(99.9)` is `p999`. */
function metricId(name: string): string {
  const percentile = /^p\s*\(\s*([\d.]+)\s*\)$/.exec(name)
  return percentile === null ? (ALIASES[name] ?? name) : `p${percentile[1]!.replace('.', '')}`
}

function metricHint(name: string): string {
  if (name.startsWith('server_timing'))
    return `write server_timing, a name and one of ${FIGURES.join(', ')}, such as server_timing.db.p95`
  if (name.startsWith('metrics')) return METRIC_LIMIT_HINT
  const known = METRICS.map((metric) => metric.id)
  return didYouMean(name, known) ?? `the metrics are ${known.join(', ')}`
}

function requestHint(name: string, requests: readonly string[]): string {
  const step = requests.find((known) => known.endsWith(` / ${name}`))
  if (step !== undefined) return `steps are named after their journey: ${quoted(step)}`
  return didYouMean(name, requests) ?? `the requests are ${requests.slice(0, 8).map(quoted).join(', ')}`
}

function parseLimit(text: string, unit: Unit): Pick<Limit, 'limit'> | null {
  const limit = parseNumber(text, unit)
  return limit === null ? null : { limit }
}

/** The units of metrics that are always the same. */
type Unit = Exclude<Metric['unit'], 'own'>

function parseNumber(text: string, unit: Unit): number | null {
  switch (unit) {
    case 'ms':
      return parseDuration(text)
    case 'ratio':
      return parseShare(text)
    case 'perSecond':
      return parseRate(text)
    case 'count':
      return /^\d+$/.test(text) ? Number(text) : null
    case 'bytes':
      return parseSize(text)
    case 'bytesPerMinute':
      return parseSizeRate(text)
  }
}

/** A bare number from 1 up might be meant as percent, so it needs the sign. */
function parseShare(text: string): number | null {
  const ratio = parseRatio(text)
  return ratio === null || ratio > 1 || (ratio === 1 && !text.includes('%')) ? null : ratio
}

const EXPECTED: Readonly<Record<Metric['unit'], string>> = {
  ms: 'a duration',
  ratio: 'a percentage',
  perSecond: 'a rate',
  count: 'a whole number',
  bytes: 'a size',
  bytesPerMinute: 'a size per unit of time',
  own: 'a number in the unit of the metric, such as 300MB, 20ms, 5/s or 80%',
}

function unitProblem(value: string, metric: Metric): string {
  const isBare = /^\d+(\.\d+)?$/.test(value)
  return isBare && metric.unit !== 'count'
    ? `the limit ${value} has no unit`
    : `${metric.id} is compared with ${EXPECTED[metric.unit]}, got ${quoted(value)}`
}

/** The number as written, with the unit of the metric. */
function sample(value: string, metric: Metric): string {
  const number = /^\d+(\.\d+)?/.exec(value)?.[0]
  switch (metric.unit) {
    case 'ms':
      return `${number ?? 200}ms`
    case 'ratio':
      return `${number !== undefined && Number(number) <= 100 ? number : 1}%`
    case 'perSecond':
      return `${number ?? 100}/s`
    case 'count':
      return `${Math.round(Number(number ?? 1000))}`
    case 'bytes':
      return `${number ?? 500}MB`
    case 'bytesPerMinute':
      return `${number ?? 5}MB/m`
    case 'own':
      return `${number ?? 300}MB`
  }
}
