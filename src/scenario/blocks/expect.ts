/**
 * `expect`: what makes a response a success.
 */
import { losesDigits } from '../../base/decimal.js'
import { type Reader, readStatus, readText, STATUS, TEXT, wrong } from '../fields/fields.js'
import { readFixedText, readPattern, refuseTemplates } from '../fields/fixed-text.js'
import { checkResponseHeaderNames } from '../fields/http-fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, map, record } from '../fields/schema.js'
import { readSize, SIZE } from '../fields/unit-fields.js'
import type { Check, Expect, JsonTest } from '../model/expect.js'
import { nameOf, quoted, type Report, Scalar, type TreeMap, wrongKey } from '../yaml/tree.js'
import { guessJsonPath, parseJsonPath } from './json-path.js'

type ExpectInput = FieldsOf<typeof expectFields>

const STATUS_MAX = 399

/** The field `expect` of a request. */
export function expectSchema(leaves: Leaves) {
  return map(expectFields(leaves), {
    description: 'Checks that a response must pass.',
    sample: 'status: 201',
    synonyms: {
      headers: 'header',
      contains: 'body',
      bodyContains: 'body',
      regex: 'matches',
      jsonPath: 'json',
      code: 'status',
      statusCode: 'status',
      maxTime: 'maxLatency',
      latency: 'maxLatency',
      size: 'maxSize',
    },
  })
}

function expectFields({ leaf, option, text, timeout }: Leaves) {
  return {
    status: option(readStatus, STATUS, `Expected statuses. Default: below ${STATUS_MAX + 1}.`),
    header: record(leaf(readFixedText, TEXT), {
      check: checkResponseHeaderNames,
      description: 'Headers with exactly these values.',
      examples: [{ 'content-type': 'application/json' }],
    }).optional(),
    body: text(readFixedText, 'Text that the body must contain.'),
    matches: text(readPattern, 'JavaScript regular expression that must match somewhere in the body.'),
    json: record(leaf(readJsonTest, JSON_TEST), {
      check: checkJsonPaths,
      description:
        'Values in a JSON body by path, such as $.items[0].id; .length is the number of entries of a list.',
      examples: [{ '$.status': 'ok', '$.items.length': '>= 1' }],
    }).optional(),
    maxLatency: timeout('Maximum latency; a slower response fails.'),
    maxSize: option(readSize, SIZE, 'Maximum body size as transferred; a larger body fails.'),
  }
}

/** The expectations that the input describes. */
export function makeExpect(input: ExpectInput): Expect {
  const checks = makeChecks(input)
  return { status: input.status ?? [[100, STATUS_MAX]], ...(checks.length > 0 && { checks }) }
}

/** The checks in the order of evaluation: those that need less of the response first. */
function makeChecks({ header, body, matches, json, maxLatency, maxSize }: ExpectInput): Check[] {
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
export function checkExpectOfHead(input: ExpectInput, report: Report): void {
  for (const key of ['body', 'matches', 'json', 'maxSize'] as const) {
    if (input[key] === undefined) continue
    const message = 'the response to a HEAD request has no body'
    wrongKey(report, ['expect', key], message, `use get, or remove ${key}`)
  }
}

const JSON_TEST = {
  type: ['string', 'number', 'boolean', 'null'],
  description:
    'A value to equal, or a comparison: ">= 1" (also > < <= == !=), exists, missing. "== exists" means the text itself.',
  examples: ['ok', 1, true, '>= 1', '!= null', 'exists'],
}

/** The test of a JSON value: a value to equal, or text such as `>= 1` and `exists`. */
const readJsonTest: Reader<JsonTest> = (tree, context, report) => {
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
function checkJsonPaths(tests: TreeMap, report: Report): void {
  for (const path of Object.keys(tests)) {
    if (parseJsonPath(path) !== null) continue
    wrongKey(report, [path], `${quoted(path)} is not a path to a single value`, pathHint(path))
  }
}

function pathHint(path: string): string {
  if (/\*|\.\.|\?|\[[-\d]*:/.test(path))
    return 'name one value, such as $.items[0].id: checks take no wildcards, slices or filters'
  const guess = guessJsonPath(path)
  return guess === null
    ? "write a path such as $.items[0].id, with other keys in quotes: $['first name']"
    : `write ${guess}`
}
