/**
 * The metrics that a service reports of itself, as all reports show them: a row each.
 */
import { formatCount, formatLatency, formatRate, formatShare, formatSize } from '../base/units.js'
import type { TargetFigures } from '../stats/target.js'
import type { MetricUnit } from '../stats/target-metrics.js'

/** The titles of the columns. */
export const REPORTED_TITLES = ['service metric', 'mean', 'min', 'max', 'last'] as const

/** Returns the name and the figures of each metric; – where no second has one. */
export function listReported({
  metrics = {},
}: Pick<TargetFigures, 'metrics'>): [name: string, ...figures: string[]][] {
  return Object.entries(metrics).map(([name, figures]) => {
    if (figures === null) return [name, '–', '–', '–', '–']
    const { mean, min, max, last, unit } = figures
    return [name, ...[mean, min, max, last].map((value) => formatReported(value, unit))]
  })
}

/** Formats a figure in its unit; without one, as a number with four digits or, from 10,000 on, as a whole one. */
export function formatReported(value: number, unit: MetricUnit | undefined): string {
  if (value < 0) return `-${formatReported(-value, unit)}`
  switch (unit) {
    case 'bytes':
      return formatSize(value)
    case 'bytesPerSecond':
      return `${formatSize(value)}/s`
    case 'seconds':
      return formatLatency(1000 * value)
    case 'ms':
      return formatLatency(value)
    case 'perSecond':
      return formatRate(value)
    case 'ratio':
      return formatShare(value)
    default:
      return value < 10_000 ? String(Number(value.toPrecision(4))) : formatCount(value)
  }
}
