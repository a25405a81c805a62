/**
 * Baselines on a terminal: their figures, and the smallest changes they can detect.
 */
import { printable } from '../base/printable.js'
import {
  formatCount,
  formatDuration,
  formatLatency,
  formatRate,
  formatShare,
  formatSize,
  plural,
} from '../base/units.js'
import type { Baseline } from '../verdict/baseline.js'
import { type Detectable, detectable } from '../verdict/detectable.js'
import type { MeasuredTarget } from '../verdict/measurement.js'
import type { Page } from './page.js'
import { type Column, renderTable } from './table.js'
import { wrap } from './width.js'

/** Renders one baseline: its figures, what it can detect, and where it was recorded. */
export function renderBaseline(
  baseline: Baseline,
  file: string,
  { width, isUnbounded, style }: Page,
): string {
  const { scenario, totals, requests, target } = baseline
  // The first of a key is the latency itself, later ones are server timings.
  const limits = new Map(
    detectable(baseline)
      .toReversed()
      .map((limit) => [keyOf(limit), limit]),
  )
  const rows = requests.map(({ name, requests: count, errorRate, latency }) => [
    printable(name),
    formatCount(count),
    formatShare(errorRate),
    ...(['p50', 'p95', 'p99'] as const).flatMap((metric) => [
      formatLatency(latency[metric]),
      formatDetectable(limits.get(keyOf({ request: name, metric }))),
    ]),
  ])
  const of = (metric: Detectable['metric']) => formatDetectable(limits.get(keyOf({ request: null, metric })))
  const parts = [
    style.bold(wrap(`${printable(scenario.name)}  ${printable(file)}`, width, '  ')),
    renderTable(COLUMNS, rows, { width, isUnbounded, indent: '  ', title: style.dim }),
    wrap(
      `  throughput ${formatRate(totals.throughput)} ${of('throughput')}, errors ${formatShare(totals.errorRate)}`,
      width,
      '  ',
    ),
    ...describeTarget(target, of('cpu_per_request')).map((line) => wrap(line, width, '  ')),
    ...describeOrigin(baseline).map((line) => style.dim(wrap(`  ${line}`, width, '  '))),
    style.dim(
      wrap(
        '  In parentheses: the smallest slowdown that the next run would detect nine times in ten.',
        width,
        '  ',
      ),
    ),
  ]
  return `${parts.join('\n')}\n`
}

function keyOf({ request, metric }: Pick<Detectable, 'request' | 'metric'>): string {
  return JSON.stringify([request, metric])
}

const COLUMNS: readonly Column[] = [
  { title: 'request', isFlexible: true },
  { title: 'count', align: 'right', expendable: 1 },
  { title: 'errors', align: 'right', expendable: 2 },
  { title: 'p50', align: 'right' },
  { title: '', align: 'right', expendable: 5 },
  { title: 'p95', align: 'right' },
  { title: '', align: 'right', expendable: 4 },
  { title: 'p99', align: 'right', expendable: 6 },
  { title: '', align: 'right', expendable: 3 },
]

/** Renders a table with one line per baseline. */
export function renderBaselineList(
  entries: readonly { readonly file: string; readonly baseline: Baseline }[],
  { width, isUnbounded, style }: Page,
): string {
  const rows = entries.map(({ file, baseline }) => {
    const { startedAt, totals, requests } = baseline
    const day = printable(startedAt.slice(0, 10))
    return [
      printable(file),
      day,
      String(requests.length),
      formatRate(totals.throughput),
      formatLatency(totals.latency.p95),
    ]
  })
  const columns: readonly Column[] = [
    { title: 'baseline', isFlexible: true },
    { title: 'recorded', expendable: 2 },
    { title: 'requests', align: 'right', expendable: 1 },
    { title: 'throughput', align: 'right' },
    { title: 'p95', align: 'right' },
  ]
  return `${renderTable(columns, rows, { width, isUnbounded, title: style.dim })}\n`
}

function describeTarget(target: MeasuredTarget | undefined, detectable: string): string[] {
  if (target === undefined || (target.cpuPerRequest === null && target.memory === null)) return []
  const { cpuPerRequest, memory } = target
  const most = memory === null ? '' : `, memory at most ${formatSize(memory.max)}`
  return [`  service: CPU time per request ${formatLatency(cpuPerRequest)} ${detectable}${most}`]
}

function formatDetectable(limit: Detectable | undefined): string {
  if (limit === undefined || limit.change === null) return '(?)'
  return `(${limit.metric === 'throughput' ? '-' : '+'}${Math.ceil(limit.change * 100)}%)`
}

function describeOrigin({ startedAt, durationSeconds, jobs, environment, scenario }: Baseline): string[] {
  const runs = jobs.reduce((sum, job) => sum + job.runs.length, 0)
  const commit =
    environment.gitCommit === null ? '' : `, commit ${printable(environment.gitCommit.slice(0, 12))}`
  const seconds = formatDuration(Math.round(durationSeconds * 10) * 100)
  return [
    `recorded ${printable(startedAt)}${commit}: ${plural(jobs.length, 'job')} (${plural(runs, 'run')}) of ${seconds}, ${printable(scenario.load)}`,
    `on ${printable(environment.cpu)}, ${plural(environment.cores, 'core')}, ${printable(environment.os)}, Node.js ${printable(environment.node)}`,
  ]
}
