/**
 * Translates Postman test scripts as far as a scenario can express them. All other code is returned, to be noted.
 */
import { STATUS_CODES } from 'node:http'
import {
  type AnyNode,
  type CallExpression,
  type Chain,
  chainOf,
  childrenOf,
  constantOf,
  type FunctionNode,
  parseScript,
  type Range,
} from './javascript.js'
import { Names, type Origin, writePath } from './origin.js'

/** The results of a script. */
export interface Script {
  /** The statuses that it accepts. */
  readonly status: readonly (number | '2xx')[]
  /** Variables and where to capture them, as a scenario writes it. */
  readonly captures: ReadonlyMap<string, string | Readonly<Record<string, string>>>
  /** A text that the body must contain. */
  readonly body: string | null
  /** Expected values by JSON path. */
  readonly json: ReadonlyMap<string, string | number | boolean>
  /** Variables that it sets in a way that isn't understood. */
  readonly sets: readonly string[]
  /** Variables that it sets to a constant. */
  readonly fixed: ReadonlyMap<string, string>
  /** The lines that were not understood. */
  readonly rest: readonly string[]
}

const CODE_MAX = 200_000

/** Reads a script. Before a request there is no response, so only constants are read. */
export function readScript(code: string, hasResponse: boolean): Script {
  const parsed = parseScript(code.slice(0, CODE_MAX))
  const reader = new ScriptReader(hasResponse)
  if (parsed === null) return reader.finish(code, [])
  try {
    reader.read(parsed.program)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    // Nested too deeply.
    return new ScriptReader(hasResponse).finish(code, [])
  }
  return reader.finish(parsed.code, parsed.comments)
}

const SETTER =
  /^(?:pm\.(?:environment|collectionVariables|globals|variables)\.set|postman\.set(?:Environment|Global)Variable)\(\)$/
const EQUALS = /^pm\.expect\(\)\.to(?:\.be)?(?:\.deep)?\.(?:equals?|eql|eq)\(\)$/
const CONTAINS = /^pm\.expect\(\)\.to\.(?:include|contain)s?\(\)$/
const CODES = new Map(Object.entries(STATUS_CODES).map(([code, reason]) => [reason, Number(code)]))

class ScriptReader {
  private readonly hasResponse: boolean
  private readonly names = new Names()
  private readonly status = new Set<number | '2xx'>()
  private readonly captures = new Map<string, string | Record<string, string>>()
  private readonly json = new Map<string, string | number | boolean>()
  private readonly fixed = new Map<string, string>()
  private readonly sets: string[] = []
  /** The code that was understood, and the scaffolding around it. */
  private readonly done: Range[] = []
  private body: string | null = null

  constructor(hasResponse: boolean) {
    this.hasResponse = hasResponse
  }

  read(node: AnyNode): void {
    if (this.understands(node)) {
      this.done.push([node.start, node.end])
      return
    }
    switch (node.type) {
      case 'IfStatement': {
        const { consequent, alternate } = node
        this.done.push([node.start, consequent.start])
        if (alternate) this.done.push([consequent.end, alternate.start])
        this.read(consequent)
        if (alternate) this.read(alternate)
        return
      }
      case 'TryStatement': {
        const { block, handler, finalizer } = node
        this.done.push([node.start, block.start])
        if (handler) this.done.push([handler.start, handler.body.start])
        if (finalizer) this.done.push([(handler ?? block).end, finalizer.start])
        break
      }
      case 'CallExpression': {
        const callback = callbackOf(node)
        if (chainOf(node.callee)?.name === 'pm.test' && callback !== null)
          this.done.push([node.start, callback.body.start])
        break
      }
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.names.within(node.params, () => this.read(node.body))
        return
    }
    for (const child of childrenOf(node)) this.read(child)
  }

  /** The results. `code`: what was read. */
  finish(code: string, comments: readonly Range[]): Script {
    const { captures, body, json, sets, fixed } = this
    const rest = linesLeft(code, [...this.done, ...comments])
    return { status: [...this.status], captures, body, json, sets, fixed, rest }
  }

  /** Translates a node. Returns false if a scenario can't express it. */
  private understands(node: AnyNode): boolean {
    switch (node.type) {
      case 'ExpressionStatement':
        return (
          node.expression.type === 'Literal' ||
          /^console\.\w+\(\)$/.test(chainOf(node.expression)?.name ?? '')
        )
      case 'VariableDeclaration':
        return node.declarations
          .map(({ id, init }) => this.names.declare(id, this.originOf(init)))
          .every(Boolean)
      case 'AssignmentExpression':
        if (node.left.type !== 'MemberExpression')
          return this.names.assign(node.left, node.operator === '=' ? this.originOf(node.right) : null)
        return (
          this.hasResponse && chainOf(node.left.object)?.name === 'tests' && this.accept(codesIn(node.right))
        )
      case 'CallExpression':
      case 'MemberExpression': {
        const chain = chainOf(node)
        if (chain === null) return false
        return SETTER.test(chain.name) ? this.set(chain.args[0]!) : this.hasResponse && this.expects(chain)
      }
    }
    return false
  }

  private originOf(node: AnyNode | null | undefined): Origin | null {
    return this.hasResponse ? this.names.originOf(node ?? undefined) : null
  }

