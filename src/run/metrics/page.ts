/**
 * Reads series from a page in the Prometheus text format or in OpenMetrics. Only the lines of the wanted names are parsed:
 * a page can have megabytes, and one comes every second.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/, https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
import { Pattern, SlowPatternError } from '../../base/pattern.js'
import type { Matcher, Selector } from '../../scenario/model/metric-expression.js'

/** Why a page can't be used. */
export class PageError extends Error {
  readonly kind: 'format' | 'truncated'
  /** The line that is wrong, which may contain secrets; null if it isn't a single one. */
  readonly line: string | null

  constructor(kind: PageError['kind'], message: string, line: string | null = null) {
    super(message)
    this.kind = kind
    this.line = line
  }
}

/** The values of series by name and labels, as the page writes them. */
export type SeriesValues = ReadonlyMap<string, number>

/** What the head of a response says of a page. */
export interface PageHead {
  /** The media type in lower case, without parameters; empty if it isn't known. */
  readonly type: string
  /** Its length is known, or its end marked, so that it can't be cut off unnoticed. */
  readonly isFramed: boolean
}

/** The first line of a page that isn't empty: a comment, or a name with a value. */
const FIRST_LINE = /^\s*(#|[A-Za-z_:][\w:]*[ \t]*(\{|[ \t][+-]?(\.?\d|inf|nan)))/i

/** Throws a PageError if a text isn't a page of metrics, or not a whole one. */
export function checkPage(text: string, { type, isFramed }: PageHead): void {
  if (text.trim() === '') return
  if (type === 'text/html' || !FIRST_LINE.test(text))
    throw new PageError('format', 'not metrics in the Prometheus text format', firstLine(text))
  const isOpenMetrics = type === 'application/openmetrics-text'
  const isWhole = isOpenMetrics ? /(^|\n)# EOF\r?\n?$/.test(text.slice(-16)) : isFramed || text.endsWith('\n')
  if (!isWhole) throw new PageError('truncated', 'the page ends in the middle')
}

function firstLine(text: string): string {
  return text.trimStart().slice(0, 200).split('\n')[0]!.trimEnd()
}

/** Reads the series that some selectors match. */
export class SeriesReader {
  private readonly names: ReadonlyMap<
    string,
    readonly { readonly index: number; readonly matches: Matches }[]
  >
  private readonly count: number

  constructor(selectors: readonly Selector[]) {
    const names = new Map<string, { index: number; matches: Matches }[]>()
    for (const [index, { name, matchers }] of selectors.entries())
      names.set(name, [...(names.get(name) ?? []), { index, matches: compile(matchers) }])
    this.names = names
    this.count = selectors.length
  }

  /** Returns the series of each selector. Throws a PageError at a wanted line that can't be read. */
  read(text: string): SeriesValues[] {
    const found = Array.from({ length: this.count }, () => new Map<string, number>())
    for (const [name, selectors] of this.names) {
      for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
        if (!isAlone(text, at, at + name.length)) continue
        const { labels, value } = readSample(text, at, at + name.length)
        for (const { index, matches } of selectors) if (matches(labels)) found[index]!.set(labels, value)
      }
    }
    return found
  }
}

/** Whether the name begins a line and isn't a part of another one. */
function isAlone(text: string, from: number, to: number): boolean {
  if (!/[{ \t]/.test(text[to] ?? '')) return false
  let before = from - 1
  while (text[before] === ' ' || text[before] === '\t') before--
  return before < 0 || text[before] === '\n'
}

/** A longer line is no sample that anybody meant. The pattern below needs memory for each character. */
const LINE_LENGTH_MAX = 65_536

/** Labels with their braces, and what follows: a value, a time, an exemplar. */
const SAMPLE =
  /(?:[ \t]*(?<labels>\{(?:[^"}\n]|"(?:[^"\\\n]|\\.)*")*\}))?[ \t]*(?<value>[^\s#]+)(?<rest>[^\n]*)/y

/** A time, and an exemplar after it. */
const REST = /^(?:[ \t]+-?[\d.]+(?:e[+-]?\d+)?)?[ \t]*(?:#.*)?\r?$/i

function readSample(
  text: string,
  from: number,
  to: number,
): { readonly labels: string; readonly value: number } {
  const end = text.indexOf('\n', to)
  const isLong = (end === -1 ? text.length : end) - from > LINE_LENGTH_MAX
  SAMPLE.lastIndex = to
  const { labels = '', value, rest } = (isLong ? null : SAMPLE.exec(text))?.groups ?? {}
  const number = value === undefined || !REST.test(rest!) ? null : parseValue(value)
  if (number !== null) return { labels, value: number }
  const line = text
    .slice(from, from + 200)
    .split('\n')[0]!
    .trimEnd()
  throw new PageError('format', "a line that can't be read", line)
}

/** A number as Go writes it; null for anything else. */
function parseValue(text: string): number | null {
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text)
  if (/^nan$/i.test(text)) return Number.NaN
  if (!/^[+-]?inf(inity)?$/i.test(text)) return null
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

/** Whether labels, as the page writes them, match. */
type Matches = (labels: string) => boolean

function compile(matchers: readonly Matcher[]): Matches {
  if (matchers.length === 0) return () => true
  const tests = matchers.map((matcher) => [matcher.label, compileTest(matcher)] as const)
  return (text) => {
    const labels = parseLabels(text)
    return tests.every(([label, test]) => test(labels.get(label) ?? ''))
  }
}

/** The longest that a pattern may take on one label. */
const PATTERN_MS = 20

function compileTest({ operator, value }: Matcher): (label: string) => boolean {
  if (operator === '=') return (label) => label === value
  if (operator === '!=') return (label) => label !== value
  const pattern = new Pattern(`^(?:${value})$`)
  const wanted = operator === '=~'
  return (label) => {
    try {
      return pattern.test(label, PATTERN_MS) === wanted
    } catch (error) {
      throw error instanceof SlowPatternError ? new PageError('format', error.message) : error
    }
  }
}

/** One label after the other: each begins where the one before ended, so that no text is searched again and again. */
const LABEL = /[{,\s]*"?(?<name>[^\s"{},=]+)"?\s*=\s*"(?<value>(?:[^"\\\n]|\\.)*)"/gy

function parseLabels(text: string): ReadonlyMap<string, string> {
  return new Map(
    Array.from(text.matchAll(LABEL), ({ groups }) => [groups!.name!, unescaped(groups!.value!)] as const),
  )
}

function unescaped(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    : text
}

/** Lists the names of all metrics on a page, at most 10,000. */
export function namesOn(text: string): string[] {
  const names = new Set<string>()
  for (const [, name] of text.matchAll(/^[ \t]*([A-Za-z_:][\w:]{0,199})[{ \t]/gm)) {
    names.add(name!)
    if (names.size === 10_000) break
  }
  return [...names]
}
