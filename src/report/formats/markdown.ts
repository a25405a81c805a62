/**
 * A result as GitHub Markdown, for pull requests.
 */
import { printable } from '../../base/printable.js'
import { formatCount, formatLatency, formatRate, formatShare, plural } from '../../base/units.js'
import { withWarmup } from '../../stats/add.js'
import type { Comparison } from '../../stats/comparison.js'
import type { RequestResult, Result, Totals } from '../../stats/result.js'
import {
  describeFigures,
  listLoads,
  listSearches,
  loadTitles,
  type ShownSearch,
  summarizeSearch,
} from '../capacity.js'
import {
  describeAside,
  describeServiceRows,
  isAside,
  isUnjudged,
  sideTitles,
  sortNotable,
} from '../comparison.js'
import { listFindings } from '../findings.js'
import { listMadeOf } from '../made-of.js'
import { listNotes } from '../notes.js'
import { describeTimingsLeft, hasCache, listTimings } from '../observed.js'
import { COMPARED_ROWS_MAX, describeLeftOut, requestsShown } from '../ranking.js'
import { listReported, REPORTED_TITLES } from '../reported.js'
import { listTargetFacts } from '../target.js'
import { comparedCells, formatActual, headline, subjectOf } from '../wording.js'
import type { Format } from './format.js'

/**
 * Renders verdict, comparison, thresholds, requests and notes. It starts with a hidden comment by which a later run
 * finds the scenario's comment on a pull request and updates it.
 */
