/**
 * The latency distribution as HdrHistogram plots it: each step to the right is one more nine, so the slow tail gets as
 * much room as the rest.
 */
import { formatLatency, formatShare } from '../../base/units.js'
import type { Comparison } from '../../stats/comparison.js'
import type { LatencySummary } from '../../stats/result.js'
import { sideTitles } from '../comparison.js'
import { type ChartSize, renderChart } from './chart.js'
import { type Content, type Markup, NOTHING } from './markup.js'
import { roundTicks } from './scale.js'
import { renderTable } from './table.js'

/** The latencies to plot; `request` is null for the whole run. */
export interface Subject {
  readonly request: string | null
  readonly latency: LatencySummary
  readonly comparison: Comparison | null
}

const STEPS = 160

/** Renders the plot, with the baseline's percentiles as marks if known. Nothing without latencies. */
export function renderDistribution(subject: Subject, size: ChartSize = 'wide'): Markup {
  const { latency } = subject
  const { histogram } = latency
  if (latency.count === 0 || histogram === null) return NOTHING
  const xMax = Math.max(1, Math.log10(histogram.count))
  const xs = Array.from({ length: STEPS + 1 }, (_, index) => (index / STEPS) * xMax)
  // The last value is the slowest request.
  const values = xs.map((x) => histogram.valueAtPercentile(x === xMax ? 100 : shareBelow(x) * 100) / 1000)
  const points = baselinePoints(subject).filter(({ x }) => x <= xMax)
  const top = Math.max(latency.max ?? 0, ...points.map(({ y }) => y))
  const chart = {
    title: 'Latency distribution',
    description: `half of the requests took at most ${formatLatency(latency.p50)}, 95% ${formatLatency(latency.p95)}, 99% ${formatLatency(latency.p99)}, the slowest ${formatLatency(latency.max)}`,
    xs,
    xMax,
    xTicks: NINES.filter(({ at }) => at <= xMax),
    yTicks: roundTicks(top, size === 'wide' ? 5 : 3).map((at) => ({ at, label: formatTick(at) })),
    lines: [{ label: 'latency', look: 'b' as const, values, isArea: true }],
    ...(points.length > 0 && { marks: { label: sideTitles(subject.comparison ?? {})[0], points } }),
    readout: (index: number) =>
      `${formatPercent(shareBelow(xs[index]!))} within ${formatLatency(values[index]!)}`,
  }
  return renderChart(chart, size)
}

/** x is the number of nines: log10 of 1/(1−p). */
function shareBelow(x: number): number {
  return 1 - 10 ** -x
}

function ninesOf(share: number): number {
  return -Math.log10(1 - share)
}

const NINES = [
  { at: ninesOf(0.5), label: '50%' },
  { at: 1, label: '90%' },
  { at: 2, label: '99%' },
  { at: 3, label: '99.9%' },
  { at: 4, label: '99.99%' },
  { at: 5, label: '99.999%' },
  { at: 6, label: '99.9999%' },
]

const COMPARED: Readonly<Record<string, number>> = { p50: 0.5, p95: 0.95, p99: 0.99 }

function baselinePoints({ request, comparison }: Subject): { x: number; y: number }[] {
  return (comparison?.metrics ?? []).flatMap((row) => {
    const share = COMPARED[row.metric]
    const isMeant = row.request === request && share !== undefined && row.baseline !== null
    return isMeant ? [{ x: ninesOf(share), y: row.baseline }] : []
  })
}

/** Uses enough digits to distinguish 99.99% from 99.95%. */
function formatPercent(share: number): string {
  return share < 0.99
    ? formatShare(share)
    : `${(Math.floor(share * 1e6) / 1e4).toFixed(share < 0.999 ? 1 : 3)}%`
}

/** Formats a round latency: `200ms`, not `200.0ms`. */
export function formatTick(ms: number): string {
  if (ms === 0) return '0'
  if (ms >= 1000) return `${Number((ms / 1000).toPrecision(4))}s`
  return ms >= 1 ? `${Number(ms.toPrecision(4))}ms` : `${Number((ms * 1000).toPrecision(4))}µs`
}

/** Renders the percentiles of several kinds of latency as a table. */
export function renderPercentiles(
  kinds: readonly { readonly label: Content; readonly latency: LatencySummary }[],
): Markup {
  const measured = kinds.filter(({ latency }) => latency.count > 0)
  if (measured.length === 0) return NOTHING
  const columns = [
    { title: 'time', isText: true },
    ...PERCENTILES.map((title) => ({ title, isExpendable: !ON_A_PHONE.includes(title) })),
  ]
  const rows = measured.map(({ label, latency }) => [
    label,
    ...PERCENTILES.map((id) => formatLatency(latency[id])),
  ])
  return renderTable('Percentiles', columns, rows)
}

const ON_A_PHONE: readonly string[] = ['p50', 'p95', 'p99', 'max']
const PERCENTILES = ['min', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'] as const
