/**
 * `{{ ... }}`: text with placeholders, parsed into literal strings and expressions. The plan evaluates the expressions
 * in each iteration.
 */

import type { Expression, Template } from '../model/template.js'
import type { Report, TreeProblem } from '../yaml/tree.js'
import { type Environment, fillIn } from './environment.js'
import { parseExpression } from './expression.js'
import { FUNCTIONS } from './functions.js'
import type { Names, Parsed } from './parsed.js'
import { ExpressionError, tokenize } from './tokens.js'

/** How a template is parsed. */
export interface TemplateOptions extends Names {
  /** Where `${...}` and `env()` come from. */
  readonly env: Environment
  /** Keep the value's type if the text is a single placeholder, as in JSON. */
  readonly keepsType?: boolean
}

/**
 * Parses a text as a template; null if something in it is wrong, all of which is reported. Values from the environment
 * are never parsed as templates.
 */
export function parseTemplate(text: string, options: TemplateOptions, report: Report): Template | null {
  const parts: (string | Expression)[] = []
  const pieces = splitPlaceholders(text).filter((piece) => piece.text !== '')
  let isRight = true
  for (const piece of pieces) {
    const reportHere: Report = (problem) => report(shift(problem, piece))
    const isWhole = options.keepsType === true && pieces.length === 1
    const part = piece.isPlaceholder
      ? parsePlaceholder(piece, { ...options, isWhole }, reportHere)
      : fillIn(piece.text, options.env, reportHere)
    if (part === null) isRight = false
    else if (part !== '') parts.push(part)
  }
  return isRight ? parts : null
}

/** The literal parts of a template, known before the run. */
export function literalParts(template: Template): string[] {
  return template.filter((part) => typeof part === 'string')
}

/** The text with uniform spacing in its placeholders: `/users/{{ id }}`. */
export function normalizePlaceholders(text: string): string {
  return splitPlaceholders(text)
    .map((piece) => (piece.isPlaceholder ? `{{ ${innerText(piece.text).trim()} }}` : piece.text))
    .join('')
}

/** The expressions between `{{` and `}}` in a text. */
export function placeholdersIn(text: string): string[] {
  return splitPlaceholders(text).flatMap((piece) => (piece.isPlaceholder ? [innerText(piece.text)] : []))
}

interface Piece {
  readonly text: string
  readonly offset: number
  readonly isPlaceholder: boolean
}

/** A placeholder ends at the first `}}` outside of quotes, or at the end of the text. */
const PLACEHOLDER = /\{\{(?:'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"|(?!\}\})[\s\S])*?(?:\}\}|$)/g

function splitPlaceholders(text: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const match of text.matchAll(PLACEHOLDER)) {
    pieces.push({ text: text.slice(end, match.index), offset: end, isPlaceholder: false })
    pieces.push({ text: match[0], offset: match.index, isPlaceholder: true })
    end = match.index + match[0].length
  }
  pieces.push({ text: text.slice(end), offset: end, isPlaceholder: false })
  return pieces
}

function innerText(placeholder: string): string {
  return placeholder.slice(2, placeholder.endsWith('}}') ? -2 : undefined)
}

/** Moves a problem from a piece to the whole text. One in a placeholder is located through the placeholder. */
function shift(problem: TreeProblem, { text, offset, isPlaceholder }: Piece): TreeProblem {
  const { part } = problem
  if (part === undefined) return problem
  const moved = { ...part, from: part.from + offset }
  return {
    ...problem,
    part: isPlaceholder ? { ...moved, within: { text: firstLine(text), from: offset } } : moved,
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!
}

type PlaceholderOptions = TemplateOptions & { readonly isWhole: boolean }

/** Offsets of problems are relative to the start of the placeholder. */
function parsePlaceholder({ text }: Piece, options: PlaceholderOptions, report: Report): Expression | null {
  const inner = innerText(text)
  const wrong = (message: string, hint: string): null => {
    report({ message, hint, part: { text: firstLine(text), from: 0 } })
    return null
  }
  if (text.length < 4 || !text.endsWith('}}')) return wrong('{{ is never closed', 'close it with }}')
  if (inner.trim() === '') return wrong('there is nothing between {{ and }}', `write ${waysToFill(options)}`)
  const block = /^\s*([#/^>!&]|%|else\b)/.exec(inner)
  if (block !== null)
    return wrong(
      'blocks and conditions are not supported in templates',
      'write a name from data or a function',
    )
  try {
    const tokens = tokenize(inner, options.env, (problem) => report(inside(problem)))
    return tokens === null ? null : usable(parseExpression(tokens, options, options.env), options)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const { message, hint, from, to, definedUnder } = error
    const part = inner.slice(from, to).trim() === '' ? inner.trim() : firstLine(inner.slice(from, to))
    report(inside({ message, hint, part: { text: part, from }, ...(definedUnder && { definedUnder }) }))
    return null
  }
}

/** Moves a problem from the expression to its placeholder. */
function inside(problem: TreeProblem): TreeProblem {
  const { part } = problem
  return part === undefined ? problem : { ...problem, part: { ...part, from: part.from + 2 } }
}

/** Rejects a whole row as text, which would be JSON and is hardly ever meant. */
function usable({ argument, from, to }: Parsed, options: PlaceholderOptions): Expression {
  if (argument === null || typeof argument !== 'object') return { type: 'literal', value: argument }
  if (argument.type !== 'data' || argument.path !== undefined || options.isWhole) return argument
  const columns = options.shapes.get(argument.name)?.columns
  if (!columns) return argument
  const [first = 'column'] = columns
  throw new ExpressionError(
    `${argument.name} is a row with columns`,
    `name one of them: {{ ${argument.name}.${first} }}, or write {{ ${argument.name} | json }} for the whole row`,
    { from, to },
  )
}

function waysToFill({ shapes }: TemplateOptions): string {
  const names = [...shapes.keys()]
  const calls = FUNCTIONS.slice(0, 6)
    .map((fn) => fn.example)
    .join(', ')
  return names.length === 0
    ? `a function: ${calls}`
    : `a name from data (${names.slice(0, 5).join(', ')}) or a function: ${calls}`
}
