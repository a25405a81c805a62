/**
 * The shorter sections of the page: thresholds, failures, connections, generator, environment and scenario.
 */

import { formatLatency, formatShare, formatSize, plural } from '../../base/units.js'
import type { Result, Totals, WorkerHealth } from '../../stats/result.js'
import { nameWorkers } from '../../stats/shard.js'
import { describeAgents } from '../agents.js'
import { listReported, REPORTED_TITLES } from '../reported.js'
import { listTargetFacts } from '../target.js'
import { formatActual } from '../wording.js'
import { renderPercentiles } from './distribution.js'
import { type Content, html, type Markup, NOTHING } from './markup.js'
import { renderErrors } from './requests.js'
import { renderFacts, renderName, renderTable } from './table.js'

/** Renders each threshold with its measured value, those not met first. Nothing without thresholds. */
export function renderThresholds({ thresholds, verdict }: Pick<Result, 'thresholds' | 'verdict'>): Markup {
  if (thresholds.length === 0) return NOTHING
  const columns = [{ title: 'threshold', isText: true }, { title: 'measured' }, { title: '', isText: true }]
  const rows = [...thresholds]
    .sort((a, b) => Number(a.passed) - Number(b.passed))
    .map((threshold) => [
      renderName(threshold.expression),
      formatActual(threshold),
      renderMet(threshold.passed, verdict === 'inconclusive'),
    ])
  return html`<section aria-labelledby="thresholds">
<h2 id="thresholds">Thresholds</h2>
${renderTable('Thresholds', columns, rows)}</section>
`
}

/** In an inconclusive run, a met threshold is inconclusive too. */
function renderMet(passed: boolean, isInDoubt: boolean): Markup {
  if (isInDoubt) return html`<b class="unsure">? ${passed ? 'met' : 'not met'}</b>`
  return passed ? html`<span class="good">✓ met</span>` : html`<b class="bad">✗ not met</b>`
}

/** Renders the failures; nothing without failures. */
export function renderFailures({ totals }: { readonly totals: Pick<Totals, 'errors'> }): Markup {
  if (totals.errors.length === 0) return NOTHING
  return html`<section aria-labelledby="failures">
<h2 id="failures">Failures</h2>
${renderErrors(totals.errors)}</section>
`
}

function renderTarget({ target }: Result): Markup {
  const facts = target === undefined ? [] : listTargetFacts(target)
  if (facts.length === 0) return NOTHING
  return html`<section aria-labelledby="service">
<h2 id="service">Processes of the service</h2>
${renderFacts(facts)}</section>
`
}

function renderReported({ target }: Result): Markup {
  const rows = target === undefined ? [] : listReported(target)
  if (rows.length === 0) return NOTHING
  const columns = REPORTED_TITLES.map((title, index) => ({ title, isText: index === 0 }))
  return html`<section aria-labelledby="reported">
<h2 id="reported">Metrics of the service</h2>
${renderTable('Metrics of the service', columns, rows)}</section>
`
}

/** Renders the state of connections, generator and machine. */
export function renderConditions(result: Result): Markup {
  const { connections, generator } = result
  const names = nameWorkers(result.agents ?? [])
  return html`<section aria-labelledby="connections">
<h2 id="connections">Timing and connections</h2>
${renderPercentiles([
  { label: 'latency', latency: result.totals.latency },
  { label: 'service time', latency: result.totals.serviceTime },
  { label: 'time to first byte', latency: result.totals.timeToFirstByte },
  { label: 'DNS', latency: connections.dns },
  { label: 'TCP', latency: connections.tcp },
  { label: 'TLS', latency: connections.tls },
])}<p class="hint">Latency is measured from when a request was due, service time from when it was sent.</p>
</section>
${renderTarget(result)}${renderReported(result)}<section aria-labelledby="generator">
<h2 id="generator">Load generator</h2>
<p>${generator.saturated ? html`<b class="unsure">It was the bottleneck, so these are not the service's figures.</b>` : 'It kept up, so these are the figures of the service.'}</p>
${renderFacts([
  ['busy', formatShare(generator.eventLoopUtilization)],
  ...generator.workers.map((worker, i): [string, Content] => [
    names[i] ?? `worker ${i + 1}`,
    describeWorker(worker),
  ]),
  ['scheduling lag (p99)', formatLatency(generator.schedulingLagP99)],
  ['longest GC pause', formatLatency(longestPause(result))],
  ['sent', formatSize(result.totals.bytesSent)],
  ['received', formatSize(result.totals.bytesReceived)],
  ...generator.reasons.map((reason): [string, Content] => [generator.saturated ? 'reason' : 'note', reason]),
])}</section>
<section aria-labelledby="environment">
<h2 id="environment">Environment</h2>
${renderFacts(environmentFacts(result))}</section>
`
}

/** Longer scenarios, such as those with much data, are cut after this many characters. */
const SOURCE_CHARS_MAX = 50_000

/** Renders the scenario file, folded; nothing if it isn't known. */
export function renderSource({ scenario: { file, text } }: Result): Markup {
  if (text === null) return NOTHING
  return html`<section aria-labelledby="source">
<h2 id="source">Scenario</h2>
<details><summary>${renderName(file ?? 'source')}</summary>
<p class="hint">As it was read, with secrets removed. Flags may have overridden target and load; Environment shows the values that were used.</p>
<pre role="region" aria-label="Scenario" tabindex="0">${shownLines(text).map((line) => [line, NEWLINE])}</pre>
</details></section>
`
}

/** A newline as markup: within a text it would be escaped. */
const NEWLINE = html`
`

function shownLines(text: string): string[] {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  let chars = 0
  const shown = lines.filter((line) => {
    chars += line.length + 1
    return chars <= SOURCE_CHARS_MAX
  })
  const left = lines.length - shown.length
  return left === 0 ? lines : [...shown, `… and ${plural(left, 'more line')}`]
}

function describeWorker({ eventLoopUtilization, cpu, starved }: WorkerHealth): string {
  const times = [
    `busy ${formatShare(eventLoopUtilization)}`,
    ...(cpu === null ? [] : [`on a CPU ${formatShare(cpu)}`]),
    ...(starved === null ? [] : [`waiting for a CPU ${formatShare(starved)}`]),
  ]
  return times.join(', ')
}

function longestPause({ timeline }: Result): number | null {
  return timeline.reduce<number | null>(
    (max, { gcPauseMax }) => (gcPauseMax === null ? max : Math.max(max ?? 0, gcPauseMax)),
    null,
  )
}

function environmentFacts(result: Result): [string, Content][] {
  const { environment, scenario, seed, session } = result
  const agents = describeAgents(result)
  return [
    ['scenario', renderName(scenario.file ?? scenario.name)],
    ['target', renderName(scenario.target)],
    ['load', scenario.load],
    ['seed', String(seed)],
    ['scenario hash', scenario.hash],
    ['commit', environment.gitCommit?.slice(0, 12) ?? 'unknown'],
    ['machine', `${environment.cpu}, ${plural(environment.cores, 'core')}`],
    ['system', environment.os],
    ['Node.js', environment.node],
    ['perfctl', environment.perfctl],
    ['workers', String(environment.workers)],
    ...(agents === null ? [] : [['agents', agents] as [string, Content]]),
    ...(session === null ? [] : [['session', `${session.id}, side ${session.side}`] as [string, Content]]),
  ]
}
