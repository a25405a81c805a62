/**
 * A run over time: charts of latency, rate, failures and users, and the same figures as a table.
 */
import { formatCount, formatDuration, formatLatency, formatRate, plural } from '../../base/units.js'
import { type Chart, renderChart } from './chart.js'
import { formatTick } from './distribution.js'
import { html, type Markup, NOTHING } from './markup.js'
import { roundTicks, timeTicks } from './scale.js'
import type { Point } from './series.js'
import { renderTable } from './table.js'

/** Renders the charts. A figure that is always 0 has no chart. */
export function renderTimeCharts(points: readonly Point[], seconds: number, isSmall = false): Markup {
  if (points.length === 0) return NOTHING
  const frame = frameOf(points, seconds, isSmall)
  const charts = [renderLatency, renderRate, renderFailures, renderUsers, renderDropped]
  return html`${charts.map((render) => render(points, frame))}`
}

type Frame = Pick<Chart, 'xs' | 'xMax' | 'xTicks' | 'isSmall'>

function frameOf(points: readonly Point[], seconds: number, isSmall: boolean): Frame {
  const xMax = endOf(points, seconds)
  return {
    xs: points.map(({ start, duration }) => start + duration / 2),
    xMax,
    xTicks: momentTicks(xMax, isSmall ? 4 : 6),
    isSmall,
  }
}

/** Where the time axis ends: with the run, or with its last point. */
export function endOf(points: readonly Pick<Point, 'start' | 'duration'>[], seconds: number): number {
  const last = points.at(-1)
  return last === undefined ? seconds : Math.max(seconds, last.start + last.duration)
}

/** Fewer ticks for a chart that is always small, so that labels don't overlap. */
function small(frame: Frame): Frame {
  return { ...frame, xTicks: momentTicks(frame.xMax, 4), isSmall: true }
}

/** Returns about `wanted` labelled moments of a run of `seconds`. */
export function momentTicks(seconds: number, wanted: number): Chart['xTicks'] {
  return timeTicks(seconds, wanted).map((at) => ({ at, label: formatDuration(at * 1000) }))
}

function renderLatency(points: readonly Point[], frame: Frame): Markup {
  const series = (id: 'p50' | 'p95' | 'p99') => points.map((point) => point[id])
  const top = maxOf([...series('p50'), ...series('p95'), ...series('p99')])
  if (top === null) return NOTHING
  return renderChart({
    ...frame,
    title: 'Latency over time',
    description: `p95 between ${formatLatency(minOf(series('p95')))} and ${formatLatency(maxOf(series('p95')))}, p99 at most ${formatLatency(maxOf(series('p99')))}`,
    yTicks: roundTicks(top, frame.isSmall ? 3 : 5).map((at) => ({ at, label: formatTick(at) })),
    lines: [
      { label: 'p99', look: 'c', values: series('p99'), isArea: true },
      { label: 'p95', look: 'b', values: series('p95'), isArea: true },
      { label: 'p50', look: 'a', values: series('p50'), isArea: true },
    ],
    readout: (index) => {
      const { p50, p95, p99 } = points[index]!
      return `${momentOf(points[index]!)}  ·  p50 ${formatLatency(p50)}  ·  p95 ${formatLatency(p95)}  ·  p99 ${formatLatency(p99)}`
    },
  })
}

function renderRate(points: readonly Point[], frame: Frame): Markup {
  const values = points.map(({ rate }) => rate)
  if (maxOf(values) === 0) return NOTHING
  return renderChart({
    ...small(frame),
    title: 'Requests per second',
    description: `between ${formatRate(minOf(values) ?? 0)} and ${formatRate(maxOf(values) ?? 0)}`,
    yTicks: countTicks(values),
    lines: [{ label: 'finished', look: 'b', values, isArea: true }],
    readout: (index) => `${momentOf(points[index]!)}  ·  ${formatRate(values[index]!)}`,
  })
}

