/**
 * Explains YAML's own errors by what the author most likely meant.
 */
import type { Source, Span } from './source.js'

/** An error of the YAML parser. */
export interface YamlError {
  readonly code: string
  readonly message: string
  readonly span: Span
}

/** An explained error and where to show it. */
export interface SyntaxProblem {
  readonly message: string
  readonly hint: string
  readonly span: Span
}

/** Errors that don't affect the lines after them and are all reported. Of the others only the first one is certain. */
const INDEPENDENT: ReadonlySet<string> = new Set(['DUPLICATE_KEY', 'TAB_AS_INDENT', 'BAD_SCALAR_START'])

/** The problems to report, in order: one per line, without those that merely follow from another. */
export function explainErrors(errors: readonly YamlError[], source: Source): SyntaxProblem[] {
  const lines = new Set<number>()
  const problems: SyntaxProblem[] = []
  for (const error of [...errors].sort((a, b) => a.span[0] - b.span[0])) {
    const line = source.lineAt(error.span[0])
    if (lines.has(line.start)) continue
    lines.add(line.start)
    const placeholders = error.code === 'DUPLICATE_KEY' ? [] : unquotedPlaceholders(line.text, line.start)
    const isFirst = problems.length === 0
    if (!isFirst && placeholders.length === 0 && !INDEPENDENT.has(error.code)) continue
    problems.push(...(placeholders.length > 0 ? placeholders : [explain(error, source)]))
  }
  return problems
}

/**
 * Finds placeholders without quotes, such as `get: {{ path }}/x`, which YAML reads as a map in a map. `offset` is
 * where the line starts in the file.
 */
export function unquotedPlaceholders(line: string, offset: number): SyntaxProblem[] {
  // Cut after the last placeholder, so that unclosed ones don't each cost a search through a long line.
  const last = line.lastIndexOf('}}')
  const end = line.indexOf(' ', last)
  const searched = last === -1 ? '' : line.slice(0, end === -1 ? line.length : end)
  const problems: SyntaxProblem[] = []
  const quoting = new Quoting(line)
  let from = 0
  for (const { 0: placeholder, index } of searched.matchAll(/\{\{.*?\}\}/g)) {
    if (index < from) continue
    const start = backWhile(line, index, from, IN_VALUE)
    const key = keyBefore(line, start, from)
    AFTER.lastIndex = index + placeholder.length
    const [after] = AFTER.exec(line)!
    from = index + placeholder.length + after.length
    if (quoting.covers(start - key.length)) continue
    // After other text, and outside of { } and [ ], a placeholder is text to YAML, too.
    if (start < index && !quoting.isInFlow) continue
    const text = line.slice(start, from)
    problems.push({
      message: `${placeholder} needs quotes: YAML reads { as the start of a map`,
      hint: `put the whole value in quotes: ${key === '' ? '' : `${key.trimEnd()} `}"${text}"`,
      span: [offset + start, offset + from],
    })
  }
  return problems
}

