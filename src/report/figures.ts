/**
 * Tables of the measurements: requests, thresholds, failures.
 */
import { printable } from '../base/printable.js'
import { formatCount, formatLatency, formatRate, formatShare, plural } from '../base/units.js'
import type { Comparison } from '../stats/comparison.js'
import type {
  ErrorCount,
  RequestResult,
  Result,
  RunVerdict,
  ThresholdResult,
  Totals,
} from '../stats/result.js'
import { describeTimingsLeft, hasCache, listTimings, type ObservedRequest } from './observed.js'
import type { Page } from './page.js'
import { describeLeftOut, requestsShown } from './ranking.js'
import { listReported, REPORTED_TITLES } from './reported.js'
import { type Column, renderTable } from './table.js'
import { truncate, wrap } from './width.js'
import { formatActual } from './wording.js'

/** The figures of a request that a table shows. Results and baselines both have them. */
export type Measured = Pick<Totals, 'requests' | 'failed' | 'errorRate' | 'throughput' | 'requestRate'> & {
  readonly name: string
  readonly latency: Pick<Totals['latency'], 'p50' | 'p95' | 'p99' | 'max'>
  readonly cache?: Totals['cache'] | undefined
}

/**
 * Renders a line per request, and a total if there are several. If there are too many, only the worst and the busiest
 * are shown, followed by how many are left out.
 */
export function renderRequests(
  {
    requests,
    totals,
    comparison = null,
  }: {
    readonly requests: readonly Measured[]
    readonly totals: Omit<Measured, 'name'>
    readonly comparison?: Comparison | null
  },
  { width, isUnbounded, style }: Page,
): string {
  if (requests.length === 0) return ''
  const shown = requestsShown(requests, comparison)
  const rows = shown.map((request) => requestCells(printable(request.name), request))
  if (requests.length > 1) rows.push(requestCells('total', totals))
  const absent = [totals.failed > 0 ? '' : WITH_FAILED, hasCache(requests) ? '' : CACHED]
  const columns = REQUEST_COLUMNS.filter(({ title }) => !absent.includes(title))
  const kept = columns.map((column) => REQUEST_COLUMNS.indexOf(column))
  const table = renderTable(
    columns,
    rows.map((cells) => kept.map((index) => cells[index]!)),
    { width, isUnbounded, title: style.dim },
  )
  const left = requests.length - shown.length
  if (left === 0) return table
  return `${table}\n${style.dim(wrap(describeLeftOut(left), width))}`
}

/** The rate of all requests. Shown only if some failed, since otherwise it equals the rate of successful ones. */
const WITH_FAILED = 'incl. failed'

/** The share of responses from a cache. Shown only if it was observed. */
const CACHED = 'cached'

const REQUEST_COLUMNS: readonly Column[] = [
  { title: 'request', isFlexible: true },
  { title: 'count', align: 'right', expendable: 2 },
  { title: 'rate', align: 'right', expendable: 3 },
  { title: WITH_FAILED, align: 'right', expendable: 0 },
  { title: 'errors', align: 'right' },
  { title: 'p50', align: 'right', expendable: 4 },
  { title: 'p95', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'max', align: 'right', expendable: 1 },
  { title: CACHED, align: 'right', expendable: 5 },
]

function requestCells(name: string, measured: Omit<Measured, 'name'>): string[] {
  const { requests, failed, errorRate, throughput, requestRate, latency, cache } = measured
  return [
    name,
    formatCount(requests),
    formatRate(throughput),
    formatRate(requestRate),
    failed === 0 ? '0' : formatShare(errorRate),
    formatLatency(latency.p50),
    formatLatency(latency.p95),
    formatLatency(latency.p99),
    formatLatency(latency.max),
    cache?.ratio == null ? '–' : formatShare(cache.ratio),
  ]
}

/** More server timings would bury the rest. */
const TIMINGS_SHOWN = 20

/** Renders a line for each server timing of a request; empty if there are none. */
export function renderTimings(
  requests: readonly ObservedRequest[],
  { width, isUnbounded, style }: Page,
): string {
  const { rows, left } = listTimings(requests, TIMINGS_SHOWN)
  if (rows.length === 0) return ''
  const cells = rows.map(({ request, timing, figures }) => [
    printable(requests.length === 1 ? timing : `${request}: ${timing}`),
    formatCount(figures.count),
    formatLatency(figures.p50),
    formatLatency(figures.p95),
    formatLatency(figures.p99),
    formatLatency(figures.max),
  ])
  const table = renderTable(TIMING_COLUMNS, cells, { width, isUnbounded, title: style.dim })
  return left === 0 ? table : `${table}\n${style.dim(wrap(describeTimingsLeft(left), width))}`
}

const TIMING_COLUMNS: readonly Column[] = [
  { title: 'server timing', isFlexible: true },
  { title: 'count', align: 'right', expendable: 0 },
  { title: 'p50', align: 'right', expendable: 2 },
  { title: 'p95', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'max', align: 'right', expendable: 1 },
]

/** Renders a line for each metric that the service reports of itself; empty if there are none. */
export function renderReported(
  { target }: Pick<Result, 'target'>,
  { width, isUnbounded, style }: Page,
): string {
  const rows = target === undefined ? [] : listReported(target)
  return rows.length === 0
    ? ''
    : renderTable(REPORTED_COLUMNS, rows, { width, isUnbounded, title: style.dim })
}

