/**
 * Metric names in Prometheus: prefix `perfctl_`, the unit as suffix, and `_total` for counters. Prometheus and the
 * OpenTelemetry collector derive the same names from OTLP, so one dashboard fits all.
 */
import type { Metric } from './metrics.js'

const UNITS: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes', '1': 'ratio' }

/** Returns the name of a metric; a histogram's series add `_bucket`, `_sum` and `_count`. */
export function prometheusName(metric: Metric): string {
  const parts = ['perfctl', metric.id, prometheusUnit(metric), metric.kind === 'counter' ? 'total' : '']
  return parts.filter((part) => part !== '').join('_')
}

/** Returns Prometheus' name of the unit; empty for counts. */
export function prometheusUnit({ unit }: Metric): string {
  return UNITS[unit] ?? ''
}
