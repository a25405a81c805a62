/**
 * The tokens of an expression: names, numbers, quoted text and signs, with their offsets.
 */

import { quoted, type Report } from '../yaml/tree.js'
import { type Environment, fillIn, MASKED } from './environment.js'

/** A token of an expression. */
export interface Token {
  /** `hidden`: a value from the environment that must not be shown. */
  readonly kind: 'name' | 'number' | 'text' | 'sign' | 'hidden' | 'end'
  /** As written. */
  readonly text: string
  /** The name, the content of a text, or the number. */
  readonly value: string | number
  /** Offsets in the expression. */
  readonly from: number
  readonly to: number
}

/** A problem of a part of an expression. */
export class ExpressionError extends Error {
  readonly hint: string
  readonly from: number
  readonly to: number
  /** For an unknown name: the keys that could define it. */
  readonly definedUnder: readonly string[] | undefined

  constructor(
    message: string,
    hint: string,
    { from, to }: { readonly from: number; readonly to: number },
    definedUnder?: readonly string[],
  ) {
    super(message)
    this.definedUnder = definedUnder
    this.hint = hint
    this.from = from
    this.to = to
  }
}

const SPACE = /\s+/y
const NAME = /[A-Za-z_$][\w$-]*/y
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y
const TEXT = /'((?:\\[\s\S]|[^'\\])*)'|"((?:\\[\s\S]|[^"\\])*)"/y
const REFERENCE = /\$\{[^}]*\}?/y
const SIGNS = '()[],.|'

/**
 * Splits an expression into tokens, the last one an end mark. Throws an ExpressionError for an invalid character. If
 * `${...}` can't be filled in, that is reported and the result is null. A value from the environment is always a
 * single token, whatever it contains.
 */
export function tokenize(text: string, env: Environment, report: Report): Token[] | null {
  const tokens: Token[] = []
  let isWhole = true
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  const fill = (value: string): string => {
    const filled = fillIn(value, env, report)
    isWhole &&= filled !== null
    return filled ?? ''
  }
  const push = (kind: Token['kind'], word: string, value: string | number) => {
    tokens.push({ kind, text: word, value, from: at, to: at + word.length })
    at += word.length
  }
  while (at < text.length) {
    const space = match(SPACE)
    if (space !== null) {
      at += space[0].length
      continue
    }
    const reference = match(REFERENCE)
    if (reference !== null) {
      const [kind, value] = classify(fill(reference[0]), reference[0], at)
      push(kind, reference[0], value)
      continue
    }
    const name = match(NAME)
    const number = name === null ? match(NUMBER) : null
    const quote = name === null && number === null ? match(TEXT) : null
    if (name !== null) push('name', name[0], name[0])
    else if (number !== null) push('number', number[0], checkNumber(text, number[0], at))
    else if (quote !== null) push('text', quote[0], fill(resolveEscapes(quote[1] ?? quote[2]!, at)))
    else if (SIGNS.includes(text[at]!)) push('sign', text[at]!, text[at]!)
    else throw unexpectedCharacter(text, at)
  }
  push('end', '', '')
  return isWhole ? tokens : null
}

/** Rejects `30d` without quotes, which would be a number followed by a name. */
function checkNumber(text: string, number: string, at: number): number {
  const word = /^[\w.:-]+/.exec(text.slice(at))![0]
  if (word.length === number.length || !/[A-Za-z_:]/.test(word)) return Number(number)
  throw new ExpressionError(
    `${quoted(word)} is neither a number nor a name`,
    `put text in quotes: '${word}'`,
    {
      from: at,
      to: at + word.length,
    },
  )
}

/** Reads `${NAME}` outside of quotes as a number or a name. */
function classify(value: string, written: string, at: number): [Token['kind'], string | number] {
  if (value === MASKED || value === '') return ['hidden', '']
  if (/^-?\d+(\.\d+)?$/.test(value)) return ['number', Number(value)]
  if (/^[A-Za-z_][\w-]*$/.test(value)) return ['name', value]
  throw new ExpressionError(
    `the value of ${written} is neither a number nor a name`,
    `put it in quotes: '${written}'`,
    { from: at, to: at + written.length },
  )
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

function resolveEscapes(content: string, at: number): string {
  return content.replace(/\\([\s\S])/g, (pair, letter: string, offset: number) => {
    const character = ESCAPES[letter]
    if (character !== undefined) return character
    const place = { from: at + 1 + offset, to: at + 1 + offset + pair.length }
    throw new ExpressionError(`${pair} is not an escape sequence`, 'write \\\\ for a backslash', place)
  })
}

function unexpectedCharacter(text: string, at: number): ExpressionError {
  const character = text[at]!
  const place = { from: at, to: at + 1 }
  if (character === "'" || character === '"')
    return new ExpressionError('the quote is not closed', `close it with ${character}`, {
      from: at,
      to: text.length,
    })
  const message = `${quoted(character)} is not allowed in an expression`
  const duration = /^\+[\w.]+/.exec(text.slice(at))?.[0]
  if (duration !== undefined && /[a-z]$/.test(duration))
    return new ExpressionError(message, `put text in quotes: '${duration}'`, place)
  if ('+-*/%'.includes(character))
    return new ExpressionError(
      message,
      'to add a number, write {{ id | add(1) }}: other arithmetic is not supported',
      place,
    )
  if ('?:=!<>&'.includes(character))
    return new ExpressionError(
      message,
      "conditions are not supported; for a value that may be missing, write {{ x | default('none') }}",
      place,
    )
  return new ExpressionError(message, "write a name, a function or text in quotes: 'text'", place)
}
