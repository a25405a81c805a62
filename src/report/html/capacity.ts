/**
 * The section on a search for a capacity: the loads that were tried, and what the service made of them.
 */
import { formatCount, formatLatency, formatRate, formatShare } from '../../base/units.js'
import type { CapacityFigures, CapacityTrial } from '../../stats/capacity.js'
import type { Result } from '../../stats/result.js'
import { fitScalability, throughputAt } from '../../verdict/capacity/usl.js'
import {
  describeFigures,
  formatLoad,
  listLoads,
  listSearches,
  loadTitles,
  type ShownSearch,
  summarizeSearch,
} from '../capacity.js'
import type { Chart } from './chart.js'
import { formatTick } from './distribution.js'
import { type Content, html, type Markup, NOTHING } from './markup.js'
import { roundTicks } from './scale.js'
import { renderTable } from './table.js'
import { renderPointTracks } from './tracks.js'

/** Renders the charts and the table of a search, in a session also those of side a; nothing without one. */
export function renderCapacity(result: Pick<Result, 'capacity' | 'session'>): Markup {
  const searches = listSearches(result)
  if (searches.length === 0) return NOTHING
  return html`<section aria-labelledby="capacity">
<h2 id="capacity">Capacity</h2>
${searches.map((search) => renderSearch(search, result))}</section>
`
}

function renderSearch(
  { title, figures: capacity }: ShownSearch,
  { capacity: own, session }: Pick<Result, 'capacity' | 'session'>,
): Markup {
  const columns = loadTitles(capacity).map((title) => ({ title, ...(title === '' && { isText: true }) }))
  const rows = listLoads(capacity).map(({ cells, role }) => {
    const remark = cells.at(-1)!
    const look = role === 'missed' ? 'bad' : role === 'unsure' ? 'unsure' : 'good'
    return [...cells.slice(0, -1), html`<span class="${look}">${remark}</span>`]
  })
  const heading = title === null ? NOTHING : html`<h3>${title}</h3>\n`
  const hint =
    capacity === own
      ? html`<p class="hint">${describeFigures(capacity, session)}, as are those at the top.</p>\n`
      : NOTHING
  return html`${heading}<p>${summarizeSearch(capacity)}. Limits of a trial: ${capacity.slo.join(', ')}.</p>
${hint}${renderLoads(capacity)}${renderTable(`${title === null ? 'Loads' : `${title}: loads`} that were tried`, columns, rows)}${renderModel(capacity)}`
}

/** The means of the trials at one load. */
interface LoadPoint {
  readonly offered: number
  readonly carried: number
  readonly p95: number | null
  /** Iterations in progress; null if it isn't known. */
  readonly concurrency: number | null
}

function pointsOf(trials: readonly CapacityTrial[]): LoadPoint[] {
  const loads = [...new Set(trials.map(({ offered }) => offered))].sort((a, b) => a - b)
  return loads.map((offered) => {
    const own = trials.filter((trial) => trial.offered === offered)
    return {
      offered,
      carried: mean(own.map(({ carried }) => carried))!,
      p95: mean(own.flatMap(({ p95 }) => p95 ?? [])),
      concurrency: mean(own.flatMap(({ concurrency }) => concurrency ?? [])),
    }
  })
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length
}

