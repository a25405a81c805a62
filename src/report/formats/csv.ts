/**
 * CSV (RFC 4180) with a row per request, per server timing of a request, per metric of the service, per trial of a search for a
 * capacity, and a total, for spreadsheets.
 */
import { printable } from '../../base/printable.js'
import { withWarmup } from '../../stats/add.js'
import { type CapacityTrial, errorRateOf } from '../../stats/capacity.js'
import type { LatencySummary, Result, Totals } from '../../stats/result.js'
import type { MetricFigures } from '../../stats/target-metrics.js'
import { listTimings } from '../observed.js'
import type { Format } from './format.js'

type Row = Partial<Omit<Totals, 'latency'>> & {
  readonly latency: Partial<Omit<LatencySummary, 'histogram'>>
  readonly timing?: string
  readonly reported?: Pick<MetricFigures, 'mean' | 'min' | 'max' | 'last'> | null
  readonly target?: Result['target']
  readonly trial?: CapacityTrial
}

interface Column {
  readonly title: string
  readonly read: (row: Row) => number | string | null | undefined
}

const COLUMNS: readonly Column[] = [
  { title: 'requests', read: ({ requests }) => requests },
  { title: 'failed', read: ({ failed }) => failed },
  { title: 'error_rate', read: ({ errorRate, trial }) => (trial ? errorRateOf(trial) : errorRate) },
  { title: 'throughput_per_second', read: ({ throughput }) => throughput },
  { title: 'mean_ms', read: ({ latency }) => latency.mean },
  { title: 'p50_ms', read: ({ latency }) => latency.p50 },
  { title: 'p75_ms', read: ({ latency }) => latency.p75 },
  { title: 'p90_ms', read: ({ latency }) => latency.p90 },
  { title: 'p95_ms', read: ({ latency }) => latency.p95 },
  { title: 'p99_ms', read: ({ latency }) => latency.p99 },
  { title: 'p999_ms', read: ({ latency }) => latency.p999 },
  { title: 'max_ms', read: ({ latency }) => latency.max },
  { title: 'requests_per_second', read: ({ requestRate }) => requestRate },
  { title: 'cache_hit_rate', read: ({ cache }) => cache?.ratio },
  { title: 'server_timing', read: ({ timing }) => timing && quoteCell(timing) },
  { title: 'metric_mean', read: ({ reported }) => reported?.mean },
  { title: 'metric_min', read: ({ reported }) => reported?.min },
  { title: 'metric_max', read: ({ reported }) => reported?.max },
  { title: 'metric_last', read: ({ reported }) => reported?.last },
  { title: 'cpu_per_request_ms', read: ({ target }) => target?.cpuPerRequest },
  { title: 'memory_max_bytes', read: ({ target, trial }) => trial?.memory ?? target?.memory?.max },
]

/** Only results of searches have them. */
const TRIAL_COLUMNS: readonly Column[] = [
  { title: 'offered', read: ({ trial }) => trial?.offered },
  { title: 'carried_per_second', read: ({ trial }) => trial?.carried },
  { title: 'concurrency', read: ({ trial }) => trial?.concurrency },
  { title: 'cpu_cores', read: ({ trial }) => trial?.cpuCores },
  { title: 'start_s', read: ({ trial }) => trial?.start },
  { title: 'duration_s', read: ({ trial }) => trial?.seconds },
  { title: 'outcome', read: ({ trial }) => trial && outcomeOf(trial) },
  { title: 'missed', read: ({ trial }) => trial && quoteCell(listMissed(trial)) },
]

function render(result: Result): string {
  const columns = result.capacity === undefined ? COLUMNS : [...COLUMNS, ...TRIAL_COLUMNS]
  const header = ['scenario', 'request', 'kind', ...columns.map(({ title }) => title)]
  const row = (name: string, kind: string, figures: Row) => [
    quoteCell(result.scenario.name),
    quoteCell(name),
    kind,
    ...columns.map(({ read }) => String(read(figures) ?? '')),
  ]
  const rows = [
    header,
    ...result.requests.map(withWarmup).map((request) => row(request.name, request.kind, request)),
    ...listTimings(result.requests, Number.POSITIVE_INFINITY).rows.map(({ request, timing, figures }) =>
      row(request, 'server timing', { requests: figures.count, latency: figures, timing }),
    ),
    ...Object.entries(result.target?.metrics ?? {}).map(([name, reported]) =>
      row(name, 'service metric', { latency: {}, reported }),
    ),
    ...(result.capacity?.trials ?? []).map((trial) =>
      row('', 'trial', { latency: { p95: trial.p95 }, trial }),
    ),
    row('', 'total', { ...result.totals, target: result.target }),
  ]
  return rows.map((cells) => `${cells.join(',')}\r\n`).join('')
}

function outcomeOf({ met, unsure }: CapacityTrial): string {
  return met ? 'met' : unsure ? 'unsure' : 'missed'
}

/** The limits that weren't met, as written, and what else it missed, by its code. */
function listMissed({ missed }: CapacityTrial): string {
  return missed.map(({ why, expression }) => expression ?? why).join('; ')
}

/** Quotes a CSV cell. Spreadsheets take a leading `=`, `+`, `-` or `@` for a formula, so it gets a ' in front. */
export function quoteCell(text: string): string {
  const plain = printable(text)
  const safe = /^\s*[=+\-@]/.test(plain) ? `'${plain}` : plain
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The format of `--report csv`. */
export default { id: 'csv', extension: 'csv', render } satisfies Format
