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
import { renderConditions, renderFailures, renderSource, renderThresholds } from './sections.js'
import { runPoints } from './series.js'
import { renderTargetCharts } from './target-charts.js'
import { endOf, renderTimeCharts, renderTimeTable } from './time-charts.js'
import { renderVerdict } from './verdict.js'

const POINTS_MAX = 600
const ROWS_MAX = 60

/** Renders the report without the surrounding page. `next` is the suggested next step, null for none. */
export function renderReport(measured: Result, next: NextStep | null): Markup {
  const result = { ...measured, requests: measured.requests.map(withWarmup) }
  return html`${renderVerdict(result, next)}${result.comparison === null ? NOTHING : renderComparison(result.comparison)}${renderCapacity(result.capacity)}${renderThresholds(result)}${renderRequests(result)}${renderTimings(result.requests)}${renderCharts(result)}${renderFailures(result)}${renderEach(result)}${renderConditions(result)}${renderSource(result)}`
}

function renderCharts(result: Result): Markup {
  // A single request has the same figures as the run, and the baseline has them by request.
  const request = result.requests.length === 1 ? result.requests[0]!.name : null
  const { comparison, totals } = result
  const points = runPoints(result, POINTS_MAX)
  return html`<section aria-labelledby="latency">
<h2 id="latency">Latency and load</h2>
<div class="charts">
${renderDistribution({ request, latency: totals.latency, comparison })}${renderTimeCharts(points, result.durationSeconds)}${renderTargetCharts(result.target, endOf(points, result.durationSeconds), POINTS_MAX)}</div>
${renderTimeTable(points, ROWS_MAX)}</section>
`
}
