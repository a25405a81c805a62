/**
 * The requests: a table of all, and details of each.
 */
import { formatCount, formatLatency, formatRate, formatShare, formatSize, plural } from '../../base/units.js'
import type { ErrorCount, LatencySummary, RequestResult, Result, Totals } from '../../stats/result.js'
import { describeTimingsLeft, hasCache, listTimings, type ObservedRequest } from '../observed.js'
import { chooseRequests, rankRequests } from '../ranking.js'
import { renderChart } from './chart.js'
import { renderDistribution, renderPercentiles } from './distribution.js'
import { type Content, html, type Markup, NOTHING } from './markup.js'
import { requestPoints } from './series.js'
import { renderFacts, renderName, renderTable, type TableColumn } from './table.js'
import { frameOf, listTimeCharts } from './time-charts.js'
import { renderTimeTable } from './time-table.js'

function columnsOf(hasFailed: boolean, isCached: boolean): readonly TableColumn[] {
  const withFailed = { title: 'incl. failed', isExpendable: true }
  return [
    { title: 'request', isText: true },
    { title: 'count', isExpendable: true },
    { title: 'rate', isExpendable: true },
    ...(hasFailed ? [withFailed] : []),
    ...FIGURES,
    ...(isCached ? [{ title: 'cached' }] : []),
  ]
}

const FIGURES: readonly TableColumn[] = [
  { title: 'errors' },
  { title: 'p50' },
  { title: 'p95' },
  { title: 'p99' },
  { title: 'max', isExpendable: true },
]

/** Up to this many requests keep the order of the scenario; more are sorted by importance. */
const UNSORTED_MAX = 8

/** With details of more requests, the page would be too large to open. */
const EACH_MAX = 40

/** Returns the requests that were sent, in the order of the scenario or the most important first. */
function listRequests({ requests, comparison }: Pick<Result, 'requests' | 'comparison'>) {
  const sent = requests.filter((request) => request.requests + request.unfinished > 0)
  return sent.length > UNSORTED_MAX ? rankRequests(sent, comparison) : sent
}

/** Returns the requests that get a section with details. */
function listEach(result: Pick<Result, 'requests' | 'comparison'>) {
  return chooseRequests(listRequests(result), EACH_MAX, result.comparison)
}

/** Renders the table of all requests. Names link to their sections. */
export function renderRequests(result: Result): Markup {
  const each = new Map(listEach(result).map((request, index) => [request, index + 1]))
  const sent = listRequests(result)
  const rows = sent.map((request): [Content, Measured] => {
    const name = renderName(request.name)
    const number = each.get(request)
    return [number === undefined ? name : html`<a href="#request-${number}">${name}</a>`, request]
  })
  const unsent = result.requests.length - sent.length
  const notes = [
    ...(sent.length > UNSORTED_MAX ? ['Sorted: regressions first, then by error rate, then by p95.'] : []),
    ...(unsent > 0 ? [`Not in the table: ${plural(unsent, 'request')} never sent.`] : []),
  ]
  return renderRequestTable(rows, result.totals, notes.join(' '))
}

/** Renders a row per request, and a total if there are several. */
export function renderRequestTable(
  requests: readonly (readonly [name: Content, measured: Measured])[],
  totals: Measured,
  note = '',
): Markup {
  if (requests.length === 0) return NOTHING
  const hasFailed = totals.failed > 0
  const isCached = hasCache(requests.map(([, measured]) => measured))
  const look = { hasFailed, isCached }
  const rows = requests.map(([name, measured]) => cells(name, measured, look))
  const all = requests.length > 1 ? [cells('total', totals, look)] : []
  return html`<section aria-labelledby="requests">
<h2 id="requests">Requests</h2>
${
  note === ''
    ? NOTHING
    : html`<p class="hint">${note}</p>
`
}${renderTable('Requests', columnsOf(hasFailed, isCached), [...rows, ...all])}</section>
`
}

/** The figures of a table row. */
type Measured = Pick<Totals, 'requests' | 'failed' | 'errorRate' | 'throughput' | 'requestRate'> & {
  readonly latency: Pick<LatencySummary, 'p50' | 'p95' | 'p99' | 'max'>
  readonly cache?: Totals['cache'] | undefined
}

/** More server timings would bury the charts. */
const TIMINGS_SHOWN = 60

