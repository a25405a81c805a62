/**
 * The requests beside each other, and each by itself.
 */
import { formatCount, formatLatency, formatRate, formatShare, formatSize } from '../../base/units.js'
import type { ErrorCount, LatencySummary, RequestResult, Result, Totals } from '../../stats/result.js'
import { renderCourse, renderFigures } from './course.js'
import { renderDistribution, renderPercentiles } from './distribution.js'
import { type Content, html, type Markup, NOTHING } from './markup.js'
import { requestPoints } from './series.js'
import { renderFacts, renderName, renderTable, type TableColumn } from './table.js'

function columnsOf(hasFailed: boolean): readonly TableColumn[] {
  const withFailed = { title: 'with failed', isExpendable: true }
  return [
    { title: 'request', isText: true },
    { title: 'count', isExpendable: true },
    { title: 'rate', isExpendable: true },
    ...(hasFailed ? [withFailed] : []),
    ...FIGURES,
  ]
}

const FIGURES: readonly TableColumn[] = [
  { title: 'errors' },
  { title: 'p50' },
  { title: 'p95' },
  { title: 'p99' },
  { title: 'max', isExpendable: true },
]

/** The table of all requests; a name leads to its part of the page. */
export function renderRequests({ requests, totals }: Result): Markup {
  const rows = requests.map((request, index): [Content, Measured] => [
    html`<a href="#request-${index + 1}">${renderName(request.name)}</a>`,
    request,
  ])
  return renderRequestTable(rows, totals)
}

/** A row for each request, with what it is called, and one for all where there is more than one. */
export function renderRequestTable(
  requests: readonly (readonly [name: Content, measured: Measured])[],
  totals: Measured,
): Markup {
  if (requests.length === 0) return NOTHING
  const hasFailed = totals.failed > 0
  const rows = requests.map(([name, measured]) => cells(name, measured, hasFailed))
  const all = requests.length > 1 ? [cells('all', totals, hasFailed)] : []
  return html`<section aria-labelledby="requests">
<h2 id="requests">Requests</h2>
${renderTable('Requests', columnsOf(hasFailed), [...rows, ...all])}</section>
`
}

/** What the table shows of a request. */
type Measured = Pick<Totals, 'requests' | 'failed' | 'errorRate' | 'throughput' | 'requestRate'> & {
  readonly latency: Pick<LatencySummary, 'p50' | 'p95' | 'p99' | 'max'>
}

function cells(name: Content, measured: Measured, hasFailed: boolean): Content[] {
  const { requests, failed, errorRate, throughput, requestRate, latency } = measured
  return [
    name,
    formatCount(requests),
    formatRate(throughput),
    ...(hasFailed ? [formatRate(requestRate)] : []),
    failed === 0 ? '0' : html`<b class="bad">${formatShare(errorRate)}</b>`,
    formatLatency(latency.p50),
    formatLatency(latency.p95),
    formatLatency(latency.p99),
    formatLatency(latency.max),
  ]
}

/** Points of a chart of one request. There are many such charts, so they are coarser than those of the run. */
const POINTS_MAX = 120
const ROWS_MAX = 30

/** Each request folded up, those that got worse open. */
export function renderEach(result: Result): Markup {
  if (result.requests.length === 0) return NOTHING
  return html`<section aria-labelledby="each">
<h2 id="each">Request by request</h2>
${result.requests.map((request, index) => renderRequest(request, index, result))}</section>
`
}

function renderRequest(request: RequestResult, index: number, result: Result): Markup {
  const { name, kind, latency } = request
  const isWorse =
    result.neverSucceeded.includes(name) ||
    result.comparison?.metrics.some((row) => row.request === name && row.verdict === 'regressed')
  const points = requestPoints(request.windows, POINTS_MAX)
  const facts: [string, Content][] = [
    ['requests', formatCount(request.requests)],
    ['failed', formatCount(request.failed)],
    ['sent', formatSize(request.bytesSent)],
    ['received', formatSize(request.bytesReceived)],
    ...(request.bytesDecoded === null
      ? []
      : [['bodies decoded', formatSize(request.bytesDecoded)] satisfies [string, Content]]),
    ...(request.redirects === 0
      ? []
      : [['redirects followed', formatCount(request.redirects)] satisfies [string, Content]]),
    ...(request.retries.attempts === 0
      ? []
      : [['sent again', formatCount(request.retries.attempts)] satisfies [string, Content]]),
    ...Object.entries(request.statuses).map(([status, count]): [string, Content] => [
      `status ${status}`,
      formatCount(count),
    ]),
  ]
  // The target of a link lies inside, because a browser then opens what it lies in.
  return html`<details class="request"${isWorse ? html` open` : NOTHING}><summary>${renderName(name)}${kind === 'request' ? NOTHING : html` <small>${kind}</small>`}<span>p95 ${formatLatency(latency.p95)}</span></summary>
<div id="request-${index + 1}">
${renderPercentiles([
  { label: 'latency', latency },
  { label: 'service time', latency: request.serviceTime },
  { label: 'to first byte', latency: request.timeToFirstByte },
])}<div class="charts">
${renderDistribution({ request: name, latency, comparison: result.comparison }, true)}${renderCourse(points, result.durationSeconds, true)}</div>
${renderFigures(points, ROWS_MAX)}${renderFacts(facts)}${renderErrors(request.errors)}</div>
</details>
`
}

/** Failures with the same kind and message, most frequent first; nothing for none. */
export function renderErrors(errors: readonly ErrorCount[]): Markup {
  if (errors.length === 0) return NOTHING
  const columns = [
    { title: 'failures', isText: true },
    { title: 'count' },
    { title: 'message', isText: true },
  ]
  const rows = [...errors]
    .sort((a, b) => b.count - a.count)
    .map(({ kind, count, message, example }) => [
      html`<b class="bad">${kind}</b>`,
      formatCount(count),
      html`<span class="message">${message}${example === undefined ? '' : `, id ${example}`}</span>`,
    ])
  return renderTable('Failures', columns, rows)
}