const [METRIC_TITLE, ...FIGURE_TITLES] = REPORTED_TITLES

/** The first to go in a narrow window come first. */
const EXPENDABLE: readonly string[] = ['min', 'last']

const REPORTED_COLUMNS: readonly Column[] = [
  { title: METRIC_TITLE, isFlexible: true },
  ...FIGURE_TITLES.map((title): Column => {
    const place = EXPENDABLE.indexOf(title)
    return { title, align: 'right', ...(place !== -1 && { expendable: place }) }
  }),
]

/** Renders each threshold with its measured value. In an inconclusive run, none counts as met for sure. */
export function renderThresholds(
  { thresholds, verdict }: { readonly thresholds: readonly ThresholdResult[]; readonly verdict: RunVerdict },
  { width, isUnbounded, style }: Page,
): string {
  const paint = (passed: boolean) => {
    if (verdict === 'inconclusive') return style.yellow(passed ? '? met' : '? not met')
    return passed ? style.green('✓ met') : style.red('✗ not met')
  }
  if (thresholds.length === 0) return ''
  const rows = [...thresholds]
    .sort((a, b) => Number(a.passed) - Number(b.passed))
    .map((threshold) => [printable(threshold.expression), formatActual(threshold), paint(threshold.passed)])
  const columns: readonly Column[] = [
    { title: 'threshold', isFlexible: true },
    { title: 'measured', align: 'right' },
    { title: '' },
  ]
  return renderTable(columns, rows, { width, isUnbounded, title: style.dim })
}

/**
 * Renders failures by kind, most frequent first. Each kind shows its most frequent message and the request that had it
 * most often. Empty without failures.
 */
export function renderErrors({ totals, requests }: Failed, { width, style }: Page): string {
  if (totals.errors.length === 0) return ''
  const groups = groupErrors(totals.errors)
  const title = ['failures', 'count', 'for example'] as const
  const kindWidth = Math.max(title[0].length, ...groups.map(({ kind }) => kind.length))
  const countWidth = Math.max(title[1].length, ...groups.map(({ count }) => formatCount(count).length))
  const indent = kindWidth + countWidth + 4
  const lines = groups.map((group) => {
    const name = requests.length > 1 ? findMostAffected(group, requests) : null
    const where = name === null ? '' : `${printable(name)}: `
    const more = group.messages > 1 ? ` (and ${plural(group.messages - 1, 'other message')})` : ''
    const text = wrapHanging(where + printable(group.example) + more, width - indent, indent)
    return `${style.red(group.kind.padEnd(kindWidth))}  ${formatCount(group.count).padStart(countWidth)}  ${text}`
  })
  const head = `${title[0].padEnd(kindWidth)}  ${title[1].padStart(countWidth)}  ${title[2]}`
  // Ids get lines of their own, because a truncated id can't be searched for.
  const ids = groups.flatMap(({ kind, id }) =>
    id === null ? [] : [wrap(`id of a request that failed with ${kind}: ${printable(id)}`, width, '  ')],
  )
  return [style.dim(head), ...lines, ...ids].join('\n')
}

interface Failed {
  readonly totals: Pick<Totals, 'errors'>
  readonly requests: readonly Pick<RequestResult, 'name' | 'kind' | 'errors'>[]
}

/** Error messages of services may be long; this many lines are enough. */
const EXAMPLE_LINES_MAX = 3

/** Wraps a text to `width` and indents every line but the first. */
function wrapHanging(text: string, width: number, indent: number): string {
  const lines = wrap(text, width).split('\n')
  const shown =
    lines.length <= EXAMPLE_LINES_MAX
      ? lines
      : [...lines.slice(0, EXAMPLE_LINES_MAX - 1), truncate(`${lines[EXAMPLE_LINES_MAX - 1]}…`, width)]
  return shown.join(`\n${' '.repeat(indent)}`)
}

interface ErrorGroup {
  readonly kind: string
  readonly count: number
  readonly example: string
  /** Number of distinct messages. */
  readonly messages: number
  /** The id of one such request, for the service's logs; null when requests have none. */
  readonly id: string | null
}

function groupErrors(errors: readonly ErrorCount[]): ErrorGroup[] {
  const groups = new Map<string, ErrorCount[]>()
  for (const error of errors) groups.set(error.kind, [...(groups.get(error.kind) ?? []), error])
  return [...groups]
    .map(([kind, same]) => ({
      kind,
      count: same.reduce((sum, error) => sum + error.count, 0),
      example: same.reduce((most, error) => (error.count > most.count ? error : most)).message,
      messages: same.length,
      id: same.find(({ example }) => example !== undefined)?.example ?? null,
    }))
    .sort((a, b) => b.count - a.count)
}

/** Returns the request that had the example most often. Journeys are skipped: they repeat their steps. */
function findMostAffected({ kind, example }: ErrorGroup, requests: Failed['requests']): string | null {
  let most: { name: string; count: number } | null = null
  for (const request of requests) {
    if (request.kind === 'journey') continue
    const same = request.errors.find((error) => error.kind === kind && error.message === example)
    if (same !== undefined && same.count > (most?.count ?? 0))
      most = { name: request.name, count: same.count }
  }
  return most?.name ?? null
}
