/**
 * What was measured, as tables: requests, thresholds, errors.
 */
import { printable } from '../base/printable.js'
import { formatCount, formatLatency, formatRate, formatShare } from '../base/units.js'
import type { ErrorCount, ThresholdResult, Totals } from '../stats/result.js'
import type { Page } from './page.js'
import { type Column, renderTable } from './table.js'
import { wrap } from './width.js'
import { formatActual } from './wording.js'

/** A request as the table shows it: results have it, and baselines. */
export type Measured = Pick<Totals, 'requests' | 'failed' | 'errorRate' | 'throughput'> & {
  readonly name: string
  readonly latency: Pick<Totals['latency'], 'p50' | 'p95' | 'p99' | 'max'>
}

/** One line for each request, and a last one for all together where there is more than one. */
export function renderRequests(
  { requests, totals }: { readonly requests: readonly Measured[]; readonly totals: Omit<Measured, 'name'> },
  { width, style }: Page,
): string {
  if (requests.length === 0) return ''
  const rows = requests.map((request) => requestCells(printable(request.name), request))
  if (requests.length > 1) rows.push(requestCells('total', totals))
  return renderTable(REQUEST_COLUMNS, rows, { width, title: style.dim })
}

const REQUEST_COLUMNS: readonly Column[] = [
  { title: 'request', isFlexible: true },
  { title: 'count', align: 'right', expendable: 2 },
  { title: 'rate', align: 'right', expendable: 3 },
  { title: 'errors', align: 'right' },
  { title: 'p50', align: 'right', expendable: 4 },
  { title: 'p95', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'max', align: 'right', expendable: 1 },
]

function requestCells(name: string, measured: Omit<Measured, 'name'>): string[] {
  const { requests, failed, errorRate, throughput, latency } = measured
  return [
    name,
    formatCount(requests),
    formatRate(throughput),
    failed === 0 ? '0' : formatShare(errorRate),
    formatLatency(latency.p50),
    formatLatency(latency.p95),
    formatLatency(latency.p99),
    formatLatency(latency.max),
  ]
}

/** Each threshold with what was measured; empty for none. */
export function renderThresholds(thresholds: readonly ThresholdResult[], { width, style }: Page): string {
  if (thresholds.length === 0) return ''
  const rows = [...thresholds]
    .sort((a, b) => Number(a.passed) - Number(b.passed))
    .map(({ expression, actual, passed }) => [
      printable(expression),
      formatActual(expression, actual),
      passed ? style.green('✓ met') : style.red('✗ not met'),
    ])
  const columns: readonly Column[] = [
    { title: 'threshold', isFlexible: true },
    { title: 'measured', align: 'right' },
    { title: '' },
  ]
  return renderTable(columns, rows, { width, title: style.dim })
}

/** Failures by kind, most frequent first, each with its most frequent message; empty for none. */
export function renderErrors(errors: readonly ErrorCount[], { width, style }: Page): string {
  if (errors.length === 0) return ''
  const groups = groupErrors(errors)
  const rows = groups.map(({ kind, count, example }) => [
    style.red(kind),
    formatCount(count),
    printable(example),
  ])
  const columns: readonly Column[] = [
    { title: 'failures' },
    { title: 'count', align: 'right' },
    { title: 'for example', isFlexible: true },
  ]
  // On lines of their own: a table would cut them off, and half an id finds nothing.
  const ids = groups.flatMap(({ kind, id }) =>
    id === null ? [] : [wrap(`the id of one with ${kind}: ${printable(id)}`, width, '  ')],
  )
  return [renderTable(columns, rows, { width, title: style.dim }), ...ids].join('\n')
}

function groupErrors(errors: readonly ErrorCount[]): ErrorGroup[] {
  const groups = new Map<string, ErrorCount[]>()
  for (const error of errors) groups.set(error.kind, [...(groups.get(error.kind) ?? []), error])
  return [...groups]
    .map(([kind, same]) => ({
      kind,
      count: same.reduce((sum, error) => sum + error.count, 0),
      example: same.reduce((most, error) => (error.count > most.count ? error : most)).message,
      id: same.find(({ example }) => example !== undefined)?.example ?? null,
    }))
    .sort((a, b) => b.count - a.count)
}

interface ErrorGroup {
  readonly kind: string
  readonly count: number
  readonly example: string
  /** By which one such request is found in the service's logs. */
  readonly id: string | null
}
