/**
 * The content of the page: everything about a result, from the verdict to the environment.
 */
import { withWarmup } from '../../stats/add.js'
import type { Result } from '../../stats/result.js'
import type { NextStep } from '../advice.js'
import { renderCapacity } from './capacity.js'
import { renderComparison } from './comparison.js'
import { renderDistribution } from './distribution.js'
import { html, type Markup, NOTHING } from './markup.js'
import { renderEach, renderRequests, renderTimings } from './requests.js'
import {
  renderConditions,
  renderFailures,
  renderFindings,
  renderSource,
  renderThresholds,
} from './sections.js'
import { runPoints, timingPoints } from './series.js'
import { listTargetCharts } from './target-charts.js'
import { frameOf, type Levels, listTimeCharts, listTimingCharts } from './time-charts.js'
import { renderTimeTable } from './time-table.js'
import { renderTracks } from './tracks.js'
import { renderVerdict } from './verdict.js'

const POINTS_MAX = 600
const ROWS_MAX = 60

/** More charts of server timings would bury the others. */
const TIMINGS_MAX = 12

/** Renders the report without the surrounding page. `next` is the suggested next step, null for none. */
export function renderReport(measured: Result, next: NextStep | null): Markup {
  const result = { ...measured, requests: measured.requests.map(withWarmup) }
  return html`${renderVerdict(result, next)}${result.comparison === null ? NOTHING : renderComparison(result.comparison)}${renderCapacity(result)}${renderThresholds(result)}${renderRequests(result)}${renderTimings(result.requests)}${renderCharts(result)}${renderFailures(result)}${renderEach(result)}${renderConditions(result)}${renderFindings(result)}${renderSource(result)}`
}

function renderCharts(result: Result): Markup {
  // A single request has the same figures as the run, and the baseline has them by request.
  const request = result.requests.length === 1 ? result.requests[0]!.name : null
  const { comparison, totals } = result
  const points = runPoints(result, POINTS_MAX)
  const { timeline = [] } = result.target ?? {}
  const targetEnd = (timeline.at(-1)?.second ?? -1) + 1
  const frame = frameOf(points, Math.max(result.durationSeconds, targetEnd), 6)
  const timings = timingPoints(result.requests, POINTS_MAX)
  const charts = [
    ...listTimeCharts(points, frame, levelsOf(result)),
    ...listTimingCharts(timings.slice(0, TIMINGS_MAX), frame),
    ...(result.target === undefined ? [] : listTargetCharts(result.target, frame, POINTS_MAX)),
  ]
  return html`<section aria-labelledby="latency">
<h2 id="latency">Latency and load</h2>
<div class="charts">
${renderDistribution({ request, latency: totals.latency, comparison })}</div>
${renderTracks(charts)}${renderTimeTable(points, ROWS_MAX)}</section>
`
}

/** The figures of the baseline for the run as a whole. */
function levelsOf({ comparison }: Result): Levels {
  const find = (metric: string) =>
    comparison?.metrics.find((row) => row.request === null && row.metric === metric)?.baseline ?? null
  return { p95: find('p95'), throughput: find('throughput') }
}
