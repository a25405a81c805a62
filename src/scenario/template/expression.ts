/**
 * The grammar of the expression in `{{ ... }}`, parsed by recursive descent:
 *
 *     expression = value { "|" filter }              user.email | lower | slice(0, 8)
 *     filter     = name [ "(" arguments ")" ]
 *     value      = number | text | true | false | null | call | path | "(" expression ")"
 *     call       = name "(" arguments ")"            hmac(user.id, env('KEY'))
 *     path       = name { "." name | "[" index "]" } order.items[0].id
 *     arguments  = [ expression { "," expression } ]
 *
 * Names, columns, functions and fixed arguments are checked here, so that later only values that aren't known yet can
 * be wrong.
 */

import type { Expression, ValuePath } from '../model/template.js'
import { quoted } from '../yaml/tree.js'
import { checkCall, functionHint, readEnv } from './calls.js'
import { type Environment, fillIn } from './environment.js'
import { FUNCTIONS } from './functions.js'
import { checkPath, unknownName } from './names.js'
import type { Names, Parsed } from './parsed.js'
import { ExpressionError, type Token } from './tokens.js'

const DEPTH_MAX = 40

/** Parses an expression from its tokens. Throws an ExpressionError. */
export function parseExpression(tokens: readonly Token[], names: Names, env: Environment): Parsed {
  const parser = new Parser(tokens, names, env)
  return parser.whole()
}

class Parser {
  private readonly tokens: readonly Token[]
  private readonly names: Names
  private readonly env: Environment
  private at = 0
  private depth = 0

  constructor(tokens: readonly Token[], names: Names, env: Environment) {
    this.tokens = tokens
    this.names = names
    this.env = env
  }

  whole(): Parsed {
    const parsed = this.expression()
    const rest = this.peek()
    if (rest.kind !== 'end') throw leftover(rest)
    return parsed
  }

  private expression(): Parsed {
    if (++this.depth > DEPTH_MAX)
      throw new ExpressionError(
        `the expression is nested more than ${DEPTH_MAX} levels deep`,
        'simplify it',
        this.peek(),
      )
    let parsed = this.value()
    for (let filters = 0; this.take('|'); filters++) {
      if (filters === DEPTH_MAX)
        throw new ExpressionError(
          `the expression has more than ${DEPTH_MAX} filters`,
          'use fewer filters',
          this.peek(),
        )
      parsed = this.filter(parsed)
    }
    this.depth--
    return parsed
  }

  private filter(input: Parsed): Parsed {
    const name = this.next()
    if (name.text === '|')
      throw new ExpressionError('|| is not supported in templates', "write {{ x | default('none') }}", name)
    if (name.kind !== 'name')
      throw new ExpressionError('expected a filter after |', 'write one such as {{ x | upper }}', name)
    const fn = FUNCTIONS.find((candidate) => candidate.name === name.value)
    if (fn?.isFilter !== true) {
      const message = fn === undefined ? `unknown filter ${quoted(name.text)}` : `${fn.name} is not a filter`
      throw new ExpressionError(message, functionHint(name.text, { asFilter: true }), name)
    }
    const args = this.take('(') ? this.arguments(fn.name) : []
    return checkCall(fn, [input, ...args], { name, to: this.before(), asFilter: true })
  }

  private value(): Parsed {
    const token = this.next()
    const { from, to } = token
    switch (token.kind) {
      case 'number':
      case 'text':
        return { argument: token.value, from, to, isHidden: false }
      case 'hidden':
        return { argument: { type: 'literal', value: null }, from, to, isHidden: true }
      case 'name':
        return this.named(token)
      case 'end':
        throw new ExpressionError(
          'the expression is incomplete',
          'write a name, a function or a value',
          this.last(),
        )
      default:
        if (token.text !== '(') throw unexpected(token)
    }
    const inner = this.expression()
    if (!this.take(')')) throw unclosed(this.peek(), 'the bracket', token)
    return inner
  }

