/**
 * Where a script's values come from: the part of a response that an expression reads.
 */
import { type AnyNode, type CallExpression, chainOf, constantOf, type Pattern } from './javascript.js'

/** A part of a response. */
export type Origin =
  | { readonly json: readonly (string | number)[] }
  | { readonly header: string }
  | { readonly cookie: string }

/** The variables of a script with the parts of a response that they hold. */
export class Names {
  /** By function, from the outermost. Null: holds something else. */
  private readonly scopes: Map<string, Origin | null>[] = [new Map()]

  /** Reads a function's body, whose parameters hide outer variables. */
  within(params: readonly Pattern[], read: () => void): void {
    this.scopes.push(new Map())
    for (const param of params) this.declare(param, null)
    read()
    this.scopes.pop()
  }

  /** Declares the variables of a pattern. Returns whether all of them hold a part of a response. */
  declare(pattern: Pattern, origin: Origin | null): boolean {
    return bind(pattern, origin, (name, part) => this.scopes.at(-1)!.set(name, part))
  }

  /** Assigns to variables, each where it's declared. Returns whether all of them hold a part of a response. */
  assign(pattern: Pattern, origin: Origin | null): boolean {
    return bind(pattern, origin, (name, part) => (this.scopeOf(name) ?? this.scopes[0]!).set(name, part))
  }

  /** The part of a response that the expression reads; null for anything else. */
  originOf(node: AnyNode | undefined): Origin | null {
    switch (node?.type) {
      case 'Identifier':
        return this.scopeOf(node.name)?.get(node.name) ?? null
      case 'AwaitExpression':
        return this.originOf(node.argument)
      case 'ChainExpression':
        return this.originOf(node.expression)
      case 'CallExpression':
        return this.originOfCall(node)
      case 'MemberExpression': {
        const base = this.originOf(node.object)
        const key = keyOf(node.property, node.computed)
        if (base !== null && !('json' in base)) return key === 'value' ? base : null
        // The length of a list is not a part of it.
        return key === 'length' ? null : partOf(base, key)
      }
    }
    return null
  }

  private originOfCall({ callee, arguments: [first] }: CallExpression): Origin | null {
    const constant = constantOf(first)
    const name = typeof constant === 'string' && constant !== '' ? constant : null
    switch (chainOf(callee)?.name) {
      case 'pm.response.json':
        return { json: [] }
      case 'JSON.parse':
        return /^(?:responseBody|pm\.response\.text\(\))$/.test(chainOf(first)?.name ?? '')
          ? { json: [] }
          : null
      case 'pm.response.headers.get':
      case 'postman.getResponseHeader':
        return name === null ? null : { header: name }
      case 'pm.cookies.get':
      case 'postman.getResponseCookie':
        return name === null ? null : { cookie: name }
      case 'String':
        return this.originOf(first)
    }
    const isToString =
      callee.type === 'MemberExpression' && keyOf(callee.property, callee.computed) === 'toString'
    return isToString ? this.originOf(callee.object) : null
  }

  private scopeOf(name: string): Map<string, Origin | null> | undefined {
    return this.scopes.findLast((scope) => scope.has(name))
  }
}

/** Sets the variables of a pattern, such as `{ user: { id } }`. Returns whether all have an origin. */
function bind(
  pattern: Pattern,
  origin: Origin | null,
  set: (name: string, origin: Origin | null) => void,
): boolean {
  if (pattern.type === 'Identifier') set(pattern.name, origin)
  else if (pattern.type === 'AssignmentPattern') return bind(pattern.left, null, set)
  else if (pattern.type === 'ObjectPattern')
    return pattern.properties
      .map((property) =>
        property.type === 'RestElement'
          ? bind(property.argument, null, set)
          : bind(property.value, partOf(origin, keyOf(property.key, property.computed)), set),
      )
      .every(Boolean)
  return pattern.type === 'Identifier' && origin !== null
}

function keyOf(node: AnyNode, isComputed: boolean): unknown {
  return node.type === 'Identifier' && !isComputed ? node.name : constantOf(node)
}

function partOf(origin: Origin | null, key: unknown): Origin | null {
  if (origin === null || !('json' in origin)) return null
  const isKey = typeof key === 'string' || (typeof key === 'number' && Number.isSafeInteger(key) && key >= 0)
  return isKey ? { json: [...origin.json, key] } : null
}

/** A JSON path as a scenario writes it; null if a step can't be written. */
export function writePath(steps: readonly (string | number)[]): string | null {
  if (steps.some((step) => /['"\\\x00-\x1f]|\$\{|\{\{/.test(String(step)))) return null
  return `$${steps
    .map((step) =>
      typeof step === 'number' ? `[${step}]` : /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `['${step}']`,
    )
    .join('')}`
}