/** What an unquoted value may contain before a placeholder, and after it. */
const IN_VALUE = /[^\s"'{}[\],#]/
const AFTER = /[^\s"',}\]]*/y

/** `key: ` right before an offset, or ''. */
function keyBefore(line: string, offset: number, from: number): string {
  const colon = backWhile(line, offset, from, /\s/) - 1
  if (colon < from || colon === offset - 1 || line[colon] !== ':') return ''
  const start = backWhile(line, colon, from, /[\w-]/)
  return start === colon ? '' : line.slice(start, offset)
}

/** The start of the run of matching characters that ends at `offset`, not before `from`. */
function backWhile(line: string, offset: number, from: number, kind: RegExp): number {
  let at = offset
  while (at > from && kind.test(line[at - 1]!)) at--
  return at
}

/** Which offsets of a line are in quotes or in a comment. Queried from left to right, in one pass. */
class Quoting {
  private readonly line: string
  private at = 0
  private readonly odd = { '"': false, "'": false }
  private isComment = false
  private depth = 0

  constructor(line: string) {
    this.line = line
  }

  covers(offset: number): boolean {
    for (; this.at < offset; this.at++) {
      const char = this.line[this.at]!
      if (char === '"' || char === "'") this.odd[char] = !this.odd[char]
      else if (!this.isQuoted)
        this.depth += char === '{' || char === '[' ? 1 : char === '}' || char === ']' ? -1 : 0
      if (char === '#' && (this.at === 0 || /\s/.test(this.line[this.at - 1]!))) this.isComment = true
    }
    return this.isQuoted || this.isComment
  }

  /** Whether the last queried offset is inside brackets opened on this line. */
  get isInFlow(): boolean {
    return this.depth > 0
  }

  private get isQuoted(): boolean {
    return this.odd['"'] || this.odd["'"]
  }
}

function explain(error: YamlError, source: Source): SyntaxProblem {
  const { code, message } = error
  const [start, end] = firstWord(error.span, source)
  const line = source.lineAt(start)
  const lineEnd = line.start + line.text.trimEnd().length
  const snippet = source.text.slice(start, Math.max(start, Math.min(end, lineEnd)))
  const rest = source.text.slice(start, lineEnd)
  const at = (text: string, hint: string, span: Span = [start, end]): SyntaxProblem => ({
    message: text,
    hint,
    span,
  })
  const toLineEnd: Span = [start, lineEnd]
  switch (code) {
    case 'DUPLICATE_KEY': {
      const key = /^(?:"[^"\n]*"|'[^'\n]*'|[^:\n]*)/.exec(rest)![0].trim()
      return at(`duplicate key ${key}`, 'remove one of them', [start, start + key.length])
    }
    case 'TAB_AS_INDENT':
      return at('a tab is used for indentation', 'indent with spaces: YAML does not allow tabs')
    case 'MULTIPLE_DOCS':
      return at(
        'a second YAML document begins here',
        'remove the ---, or split the file: each file is one scenario',
      )
    case 'BAD_INDENT':
      if (message.startsWith('Flow'))
        return at('a { or [ above is never closed', 'close it with } or ]', toLineEnd)
      return at(MISPLACED, 'indent all keys of a map by the same number of spaces', toLineEnd)
    case 'BAD_SCALAR_START':
      return at(`a YAML value can't start with ${rest.charAt(0)}`, 'put the value in quotes', toLineEnd)
    case 'BLOCK_AS_IMPLICIT_KEY':
      return at(
        'a second ": " on one line',
        'put the value in quotes, or begin a new line for the inner key',
        toLineEnd,
      )
    case 'MISSING_CHAR':
      return explainMissing(message, start, toLineEnd, source)
    case 'TAG_RESOLVE_FAILED':
      return at(`unknown tag ${snippet}`, 'put text that starts with ! in quotes')
    case 'BAD_DQ_ESCAPE':
      return at(
        `${snippet} is not an escape sequence in double quotes`,
        'write \\\\ for a backslash, or use single quotes',
      )
    case 'RESOURCE_EXHAUSTION':
      return at('lists and maps are nested too deeply', 'check for a bracket that is never closed')
    case 'UNEXPECTED_TOKEN':
      return at(`unexpected ${rest}`, 'put the whole value in one pair of quotes', toLineEnd)
    default:
      return at(
        `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
        'check quotes, brackets and indentation here',
      )
  }
}

const MISPLACED = "the indentation doesn't match any line above"

function explainMissing(message: string, start: number, toLineEnd: Span, source: Source): SyntaxProblem {
  const quote = /["']/.exec(message)?.[0]
  if (quote !== undefined) {
    const span = openQuote(quote, start, source)
    return { message: `a ${quote} is never closed`, hint: `close it with another ${quote}`, span }
  }
  if (message.startsWith('Sequence item')) {
    return { message: MISPLACED, hint: 'line the key up with the one above', span: toLineEnd }
  }
  const hint = 'check the line above, too: something is not closed'
  return { message: `${message.charAt(0).toLowerCase()}${message.slice(1)}`, hint, span: toLineEnd }
}

/** The last quote at or before an offset without a partner on its line. */
function openQuote(quote: string, offset: number, source: Source): Span {
  for (let line = source.lineAt(offset); ; line = source.lineAt(line.start - 1)) {
    if (line.text.split(quote).length % 2 === 0) {
      const start = line.start + line.text.lastIndexOf(quote)
      return [start, line.start + line.text.trimEnd().length]
    }
    if (line.start === 0) return [offset, offset + 1]
  }
}

/** Moves an error in the spaces before a word to the word; tabs stay where they are. */
function firstWord([start, end]: Span, source: Source): Span {
  const blanks = /^ */.exec(source.text.slice(start, start + 1000))![0].length
  return [start + blanks, Math.max(end, start + blanks + 1)]
}
