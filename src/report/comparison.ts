/**
 * Renders a comparison as a table, worst first.
 */
import { printable } from '../base/printable.js'
import { plural } from '../base/units.js'
import type { Comparison, MetricComparison } from '../stats/comparison.js'
import { findMetric, isMoreBetter } from '../stats/metrics.js'
import { listMadeOf } from './made-of.js'
import type { Page } from './page.js'
import { COMPARED_ROWS_MAX } from './ranking.js'
import { type Column, renderTable } from './table.js'
import { wrap } from './width.js'
import { comparedCells, formatLimit, formatSides, isFarWorse, subjectOf } from './wording.js'

/**
 * Lists the metrics that changed beyond their limit, and those that leave the verdict open; counts the others. A
 * comparison in which nothing stands out takes two lines.
 */
export function renderComparison(comparison: Comparison, page: Page): string {
  const { metrics, baseline } = comparison
  const notable = sortNotable(metrics.filter(standsOut))
  const open = notable.filter(({ verdict }) => verdict === 'inconclusive')
  const left = new Set(open.slice(OPEN_MAX))
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
    left.size === 0 ? '' : `  ${plural(left.size, 'more inconclusive metric')} not shown`,
    ...listMadeOf(comparison).map((sentence) => wrap(`  ${sentence}`, page.width, '    ')),
    summarizeRest(metrics, page),
    renderService(metrics, page),
    renderReasons(metrics, page),
    renderAside(metrics, page),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

/** On a noisy machine every metric may be inconclusive; the worst few are enough. */
const OPEN_MAX = 8

/** Returns whether a row belongs in the table. One that couldn't be judged and decides nothing doesn't. */
export function standsOut(row: MetricComparison): boolean {
  const { verdict, would } = row
  if (verdict !== 'inconclusive') return verdict !== 'passed' && verdict !== 'new'
  if (would !== undefined) return would !== 'passed'
  return row.metric !== 'requests' && !isAside(row) && !isUnjudged(row)
}

/** Returns whether a row only shows its figures. */
export function isUnjudged({ why }: MetricComparison): boolean {
  return why === 'not_judged' || why === 'not_measured'
}

/**
 * Describes what the service used, beside what stands out already: `cpu_per_request 2.10ms → 2.13ms (+1.4%); memory_max
 * 212MB → 218MB (+2.8%), not judged`; empty if it wasn't observed.
 */
export function describeServiceRows(metrics: readonly MetricComparison[]): string {
  const rows = metrics.filter((row) => findMetric(row.metric)?.isOfService && !standsOut(row))
  return rows.map((row) => `${row.metric} ${formatSides(row)}${describeDoubt(row)}`).join('; ')
}

function describeDoubt({ verdict, why, reason, interval }: MetricComparison): string {
  if (verdict !== 'inconclusive') return ''
  if (why === 'not_judged') return ', not judged'
  if (why === 'not_measured') return ` (${printable(reason!)})`
  // The verdicts of all lines together need more certainty than an interval of 95 %.
  const hasChanged = interval !== null && interval[0] * interval[1] > 0
  return hasChanged ? ', too noisy to judge' : ', may be chance'
}

function renderService(metrics: readonly MetricComparison[], { width }: Page): string {
  const text = describeServiceRows(metrics)
  return text === '' ? '' : wrap(`  service: ${text}`, width, '    ')
}

/** Returns whether a row couldn't be judged and the verdict doesn't rest on it. That is no news, unless it's far worse. */
export function isAside(row: MetricComparison): boolean {
  const { verdict, decisive, interval, would, metric } = row
  if (verdict !== 'inconclusive' || would !== undefined || metric === 'requests' || isUnjudged(row))
    return false
  // Older files don't say what the verdict rests on.
  const isDecisive = decisive ?? interval !== null
  return !isDecisive && !isFarWorse(row)
}

/** Sorts regressions first, then what the verdict waits for. */
export function sortNotable(rows: readonly MetricComparison[]): readonly MetricComparison[] {
  const rank = ({ verdict, decisive }: MetricComparison) => {
    if (verdict === 'regressed' || verdict === 'missing') return 0
    return verdict === 'inconclusive' ? (decisive === false ? 2 : 1) : 3
  }
  return [...rows].sort((a, b) => rank(a) - rank(b))
}

/** Counts the rows that couldn't be judged and that the verdict doesn't rest on; empty if there are none. */
export function describeAside(metrics: readonly MetricComparison[]): string {
  const aside = metrics.filter(isAside)
  if (aside.length === 0) return ''
  const cause = aside.every(({ why }) => why === 'too_few_samples')
    ? 'too few samples'
    : 'too few samples or too much noise'
  return `${plural(aside.length, 'more line')} had ${cause} to judge; the verdict doesn't rest on ${aside.length === 1 ? 'it' : 'them'}`
}

function renderAside(metrics: readonly MetricComparison[], { width, style }: Page): string {
  const text = describeAside(metrics)
  return text === '' ? '' : style.dim(wrap(`  ${text}`, width, '  '))
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
    subjectOf(row),
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
      return style.yellow(write('?', verdict))
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
  return reason === null && change !== null && (isMoreBetter(metric) ? change < -0.001 : change > 0.001)
}

function shareOfLimit({ change, tolerance }: MetricComparison): number {
  return Math.abs(change ?? 0) / Math.max(tolerance, 0.001)
}

/** Lists why metrics were judged against their figures, or not at all. Metrics with the same reason share a line. */
function renderReasons(metrics: readonly MetricComparison[], { width, style }: Page): string {
  const groups = new Map<string, string[]>()
  for (const row of metrics) {
    // The others are in the table, or counted.
    const label = row.verdict === 'inconclusive' && row.metric !== 'requests' ? null : describeReason(row)
    if (label !== null) groups.set(label, [...(groups.get(label) ?? []), nameOf(row)])
  }
  const lines = [...groups].map(([label, names]) => wrap(`  ${label}: ${listNames(names)}`, width, '    '))
  return lines.map((line) => style.dim(line)).join('\n')
}

function describeReason({ reason, would, verdict }: MetricComparison): string | null {
  if (verdict === 'new') return 'new, not compared'
  if (reason === null || verdict === 'missing' || would !== undefined) return null
  return verdict === 'inconclusive' ? `not judged, ${reason}` : reason
}

function nameOf(row: MetricComparison): string {
  return row.verdict === 'new' || row.metric === 'requests'
    ? subjectOf(row)
    : `${subjectOf(row)} ${row.metric}`
}

const NAMES_MAX = 3

function listNames(names: readonly string[]): string {
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : ''
  return names.slice(0, NAMES_MAX).join(', ') + more
}
