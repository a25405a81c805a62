/**
 * The section on a search for a capacity: the loads that were tried, and what the service made of them.
 */
import { formatLatency, formatRate, formatShare } from '../../base/units.js'
import type { CapacityFigures, CapacityTrial } from '../../stats/capacity.js'
import type { Result } from '../../stats/result.js'
import { fitScalability } from '../../verdict/capacity/usl.js'
import {
  describeFigures,
  formatLoad,
  LOAD_TITLES,
  listLoads,
  listSearches,
  type ShownSearch,
  summarizeSearch,
} from '../capacity.js'
import { type Chart, renderChart } from './chart.js'
import { type Content, html, type Markup, NOTHING } from './markup.js'
import { roundTicks } from './scale.js'
import { renderTable } from './table.js'

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
  const columns = LOAD_TITLES.map((title) => ({ title, ...(title === '' && { isText: true }) }))
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
${hint}<div class="charts">
${renderCharts(capacity)}</div>
${renderTable(`${title === null ? 'Loads' : `${title}: loads`} that were tried`, columns, rows)}${renderModel(capacity)}`
}

/** The means of the trials at one load. */
interface LoadPoint {
  readonly offered: number
  readonly carried: number
  readonly p95: number | null
}

function pointsOf({ trials }: CapacityFigures): LoadPoint[] {
  const loads = [...new Set(trials.map(({ offered }) => offered))].sort((a, b) => a - b)
  return loads.map((offered) => {
    const own = trials.filter((trial) => trial.offered === offered)
    const latencies = own.flatMap(({ p95 }) => p95 ?? [])
    return {
      offered,
      carried: mean(own.map(({ carried }) => carried)),
      p95: latencies.length === 0 ? null : mean(latencies),
    }
  })
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}

function renderCharts(capacity: CapacityFigures): Content {
  const points = pointsOf(capacity)
  const { of, lower, upper } = capacity
  const xTicks = roundTicks(points.at(-1)!.offered, 5)
  const xMax = xTicks.at(-1)!
  const between =
    lower === null || upper === null
      ? ''
      : `, the capacity is between ${formatLoad(lower, of)} and ${formatLoad(upper, of)}`
  const frame: Pick<Chart, 'xs' | 'xMax' | 'xTicks' | 'band'> = {
    xs: points.map(({ offered }) => offered),
    xMax,
    xTicks: xTicks.map((at) => ({ at, label: formatLoad(at, of) })),
    ...(lower !== null && upper !== null && { band: { from: lower, to: upper } }),
  }
  const slowest = Math.max(1, ...points.map(({ p95 }) => p95 ?? 0))
  const fastest = Math.max(
    ...points.map(({ carried }) => carried),
    of === 'rate' ? points.at(-1)!.offered : 0,
  )
  return [
    renderChart(
      {
        ...frame,
        title: 'p95 by load',
        description: `up to ${formatLatency(slowest)}${between}`,
        yTicks: roundTicks(slowest, 3).map((at) => ({ at, label: at === 0 ? '0' : formatLatency(at) })),
        lines: [{ label: 'p95', look: 'b', values: points.map(({ p95 }) => p95) }],
        readout: (index) => describe(points[index]!, capacity),
      },
      'small',
    ),
    renderChart(
      {
        ...frame,
        title: of === 'rate' ? 'Carried and offered' : 'Carried by users',
        description: `up to ${formatRate(Math.max(...points.map(({ carried }) => carried)))} carried${between}`,
        yTicks: roundTicks(fastest, 3).map((at) => ({ at, label: at === 0 ? '0' : formatRate(at) })),
        lines: [
          { label: 'carried', look: 'a', values: points.map(({ carried }) => carried) },
          ...(of === 'rate'
            ? [{ label: 'offered', look: 'plain' as const, values: points.map(({ offered }) => offered) }]
            : []),
        ],
        readout: (index) => describe(points[index]!, capacity),
      },
      'small',
    ),
  ]
}

function describe({ offered, carried, p95 }: LoadPoint, { of }: CapacityFigures): string {
  return `${formatLoad(offered, of)}  ·  carried ${formatRate(carried)}  ·  p95 ${formatLatency(p95)}`
}

function renderModel({ trials }: CapacityFigures): Markup {
  const levels = trials.flatMap(({ concurrency, carried }: CapacityTrial) =>
    concurrency === null ? [] : [{ concurrency, throughput: carried }],
  )
  const model = fitScalability(levels)
  if (model === null) return NOTHING
  const { contention, peak, error } = model
  const most =
    peak === null
      ? 'It has no peak.'
      : `It peaks at ${formatRate(peak.throughput)}, with ${peak.concurrency.toFixed(peak.concurrency < 10 ? 1 : 0)} in progress.`
  return html`<p class="hint">A model, not a measurement: by the Universal Scalability Law, fitted to these trials (error ${formatShare(error)}), ${formatShare(contention)} of the work can't be done in parallel. ${most}</p>
`
}
