/**
 * Totals in Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
 */
import type { BucketCounts } from '../../../stats/buckets.js'
import { BOUNDS_MS, inBaseUnit, type Metric } from './metrics.js'
import { prometheusName } from './prometheus-names.js'
import type { Labels } from './readings.js'
import type { Total } from './totals.js'

/** A sample of a series. */
export interface Sample {
  readonly name: string
  readonly labels: Labels
  readonly value: number
}

/** Renders all totals, grouped below the description of their metric. */
export function renderExposition(totals: readonly Total[]): string {
  const lines: string[] = []
  let last: Metric | null = null
  for (const total of totals) {
    if (total.metric !== last) lines.push(...describe(total.metric))
    last = total.metric
    for (const { name, labels, value } of listSamples(total))
      lines.push(`${name}${renderLabels(labels)} ${value}`)
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** Returns the samples of a total. A histogram has one per bucket, which counts everything up to its bound. */
export function listSamples({ metric, labels, value }: Total): Sample[] {
  const name = prometheusName(metric)
  if (typeof value === 'number') return [{ name, labels, value: inBaseUnit(metric, value) }]
  return [
    ...listBuckets(metric, value).map(([bound, count]) => ({
      name: `${name}_bucket`,
      labels: [...labels, ['le', bound] as const],
      value: count,
    })),
    { name: `${name}_sum`, labels, value: inBaseUnit(metric, value.sumMs) },
    { name: `${name}_count`, labels, value: value.count },
  ]
}

function listBuckets(metric: Metric, { counts, count }: BucketCounts): [bound: string, count: number][] {
  let below = 0
  const bounded = BOUNDS_MS.map((boundMs, i): [string, number] => {
    below += counts[i]!
    return [String(inBaseUnit(metric, boundMs)), below]
  })
  return [...bounded, ['+Inf', count]]
}

function describe(metric: Metric): string[] {
  const name = prometheusName(metric)
  return [`# HELP ${name} ${metric.help}`, `# TYPE ${name} ${metric.kind}`]
}

function renderLabels(labels: Labels): string {
  const pairs = labels.map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
