/**
 * The grammar of the expressions under `observe.metrics.take`, a part of PromQL, parsed by recursive descent:
 *
 *     expression = product { ("+" | "-") product }
 *     product    = factor { ("*" | "/") factor }
 *     factor     = "-" factor | number | selector | "rate" "(" selector ")" | "(" expression ")"
 *     selector   = name [ "{" [ matcher { "," matcher } ] "}" ]
 *     matcher    = label ("=" | "!=" | "=~" | "!~") text
 */
import { isExplosive } from '../../base/pattern.js'
import type { Matcher, MetricExpression, Selector } from '../model/metric-expression.js'
import { quoted } from '../yaml/tree.js'

/** What is wrong with an expression, and the part that is. */
export class MetricSyntaxError extends Error {
  readonly hint: string
  readonly part: { readonly text: string; readonly from: number }

  constructor(message: string, hint: string, part: { readonly text: string; readonly from: number }) {
    super(message)
    this.hint = hint
    this.part = part
  }
}

/** Parses an expression. Throws a MetricSyntaxError. */
export function parseMetric(text: string): MetricExpression {
  const parser = new Parser(text, tokenize(text))
  return parser.whole()
}

interface Token {
  readonly kind: 'number' | 'name' | 'text' | 'range' | 'sign' | 'end'
  /** As written. */
  readonly text: string
  readonly from: number
}

const TOKEN =
  /(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|(?<name>[A-Za-z_:][\w:]*)|(?<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<range>\[[^\]\n]*\]?)|(?<sign>=~|!~|!=|[-+*/(){},=])/y

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; ; ) {
    at += /^\s*/.exec(text.slice(at))![0].length
    if (at === text.length) return [...tokens, { kind: 'end', text: '', from: at }]
    TOKEN.lastIndex = at
    const groups = TOKEN.exec(text)?.groups
    const [kind, found] = Object.entries(groups ?? {}).find(([, each]) => each !== undefined) ?? []
    if (found === undefined) throw strange(text, at)
    tokens.push({ kind: kind as Token['kind'], text: found, from: at })
    at += found.length
  }
}

