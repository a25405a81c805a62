/**
 * One table for several scenarios run by one command.
 */
import { formatCount, formatLatency, formatRate, formatShare, plural } from '../base/units.js'
import type { Result } from '../stats/result.js'
import { inCharactersOf, type Page } from './page.js'
import { renderTable } from './table.js'

/** Renders the table and how many scenarios passed, ending with a newline. */
export function renderSeveral(results: readonly Result[], page: Page): string {
  const { style, width, isUnbounded } = page
  const rows = results.map(({ scenario, verdict, totals }) => [
    scenario.name,
    paint(verdict, page),
    formatCount(totals.requests),
    formatRate(totals.throughput),
    totals.failed === 0 ? '0' : `${formatCount(totals.failed)} (${formatShare(totals.errorRate)})`,
    formatLatency(totals.latency.p50),
    formatLatency(totals.latency.p95),
    formatLatency(totals.latency.p99),
  ])
  const table = renderTable(
    [
      { title: 'scenario', isFlexible: true },
      { title: 'verdict' },
      { title: 'requests', align: 'right', expendable: 2 },
      { title: 'rate', align: 'right', expendable: 1 },
      { title: 'errors', align: 'right', expendable: 5 },
      { title: 'p50', align: 'right', expendable: 3 },
      { title: 'p95', align: 'right', expendable: 6 },
      { title: 'p99', align: 'right', expendable: 4 },
    ],
    rows,
    { width, isUnbounded, title: style.dim },
  )
  const passed = results.filter(({ verdict }) => verdict === 'passed').length
  const sum = `${passed} of ${plural(results.length, 'scenario')} passed`
  return inCharactersOf(page, `${table}\n\n${style.bold(sum)}\n`)
}

function paint(verdict: Result['verdict'], { style }: Page): string {
  if (verdict === 'passed') return style.green(verdict)
  return verdict === 'inconclusive' || verdict === 'interrupted' ? style.yellow(verdict) : style.red(verdict)
}
