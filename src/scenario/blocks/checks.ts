/**
 * `expect` except for the status: from the file to a list of checks.
 */
import { losesDigits } from '../../base/decimal.js'
import { messageOf } from '../../base/errors.js'
import { type Reader, readText, wrong } from '../fields/fields.js'
import type { Check, JsonTest } from '../model/expect.js'
import { nameOf, quoted, type Report, Scalar, type TreeMap } from '../yaml/tree.js'
import { parseJsonPath } from './json-path.js'

/** The checks of a request with their values read. */
export interface ChecksInput {
  readonly header?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
  readonly matches?: string | undefined
  readonly json?: Readonly<Record<string, JsonTest>> | undefined
  readonly maxLatency?: number | undefined
  readonly maxSize?: number | undefined
}

/** The checks in the order of evaluation: those that need less of the response first. */
export function makeChecks({ header, body, matches, json, maxLatency, maxSize }: ChecksInput): Check[] {
  const checks: (Check | null)[] = [
    ...Object.entries(header ?? {}).map(
      ([name, value]): Check => ({ type: 'header', name: name.toLowerCase(), value }),
    ),
    maxLatency === undefined ? null : { type: 'maxLatency', ms: maxLatency },
    maxSize === undefined ? null : { type: 'maxSize', bytes: maxSize },
    body === undefined ? null : { type: 'body', text: body },
    matches === undefined ? null : { type: 'matches', pattern: matches },
    ...Object.entries(json ?? {}).map(
      ([path, test]): Check => ({ type: 'json', path, steps: parseJsonPath(path)!, test }),
    ),
  ]
  return checks.filter((check) => check !== null)
}

/** Reports checks of a body for a request whose response has none. */
export function checkChecks(input: ChecksInput, report: Report): void {
  for (const key of ['body', 'matches', 'json', 'maxSize'] as const) {
    if (input[key] === undefined) continue
    const message = 'the response to a HEAD request has no body'
    report({ path: ['expect', key], onKey: true, message, hint: `use get, or remove ${key}` })
  }
}

/** Fixed text to compare with: not empty, without templates. */
export const readFixedText: Reader<string> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === '') return wrong(report, 'the value is empty', 'write the text to look for, or remove the key')
  return text === null ? null : refuseTemplates(text, report)
}

/** A regular expression. */
export const readPattern: Reader<string> = (tree, context, report) => {
  const pattern = readFixedText(tree, context, report)
  if (pattern === null) return null
  try {
    new RegExp(pattern)
    return pattern
  } catch (error) {
    const reason = messageOf(error).replace(/^.*: /s, '')
    const hint = 'write it without enclosing slashes, and put \\ before a literal special character'
    return wrong(report, `${quoted(pattern)} is not a valid regular expression: ${reason}`, hint)
  }
}

/** The test of a JSON value: a value to equal, or text such as `>= 1` and `exists`. */
export const readJsonTest: Reader<JsonTest> = (tree, context, report) => {
  if (!(tree instanceof Scalar) || (tree.value === null && tree.text === '')) {
    const message = `expected a value or a comparison, got ${nameOf(tree)}`
    return wrong(
      report,
      message,
      'write a value such as ok, 1 or true, or a comparison such as ">= 1", "!= null" or exists',
    )
  }
  if (typeof tree.value !== 'string') return { operator: '==', value: tree.value, ...digitsOf(tree.text) }
  const text = readText(tree, context, report)
  if (text === null || refuseTemplates(text, report) === null) return null
  if (text === 'exists' || text === 'missing') return { operator: text }
  const [, operator, operand] = /^\s*(==|!=|<=|>=|<|>)\s*(.*?)\s*$/s.exec(text) ?? []
  if (operator === undefined) return { operator: '==', value: text }
  return readComparison(operator as Comparison, operand!, report)
}

type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

function readComparison(operator: Comparison, operand: string, report: Report): JsonTest | null {
  const value = parseOperand(operand)
  const digits = typeof value === 'number' ? digitsOf(operand) : {}
  if (operator === '==' || operator === '!=') return { operator, value, ...digits }
  if (typeof value === 'number') return { operator, value, ...digits }
  return wrong(
    report,
    `${operator} compares numbers, got ${quoted(operand)}`,
    `write a number, such as "${operator} 1"`,
  )
}

function digitsOf(text: string): { readonly digits?: string } {
  return losesDigits(text) ? { digits: text } : {}
}

/** A JSON value such as `null`, `5` or `"5"`; anything else is text. */
function parseOperand(text: string): string | number | boolean | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? text : (value as string | number | boolean | null)
  } catch {
    return text
  }
}

/** Reports keys that are not a path to a single value. */
export function checkJsonPaths(tests: TreeMap, report: Report): void {
  for (const path of Object.keys(tests)) {
    if (parseJsonPath(path) !== null) continue
    report({
      path: [path],
      onKey: true,
      message: `${quoted(path)} is not a path to a single value`,
      hint: pathHint(path),
    })
  }
}

function pathHint(path: string): string {
  if (/\*|\.\.|\?|\[[-\d]*:/.test(path))
    return 'name one value, such as $.items[0].id: checks take no wildcards, slices or filters'
  const guess = path.startsWith('$') ? null : `$${path.startsWith('[') ? '' : '.'}${path}`
  return guess !== null && parseJsonPath(guess) !== null
    ? `write ${guess}`
    : "write a path such as $.items[0].id, with other keys in quotes: $['first name']"
}

const TEMPLATES_HINT = 'write a fixed value; to compare a changing one, capture it and use if in a later step'

function refuseTemplates(text: string, report: Report): string | null {
  return text.includes('{{') ? wrong(report, 'templates are not supported in checks', TEMPLATES_HINT) : text
}
