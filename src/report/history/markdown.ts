/**
 * Histories as GitHub Markdown.
 */
import type { History } from '../../verdict/history.js'
import type { Trend } from '../../verdict/trend.js'
import { escapeMarkdown, renderTable } from '../formats/markdown.js'
import { formatMetric, formatMetricChange } from '../wording.js'
import { listMoments, type Moment } from './moments.js'
import { renderSparkline } from './sparkline.js'
import { describeHistory, rowsShown, WHOLE_RUN } from './words.js'

const SPARKLINE_WIDTH = 40

/** Renders a section per history. */
export function renderHistoryMarkdown(
  histories: readonly { readonly history: History; readonly trends: readonly Trend[] }[],
): string {
  return histories.map(({ history, trends }) => renderSection(history, trends)).join('\n')
}

function renderSection(history: History, trends: readonly Trend[]): string {
  const { title, origin, finding, failing } = describeHistory(history, trends)
  const parts = [
    `## ${escapeMarkdown(title)}`,
    escapeMarkdown(origin),
    escapeMarkdown(finding),
    listMoments(history, trends).map(renderMoment).join('\n'),
    failing.map((text) => `**${escapeMarkdown(text)}**`).join('\n\n'),
    renderRows(rowsShown(trends)),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function renderMoment({ time, commits, changes, others }: Moment): string {
  const lines = [
    ...changes.map(({ text, isWorse }) => (isWorse ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text))),
    ...others.map((other) => escapeMarkdown(`also changed at that point: ${other}`)),
  ]
  return [`- ${escapeMarkdown(`${time}, ${commits}`)}`, ...lines.map((line) => `  - ${line}`)].join('\n')
}

function renderRows(trends: readonly Trend[]): string {
  if (trends.length === 0) return ''
  const rows = trends.map(({ request, metric, values, first, last, change, changes }) => [
    request === null ? WHOLE_RUN : escapeMarkdown(request),
    metric,
    renderSparkline(
      values,
      changes.map(({ index }) => index),
      { width: SPARKLINE_WIDTH, ascii: false },
    ),
    formatMetric(metric, first),
    formatMetric(metric, last),
    formatMetricChange(metric, change),
  ])
  return renderTable(['request', 'metric', 'trend', 'first', 'last', 'change'], 3, rows)
}
