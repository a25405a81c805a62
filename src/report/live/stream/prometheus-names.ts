/**
 * What metrics are called in Prometheus: `perfctl_` in front, the unit behind, and `_total` for counters. It is what
 * Prometheus and the OpenTelemetry collector make of the names sent by OTLP, so that one dashboard fits all.
 */
import type { Metric } from './metrics.js'

const UNITS: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes', '1': 'ratio' }

/** The name of a metric; a histogram's series have `_bucket`, `_sum` and `_count` behind it. */
export function prometheusName(metric: Metric): string {
  const parts = ['perfctl', metric.id, prometheusUnit(metric), metric.kind === 'counter' ? 'total' : '']
  return parts.filter((part) => part !== '').join('_')
}

/** Prometheus' word for the unit; empty for things that are counted. */
export function prometheusUnit({ unit }: Metric): string {
  return UNITS[unit] ?? ''
}