/** Renders a row for each server timing of a request; nothing if there are none. */
export function renderTimings(requests: readonly ObservedRequest[]): Markup {
  const { rows, left } = listTimings(requests, TIMINGS_SHOWN)
  if (rows.length === 0) return NOTHING
  const columns = [
    { title: 'request', isText: true },
    { title: 'server timing', isText: true },
    { title: 'count', isExpendable: true },
    ...FIGURES.filter(({ title }) => title !== 'errors'),
  ]
  const cells = rows.map(({ request, timing, figures }): Content[] => [
    renderName(request),
    renderName(timing),
    formatCount(figures.count),
    formatLatency(figures.p50),
    formatLatency(figures.p95),
    formatLatency(figures.p99),
    formatLatency(figures.max),
  ])
  return html`<section aria-labelledby="timings">
<h2 id="timings">Server timings</h2>
<p class="hint">What the service says of its own time, in the Server-Timing header of its responses.${left === 0 ? '' : ` ${describeTimingsLeft(left)}`}</p>
${renderTable('Server timings', columns, cells)}</section>
`
}

interface RowLook {
  readonly hasFailed: boolean
  readonly isCached: boolean
}

function cells(name: Content, measured: Measured, { hasFailed, isCached }: RowLook): Content[] {
  const { requests, failed, errorRate, throughput, requestRate, latency, cache } = measured
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
    ...(isCached ? [cache?.ratio == null ? '–' : formatShare(cache.ratio)] : []),
  ]
}

/** Points in a request's chart. There are many such charts, so they are coarser than those of the run. */
const POINTS_MAX = 120
const ROWS_MAX = 30

/** Renders a folded section per request; those that got worse are open. */
export function renderEach(result: Result): Markup {
  const each = listEach(result)
  if (each.length === 0) return NOTHING
  const left = listRequests(result).length - each.length
  const hint = `Only the worst and the busiest requests; the saved result has the other ${formatCount(left)} in the same detail.`
  return html`<section aria-labelledby="each">
<h2 id="each">Request by request</h2>
${
  left === 0
    ? NOTHING
    : html`<p class="hint">${hint}</p>
`
}${each.map((request, index) => renderRequest(request, index, result))}</section>
`
}

function renderRequest(request: RequestResult, index: number, result: Result): Markup {
  const { name, kind, latency } = request
  const isWorse =
    result.neverSucceeded.includes(name) ||
    result.comparison?.metrics.some((row) => row.request === name && row.verdict === 'regressed')
  const points = requestPoints(request.windows, POINTS_MAX)
  const frame = frameOf(points, result.durationSeconds, 4)
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
      : [['retries', formatCount(request.retries.attempts)] satisfies [string, Content]]),
    ...(request.cache === undefined
      ? []
      : ([
          ['from a cache', formatCount(request.cache.hits)],
          ['not from a cache', formatCount(request.cache.misses)],
        ] satisfies [string, Content][])),
    ...Object.entries(request.statuses).map(([status, count]): [string, Content] => [
      `status ${status}`,
      formatCount(count),
    ]),
  ]
  // The link target is inside of the details element, because browsers then open it.
  return html`<details class="request"${isWorse ? html` open` : NOTHING}><summary>${renderName(name)}${kind === 'request' ? NOTHING : html` <small>${kind}</small>`}<span>p95 ${formatLatency(latency.p95)}</span></summary>
<div id="request-${index + 1}">
${renderPercentiles([
  { label: 'latency', latency },
  { label: 'service time', latency: request.serviceTime },
  { label: 'time to first byte', latency: request.timeToFirstByte },
  ...Object.entries(request.serverTiming ?? {}).map(([timing, latency]) => ({
    label: html`server timing ${renderName(timing)}`,
    latency,
  })),
])}<div class="charts">
${renderDistribution({ request: name, latency, comparison: result.comparison }, 'small')}${listTimeCharts(points, frame).map((chart) => renderChart(chart, 'small'))}</div>
${renderTimeTable(points, ROWS_MAX)}${renderFacts(facts)}${renderErrors(request.errors)}</div>
</details>
`
}

/** Renders failures grouped by kind and message, most frequent first. Nothing without failures. */
export function renderErrors(errors: readonly ErrorCount[]): Markup {
  if (errors.length === 0) return NOTHING
  const columns = [{ title: 'kind', isText: true }, { title: 'count' }, { title: 'message', isText: true }]
  const rows = [...errors]
    .sort((a, b) => b.count - a.count)
    .map(({ kind, count, message, example }) => [
      html`<b class="bad">${kind}</b>`,
      formatCount(count),
      html`<span class="message">${message}${example === undefined ? '' : `, id ${example}`}</span>`,
    ])
  return renderTable('Failures', columns, rows)
}
