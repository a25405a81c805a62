/**
 * A result on a terminal: the verdict, the figures behind it, and the next command.
 */
import { printable } from '../base/printable.js'
import { withWarmup } from '../stats/add.js'
import type { Comparison } from '../stats/comparison.js'
import type { Result, RunVerdict } from '../stats/result.js'
import type { NextStep } from './advice.js'
import { describeAgents } from './agents.js'
import {
  describeFigures,
  listLoads,
  listSearches,
  loadTitles,
  type ShownSearch,
  summarizeSearch,
} from './capacity.js'
import { renderComparison } from './comparison.js'
import { renderErrors, renderReported, renderRequests, renderThresholds, renderTimings } from './figures.js'
import { listFindings } from './findings.js'
import { listNotes } from './notes.js'
import { inCharactersOf, type Page } from './page.js'
import type { Paint, Style } from './style.js'
import { type Column, renderTable } from './table.js'
import { listTargetFacts } from './target.js'
import { wrap } from './width.js'
import { headline } from './wording.js'

/**
 * Renders the report, ending with a newline. From 40 columns on, no line is wider than the page. `next` is the
 * suggestion at the end, null for none.
 */
export function renderConsole(result: Result, page: Page, next: NextStep | null): string {
  const sentence = headline(result)
  const requests = result.requests.map(withWarmup)
  // The headline already says that nothing was measured; tables of zeros add nothing.
  const isEmpty = requests.every((request) => request.requests === 0)
  const parts = [
    renderHeadline(sentence, result.verdict, page),
    result.comparison === null ? '' : renderComparison(result.comparison, page),
    renderCapacity(result, page),
    isEmpty ? '' : renderRequests({ ...result, requests }, page),
    renderTimings(requests, page),
    isEmpty ? '' : renderThresholds(result, page),
    renderErrors(result, page),
    renderTarget(result, page),
    renderReported(result, page),
    renderAgents(result, page),
    renderNotes(listNotes(result), sentence, page),
    renderFindings(result, page),
    renderNext(next, page),
  ]
  return finish(parts, page)
}

/** Renders only a comparison, for `compare`. */
export function renderComparisonPage(
  comparison: Comparison,
  { sentence, verdict }: { readonly sentence: string; readonly verdict: RunVerdict },
  page: Page,
): string {
  const notes = comparison.notes.map((note) => printable(note))
  return finish(
    [
      renderHeadline(sentence, verdict, page),
      renderComparison(comparison, page),
      renderNotes(notes, sentence, page),
    ],
    page,
  )
}

function renderHeadline(sentence: string, verdict: RunVerdict, { style, width }: Page): string {
  const { symbol, paint } = VERDICTS[verdict]
  const lines = wrap(`${symbol} ${sentence}`, width, '  ').split('\n')
  return lines.map((line) => paint(style)(style.bold(line))).join('\n')
}

/** Left out on a narrow page, the lowest number first. */
const EXPENDABLE_LOAD_COLUMNS: readonly string[] = ['errors', 'carried', 'cores', 'met']

function loadColumn(title: string): Column {
  const expendable = EXPENDABLE_LOAD_COLUMNS.indexOf(title)
  return {
    title,
    ...(title === '' ? { isFlexible: true } : { align: 'right' }),
    ...(expendable >= 0 && { expendable }),
  }
}

/** The color only repeats what the sentence says. */
const VERDICTS: Readonly<Record<RunVerdict, { symbol: string; paint: (style: Style) => Paint }>> = {
  passed: { symbol: '✓', paint: (style) => style.green },
  regressed: { symbol: '✗', paint: (style) => style.red },
  failed: { symbol: '✗', paint: (style) => style.red },
  error: { symbol: '✗', paint: (style) => style.red },
  inconclusive: { symbol: '?', paint: (style) => style.yellow },
  interrupted: { symbol: '!', paint: (style) => style.yellow },
}

/** Renders the notes that the headline doesn't contain already. */
function renderNotes(notes: readonly string[], sentence: string, { width, style }: Page): string {
  const news = notes.filter((note) => !sentence.includes(note))
  return news.map((note) => style.yellow(wrap(`note: ${note}`, width, '      '))).join('\n')
}

function renderFindings(result: Result, { width, style }: Page): string {
  const findings = listFindings(result)
  if (findings.length === 0) return ''
  const lines = findings.flatMap(({ sentence, advice }) => [
    wrap(`  ! ${sentence}`, width, '    '),
    style.dim(wrap(`    try: ${advice}`, width, '      ')),
  ])
  return [style.bold('What stands out'), ...lines].join('\n')
}

function renderCapacity(result: Result, page: Page): string {
  const searches = listSearches(result)
  if (searches.length === 0) return ''
  const { width, style } = page
  const whose = `${describeFigures(result.capacity!, result.session)}:`
  const tables = searches.map((search) => renderSearch(search, page))
  return [...tables, style.dim(wrap(whose, width))].join('\n\n')
}

function renderSearch({ title, figures }: ShownSearch, { width, isUnbounded, style }: Page): string {
  const rows = listLoads(figures).map(({ cells }) => cells)
  const table = renderTable(loadTitles(figures).map(loadColumn), rows, {
    width,
    isUnbounded,
    indent: '  ',
    title: style.dim,
  })
  const heading = title === null ? '' : `${style.bold(title)}\n`
  return `${heading}${table}\n${wrap(`  ${summarizeSearch(figures)}`, width, '  ')}`
}

function renderTarget({ target }: Result, { width, style }: Page): string {
  const facts = target === undefined ? [] : listTargetFacts(target)
  if (facts.length === 0) return ''
  return style.dim(wrap(`service: ${facts.map((fact) => fact.join(' ')).join('; ')}`, width, '  '))
}

function renderAgents(result: Result, { width, style }: Page): string {
  const agents = describeAgents(result)
  return agents === null ? '' : style.dim(wrap(`sent by ${agents}`, width, '  '))
}

function renderNext(next: NextStep | null, { width, style }: Page): string {
  if (next === null) return ''
  return `${wrap(`${next.why}:`, width)}\n${style.cyan(wrap(`  ${next.command}`, width, '    '))}`
}

function finish(parts: readonly string[], page: Page): string {
  return inCharactersOf(page, `${parts.filter((part) => part !== '').join('\n\n')}\n`)
}
