/**
 * A history on a terminal: the change points, then each metric from its first to its last value.
 */
import { printable } from '../../base/printable.js'
import { plural } from '../../base/units.js'
import { findMetric } from '../../stats/metrics.js'
import type { History } from '../../verdict/history.js'
import type { Trend } from '../../verdict/trend.js'
import { inCharactersOf, type Page } from '../page.js'
import type { Paint, Style } from '../style.js'
import { type Column, renderTable } from '../table.js'
import { displayWidth, wrap } from '../width.js'
import { formatMetric, formatMetricChange } from '../wording.js'
import { listMoments, type Moment } from './moments.js'
import { renderSparkline } from './sparkline.js'
import { describeHistory, rowsShown, WHOLE_RUN } from './words.js'

/** Renders the history of one scenario, ending with a newline. */
export function renderHistory(history: History, trends: readonly Trend[], page: Page): string {
  const { style, width } = page
  const { title, origin, finding, failing } = describeHistory(history, trends)
  const parts = [
    `${style.bold(wrap(title, width, '  '))}\n${style.dim(wrap(origin, width, '  '))}`,
    [wrap(finding, width), ...listMoments(history, trends).map((moment) => renderMoment(moment, page))].join(
      '\n',
    ),
    failing.map((text) => style.red(wrap(text, width, '  '))).join('\n'),
    renderTrends(rowsShown(trends), page),
  ]
  return inCharactersOf(page, `${parts.filter((part) => part !== '').join('\n\n')}\n`)
}

/** Changes listed per change point; the table has the rest. */
const CHANGES_SHOWN = 5

function renderMoment({ time, commits, changes, others }: Moment, { width, style }: Page): string {
  const line = (text: string) => wrap(`    ${text}`, width, '      ')
  const more = changes.length - CHANGES_SHOWN
  return [
    style.bold(wrap(`  ${time}  ${commits}`, width, '    ')),
    ...changes.slice(0, CHANGES_SHOWN).map((change) => paintOf(change.isWorse, style)(line(change.text))),
    ...(more > 0 ? [line(`and ${plural(more, 'more change')}`)] : []),
    ...(others.length > 0 ? [style.yellow(line(`also changed at that point: ${others.join('; ')}`))] : []),
  ].join('\n')
}

const COLUMNS: readonly Column[] = [
  { title: 'request', isFlexible: true },
  { title: 'metric' },
  { title: 'trend', expendable: 3 },
  { title: 'first', align: 'right', expendable: 2 },
  { title: 'last', align: 'right', expendable: 4 },
  { title: 'change', align: 'right' },
]

/** Width reserved for the request's name. */
const NAME_WIDTH = 16
const SPARKLINE_MIN = 8
const SPARKLINE_MAX = 60

function renderTrends(trends: readonly Trend[], page: Page): string {
  if (trends.length === 0) return ''
  const { width, isUnbounded, style, ascii } = page
  const texts = trends.map(({ request, metric, first, last, change, changes }) => ({
    name: request === null ? WHOLE_RUN : printable(request),
    metric,
    first: formatMetric(metric, first),
    last: formatMetric(metric, last),
    change: formatMetricChange(metric, change),
    paint: changes.length === 0 ? null : paintOf(isWorse(metric, change), style),
  }))
  const widest = (read: (text: (typeof texts)[number]) => string, least: number) =>
    texts.reduce((most, text) => Math.max(most, displayWidth(read(text))), least)
  const gaps = 2 * (COLUMNS.length - 1)
  const others =
    Math.min(
      NAME_WIDTH,
      widest(({ name }) => name, 7),
    ) +
    widest(({ metric }) => metric, 6) +
    widest(({ first }) => first, 5) +
    widest(({ last }) => last, 4) +
    widest(({ change }) => change, 6)
  const room = Math.min(SPARKLINE_MAX, Math.max(SPARKLINE_MIN, width - gaps - others))
  const rows = trends.map(({ values, changes, request }, i) => {
    const { name, metric, first, last, change, paint } = texts[i]!
    const marks = changes.map(({ index }) => index)
    return [
      // Only the first row of a request shows its name.
      request === trends[i - 1]?.request && i > 0 ? '' : name,
      metric,
      renderSparkline(values, marks, { width: room, ascii }),
      first,
      last,
      paint === null ? change : paint(change),
    ]
  })
  return renderTable(COLUMNS, rows, { width, isUnbounded, title: style.dim })
}

function isWorse(metric: string, change: number | null): boolean {
  return (change ?? 0) > 0 !== (findMetric(metric)?.better === 'higher')
}

function paintOf(isBad: boolean, style: Style): Paint {
  return isBad ? style.red : style.green
}