  /** Reads `pm.environment.set("token", json.token)` and the older `postman.setEnvironmentVariable`. */
  private set([key, value]: readonly AnyNode[]): boolean {
    const name = constantOf(key)
    if (typeof name !== 'string' || value === undefined) return false
    const origin = this.originOf(value)
    const source = origin === null ? null : writeSource(origin)
    const constant = constantOf(value)
    const isFixed = typeof constant === 'string' || typeof constant === 'number'
    if (source !== null) this.captures.set(name, source)
    else if (isFixed) this.fixed.set(name, String(constant))
    else this.sets.push(name)
    return source !== null || isFixed
  }

  /** Reads what a test expects: `pm.response.to.have.status(200)`, `pm.expect(json.total).to.eql(3)`. */
  private expects({ name, args }: Chain): boolean {
    const [subject, value] = [args[0]?.[0], args[1]?.[0]]
    switch (name) {
      case 'pm.response.to.be.ok':
        return this.accept([200])
      case 'pm.response.to.be.success':
        return this.status.add('2xx').size > 0
      case 'pm.response.to.have.status()':
        return this.accept([constantOf(subject)])
    }
    const actual = chainOf(subject)?.name ?? ''
    switch (name) {
      case 'pm.expect().to.have.status()':
        return actual === 'pm.response' && this.accept([constantOf(value)])
      case 'pm.expect().to.be.oneOf()':
        return (
          isStatus(subject) &&
          value?.type === 'ArrayExpression' &&
          this.accept(value.elements.map((element) => constantOf(element ?? undefined)))
        )
      case 'pm.expect().to.have.property()':
        return args[1]!.length === 1 && this.exist(subject, constantOf(value))
    }
    if (CONTAINS.test(name)) return actual === 'pm.response.text()' && this.contain(constantOf(value))
    if (!EQUALS.test(name)) return false
    return isStatus(subject) ? this.accept([constantOf(value)]) : this.equal(subject, constantOf(value))
  }

  /** Accepts statuses, given by code or by reason, such as `Created`. */
  private accept(statuses: readonly unknown[]): boolean {
    const codes = statuses.map((status) => (typeof status === 'string' ? CODES.get(status) : status))
    const isCode = (code: unknown): code is number => Number.isInteger(code) && /^[1-5]\d\d$/.test(`${code}`)
    if (!codes.every(isCode)) return false
    for (const code of codes) this.status.add(code)
    return true
  }

  private contain(text: unknown): boolean {
    if (this.body !== null || typeof text !== 'string' || text === '' || /\{\{|\$\{/.test(text)) return false
    this.body = text
    return true
  }

  private exist(owner: AnyNode | undefined, name: unknown): boolean {
    const origin = this.originOf(owner)
    if (origin === null || !('json' in origin) || typeof name !== 'string') return false
    const path = writePath([...origin.json, name])
    // A check of the value says more than one of its existence.
    if (path !== null && !this.json.has(path)) this.json.set(path, 'exists')
    return path !== null
  }

  private equal(actual: AnyNode | undefined, value: string | number | boolean | undefined): boolean {
    const origin = this.originOf(actual)
    const path = origin !== null && 'json' in origin ? writePath(origin.json) : null
    // A scenario would read it as a comparison or a template, or not at all.
    const isSpecial = typeof value === 'string' && /^$|^\s*[<>=!]|\{\{|\$\{|^(?:exists|missing)$/.test(value)
    if (path === null || value === undefined || isSpecial) return false
    this.json.set(path, value)
    return true
  }
}

function isStatus(node: AnyNode | undefined): boolean {
  return /^(?:pm\.response\.(?:code|status)|responseCode\.code)$/.test(chainOf(node)?.name ?? '')
}

/** The codes in `responseCode.code === 200 || responseCode.code === 201`; null for each other condition. */
function codesIn(node: AnyNode): unknown[] {
  if (node.type === 'LogicalExpression' && node.operator === '||')
    return [...codesIn(node.left), ...codesIn(node.right)]
  const isComparison = node.type === 'BinaryExpression' && /^===?$/.test(node.operator)
  return [isComparison && isStatus(node.left) ? constantOf(node.right) : null]
}

/** The function that a call gets last; null without one. */
function callbackOf({ arguments: args }: CallExpression): FunctionNode | null {
  const last = args.at(-1)
  return last?.type === 'FunctionExpression' || last?.type === 'ArrowFunctionExpression' ? last : null
}

function writeSource(origin: Origin): string | Record<string, string> | null {
  if ('json' in origin) return origin.json.length === 0 ? null : writePath(origin.json)
  return { ...origin }
}

/** The lines with more than brackets outside of the ranges. */
function linesLeft(code: string, done: readonly Range[]): string[] {
  let text = ''
  let at = 0
  for (const [start, end] of done.toSorted(([a], [b]) => a - b)) {
    text += code.slice(at, Math.max(at, start))
    at = Math.max(at, end)
  }
  return `${text}${code.slice(at)}`
    .split('\n')
    .map((line) =>
      line
        .replace(/\s+/g, ' ')
        .replace(/^[\s{};]+/, '')
        .trimEnd(),
    )
    .filter((line) => /[^\s{}();,]/.test(line))
}
