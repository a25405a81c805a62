/**
 * A run over time as a table.
 */
import { formatCount, formatDuration, formatLatency, formatRate } from '../../base/units.js'
import { html, type Markup, NOTHING } from './markup.js'
import type { Point } from './series.js'
import { renderTable } from './table.js'

/** Renders the data of the charts as a table: every point, or at most `rowsMax` at equal distances. */
export function renderTimeTable(points: readonly Point[], rowsMax: number): Markup {
  if (points.length === 0) return NOTHING
  const step = Math.ceil(points.length / rowsMax)
  const rows = points.filter((_, index) => index % step === 0)
  const hasUsers = rows.some(({ vus }) => vus !== null)
  const columns = ['from', 'requests/s', 'failed/s', 'p50', 'p95', 'p99', ...(hasUsers ? ['users'] : [])]
  const cells = rows.map(({ start, rate, failedRate, p50, p95, p99, vus }) => [
    formatDuration(start * 1000),
    formatRate(rate).slice(0, -2),
    formatRate(failedRate).slice(0, -2),
    formatLatency(p50),
    formatLatency(p95),
    formatLatency(p99),
    ...(hasUsers ? [vus === null ? '–' : formatCount(vus)] : []),
  ])
  const every = step > 1 ? `, every ${formatDuration(step * points[0]!.duration * 1000)}` : ''
  const { duration } = points[0]!
  const coarse = `Each point covers ${formatDuration(duration * 1000)}: latencies are from its worst second, rates are averages.`
  return html`${duration > 1 ? html`<p class="hint">${coarse}</p>` : NOTHING}<details class="data"><summary>Over time, as a table${every}</summary>
${renderTable(
  'Figures over time',
  columns.map((title) => ({ title })),
  cells,
)}</details>
`
}
