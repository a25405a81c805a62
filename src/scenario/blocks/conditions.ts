/**
 * `if` and `until`: a condition as text, such as `{{ status }} == done`.
 */
import { type Context, type Reader, readTemplate, wrong } from '../fields/fields.js'
import type { Condition } from '../model/journey.js'
import type { Template } from '../model/template.js'
import { nameOf, quoted, Scalar } from '../yaml/tree.js'

type Comparison = Extract<Condition, { readonly right: unknown }>['operator']

/** Matched outside of placeholders, which may contain these characters themselves. */
const OPERATOR = /\s*(==|!=|<=|>=|<|>|\bcontains\b|\bmatches\b)\s*/

/** A condition. */
export const readCondition: Reader<Condition> = (tree, context, report) => {
  if (tree instanceof Scalar && typeof tree.value === 'boolean')
    return wrong(report, `the condition is always ${tree.text}`, `write ${example(context)}`)
  if (!(tree instanceof Scalar))
    return wrong(report, `expected a condition, got ${nameOf(tree)}`, `write ${example(context)}`)
  const { text } = tree
  const masked = text.replace(PLACEHOLDER, (placeholder) => '\0'.repeat(placeholder.length))
  const match = OPERATOR.exec(masked)
  if (!masked.includes('\0')) {
    const name = /^\s*(?:not\s+)?([A-Za-z_][\w.-]*)/.exec(text)?.[1]
    const hint =
      name !== undefined && [...context.shapes.keys(), ...context.variables].includes(name.split('.', 1)[0]!)
        ? `write ${quoted(text.replace(name, `{{ ${name} }}`))}`
        : `write ${example(context)}`
    return wrong(report, 'the condition never changes: it contains no {{ ... }}', hint)
  }
  const problem = faultOf(text, masked, match)
  if (problem !== null) return wrong(report, problem.message, problem.hint)
  const part = (from: number, to?: number): Template | null => {
    const raw = text.slice(from, to)
    const lead = raw.length - raw.trimStart().length
    return readTemplate(new Scalar(raw.trim(), raw.trim()), context, (problem) =>
      report(
        problem.part === undefined
          ? problem
          : { ...problem, part: { ...problem.part, from: problem.part.from + from + lead } },
      ),
    )
  }
  if (match === null) {
    const negation = NEGATION.exec(text)?.[0] ?? ''
    const left = part(negation.length)
    return left === null ? null : { left, operator: negation === '' ? 'is' : 'is not' }
  }
  const left = part(0, match.index)
  const right = part(match.index + match[0].length)
  const operator = match[1] as Comparison
  if (left === null || right === null) return null
  const pattern = right.length === 1 && typeof right[0] === 'string' ? right[0] : null
  if (operator === 'matches' && pattern !== null && !isPattern(pattern))
    return wrong(
      report,
      `${quoted(pattern)} is not a valid regular expression`,
      'write it without enclosing slashes',
    )
  return { left, operator, right: right.map(unquote) }
}

const PLACEHOLDER = /\{\{[\s\S]*?\}\}/g

const NEGATION = /^\s*(?:not\b|!)\s*/

/** A comparison inside the braces, as other template languages write it. */
const INSIDE = /\{\{\s*([\w.-]+)\s*(===?|!==?|<=|>=|<|>)\s*(.+?)\s*\}\}/

/** Syntax of other languages that would silently be read as text; null if there is none. */
function faultOf(
  text: string,
  masked: string,
  match: RegExpExecArray | null,
): { readonly message: string; readonly hint: string } | null {
  const [, name, sign, value] = INSIDE.exec(text) ?? []
  if (sign !== undefined)
    return {
      message: 'a comparison belongs outside the braces',
      hint: `write "{{ ${name} }} ${sign.slice(0, 2)} ${value}"`,
    }
  if (match === null) {
    const start = NEGATION.exec(masked)?.[0].length ?? 0
    const rest = masked.slice(start).replace(/\0+/g, '\0').trim()
    if (rest === '\0') return null
    const at = masked.indexOf('=')
    if (at !== -1) {
      const instead = `${text.slice(0, at)}==${text.slice(at + 1)}`
      return { message: '= is not a comparison operator', hint: `write ${quoted(instead)}` }
    }
    return COMBINED.test(masked)
      ? ONE_ONLY
      : {
          message: `${quoted(text)} is not a condition`,
          hint: 'compare two values with ==, !=, <, <=, >, >=, contains or matches',
        }
  }
  const left = masked.slice(0, match.index)
  const right = masked.slice(match.index + match[0].length)
  if (/[=!<>]$/.test(left) || /^[=~<>]/.test(right)) {
    const sign = /[=!<>~]{2,}/.exec(masked)?.[0] ?? match[1]!
    return {
      message: `${quoted(sign)} is not a comparison operator`,
      hint: 'use ==, !=, <, <=, >, >=, contains or matches',
    }
  }
  if (NEGATION.test(left) && left.includes('\0'))
    return {
      message: 'not applies to a value, not to a comparison',
      hint: 'invert the comparison, such as != for ==',
    }
  if (right.trim() === '')
    return { message: 'the comparison has no right side', hint: `write ${quoted(`${text.trim()} ''`)}` }
  const isQuoted = /^\s*(["'])(?:(?!\1).)*\1\s*$/s.test(right)
  const isPatternSide = match[1] === 'matches'
  if (!isQuoted && (COMBINED.test(right) || (!isPatternSide && /&&|\|\||[=!]=/.test(right)))) return ONE_ONLY
  return null
}

/** Two conditions in one: the text after `and` or `or` contains another placeholder. */
const COMBINED = /(?:&&|\|\||\b(?:and|or)\b)[\s\S]*\0/i

const ONE_ONLY = {
  message: 'a condition can have only one comparison',
  hint: 'for "and", put one if on a group (steps:) and the other on a step in it; for "or", write "{{ x }} matches ^(a|b)$"',
} as const

function example({ variables, shapes }: Context): string {
  const name = variables[0] ?? [...shapes.keys()][0] ?? 'status'
  return `"{{ ${name} }} == done", or "{{ ${name} }}" to test for a value`
}

/** Removes quotes: `"done"` and `'done'` mean the text done. */
function unquote(part: Template[number]): Template[number] {
  return typeof part === 'string' ? part.replace(/^(["'])(.*)\1$/s, '$2') : part
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}
