/**
 * `capture`: values of a response, for later steps.
 */

import { choiceReader, type Reader, readFlag, readFloat, readLabel, wrong } from '../fields/fields.js'
import * as json from '../fields/json-types.js'
import { map, record } from '../fields/schema.js'
import type { Capture, CaptureSource, Choice } from '../model/capture.js'
import { stepTrees } from '../yaml/step-trees.js'
import { isTreeMap, nameOf, quoted, type Report, Scalar, type TreeMap } from '../yaml/tree.js'
import { readFixedText, readPattern } from './checks.js'
import { parseJsonPath } from './json-path.js'
import { queryProblem } from './json-query.js'
import type { Leaves } from './leaves.js'

/** A capture with its values read. */
export interface CaptureInput {
  readonly json?: string | undefined
  readonly header?: string | undefined
  readonly regex?: string | undefined
  readonly cookie?: string | undefined
  readonly body?: boolean | undefined
  readonly status?: boolean | undefined
  readonly pick?: Choice | undefined
  readonly required?: boolean | undefined
  readonly default?: string | number | boolean | null | undefined
}

const SOURCES = ['json', 'header', 'regex', 'cookie', 'body', 'status'] as const

/** The field `capture` of a step. */
export function captureSchema({ leaf }: Leaves) {
  const one = map(
    {
      json: leaf(readQuery, {
        ...json.TEXT,
        description:
          'Path into the JSON body, such as $.token, or a query (RFC 9535), such as $.items[*].id.',
        examples: ['$.token'],
      }).optional(),
      header: leaf(readLabel, { ...json.TEXT, description: 'Name of a response header.' }).optional(),
      regex: leaf(readPattern, {
        ...json.TEXT,
        description: 'JavaScript regular expression: its first group, or the whole match.',
        examples: ['id=(\\d+)'],
      }).optional(),
      cookie: leaf(readLabel, {
        ...json.TEXT,
        description: 'Name of a cookie that the response sets.',
      }).optional(),
      body: leaf(readTrue, { const: true, description: 'The whole body as text.' }).optional(),
      status: leaf(readTrue, { const: true, description: 'The status.' }).optional(),
      pick: leaf(choiceReader('first', 'last', 'random', 'all'), {
        ...json.choice('first', 'last', 'random', 'all'),
        description: 'Which one to take if json or regex finds several values.',
        default: 'first',
      }).optional(),
      required: leaf(readFlag, {
        type: 'boolean',
        description:
          'true: without a value, the step fails and the iteration ends; false: the value is null.',
        default: true,
      }).optional(),
      default: leaf(readDefault, {
        type: ['string', 'number', 'boolean', 'null'],
        description: 'Value to use if the response has none.',
      }).optional(),
    },
    {
      description: 'A value of the response.',
      sample: 'token: $.token',
      shorthand: {
        key: 'json',
        meta: { type: 'string', description: 'A path into the JSON body.' },
        isNeverMap: true,
      },
      synonyms: {
        jsonPath: 'json',
        jsonpath: 'json',
        path: 'json',
        headers: 'header',
        regexp: 'regex',
        match: 'regex',
        as: 'json',
        optional: 'required',
      },
      check: checkCapture,
    },
  )
  return record(one, {
    description: 'Values of the response to keep for later steps, as {{ name }}.',
    examples: [{ token: '$.token', id: { header: 'x-id' } }],
    check: checkCaptureNames,
  })
}

/** The captures that the input describes. */
export function makeCaptures(input: Readonly<Record<string, CaptureInput>>): Capture[] {
  return Object.entries(input).map(([name, one]) => {
    const fallback = one.default !== undefined ? one.default : one.required === false ? null : undefined
    return { name, from: makeSource(one), ...(fallback !== undefined && { fallback }) }
  })
}

function makeSource({
  json: path,
  header,
  regex,
  cookie,
  body,
  pick = 'first',
}: CaptureInput): CaptureSource {
  if (path !== undefined) return { type: 'json', path, steps: parseJsonPath(path), pick }
  if (header !== undefined) return { type: 'header', name: header.toLowerCase() }
  if (regex !== undefined) return { type: 'regex', pattern: regex, pick }
  if (cookie !== undefined) return { type: 'cookie', name: cookie }
  return { type: body === true ? 'body' : 'status' }
}

/** The names captured anywhere in a file, without duplicates. */
export function capturedNames(root: TreeMap): string[] {
  const names = stepTrees(root).flatMap(({ capture }) =>
    capture !== undefined && isTreeMap(capture) ? Object.keys(capture) : [],
  )
  return [...new Set(names)]
}

const readTrue: Reader<boolean> = (tree, _context, report) =>
  tree instanceof Scalar && tree.value === true
    ? true
    : wrong(report, `expected true, got ${nameOf(tree)}`, 'write true, or remove the key')

const readDefault: Reader<string | number | boolean | null> = (tree, context, report) => {
  if (!(tree instanceof Scalar))
    return wrong(report, `expected a single value, got ${nameOf(tree)}`, 'write text or a number')
  if (tree.value === '') return ''
  return typeof tree.value === 'string'
    ? readFixedText(tree, context, report)
    : readFloat(tree, context, report)
}

const readQuery: Reader<string> = (tree, context, report) => {
  const text = readFixedText(tree, context, report)
  if (text === null || parseJsonPath(text) !== null) return text
  const guess = text.startsWith('$') ? null : `$${text.startsWith('[') ? '' : '.'}${text}`
  if (guess !== null && parseJsonPath(guess) !== null)
    return wrong(report, `${quoted(text)} is not a JSON path`, `write ${guess}`)
  const problem = queryProblem(text)
  return problem === null ? text : wrong(report, `${quoted(text)} is not a valid JSON path: ${problem}`, HINT)
}

const HINT = "write a path such as $.items[0].id or $.items[*].id, with other keys in quotes: $['first name']"

function checkCapture(input: CaptureInput, report: Report, hasUnknown: boolean): void {
  const [source, ...others] = SOURCES.filter((key) => input[key] !== undefined)
  if (source === undefined && !hasUnknown)
    report({
      message: 'the capture has no source',
      hint: 'write $.token, { header: x-id } or { regex: "id=(\\d+)" }',
    })
  for (const other of others) {
    const message = `a capture can have only one source; got ${source} and ${other}`
    report({ path: [other], onKey: true, message, hint: 'remove one of them, or write two captures' })
  }
  if (input.pick !== undefined && source !== undefined && source !== 'json' && source !== 'regex')
    report({
      path: ['pick'],
      onKey: true,
      message: `pick applies only to json and regex, not to ${source}`,
      hint: 'remove pick',
    })
  if (input.required === true && input.default !== undefined)
    report({
      path: ['default'],
      onKey: true,
      message: "a required value can't have a default",
      hint: 'remove required or default',
    })
}

function checkCaptureNames(captures: TreeMap, report: Report): void {
  for (const name of Object.keys(captures)) {
    if (/^[A-Za-z_][\w-]*$/.test(name)) continue
    const message = `${quoted(name)} can't be used as a name in {{ }}`
    report({
      path: [name],
      onKey: true,
      message,
      hint: 'use letters, digits, _ and -, starting with a letter',
    })
  }
}
