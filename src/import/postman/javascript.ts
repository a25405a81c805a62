/**
 * Parses JavaScript and recognizes the expressions that scripts consist of.
 */
import { type AnyNode, type Options, type Program, parse, tokenizer } from 'acorn'

export type { AnyNode, CallExpression, Function as FunctionNode, Pattern } from 'acorn'

/** A range of the code, from its first character to after its last. */
export type Range = readonly [start: number, end: number]

const OPTIONS: Options = {
  ecmaVersion: 'latest',
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
}

/** A syntax tree. */
export interface Parsed {
  readonly program: Program
  /** The code, completed if it was truncated. */
  readonly code: string
  readonly comments: readonly Range[]
}

/** The syntax tree; null for a syntax error and for code that is nested too deeply. */
export function parseScript(code: string): Parsed | null {
  return tryParse(code) ?? tryParse(complete(code))
}

function tryParse(code: string): Parsed | null {
  const comments: Range[] = []
  const onComment = (_: boolean, __: string, start: number, end: number) => comments.push([start, end])
  try {
    return { program: parse(code, { ...OPTIONS, onComment }), code, comments }
  } catch {
    return null
  }
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '${': '}' }

/** Truncated code without its unfinished text or comment, and with all brackets closed. */
function complete(code: string): string {
  const open: string[] = []
  let end = 0
  try {
    for (const token of tokenizer(code, OPTIONS)) {
      const { label } = token.type
      if (CLOSING[label] !== undefined) open.push(CLOSING[label])
      else if (label === open.at(-1)) open.pop()
      end = token.end
    }
  } catch {
    // The unfinished token.
  }
  const isCut = /^(?:["'].*|`[\s\S]*|\/\*[\s\S]*)?$/.test(code.slice(end).trimStart())
  return isCut ? code.slice(0, end) + open.reverse().join('') : code
}

/** The nodes directly below a node, in the order of the code. */
export function childrenOf(node: AnyNode): AnyNode[] {
  return Object.values(node).flatMap((value: unknown) =>
    (Array.isArray(value) ? value : [value]).filter((item) => typeof item?.type === 'string'),
  )
}

/** A text, finite number or boolean that is written out; undefined for all other expressions. */
export function constantOf(node: AnyNode | undefined): string | number | boolean | undefined {
  if (node?.type === 'Literal') {
    const { value } = node
    return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
      ? (value as string | number | boolean)
      : undefined
  }
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]!.value.cooked ?? undefined
  const value = node?.type === 'UnaryExpression' && node.operator === '-' ? constantOf(node.argument) : null
  return typeof value === 'number' ? -value : undefined
}

/** A name with its calls, as `pm.expect().to.eql()`, and the arguments of the calls. */
export interface Chain {
  readonly name: string
  readonly args: readonly (readonly AnyNode[])[]
}

/** Longer chains have no meaning to an import. */
const CHAIN_LENGTH_MAX = 20

/** The expression as a chain of names and calls; null if it's anything else. */
export function chainOf(node: AnyNode | undefined, lengthMax = CHAIN_LENGTH_MAX): Chain | null {
  if (lengthMax === 0 || node === undefined) return null
  if (node.type === 'Identifier') return { name: node.name, args: [] }
  if (node.type === 'ChainExpression') return chainOf(node.expression, lengthMax)
  if (node.type === 'CallExpression') {
    const callee = chainOf(node.callee, lengthMax - 1)
    return callee && { name: `${callee.name}()`, args: [...callee.args, node.arguments] }
  }
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return null
  const owner = chainOf(node.object, lengthMax - 1)
  return owner && { ...owner, name: `${owner.name}.${node.property.name}` }
}