  private named(token: Token): Parsed {
    const { from, to } = token
    const name = String(token.value)
    if (name in CONSTANTS && this.peek().text !== '(')
      return { argument: CONSTANTS[name]!, from, to, isHidden: false }
    if (this.take('(')) return this.call(token)
    const isVariable = this.names.variables.includes(name)
    const shape = this.names.shapes.get(name)
    if (!isVariable && shape === undefined)
      throw unknownName(token, this.names, {
        hasPath: this.peek().text === '.',
        isArgument: this.depth > 1,
      })
    const steps = this.path()
    const path: ValuePath = steps.map(({ value }) => value)
    const end = this.before()
    if (!isVariable && shape) checkPath(token, steps, { shape, hasDefault: this.isDefaultNext() })
    const argument: Expression = {
      type: isVariable ? 'variable' : 'data',
      name,
      ...(path.length > 0 && { path }),
    }
    return { argument, from, to: end, isHidden: false }
  }

  private path(): Token[] {
    const steps: Token[] = []
    for (;;) {
      if (this.take('.')) {
        const key = this.next()
        const isKey = key.kind === 'name' || (key.kind === 'number' && Number.isInteger(key.value))
        if (!isKey)
          throw new ExpressionError(
            'expected a name after the dot',
            "write it like user.email or user['e-mail']",
            key,
          )
        steps.push({ ...key, value: key.kind === 'name' ? key.text : key.value })
      } else if (this.take('[')) {
        const index = this.next()
        const isIndex = index.kind === 'text' || (index.kind === 'number' && Number.isInteger(index.value))
        if (!isIndex || Number(index.value) < 0) {
          const hint = 'write it like items[0] or user["first name"]; for the last entry, items | last'
          throw new ExpressionError('expected an index from 0 or a name in quotes in [ ]', hint, index)
        }
        steps.push(index)
        if (!this.take(']')) throw unclosed(this.peek(), 'the bracket', index)
      } else {
        return steps
      }
    }
  }

  private call(name: Token): Parsed {
    const fn = FUNCTIONS.find((candidate) => candidate.name === name.value)
    if (fn === undefined) {
      throw new ExpressionError(`unknown function ${quoted(name.text)}`, functionHint(name.text, {}), name)
    }
    const args = this.arguments(fn.name)
    const parsed = checkCall(fn, args, { name, to: this.before(), asFilter: false })
    if (fn.name !== 'env') return parsed
    return { ...parsed, argument: { type: 'literal', value: this.fill(args, parsed) }, isHidden: true }
  }

  private fill(args: readonly Parsed[], place: Parsed): string {
    let problem: ExpressionError | null = null
    const value = fillIn(readEnv(args), this.env, ({ message, hint }) => {
      problem = new ExpressionError(
        message,
        (hint ?? '').replace(/\$\{(\w+):-value\}/, "env('$1', 'value')"),
        place,
      )
    })
    if (problem !== null) throw problem
    return value!
  }

  /** Arguments, up to and including the closing bracket. */
  private arguments(name: string): Parsed[] {
    const args: Parsed[] = []
    if (this.take(')')) return args
    for (;;) {
      args.push(this.expression())
      if (this.take(')')) return args
      if (!this.take(',')) throw unclosed(this.peek(), `the call of ${name}`, this.last())
    }
  }

  private isDefaultNext(): boolean {
    return this.peek().text === '|' && this.tokens[this.at + 1]?.value === 'default'
  }

  private peek(): Token {
    return this.tokens[this.at]!
  }

  private next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.at++
    return token
  }

  private take(sign: string): boolean {
    const token = this.peek()
    const isThere = token.kind === 'sign' && token.text === sign
    if (isThere) this.at++
    return isThere
  }

  /** The last token taken. */
  private last(): Token {
    return this.tokens[Math.max(0, this.at - 1)]!
  }

  private before(): number {
    return this.last().to
  }
}

const CONSTANTS: Readonly<Record<string, true | false | null>> = Object.assign(Object.create(null), {
  true: true,
  false: false,
  null: null,
})

function unclosed(token: Token, what: string, since: Token): ExpressionError {
  if (token.kind === 'end') return new ExpressionError(`${what} is not closed`, 'close it', since)
  return unexpected(token, 'separate arguments with commas, and close the bracket')
}

function unexpected(token: Token, hint = 'write a name, a function or a value'): ExpressionError {
  return new ExpressionError(`unexpected ${quoted(token.text)}`, hint, token)
}

/** The error for tokens after a whole expression. */
function leftover(token: Token): ExpressionError {
  if (token.kind === 'number' && Number(token.value) < 0)
    return unexpected(token, `write {{ id | add(${token.text}) }}: other arithmetic is not supported`)
  return unexpected(token, 'close the expression with }}, or put text with spaces in quotes')
}