function strange(text: string, from: number): MetricSyntaxError {
  const part = { text: /^[\w.]+|^["'].*|^./su.exec(text.slice(from))![0], from }
  if (part.text.startsWith('.') && part.text.length > 1)
    return new MetricSyntaxError(
      'names of metrics have no dots here',
      'write _ for each, as the page has it',
      part,
    )
  return /^["']/.test(part.text)
    ? new MetricSyntaxError('the quotes are not closed', 'add the closing quote', part)
    : new MetricSyntaxError(`${quoted(part.text)} is not expected in an expression`, FORM, part)
}

const FORM =
  'write names of metrics, rate(...), numbers, + - * / and parentheses, such as rate(db_seconds_sum) / rate(db_seconds_count)'

const DEPTH_MAX = 40

/** What PromQL has and perfctl hasn't, with what to write instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  sum: 'remove sum: a name already stands for the sum of all series that match',
  increase: 'write rate(...): the increase per second',
  irate: 'write rate(...): it is the increase from one second to the next',
  avg: 'divide the sum by the number of series, or select one with {label="..."}',
  histogram_quantile: 'take the mean, rate(NAME_sum) / rate(NAME_count), or use server timings',
}

class Parser {
  private readonly text: string
  private readonly tokens: readonly Token[]
  private at = 0
  private depth = 0

  constructor(text: string, tokens: readonly Token[]) {
    this.text = text
    this.tokens = tokens
  }

  whole(): MetricExpression {
    const expression = this.expression()
    const rest = this.peek()
    if (rest.text === ')')
      throw new MetricSyntaxError(
        'the parenthesis was never opened',
        'remove it, or add the opening one',
        rest,
      )
    if (rest.kind !== 'end')
      throw new MetricSyntaxError(
        `${quoted(rest.text)} is not expected here`,
        'put an operator before it: + - * /',
        rest,
      )
    return expression
  }

  private expression(): MetricExpression {
    if (++this.depth > DEPTH_MAX)
      throw new MetricSyntaxError(
        `the expression is nested more than ${DEPTH_MAX} levels deep`,
        'simplify it',
        this.peek(),
      )
    const expression = this.chain(['+', '-'], () => this.chain(['*', '/'], () => this.factor()))
    this.depth--
    return expression
  }

  /** Terms joined by these operators, from left to right. */
  private chain(
    operators: readonly ('+' | '-' | '*' | '/')[],
    term: () => MetricExpression,
  ): MetricExpression {
    let left = term()
    for (;;) {
      const operator = operators.find((each) => this.take(each))
      if (operator === undefined) return left
      left = { type: 'operation', operator, left, right: term() }
    }
  }

  private factor(): MetricExpression {
    const token = this.next()
    if (token.kind === 'number') return { type: 'number', value: Number(token.text) }
    if (token.kind === 'name') return this.named(token)
    if (token.text === '-') return this.negative()
    if (token.text !== '(') throw this.unexpected(token)
    const inner = this.expression()
    this.close(')', token)
    return inner
  }

  private negative(): MetricExpression {
    // Bounded like parentheses, because each sign is a level of recursion.
    if (++this.depth > DEPTH_MAX) throw this.unexpected(this.peek())
    const right = this.factor()
    this.depth--
    return { type: 'operation', operator: '-', left: { type: 'number', value: 0 }, right }
  }

  private named(name: Token): MetricExpression {
    const open = this.peek()
    if (open.text !== '(') return { type: 'sum', of: this.selector(name) }
    if (name.text !== 'rate') {
      const hint = Object.hasOwn(ELSEWHERE, name.text)
        ? ELSEWHERE[name.text]!
        : 'the only function is rate(...)'
      throw new MetricSyntaxError(`unknown function ${quoted(name.text)}`, hint, name)
    }
    this.next()
    const inner = this.next()
    const of = inner.kind === 'name' && this.peek().text !== '(' ? this.selector(inner) : null
    const after = this.peek()
    if (of === null || (after.text !== ')' && after.kind !== 'end'))
      throw new MetricSyntaxError(
        'rate takes the name of one counter',
        'take the rate of each counter, as in rate(a) + rate(b)',
        of !== null ? after : inner.kind === 'end' ? name : inner,
      )
    this.close(')', open)
    return { type: 'rate', of }
  }

  private selector(name: Token): Selector {
    const matchers = this.peek().text === '{' ? this.matchers(this.next()) : []
    const range = this.peek()
    if (range.kind === 'range')
      throw new MetricSyntaxError(
        'ranges are not supported',
        'remove it: rate(...) is the increase from one second to the next',
        range,
      )
    return { name: name.text, matchers }
  }

  private matchers(open: Token): Matcher[] {
    const matchers: Matcher[] = []
    while (this.peek().text !== '}') {
      matchers.push(this.matcher())
      if (!this.take(',')) break
    }
    this.close('}', open)
    return matchers
  }

  private matcher(): Matcher {
    const [label, sign, value] = [this.next(), this.next(), this.next()]
    const operator = (['=', '!=', '=~', '!~'] as const).find((each) => each === sign.text)
    const isWhole = label.kind === 'name' && operator !== undefined && value.kind === 'text'
    if (!isWhole) {
      const wrong = label.kind !== 'name' ? label : operator === undefined ? sign : value
      const hint = 'write a label, = != =~ or !~, and a value in quotes, such as {code="500"}'
      throw new MetricSyntaxError(
        'expected a condition on a label',
        hint,
        wrong.kind === 'end' ? label : wrong,
      )
    }
    const matcher = { label: label.text, operator, value: unquoted(value.text) }
    if (operator === '=~' || operator === '!~') checkPattern(matcher.value, value)
    return matcher
  }

  private close(bracket: ')' | '}', open: Token): void {
    if (this.take(bracket)) return
    const next = this.peek()
    if (next.kind === 'end')
      throw new MetricSyntaxError(`${quoted(open.text)} is not closed`, `add the closing ${bracket}`, open)
    throw new MetricSyntaxError(
      `expected ${bracket}, got ${quoted(next.text)}`,
      `close ${quoted(open.text)} first`,
      next,
    )
  }

  private unexpected(token: Token): MetricSyntaxError {
    if (token.kind !== 'end')
      return new MetricSyntaxError(`${quoted(token.text)} is not expected here`, FORM, token)
    const last = this.tokens.at(-2)
    return last === undefined
      ? new MetricSyntaxError('the expression is empty', FORM, { text: this.text, from: 0 })
      : new MetricSyntaxError('the expression is incomplete', FORM, last)
  }

  private peek(): Token {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)]!
  }

  private next(): Token {
    const token = this.peek()
    this.at++
    return token
  }

  private take(sign: string): boolean {
    const isNext = this.peek().kind === 'sign' && this.peek().text === sign
    if (isNext) this.at++
    return isNext
  }
}

/** The content of quoted text, with the escapes of the Prometheus text format, of which other languages have more. */
function unquoted(text: string): string {
  return text
    .slice(1, -1)
    .replace(/\\(.)/g, (_, escaped: string) =>
      escaped === 'n' ? '\n' : /["'\\]/.test(escaped) ? escaped : `\\${escaped}`,
    )
}

function checkPattern(pattern: string, token: Token): void {
  try {
    new RegExp(pattern)
  } catch {
    throw new MetricSyntaxError(
      `${quoted(pattern)} is not a regular expression`,
      'write one such as "5.."',
      token,
    )
  }
  if (isExplosive(pattern))
    throw new MetricSyntaxError(
      `the pattern ${quoted(pattern)} can take very long on some labels`,
      'avoid nested repetitions of the same characters: write a+ for (a+)+',
      token,
    )
}