function renderFailures(points: readonly Point[], frame: Frame): Markup {
  const values = points.map(({ failedRate }) => failedRate)
  const most = maxOf(values) ?? 0
  if (most === 0) return NOTHING
  return renderChart({
    ...small(frame),
    title: 'Failures per second',
    description: `at most ${formatRate(most)}`,
    yTicks: countTicks(values),
    lines: [{ label: 'failed', look: 'bad', values, isArea: true }],
    readout: (index) => `${momentOf(points[index]!)}  ·  ${formatRate(values[index]!)} failed`,
  })
}

function renderUsers(points: readonly Point[], frame: Frame): Markup {
  const values = points.map(({ vus }) => vus)
  const most = maxOf(values)
  if (most === null || most === 0) return NOTHING
  return renderChart({
    ...small(frame),
    title: 'Virtual users',
    description: `at most ${formatCount(most)}`,
    yTicks: countTicks(values).filter(({ at }) => Number.isInteger(at)),
    lines: [{ label: 'users', look: 'plain', values, isArea: true }],
    readout: (index) => `${momentOf(points[index]!)}  ·  ${plural(values[index] ?? 0, 'user')}`,
  })
}

function renderDropped(points: readonly Point[], frame: Frame): Markup {
  const values = points.map(({ droppedRate }) => droppedRate)
  const most = maxOf(values) ?? 0
  if (most === 0) return NOTHING
  return renderChart({
    ...small(frame),
    title: 'Arrivals dropped per second',
    description: `at most ${formatRate(most)}`,
    yTicks: countTicks(values),
    lines: [{ label: 'dropped', look: 'bad', values, isArea: true }],
    readout: (index) => `${momentOf(points[index]!)}  ·  ${formatRate(values[index]!)} dropped`,
  })
}

/** Covers at least 0 to 1, so that a chart of zeros has its line at the bottom. */
function countTicks(values: readonly (number | null)[]): Chart['yTicks'] {
  return roundTicks(Math.max(1, maxOf(values) ?? 0), 3).map((at) => ({ at, label: formatShort(at) }))
}

function formatShort(count: number): string {
  return count >= 10_000
    ? `${Number((count / 1000).toPrecision(4))}k`
    : count < 10
      ? `${count}`
      : formatCount(count)
}

/** Renders the data of the charts as a table: every point, or at most `rowsMax` at equal distances. */
export function renderTimeTable(points: readonly Point[], rowsMax: number): Markup {
  if (points.length === 0) return NOTHING
  const step = Math.ceil(points.length / rowsMax)
  const rows = points.filter((_, index) => index % step === 0)
  const hasUsers = rows.some(({ vus }) => vus !== null)
  const columns = ['from', 'requests/s', 'failed/s', 'p50', 'p95', 'p99', ...(hasUsers ? ['users'] : [])]
  const cells = rows.map(({ start, rate, failedRate, p50, p95, p99, vus }) => [
    formatDuration(start * 1000),
    formatRate(rate).slice(0, -2),
    formatRate(failedRate).slice(0, -2),
    formatLatency(p50),
    formatLatency(p95),
    formatLatency(p99),
    ...(hasUsers ? [vus === null ? '–' : formatCount(vus)] : []),
  ])
  const every = step > 1 ? `, every ${formatDuration(step * points[0]!.duration * 1000)}` : ''
  const { duration } = points[0]!
  const coarse = `Each point covers ${formatDuration(duration * 1000)}: latencies are from its worst second, rates are averages.`
  return html`${duration > 1 ? html`<p class="hint">${coarse}</p>` : NOTHING}<details class="data"><summary>Over time, as a table${every}</summary>
${renderTable(
  'Figures over time',
  columns.map((title) => ({ title })),
  cells,
)}</details>
`
}

function momentOf({ start }: Point): string {
  return formatDuration(start * 1000)
}

function maxOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

function minOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.min(...known)
}
