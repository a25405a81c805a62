/**
 * A running test as parts of a page, with the charts and tables of the final report.
 */
import { printable } from '../../../base/printable.js'
import { formatDuration, formatLatency, formatRate, formatShare, plural } from '../../../base/units.js'
import type { AgentFrame, Frame, ReportedFigure } from '../../../stats/frame.js'
import { renderDistribution } from '../../html/distribution.js'
import { type Content, html, type Markup, NOTHING } from '../../html/markup.js'
import { renderRequestTable, renderTimings } from '../../html/requests.js'
import { renderFailures } from '../../html/sections.js'
import { runPoints } from '../../html/series.js'
import { renderFacts, renderName } from '../../html/table.js'
import { frameOf, listTimeCharts } from '../../html/time-charts.js'
import { renderTracks } from '../../html/tracks.js'
import { renderKeyFigures } from '../../html/verdict.js'
import { formatReported } from '../../reported.js'
import { describeServiceNow } from '../../target.js'
import type { RunSoFar } from './so-far.js'

/** Points of a chart: one per second at first, later fewer, because the page is rendered every second. */
const POINTS_MAX = 300

/**
 * Renders the parts, always the same number in the same order, so that the browser can keep unchanged ones: status,
 * charts, requests, failures, metrics of the service, generator.
 */
export function renderParts(soFar: RunSoFar): Markup[] {
  const { frame, timeline } = soFar
  const totals = soFar.totals()
  const requests = soFar.requests()
  const points = runPoints({ timeline }, POINTS_MAX)
  const rows = requests.map(({ name, totals }) => [renderName(name), totals] as const)
  return [
    renderHead(soFar, frame),
    timeline.length === 0
      ? NOTHING
      : html`${renderKeyFigures(totals)}<section aria-labelledby="latency">
<h2 id="latency">Latency and load</h2>
<div class="charts">
${renderDistribution({ request: null, latency: totals.latency, comparison: null })}</div>
${renderTracks(listTimeCharts(points, frameOf(points, timeline.length, 6)))}</section>
`,
    html`${renderRequestTable(rows, totals)}${renderTimings(requests.map(({ name, totals: { serverTiming } }) => ({ name, serverTiming })))}`,
    renderFailures({ totals }),
    renderReported(frame?.metrics ?? []),
    frame === null ? NOTHING : renderGenerator(soFar, frame),
  ]
}

/** Returns the title of the page while the run lasts. */
export function titleOf({ run, frame }: RunSoFar): string {
  return `${frame === null ? '…' : formatSeconds(frame.elapsedMs)} · ${run.scenario} · perfctl`
}

function renderHead({ run }: RunSoFar, frame: Frame | null): Markup {
  return html`<header>
<p class="eyebrow">${renderName(run.scenario)} <span>live</span></p>
<h1><span class="symbol running" aria-hidden="true">●</span>${describePhase(frame)}</h1>
<p class="hint">${frame === null ? NOTHING : `${describeTime(frame)}, ${plural(frame.vus, 'virtual user')}, `}against ${renderName(run.target)}</p>
${
  frame?.service === undefined
    ? NOTHING
    : html`<p class="hint">service: ${describeServiceNow(frame.service)}</p>
`
}${frame === null ? NOTHING : renderBar(frame)}</header>
`
}

function describePhase(frame: Frame | null): string {
  if (frame === null) return 'Starting'
  if (frame.phase === 'warm-up') return 'Warming up: not measured yet'
  if (frame.phase === 'stopping') return 'Stopping: waiting for the last responses'
  return frame.stages > 1 ? `Running: stage ${frame.stage} of ${frame.stages}` : 'Running'
}

function describeTime({ elapsedMs, totalMs }: Frame): string {
  return hasEnd(totalMs)
    ? `${formatSeconds(elapsedMs)} of ${formatSeconds(totalMs)}`
    : formatSeconds(elapsedMs)
}

function renderBar({ elapsedMs, totalMs }: Frame): Content {
  if (!hasEnd(totalMs)) return NOTHING
  const percent = Math.round(Math.min(1, elapsedMs / totalMs) * 100)
  return html`<progress max="100" value="${percent}" aria-label="done">${percent}%</progress>
`
}

function hasEnd(totalMs: number): boolean {
  return Number.isFinite(totalMs) && totalMs > 0
}

function formatSeconds(ms: number): string {
  return formatDuration(Math.round(ms / 1000) * 1000)
}

/** From this share of busy time on, a worker is close to being the bottleneck. */
const BUSY_RATIO = 0.8

function renderGenerator({ run, dropped }: RunSoFar, { busy, latenessMsP99, agents = [] }: Frame): Markup {
  const isBusy = busy >= BUSY_RATIO
  return html`<section aria-labelledby="generator">
<h2 id="generator">Load generator</h2>
${renderFacts([
  [
    'busiest worker',
    isBusy
      ? html`<b class="unsure">${formatShare(busy)}: near its limit</b>`
      : `${Math.round(busy * 100)}% busy`,
  ],
  ['scheduling lag (p99)', formatLatency(latenessMsP99)],
  ['dropped arrivals', dropped === 0 ? 'none' : html`<b class="unsure">${plural(dropped, 'arrival')}</b>`],
  ['workers', String(run.workers)],
  ['seed', String(run.seed)],
  ...agents.map((agent): [string, Content] => [`agent ${printable(agent.name)}`, describeAgent(agent)]),
])}</section>
`
}

function renderReported(metrics: readonly ReportedFigure[]): Markup {
  if (metrics.length === 0) return NOTHING
  return html`<section aria-labelledby="reported">
<h2 id="reported">Metrics of the service</h2>
${renderFacts(metrics.map(({ name, value, unit }) => [name, formatReported(value, unit)]))}</section>
`
}

function describeAgent({ requestsPerSecond, busy, isLost }: AgentFrame): Content {
  if (isLost) return html`<b class="unsure">lost</b>`
  return `${formatRate(requestsPerSecond)}, busy ${formatShare(busy)}`
}
