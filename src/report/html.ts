/**
 * A page that opens from the disk: one file, no script, nothing loaded from anywhere. Its policy forbids all that,
 * so that not even a mistake here could let a name from outside do more than be read.
 */
import { createHash } from 'node:crypto'
import type { Result } from '../stats/result.js'
import { renderComparison } from './html/comparison.js'
import { renderCourse, renderFigures } from './html/course.js'
import { renderDistribution } from './html/distribution.js'
import { html, type Markup, NOTHING } from './html/markup.js'
import { renderEach, renderRequests } from './html/requests.js'
import { renderConditions, renderFailures, renderThresholds } from './html/sections.js'
import { runPoints } from './html/series.js'
import { STYLESHEET } from './html/stylesheet.js'
import { renderVerdict, SYMBOLS } from './html/verdict.js'
import type { Format } from './index.js'

const POINTS_MAX = 600
const ROWS_MAX = 60

function render(result: Result): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${SYMBOLS[result.verdict]} ${result.scenario.name} · perfctl</title>
<style>${STYLESHEET}</style>
</head>
<body>
<main>
${renderVerdict(result)}${result.comparison === null ? NOTHING : renderComparison(result.comparison)}${renderThresholds(result.thresholds)}${renderRequests(result)}${renderCharts(result)}${renderFailures(result)}${renderEach(result)}${renderConditions(result)}</main>
</body>
</html>
`.text
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

function policy(): string {
  const style = createHash('sha256').update(STYLESHEET.text).digest('base64')
  return `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`
}

export default { id: 'html', extension: 'html', render } satisfies Format
