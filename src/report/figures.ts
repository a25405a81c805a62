/**
 * What was measured, as tables: requests, thresholds, errors.
 */
import { printable } from '../base/printable.js'
import { formatCount, formatLatency, formatRate, formatShare, plural } from '../base/units.js'
import type { Comparison } from '../stats/comparison.js'
import type { ErrorCount, RequestResult, RunVerdict, ThresholdResult, Totals } from '../stats/result.js'
import type { Page } from './page.js'
import { describeLeft, requestsShown } from './ranking.js'
import { type Column, renderTable } from './table.js'
import { truncate, wrap } from './width.js'
import { formatActual } from './wording.js'

/** A request as the table shows it: results have it, and baselines. */
export type Measured = Pick<Totals, 'requests' | 'failed' | 'errorRate' | 'throughput' | 'requestRate'> & {
  readonly name: string
  readonly latency: Pick<Totals['latency'], 'p50' | 'p95' | 'p99' | 'max'>
}

/**
 * One line for each request, and a last one for all together where there is more than one. Of very many requests those
 * that are worst and busiest, and how many more there are.
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
  const columns = REQUEST_COLUMNS.filter(({ title }) => title !== WITH_FAILED || totals.failed > 0)
  const kept = columns.map((column) => REQUEST_COLUMNS.indexOf(column))
  const table = renderTable(
    columns,
    rows.map((cells) => kept.map((index) => cells[index]!)),
    { width, isUnbounded, title: style.dim },
  )
  const left = requests.length - shown.length
  if (left === 0) return table
  return `${table}\n${style.dim(wrap(describeLeft(left), width))}`
}

/** The rate of all requests, beside that of the successful ones, where they differ. */
const WITH_FAILED = 'incl. failed'

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
]

function requestCells(name: string, measured: Omit<Measured, 'name'>): string[] {
  const { requests, failed, errorRate, throughput, requestRate, latency } = measured
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
  ]
}

/** Each threshold with what was measured; empty for none. An inconclusive run calls none of them met for sure. */
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
    .map(({ expression, actual, passed }) => [
      printable(expression),
      formatActual(expression, actual),
      paint(passed),
    ])
  const columns: readonly Column[] = [
    { title: 'threshold', isFlexible: true },
    { title: 'measured', align: 'right' },
    { title: '' },
  ]
  return renderTable(columns, rows, { width, isUnbounded, title: style.dim })
}

/**
 * Failures by kind, most frequent first, each with its most frequent message and the request that had it most often;
 * empty for none.
 */
export function renderErrors({ totals, requests }: Failed, { width, style }: Page): string {
  if (totals.errors.length === 0) return ''
  const groups = groupErrors(totals.errors)
  const title = ['failures', 'count', 'for example'] as const
  const kindWidth = Math.max(title[0].length, ...groups.map(({ kind }) => kind.length))
  const countWidth = Math.max(title[1].length, ...groups.map(({ count }) => formatCount(count).length))
  const indent = kindWidth + countWidth + 4
  const lines = groups.map((group) => {
    const name = requests.length > 1 ? whereMost(group, requests) : null
    const where = name === null ? '' : `${printable(name)}: `
    const more = group.messages > 1 ? ` (and ${plural(group.messages - 1, 'other message')})` : ''
    const text = hang(where + printable(group.example) + more, width - indent, indent)
    return `${style.red(group.kind.padEnd(kindWidth))}  ${formatCount(group.count).padStart(countWidth)}  ${text}`
  })
  const head = `${title[0].padEnd(kindWidth)}  ${title[1].padStart(countWidth)}  ${title[2]}`
  // On lines of their own: half an id finds nothing.
  const ids = groups.flatMap(({ kind, id }) =>
    id === null ? [] : [wrap(`id of a request that failed with ${kind}: ${printable(id)}`, width, '  ')],
  )
  return [style.dim(head), ...lines, ...ids].join('\n')
}

interface Failed {
  readonly totals: Pick<Totals, 'errors'>
  readonly requests: readonly Pick<RequestResult, 'name' | 'kind' | 'errors'>[]
}

/** What the service said in its message may be long; so many lines tell what it is about. */
const EXAMPLE_LINES_MAX = 3

/** The text in lines one under the other, from the second on behind so many spaces. */
function hang(text: string, width: number, indent: number): string {
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
  /** How many different ones there are. */
  readonly messages: number
  /** By which one such request is found in the service's logs; null when it has none. */
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

/** The request in which the example occurred most often; a journey only repeats what its steps say. */
function whereMost({ kind, example }: ErrorGroup, requests: Failed['requests']): string | null {
  let most: { name: string; count: number } | null = null
  for (const request of requests) {
    if (request.kind === 'journey') continue
    const same = request.errors.find((error) => error.kind === kind && error.message === example)
    if (same !== undefined && same.count > (most?.count ?? 0))
      most = { name: request.name, count: same.count }
  }
  return most?.name ?? null
}
