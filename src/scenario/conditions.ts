/**
 * `if` and `until`: a condition as text, such as `{{ status }} == done`.
 */
import { type Context, type Reader, readTemplate, readText, wrong } from './fields.js'
import type { Condition } from './journey.js'
import type { Template } from './scenario.js'
import { nameOf, quoted, Scalar } from './tree.js'

type Comparison = Extract<Condition, { readonly right: unknown }>['operator']

/** Outside of holes: they may hold such signs themselves. */
const OPERATOR = /\s*(==|!=|<=|>=|<|>|\bcontains\b|\bmatches\b)\s*/

/** A condition. */
export const readCondition: Reader<Condition> = (tree, context, report) => {
  if (tree instanceof Scalar && typeof tree.value === 'boolean')
    return wrong(report, `${tree.text} is always the same`, `write ${example(context)}`)
  if (!(tree instanceof Scalar))
    return wrong(report, `a condition is wanted, here is ${nameOf(tree)}`, `write ${example(context)}`)
  const { text } = tree
  const masked = text.replace(/\{\{[\s\S]*?\}\}/g, (hole) => '\0'.repeat(hole.length))
  const match = OPERATOR.exec(masked)
  if (!masked.includes('\0')) {
    const name = /^\s*(?:not\s+)?([A-Za-z_][\w.-]*)/.exec(text)?.[1]
    const hint =
      name !== undefined && [...context.shapes.keys(), ...context.variables].includes(name.split('.', 1)[0]!)
        ? `write ${quoted(text.replace(name, `{{ ${name} }}`))}`
        : `write ${example(context)}`
    return wrong(report, 'the condition is always the same: it holds no {{ ... }}', hint)
  }
  const part = (from: number, to?: number): Template | null => {
    const raw = text.slice(from, to)
    const lead = raw.length - raw.trimStart().length
    return readTemplate(new Scalar(raw.trim(), raw.trim()), context, (mistake) =>
      report(
        mistake.part === undefined
          ? mistake
          : { ...mistake, part: { ...mistake.part, from: mistake.part.from + from + lead } },
      ),
    )
  }
  if (match === null) {
    const negation = /^\s*(?:not\b|!)\s*/.exec(text)?.[0] ?? ''
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
      `${quoted(pattern)} is not a regular expression`,
      'write it without slashes around it',
    )
  return { left, operator, right: right.map(unquote) }
}

/** `3`, or `1..5`: how often a step is repeated. */
export const readTimes: Reader<readonly [number, number]> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === null) return null
  const [from, to = from, ...rest] = text.split('..').map(parseCount)
  if (rest.length > 0 || from === null || from === undefined || to === null || to === undefined)
    return wrong(
      report,
      `${nameOf(tree)} is no number of times`,
      'write a whole number such as 3, or a range such as 1..5',
    )
  if (to < from)
    return wrong(report, `the range ${text} falls`, `write the smaller number first: ${to}..${from}`)
  if (to > TIMES_MAX) return wrong(report, `${text} is too often`, `at most ${TIMES_MAX}`)
  return [from, to]
}

const TIMES_MAX = 100_000

function example({ variables, shapes }: Context): string {
  const name = variables[0] ?? [...shapes.keys()][0] ?? 'status'
  return `"{{ ${name} }} == done", or "{{ ${name} }}" for whether there is a value`
}

/** `"done"` and `'done'` are the text done, as in other languages. */
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

function parseCount(text: string): number | null {
  return /^\s*\d+\s*$/.test(text) ? Number(text) : null
}
