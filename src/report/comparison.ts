/**
 * Renders a comparison as a table, worst first.
 */
import { printable } from '../base/printable.js'
import { plural } from '../base/units.js'
import type { Comparison, MetricComparison } from '../stats/comparison.js'
import type { Page } from './page.js'
import { COMPARED_ROWS_MAX } from './ranking.js'
import { type Column, renderTable } from './table.js'
import { wrap } from './width.js'
import { comparedCells, formatLimit, formatSides, isFarWorse } from './wording.js'

/**
 * Lists the metrics that changed beyond their limit or couldn't be judged, and counts those that passed. A comparison
 * in which nothing stands out takes two lines.
 */
export function renderComparison(comparison: Comparison, page: Page): string {
  const { metrics, baseline } = comparison
  const notable = metrics.filter(standsOut)
  const unsure = notable.filter(({ verdict }) => verdict === 'inconclusive')
  const left = new Set(unsure.slice(UNSURE_MAX))
  const settled = notable.filter((row) => !left.has(row))
  const shown = settled.slice(0, COMPARED_ROWS_MAX)
  const title = page.style.bold(wrap(`Compared with ${printable(baseline)}`, page.width, '  '))
  const table = shown.length === 0 ? '' : renderRows(shown, comparison, page)
  const parts = [
    title,
    table,
    shown.length === settled.length
      ? ''
      : `  ${plural(settled.length - shown.length, 'more metric')} not shown; these are the worst`,
    left.size === 0 ? '' : `  ${plural(left.size, 'more unsure metric')} not shown`,
    summarizeRest(metrics, page),
    renderReasons(metrics, shown, page),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

/** On a noisy machine every metric may be inconclusive; the worst few are enough. */
const UNSURE_MAX = 8

/** Returns whether a row belongs in the table. Too few samples don't, unless the value is far worse. */
export function standsOut(row: MetricComparison): boolean {
  const { verdict, interval, would } = row
  if (verdict !== 'inconclusive') return verdict !== 'passed' && verdict !== 'new'
  if (would !== undefined) return would !== 'passed'
  return interval !== null || isFarWorse(row)
}

/** Returns the column titles of the two sides. */
export function sideTitles({ inTurns }: Pick<Comparison, 'inTurns'>): readonly [string, string] {
  return inTurns ? ['a', 'b'] : ['baseline', 'now']
}

const columnsOf = (sides: readonly [string, string]): readonly Column[] => [
  { title: 'request', isFlexible: true },
  { title: 'metric' },
  { title: sides[0], align: 'right', expendable: 3 },
  { title: sides[1], align: 'right', expendable: 4 },
  { title: 'change', align: 'right' },
  { title: '95% CI', align: 'right', expendable: 1 },
  { title: 'limit', align: 'right', expendable: 2 },
  { title: '' },
]

function renderRows(
  rows: readonly MetricComparison[],
  comparison: Comparison,
  { width, isUnbounded, style }: Page,
): string {
  const cells = rows.map((row) => [
    row.request === null ? 'whole run' : printable(row.request),
    row.metric,
    ...comparedCells(row),
    paintVerdict(row.verdict, style, width >= WORDS_WIDTH),
  ])
  return renderTable(columnsOf(sideTitles(comparison)), cells, {
    width,
    isUnbounded,
    indent: '  ',
    title: style.dim,
  })
}

/** On a narrower page, a verdict is only its symbol: the headline has it in words. */
const WORDS_WIDTH = 60

function paintVerdict(verdict: MetricComparison['verdict'], style: Page['style'], inWords: boolean): string {
  const write = (symbol: string, word: string) => (inWords ? `${symbol} ${word}` : symbol)
  switch (verdict) {
    case 'regressed':
    case 'missing':
      return style.red(write('✗', verdict))
    case 'inconclusive':
      return style.yellow(write('?', 'unsure'))
    default:
      return style.green(write('✓', verdict))
  }
}

function summarizeRest(metrics: readonly MetricComparison[], { width }: Page): string {
  const passed = metrics.filter(({ verdict }) => verdict === 'passed')
  if (passed.length === 0) return ''
  const nearest = passed.filter(isWorse).sort((a, b) => shareOfLimit(b) - shareOfLimit(a))[0]
  return wrap(`  ${plural(passed.length, 'metric')} passed${describeNearest(nearest)}`, width, '  ')
}

function describeNearest(row: MetricComparison | undefined): string {
  if (row === undefined) return ''
  const doubt = shareOfLimit(row) > 1 ? ' (may be chance)' : ''
  return `; closest to its limit: ${nameOf(row)}, ${formatSides(row)}, limit ${formatLimit(row)}${doubt}`
}

function isWorse({ metric, change, reason }: MetricComparison): boolean {
  return reason === null && change !== null && (metric === 'throughput' ? change < -0.001 : change > 0.001)
}

function shareOfLimit({ change, tolerance }: MetricComparison): number {
  return Math.abs(change ?? 0) / Math.max(tolerance, 0.001)
}

/**
 * Lists why metrics were not judged, or were judged against their figures. Metrics with the same reason share a line.
 * Rows that the table shows as unsure are left out.
 */
function renderReasons(
  metrics: readonly MetricComparison[],
  shown: readonly MetricComparison[],
  { width, style }: Page,
): string {
  const groups = new Map<string, string[]>()
  for (const row of metrics) {
    const isShown = row.verdict === 'inconclusive' && (shown.includes(row) || row.interval !== null)
    const label = isShown ? null : describeReason(row)
    if (label !== null) groups.set(label, [...(groups.get(label) ?? []), nameOf(row)])
  }
  const lines = [...groups].map(([label, names]) => wrap(`  ${label}: ${listNames(names)}`, width, '    '))
  return lines.map((line) => style.dim(line)).join('\n')
}

function describeReason({ reason, needs, would, verdict }: MetricComparison): string | null {
  if (verdict === 'new') return 'new, not compared'
  if (reason === null || verdict === 'missing' || would !== undefined) return null
  // The number of samples differs between requests; the number needed doesn't, so it groups them.
  return verdict === 'inconclusive' ? `not judged, ${needs ?? reason}` : reason
}

function nameOf({ request, metric, verdict }: MetricComparison): string {
  if (request === null) return metric
  return verdict === 'new' ? printable(request) : `${printable(request)} ${metric}`
}

const NAMES_MAX = 3

function listNames(names: readonly string[]): string {
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : ''
  return names.slice(0, NAMES_MAX).join(', ') + more
}