/** Renders what was carried, and how fast, by the load that was offered. */
function renderLoads(capacity: CapacityFigures): Content {
  const points = pointsOf(capacity.trials)
  const { of, lower, upper } = capacity
  const xTicks = roundTicks(points.at(-1)!.offered, 5)
  const between =
    lower === null || upper === null
      ? ''
      : `, the capacity is between ${formatLoad(lower, of)} and ${formatLoad(upper, of)}`
  const frame = {
    xs: points.map(({ offered }) => offered),
    xMax: xTicks.at(-1)!,
    xTicks: of === 'rate' ? rateLabels(xTicks) : xTicks.map((at) => ({ at, label: formatCount(at) })),
    ...(lower !== null && upper !== null && { band: { from: lower, to: upper } }),
    position: (index: number) => formatLoad(points[index]!.offered, of),
  }
  const slowest = Math.max(1, ...points.map(({ p95 }) => p95 ?? 0))
  const carriedMost = Math.max(...points.map(({ carried }) => carried))
  const fastest = Math.max(carriedMost, of === 'rate' ? points.at(-1)!.offered : 0)
  const carried: Chart = {
    ...frame,
    isLead: true,
    title: of === 'rate' ? 'Carried and offered' : 'Carried by users',
    description: `up to ${formatRate(carriedMost)} carried${between}`,
    yTicks: rateLabels(roundTicks(fastest, 5)),
    lines: [
      ...(of === 'rate'
        ? [{ label: 'offered', look: 'plain' as const, values: points.map(({ offered }) => offered) }]
        : []),
      { label: 'carried', look: 'a', values: points.map(({ carried }) => carried) },
    ],
    readout: (index) => `carried ${formatRate(points[index]!.carried)}`,
  }
  const latency: Chart = {
    ...frame,
    title: 'p95 by load',
    description: `up to ${formatLatency(slowest)}${between}`,
    yTicks: roundTicks(slowest, 2).map((at) => ({ at, label: at === 0 ? '0' : formatTick(at) })),
    lines: [{ label: 'p95', look: 'b', values: points.map(({ p95 }) => p95), isArea: true }],
    readout: (index) => `p95 ${formatLatency(points[index]!.p95)}`,
  }
  return renderPointTracks([carried, latency], of === 'rate' ? 'a load' : 'a number of users')
}

function rateLabels(ticks: readonly number[]): Chart['yTicks'] {
  return ticks.map((at) => ({ at, label: at === 0 ? '0' : formatRate(at) }))
}

/** A peak that is further beyond the measured levels than this many times the largest of them is not drawn. */
const BEYOND_MAX = 1.5
const CURVE_STEPS = 80

/** Renders the curve of the Universal Scalability Law with the levels it was fitted to; nothing if it doesn't fit. */
function renderModel({ trials }: CapacityFigures): Content {
  const points = pointsOf(trials.filter(({ unsure }) => unsure !== true))
    .flatMap(({ offered, carried, concurrency }) =>
      concurrency === null ? [] : [{ offered, concurrency, throughput: carried }],
    )
    .sort((a, b) => a.concurrency - b.concurrency)
  const model = fitScalability(points)
  if (model === null) return NOTHING
  const { contention, peak, error } = model
  const largest = points.at(-1)!.concurrency
  const isPeakNear = peak !== null && peak.concurrency <= BEYOND_MAX * largest
  const xTicks = roundTicks(isPeakNear ? Math.max(largest, peak.concurrency) : largest, 5)
  const xMax = xTicks.at(-1)!
  const curve = Array.from({ length: CURVE_STEPS + 1 }, (_, index) => {
    const x = (index / CURVE_STEPS) * xMax
    return { x, y: throughputAt(model, x) }
  })
  const most = Math.max(...points.map(({ throughput }) => throughput), ...curve.map(({ y }) => y))
  const peakText =
    peak === null
      ? 'It has no peak.'
      : `It peaks at ${formatRate(peak.throughput)}, with ${formatProgress(peak.concurrency)} in progress${isPeakNear ? '' : ', far beyond what was measured'}.`
  const chart: Chart = {
    title: 'Carried by iterations in progress',
    description: `up to ${formatRate(most)}`,
    isLead: true,
    xs: points.map(({ concurrency }) => concurrency),
    xMax,
    xTicks: xTicks.map((at) => ({ at, label: formatProgress(at) })),
    yTicks: rateLabels(roundTicks(most, 5)),
    lines: [],
    marks: {
      label: 'measured',
      points: points.map(({ concurrency, throughput }) => ({ x: concurrency, y: throughput })),
    },
    curve: {
      label: 'model (USL)',
      points: curve,
      ...(isPeakNear && {
        peak: { x: peak.concurrency, y: peak.throughput, label: `peak ${formatRate(peak.throughput)}` },
      }),
    },
    position: (index) => `${formatProgress(points[index]!.concurrency)} in progress`,
    readout: (index) => {
      const { throughput, concurrency } = points[index]!
      return `carried ${formatRate(throughput)}  ·  model ${formatRate(throughputAt(model, concurrency))}`
    },
  }
  return html`${renderPointTracks([chart], 'a level')}
<p class="hint">The dashed line is a model, not a measurement: the Universal Scalability Law, fitted to these loads (error ${formatShare(error)}). By it, ${formatShare(contention)} of the work can't be done in parallel. ${peakText}</p>
`
}

function formatProgress(concurrency: number): string {
  return concurrency < 10 ? `${Number(concurrency.toFixed(1))}` : formatCount(concurrency)
}
