/**
 * The top of the page: verdict, notes, next step and key figures.
 */
import { formatCount, formatDuration, formatLatency, formatRate, formatShare } from '../../base/units.js'
import type { LatencySummary, Result, RunVerdict } from '../../stats/result.js'
import type { NextStep } from '../advice.js'
import { listNotes } from '../notes.js'
import { headline } from '../wording.js'
import { type Content, html, type Markup, NOTHING } from './markup.js'
import { renderName } from './table.js'

/** The color only repeats what the symbol and the sentence's first word say. */
export const SYMBOLS: Readonly<Record<RunVerdict, string>> = {
  passed: '✓',
  regressed: '✗',
  failed: '✗',
  error: '✗',
  inconclusive: '?',
  interrupted: '!',
}

function toneOf(verdict: RunVerdict): 'good' | 'bad' | 'unsure' {
  if (verdict === 'passed') return 'good'
  return verdict === 'inconclusive' || verdict === 'interrupted' ? 'unsure' : 'bad'
}

/** Renders everything above the first table. */
export function renderVerdict(result: Result, next: NextStep | null): Markup {
  const sentence = headline(result)
  return html`<header>
<p class="eyebrow">${renderName(result.scenario.name)} <span>${renderMoment(result.startedAt)}</span></p>
<h1><span class="symbol ${toneOf(result.verdict)}" aria-hidden="true">${SYMBOLS[result.verdict]}</span>${renderSentence(sentence, result.verdict)}</h1>
<p class="hint">${describeRun(result)}</p>
${renderNotes(result, sentence)}${renderNext(next)}</header>
${renderKeyFigures(result.totals)}`
}

/** Colors only the verdict's own word. */
function renderSentence(sentence: string, verdict: RunVerdict): Content {
  const word = /^[\w ]+/.exec(sentence)?.[0] ?? ''
  return html`<span class="${toneOf(verdict)}">${word}</span>${sentence.slice(word.length)}`
}

function renderMoment(iso: string): Markup {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(iso) ?? []
  return html`<time datetime="${iso}">${day === undefined ? iso : `${day} ${time} UTC`}</time>`
}

function describeRun({ scenario, durationSeconds }: Result): Content {
  const measured = formatDuration(Math.round(durationSeconds * 10) * 100)
  return html`${scenario.load === '' ? '' : `${scenario.load}, `}against ${renderName(scenario.target)}; measured for ${measured}.`
}

/** Renders the notes that the sentence doesn't contain already. */
function renderNotes(result: Result, sentence: string): Content {
  const notes = listNotes(result).filter((note) => !sentence.includes(note))
  if (notes.length === 0) return NOTHING
  return html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>
`
}

function renderNext(next: NextStep | null): Content {
  if (next === null) return NOTHING
  return html`<p class="next">${next.why}: <code>${next.command}</code></p>
`
}

interface KeyFigures {
  readonly requests: number
  readonly throughput: number
  readonly requestRate: number
  readonly errorRate: number
  readonly latency: Pick<LatencySummary, 'p50' | 'p95' | 'p99'>
}

/** Renders the key figures. */
export function renderKeyFigures(all: KeyFigures): Markup {
  const { requests, throughput, requestRate, errorRate, latency } = all
  const perSecond = (rate: number) => formatRate(rate).slice(0, -2)
  const figures = [
    ['requests', formatCount(requests)],
    [
      errorRate === 0 ? 'per second' : `per second, ${perSecond(requestRate)} incl. failed`,
      perSecond(throughput),
    ],
    ['failed', formatShare(errorRate)],
    ['p50', formatLatency(latency.p50)],
    ['p95', formatLatency(latency.p95)],
    ['p99', formatLatency(latency.p99)],
  ]
  return html`<dl class="key-figures">${figures.map(([label, figure]) => html`<div><dt>${label!}</dt><dd>${figure!}</dd></div>`)}</dl>
`
}
