/**
 * The smallest slowdowns that a machine can detect, measured by comparing the same code with itself.
 */
import { printable } from '../base/printable.js'
import type { Comparison, MetricComparison } from '../stats/comparison.js'
import { findMetric } from '../stats/metrics.js'
import { inCharactersOf, type Page } from './page.js'
import { type Column, renderTable } from './table.js'
import { wrap } from './width.js'

/** Formats the smallest detectable slowdown: `+8%`, or `-5%` for throughput; `?` if unknown. */
export function formatResolution(metric: string, detectable: number | null): string {
  if (detectable === null) return '?'
  return `${findMetric(metric)?.better === 'higher' ? '-' : '+'}${Math.ceil(detectable * 100)}%`
}

/** Renders the figures as a table with a title, ending with a newline. */
export function renderResolution({ metrics }: Comparison, page: Page): string {
  const { width, isUnbounded, style } = page
  const names = [...new Set(metrics.flatMap(({ request }) => (request === null ? [] : [request])))]
  const cell = (request: string | null, metric: string) =>
    formatResolution(metric, find(metrics, request, metric)?.detectable ?? null)
  const rows = names.map((name) => [
    printable(name),
    ...['p50', 'p95', 'p99'].map((metric) => cell(name, metric)),
  ])
  const whole = ['throughput', 'cpu_per_request'].flatMap((metric) => {
    const row = find(metrics, null, metric)
    return row === undefined ? [] : [`${metric} ${formatResolution(metric, row.detectable)}`]
  })
  const parts = [
    style.bold(wrap('Smallest slowdown that this machine detects nine times in ten', width, '  ')),
    renderTable(COLUMNS, rows, { width, isUnbounded, indent: '  ', title: style.dim }),
    whole.length === 0 ? '' : `  ${whole.join('; ')}`,
  ]
  return inCharactersOf(page, `${parts.filter((part) => part !== '').join('\n')}\n`)
}

/**
 * Explains a verdict on the same code that must be a false alarm; null for the expected verdicts. `canRestart`: whether the sides
 * could have been restarted within the session.
 */
export function falseAlarm({ verdict }: Comparison, canRestart: boolean): string | null {
  if (verdict !== 'regressed' && verdict !== 'improved') return null
  const why = canRestart
    ? 'on this machine, restarts differ more than perfctl assumes; start both sides several times (--restarts 3) or use a quieter machine'
    : 'trials on this machine differ more than perfctl assumes; use a quieter machine, or a larger tolerance'
  return `both sides run the same code, so "${verdict}" is a false alarm: ${why}`
}

const COLUMNS: readonly Column[] = [
  { title: 'request', isFlexible: true },
  { title: 'p50', align: 'right' },
  { title: 'p95', align: 'right' },
  { title: 'p99', align: 'right' },
]

function find(metrics: readonly MetricComparison[], request: string | null, metric: string) {
  return metrics.find((row) => row.request === request && row.metric === metric)
}
