/**
 * Parses a JavaScript regular expression (without flags) into the structure that determines its search time. Where that
 * can't be exact, it's overestimated.
 */

/** UTF-16 code units, both ends included. */
export type Range = readonly [from: number, to: number]

/** A part of a regular expression. */
export type RegexNode =
  /** One character of a set. */
  | { readonly type: 'set'; readonly ranges: readonly Range[] }
  | { readonly type: 'seq'; readonly items: readonly RegexNode[] }
  | { readonly type: 'alt'; readonly items: readonly RegexNode[] }
  | { readonly type: 'repeat'; readonly item: RegexNode; readonly min: number; readonly max: number }
  /** A lookaround: it's tried, then the search continues from where it was. */
  | { readonly type: 'aside'; readonly item: RegexNode }
  /** `^` without the m flag. */
  | { readonly type: 'start' }

/** Every character. */
export const ANY: readonly Range[] = [[0, 0xffff]]

const LINE_ENDS: readonly Range[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]
const DIGITS: readonly Range[] = [[0x30, 0x39]]
const WORD: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]
const SPACES: readonly Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]

const CLASSES: Readonly<Record<string, readonly Range[]>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORD,
  W: complement(WORD),
  s: SPACES,
  S: complement(SPACES),
}

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 }

/** Matches the empty text. */
const EMPTY: RegexNode = { type: 'seq', items: [] }

/** Parses `source`, which must be valid in JavaScript. */
export function parseRegex(source: string): RegexNode {
  return new Parser(source).whole()
}

function complement(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0])
  const others: Range[] = []
  let next = 0
  for (const [from, to] of sorted) {
    if (from > next) others.push([next, from - 1])
    next = Math.max(next, to + 1)
  }
  if (next <= 0xffff) others.push([next, 0xffff])
  return others
}

class Parser {
  private readonly source: string
  private readonly hasNames: boolean
  private at = 0

  constructor(source: string) {
    this.source = source
    this.hasNames = /\(\?<[^=!]/.test(source)
  }

  whole(): RegexNode {
    return this.alternatives()
  }

  private alternatives(): RegexNode {
    const items = [this.sequence()]
    while (this.take('|')) items.push(this.sequence())
    return items.length === 1 ? items[0]! : { type: 'alt', items }
  }

  private sequence(): RegexNode {
    const items: RegexNode[] = []
    while (this.at < this.source.length && !'|)'.includes(this.source[this.at]!)) items.push(this.term())
    return items.length === 1 ? items[0]! : { type: 'seq', items }
  }

  private term(): RegexNode {
    const item = this.atom()
    const bounds = this.quantifier()
    return bounds === null ? item : { type: 'repeat', item, ...bounds }
  }

  private quantifier(): { min: number; max: number } | null {
    // Sticky. A brace that isn't part of a quantifier is literal.
    const pattern = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y
    pattern.lastIndex = this.at
    const match = pattern.exec(this.source)
    if (match === null) return null
    this.at += match[0].length
    const [, sign, min, comma, max] = match
    if (sign !== undefined)
      return { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY }
    const lower = Number(min)
    return { min: lower, max: comma === '' ? lower : max === '' ? Number.POSITIVE_INFINITY : Number(max) }
  }

  private atom(): RegexNode {
    const letter = this.source[this.at++]!
    switch (letter) {
      case '(':
        return this.group()
      case '[':
        return { type: 'set', ranges: this.characterClass() }
      case '.':
        return { type: 'set', ranges: complement(LINE_ENDS) }
      case '^':
        return { type: 'start' }
      case '$':
        return EMPTY
      case '\\':
        return this.escape()
      default:
        return one(letter.charCodeAt(0))
    }
  }

  private group(): RegexNode {
    const [opening = ''] = /^\?(?:[:=!]|<[=!]|<[^>]*>)/.exec(this.source.slice(this.at)) ?? []
    this.at += opening.length
    const item = this.alternatives()
    this.take(')')
    if (opening === '?=' || opening === '?!') return { type: 'aside', item }
    // A lookbehind is matched backwards, so assume that it can start anywhere.
    if (opening === '?<=' || opening === '?<!')
      return { type: 'aside', item: { type: 'seq', items: [ANYTHING, item] } }
    return item
  }

  private escape(): RegexNode {
    const letter = this.source[this.at] ?? '\\'
    if (letter === 'b' || letter === 'B') {
      this.at++
      return EMPTY
    }
    const isReference = /^(?:[1-9]\d*)/.exec(this.source.slice(this.at))
    if (isReference !== null) {
      this.at += isReference[0].length
      return ANYTHING
    }
    if (letter === 'k' && this.hasNames) {
      this.at = this.source.indexOf('>', this.at) + 1
      return ANYTHING
    }
    const ranges = CLASSES[letter]
    if (ranges === undefined) return one(this.character())
    this.at++
    return { type: 'set', ranges }
  }

  /** The character of an escape, after the backslash. */
  private character(): number {
    const rest = this.source.slice(this.at, this.at + 5)
    const [hex] = /^(?:x[\da-f]{2}|u[\da-f]{4})/i.exec(rest) ?? []
    if (hex !== undefined) {
      this.at += hex.length
      return Number.parseInt(hex.slice(1), 16)
    }
    const [control] = /^c[a-z]/i.exec(rest) ?? []
    if (control !== undefined) {
      this.at += 2
      return control.charCodeAt(1) % 32
    }
    const [octal] = /^[0-7]{1,3}/.exec(rest) ?? []
    if (octal !== undefined) {
      this.at += octal.length
      return Number.parseInt(octal, 8) & 0xff
    }
    const letter = this.source[this.at++] ?? '\\'
    return CONTROLS[letter] ?? letter.charCodeAt(0)
  }

  private characterClass(): Range[] {
    const isNegated = this.take('^')
    const ranges: Range[] = []
    while (this.at < this.source.length && this.source[this.at] !== ']') {
      const from = this.member()
      const isRange = this.source[this.at] === '-' && this.source[this.at + 1] !== ']'
      if (!isRange) {
        ranges.push(...from)
        continue
      }
      this.at++
      const to = this.member()
      const [first, last] = [from[0], to[0]]
      if (from.length === 1 && to.length === 1 && first![0] === first![1] && last![0] === last![1])
        ranges.push([first![0], last![0]])
      else ranges.push(...from, ...to, [0x2d, 0x2d])
    }
    this.at++
    return isNegated ? complement(ranges) : ranges
  }

  private member(): readonly Range[] {
    if (!this.take('\\')) {
      const code = this.source.charCodeAt(this.at++)
      return [[code, code]]
    }
    const ranges = CLASSES[this.source[this.at]!]
    if (ranges !== undefined) {
      this.at++
      return ranges
    }
    if (this.take('b')) return [[8, 8]]
    const code = this.character()
    return [[code, code]]
  }

  private take(sign: string): boolean {
    const isThere = this.source[this.at] === sign
    if (isThere) this.at++
    return isThere
  }
}

function one(code: number): RegexNode {
  return { type: 'set', ranges: [[code, code]] }
}

/** What a backreference may match. */
const ANYTHING: RegexNode = {
  type: 'repeat',
  item: { type: 'set', ranges: ANY },
  min: 0,
  max: Number.POSITIVE_INFINITY,
}
