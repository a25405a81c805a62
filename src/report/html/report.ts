/**
 * All there is to say about a result, from the verdict to the machine: the content of a page.
 */
import { withWarmup } from '../../stats/add.js'
import type { Result } from '../../stats/result.js'
import { nextStep } from '../advice.js'
import { renderComparison } from './comparison.js'
import { renderCourse, renderFigures } from './course.js'
import { renderDistribution } from './distribution.js'
import { html, type Markup, NOTHING } from './markup.js'
import { renderEach, renderRequests } from './requests.js'
import { renderConditions, renderFailures, renderSource, renderThresholds } from './sections.js'
import { runPoints } from './series.js'
import { renderVerdict } from './verdict.js'

const POINTS_MAX = 600
const ROWS_MAX = 60

/** The report, without the page around it. `next`: what to do next, null for nothing. */
export function renderReport(measured: Result, next = nextStep(measured)): Markup {
  const result = { ...measured, requests: measured.requests.map(withWarmup) }
  return html`${renderVerdict(result, next)}${result.comparison === null ? NOTHING : renderComparison(result.comparison)}${renderThresholds(result)}${renderRequests(result)}${renderCharts(result)}${renderFailures(result)}${renderEach(result)}${renderConditions(result)}${renderSource(result)}`
}

function renderCharts(result: Result): Markup {
  // The figures of the only request are those of the run, and they are what the baseline has.
  const request = result.requests.length === 1 ? result.requests[0]!.name : null
  const { comparison, totals } = result
  const points = runPoints(result, POINTS_MAX)
  return html`<section aria-labelledby="latency">
<h2 id="latency">Latency and load</h2>
<div class="charts">
${renderDistribution({ request, latency: totals.latency, comparison })}${renderCourse(points, result.durationSeconds)}</div>
${renderFigures(points, ROWS_MAX)}</section>
`
}
