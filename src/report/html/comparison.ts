/**
 * The comparison as a table with a drawing of each change. Zero and the limit are at the same place in every row and
 * worse is to the right, so regressions stand out in the column.
 */
import { plural } from '../../base/units.js'
import type { Comparison, MetricComparison } from '../../stats/comparison.js'
import { findMetric } from '../../stats/metrics.js'
import { describeAside, isAside, isUnjudged, sideTitles, sortNotable, standsOut } from '../comparison.js'
import { listMadeOf } from '../made-of.js'
import { formatInterval, formatLimit, formatMetric, formatMetricChange, subjectOf } from '../wording.js'
import { type Content, html, type Markup, NOTHING } from './markup.js'
import { tenth } from './scale.js'
import { renderName, renderTable, type TableColumn } from './table.js'

/** Up to this many rows are all shown. If there are more, rows that don't stand out are folded. */
const ROWS_MAX = 8

/** Renders all compared metrics, worst first. Rows that couldn't be judged and decide nothing are always folded. */
export function renderComparison(comparison: Comparison): Markup {
  const { baseline, metrics } = comparison
  const columns = columnsOf(sideTitles(comparison))
  const judged = metrics.filter((row) => !isAside(row))
  const shown = sortNotable(judged.length <= ROWS_MAX ? judged : metrics.filter(standsOut))
  const isShown = new Set(shown)
  const folded = metrics.filter((row) => !isShown.has(row))
  return html`<section aria-labelledby="comparison">
<h2 id="comparison">Compared with ${renderName(baseline)}</h2>
${shown.length === 0 ? html`<p>Nothing stands out.</p>` : renderRows('Comparison', shown, columns)}${renderMadeOf(comparison)}${
  folded.length === 0
    ? NOTHING
    : html`<details><summary>${plural(folded.length, shown.length === 0 ? 'metric' : 'more metric')}</summary>
${renderAside(metrics)}${renderRows('More metrics', folded, columns)}</details>
`
}</section>
`
}

function renderMadeOf(comparison: Comparison): Content {
  const sentences = listMadeOf(comparison)
  if (sentences.length === 0) return NOTHING
  return html`<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>
`
}

function renderAside(metrics: readonly MetricComparison[]): Content {
  const text = describeAside(metrics)
  return text === ''
    ? NOTHING
    : html`<p class="hint">${text}.</p>
`
}

/**
 * On a phone in portrait, the change cell includes both values, and change and verdict are visible without scrolling.
 */
const columnsOf = ([before, after]: readonly [string, string]): readonly TableColumn[] => [
  { title: 'request', isText: true },
  { title: 'metric', isText: true },
  { title: 'change' },
  { title: 'verdict', isText: true },
  { title: 'better · worse', isText: true, isExpendable: true },
  { title: '95% CI', isExpendable: true },
  { title: 'limit', isExpendable: true },
  { title: before, isExpendable: true },
  { title: after, isExpendable: true },
  { title: '', isText: true, isExpendable: true },
]

function renderRows(
  label: string,
  rows: readonly MetricComparison[],
  columns: readonly TableColumn[],
): Markup {
  return renderTable(
    label,
    columns,
    rows.map((row) => [
      row.request === null ? subjectOf(row) : renderName(row.request),
      row.metric,
      html`${formatMetricChange(row.metric, row.change)}<small class="narrow">${formatMetric(row.metric, row.baseline)} →&nbsp;${formatMetric(row.metric, row.current)}</small>`,
      isUnjudged(row) ? 'not judged' : renderJudgement(row.verdict),
      renderChange(row),
      formatInterval(row),
      formatLimit(row),
      formatMetric(row.metric, row.baseline),
      formatMetric(row.metric, row.current),
      row.reason === null ? NOTHING : html`<small>${row.reason}</small>`,
    ]),
  )
}

function renderJudgement(verdict: MetricComparison['verdict']): Markup {
  switch (verdict) {
    case 'regressed':
    case 'missing':
      return html`<b class="bad">✗ ${verdict}</b>`
    case 'inconclusive':
      return html`<b class="unsure">? ${verdict}</b>`
    case 'new':
      return html`new`
    default:
      return html`<span class="good">✓ ${verdict}</span>`
  }
}

/** The range of the drawing, in multiples of the limit; negative is better. */
const [BEST, WORST] = [-2, 3]
const WIDTH = 140
const HEIGHT = 18
const MIDDLE = HEIGHT / 2

function renderChange({ metric, change, interval, tolerance, verdict }: MetricComparison): Content {
  if (change === null || tolerance <= 0) return NOTHING
  const sign = findMetric(metric)?.better === 'higher' ? -1 : 1
  const at = (value: number) => xOf((sign * value) / tolerance)
  const ends = (interval ?? [change, change]).map(at).sort((a, b) => a - b)
  const tone = verdict === 'regressed' ? 'bad' : verdict === 'inconclusive' ? 'unsure' : 'good'
  return html`<svg class="change" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><path class="zero" d="M${tenth(xOf(0))} 0V${HEIGHT}"/><path class="limit" d="M${tenth(xOf(1))} 0V${HEIGHT}"/><path class="reach ${tone}" d="M${tenth(ends[0]!)} ${MIDDLE}H${tenth(ends[1]!)}"/><circle class="${tone}" cx="${tenth(at(change))}" cy="${MIDDLE}" r="3.5"/></svg>`
}

/** Values beyond the range are drawn at its edge. */
function xOf(limits: number): number {
  const inside = Math.min(Math.max(limits, BEST), WORST)
  return 5 + ((inside - BEST) / (WORST - BEST)) * (WIDTH - 10)
}
