/**
 * What a machine can tell apart: the smallest slowdowns that a comparison of the same code with itself would have
 * found.
 */
import { printable } from '../base/printable.js'
import type { Comparison, MetricComparison } from '../stats/comparison.js'
import { findMetric } from '../stats/metrics.js'
import { inCharactersOf, type Page } from './page.js'
import { type Column, renderTable } from './table.js'
import { wrap } from './width.js'

/** A smallest slowdown in few characters: `+8%`, for the throughput `-5%`; `?` where nothing is known. */
export function formatResolution(metric: string, detectable: number | null): string {
  if (detectable === null) return '?'
  return `${findMetric(metric)?.better === 'higher' ? '-' : '+'}${Math.ceil(detectable * 100)}%`
}

/** The figures as a table, under a line that says what they are; with a newline at its end. */
export function renderResolution({ metrics }: Comparison, page: Page): string {
  const { width, isUnbounded, style } = page
  const names = [...new Set(metrics.flatMap(({ request }) => (request === null ? [] : [request])))]
  const cell = (request: string | null, metric: string) =>
    formatResolution(metric, find(metrics, request, metric)?.detectable ?? null)
  const rows = names.map((name) => [
    printable(name),
    ...['p50', 'p95', 'p99'].map((metric) => cell(name, metric)),
  ])
  const throughput = find(metrics, null, 'throughput')
  const parts = [
    style.bold(wrap('Smallest slowdown that this machine detects nine times in ten', width, '  ')),
    renderTable(COLUMNS, rows, { width, isUnbounded, indent: '  ', title: style.dim }),
    throughput === undefined ? '' : `  throughput ${formatResolution('throughput', throughput.detectable)}`,
  ]
  return inCharactersOf(page, `${parts.filter((part) => part !== '').join('\n')}\n`)
}

/** What a verdict on the same code means: null when it is as it should be. */
export function falseAlarm({ verdict }: Comparison): string | null {
  if (verdict !== 'regressed' && verdict !== 'improved') return null
  return `both sides run the same code, so "${verdict}" is a false alarm: on this machine, restarts differ more than perfctl assumes; start both sides several times (--restarts 3) or use a quieter machine`
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