export function renderMarkdown(result: Result): string {
  const sentence = headline(result)
  const parts = [
    `<!-- perfctl:${markerName(result.scenario.name)} -->\n## ${SYMBOLS[result.verdict]} ${escapeMarkdown(result.scenario.name)}`,
    escapeMarkdown(sentence),
    result.comparison === null ? '' : renderComparison(result.comparison),
    renderCapacity(result),
    renderThresholds(result),
    renderRequests(result.requests.map(withWarmup), result),
    renderTimings(result.requests),
    renderTarget(result),
    renderReported(result),
    renderNotes(listNotes(result), sentence),
    renderFindings(result),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** Removes what would end the HTML comment. */
function markerName(name: string): string {
  return name.replace(/[^\p{L}\p{N} _-]+|-{2,}/gu, '-').replace(/-+/g, '-')
}

const SYMBOLS: Readonly<Record<Result['verdict'], string>> = {
  passed: '✅',
  regressed: '❌',
  failed: '❌',
  error: '❌',
  inconclusive: '❔',
  interrupted: '⚠️',
}

function renderComparison(comparison: Comparison): string {
  const { baseline, metrics } = comparison
  const shown = sortNotable(
    metrics.filter((row) => row.verdict !== 'passed' && !isAside(row) && !isUnjudged(row)),
  )
  const passed = metrics.filter(({ verdict }) => verdict === 'passed').length
  const aside = describeAside(metrics)
  const service = describeServiceRows(metrics)
  const intro = [
    `Compared with ${escapeMarkdown(baseline)}${passed === 0 ? '' : `: ${plural(passed, 'metric')} within their limits`}.`,
    ...(aside === '' ? [] : [`${escapeMarkdown(aside)}.`]),
    ...(service === '' ? [] : [`Service: ${escapeMarkdown(service)}.`]),
  ].join(' ')
  if (shown.length === 0) return intro
  // The metrics are sorted worst first.
  const rows = shown
    .slice(0, COMPARED_ROWS_MAX)
    .map((row) => [
      escapeMarkdown(subjectOf(row)),
      row.metric,
      ...comparedCells(row),
      row.verdict === 'regressed' || row.verdict === 'missing' ? `**${row.verdict}**` : row.verdict,
    ])
  const titles = ['request', 'metric', ...sideTitles(comparison), 'change', '95% CI', 'limit', 'verdict']
  const left = shown.length - rows.length
  const more = left === 0 ? '' : `\n\n${plural(left, 'more metric')} not shown; these are the worst.`
  return `${intro}\n\n${renderTable(titles, 2, rows)}${more}${renderMadeOf(comparison)}`
}

function renderMadeOf(comparison: Comparison): string {
  const sentences = listMadeOf(comparison)
  return sentences.length === 0 ? '' : `\n\n${renderList(sentences)}`
}

function renderFindings(result: Result): string {
  const findings = listFindings(result)
  const sentences = findings.map(({ sentence, advice }) => `${sentence}. Try: ${advice}.`)
  return sentences.length === 0 ? '' : `What stands out:\n\n${renderList(sentences)}`
}

function renderList(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${escapeMarkdown(sentence)}`).join('\n')
}

function renderCapacity(result: Result): string {
  const searches = listSearches(result)
  if (searches.length === 0) return ''
  return [...searches.map(renderSearch), `${describeFigures(result.capacity!, result.session)}.`].join('\n\n')
}

function renderSearch({ title, figures }: ShownSearch): string {
  const rows = listLoads(figures).map(({ cells, role }) => {
    const [remark, ...others] = [...cells].reverse()
    const shown = escapeMarkdown(remark!)
    return [...others.reverse(), role === 'capacity' ? `**${shown}**` : shown]
  })
  const whose = title === null ? '' : `**${title}**: `
  return `${whose}${escapeMarkdown(summarizeSearch(figures))}.\n\n${renderTable(loadTitles(figures), 0, rows)}`
}

function renderThresholds({ thresholds, verdict }: Result): string {
  if (thresholds.length === 0) return ''
  const rows = thresholds.map((threshold) => [
    escapeMarkdown(threshold.expression),
    formatActual(threshold),
    (threshold.passed ? 'met' : '**not met**') + (verdict === 'inconclusive' ? ', in doubt' : ''),
  ])
  return renderTable(['threshold', 'measured', ''], 1, rows)
}

function renderRequests(
  requests: readonly RequestResult[],
  { totals, comparison }: Pick<Result, 'totals' | 'comparison'>,
): string {
  const hasFailed = totals.failed > 0
  const isCached = hasCache(requests)
  const cells = (
    name: string,
    { requests: count, errorRate, throughput, requestRate, latency, cache }: Totals,
  ) => [
    name,
    formatCount(count),
    formatRate(throughput),
    ...(hasFailed ? [formatRate(requestRate)] : []),
    formatShare(errorRate),
    formatLatency(latency.p50),
    formatLatency(latency.p95),
    formatLatency(latency.p99),
    formatLatency(latency.max),
    ...(isCached ? [cache?.ratio == null ? '–' : formatShare(cache.ratio)] : []),
  ]
  const shown = requestsShown(requests, comparison)
  const left = requests.length - shown.length
  const rows = shown.map((request) => cells(escapeMarkdown(request.name), request))
  const all = requests.length > 1 ? [cells('**total**', totals)] : []
  const rates = hasFailed ? ['rate', 'incl. failed'] : ['rate']
  const titles = [
    'request',
    'count',
    ...rates,
    'errors',
    'p50',
    'p95',
    'p99',
    'max',
    ...(isCached ? ['cached'] : []),
  ]
  const table = renderTable(titles, 1, [...rows, ...all])
  return left === 0 ? table : `${table}\n\n${escapeMarkdown(describeLeftOut(left))}`
}

/** More rows would make a comment too long. */
const TIMINGS_SHOWN = 20

function renderTimings(requests: readonly RequestResult[]): string {
  const { rows, left } = listTimings(requests, TIMINGS_SHOWN)
  if (rows.length === 0) return ''
  const cells = rows.map(({ request, timing, figures }) => [
    escapeMarkdown(request),
    escapeMarkdown(timing),
    formatCount(figures.count),
    formatLatency(figures.p50),
    formatLatency(figures.p95),
    formatLatency(figures.p99),
    formatLatency(figures.max),
  ])
  const table = renderTable(['request', 'server timing', 'count', 'p50', 'p95', 'p99', 'max'], 2, cells)
  return left === 0 ? table : `${table}\n\n${escapeMarkdown(describeTimingsLeft(left))}`
}

function renderTarget({ target }: Result): string {
  const facts = target === undefined ? [] : listTargetFacts(target)
  return facts.length === 0 ? '' : renderTable(['service', ''], 1, facts)
}

function renderReported({ target }: Result): string {
  const rows = target === undefined ? [] : listReported(target)
  return rows.length === 0 ? '' : renderTable(REPORTED_TITLES, 1, rows)
}

function renderNotes(notes: readonly string[], sentence: string): string {
  return notes
    .filter((note) => !sentence.includes(note))
    .map((note) => `> ${escapeMarkdown(note)}`)
    .join('\n>\n')
}

/** Renders a table whose first `names` columns are text and the others figures. */
export function renderTable(
  titles: readonly string[],
  names: number,
  rows: readonly (readonly string[])[],
): string {
  const rule = titles.map((_, index) => (index < names ? '---' : '---:'))
  return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/**
 * Escapes the text so that nothing becomes markup, a link or another table cell. The empty comments prevent mentions,
 * issue references and emoji, which GitHub looks for after resolving entities.
 */
export function escapeMarkdown(text: string): string {
  return printable(text)
    .replace(
      /[\\`*_{}[\]<>|~!&$@#]/g,
      (char) => `&#${char.charCodeAt(0)};${/[@#]/.test(char) ? '<!-- -->' : ''}`,
    )
    .replace(/:\/\//g, '&#58;//')
    .replace(/:(?=[\w+-]+:)|\bGH-(?=\d)/gi, '$&<!-- -->')
    .replace(/www\./gi, (found) => `${found.slice(0, 3)}&#46;`)
}

/** The format of `--report markdown`. */
export default { id: 'markdown', extension: 'md', render: renderMarkdown } satisfies Format
