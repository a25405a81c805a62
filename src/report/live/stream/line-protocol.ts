/**
 * Readings in InfluxDB's line protocol (docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol):
 *
 *   perfctl_http_req_duration,scenario=shop,name=search,phase=load count=80i,mean=2.1,p95=4.4,… 1767225600000000000
 */
import type { Ms } from '../../../base/clock.js'
import { printable } from '../../../base/printable.js'
import type { Histogram } from '../../../stats/histogram.js'
import { figuresOf } from '../../../stats/summary.js'
import type { Labels, Reading } from './readings.js'

const FIGURES = ['min', 'mean', 'max', 'p50', 'p90', 'p95', 'p99'] as const

/**
 * Returns the lines of one second. Counters are the increments of that second; times are in ms; latencies are exact
 * percentiles of that second, left out if there are none.
 */
export function renderLines(readings: readonly Reading[], atMs: Ms): string[] {
  const time = String(BigInt(atMs) * 1_000_000n)
  return readings.flatMap(({ metric, labels, value }) => {
    const fields = typeof value === 'number' ? fieldOf(metric.kind, value) : fieldsOf(value)
    return fields === null ? [] : [`perfctl_${metric.id}${renderTags(labels)} ${fields} ${time}`]
  })
}

function fieldOf(kind: string, value: number): string {
  return kind === 'counter' ? `value=${value}i` : `value=${value}`
}

function fieldsOf(histogram: Histogram): string | null {
  if (histogram.count === 0) return null
  const { count, ...latencies } = figuresOf(histogram)
  const fields = FIGURES.map((figure) => `${figure}=${latencies[figure]}`)
  return [`count=${count}i`, ...fields].join(',')
}

function renderTags(labels: Labels): string {
  return labels
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `,${name}=${escapeTag(value)}`)
    .join('')
}

/** A tag can't end with a backslash, so backslashes are replaced everywhere. */
function escapeTag(value: string): string {
  return printable(value)
    .replaceAll('\\', '/')
    .replace(/[,= ]/g, (char) => `\\${char}`)
}
