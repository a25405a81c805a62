/**
 * `capture`: values of a response, for later steps.
 */
import { type Reader, readFloat, readLabel, wrong } from '../fields/fields.js'
import { readFixedText, readPattern } from '../fields/fixed-text.js'
import { checkTemplateNames } from '../fields/keys.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, map, record } from '../fields/schema.js'
import type { Capture, CaptureSource } from '../model/capture.js'
import { stepTrees } from '../yaml/step-trees.js'
import { isTreeMap, nameOf, quoted, type Report, Scalar, type TreeMap, wrongKey } from '../yaml/tree.js'
import { guessJsonPath, parseJsonPath } from './json-path.js'
import { queryProblem } from './json-query.js'

type CaptureInput = FieldsOf<typeof captureFields>

const SOURCES = ['json', 'header', 'regex', 'cookie', 'body', 'status'] as const

const DEFAULTS = { pick: 'first', required: true } as const

/** The field `capture` of a step. */
export function captureSchema(leaves: Leaves) {
  const one = map(captureFields(leaves), {
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
  })
  return record(one, {
    description: 'Values of the response to keep for later steps, as {{ name }}.',
    examples: [{ token: '$.token', id: { header: 'x-id' } }],
    check: checkTemplateNames,
  })
}

function captureFields({ option, text, choice, flag }: Leaves) {
  return {
    json: text(
      readQuery,
      'Path into the JSON body, such as $.token, or a query (RFC 9535), such as $.items[*].id.',
      { examples: ['$.token'] },
    ),
    header: text(readLabel, 'Name of a response header.'),
    regex: text(readPattern, 'JavaScript regular expression: its first group, or the whole match.', {
      examples: ['id=(\\d+)'],
    }),
    cookie: text(readLabel, 'Name of a cookie that the response sets.'),
    body: option(readTrue, { const: true }, 'The whole body as text.'),
    status: option(readTrue, { const: true }, 'The status.'),
    pick: choice(
      ['first', 'last', 'random', 'all'],
      'Which one to take if json or regex finds several values.',
      DEFAULTS.pick,
    ),
    required: flag(
      'true: without a value, the step fails and the iteration ends; false: the value is null.',
      DEFAULTS.required,
    ),
    default: option(
      readDefault,
      { type: ['string', 'number', 'boolean', 'null'] },
      'Value to use if the response has none.',
    ),
  }
}

/** The captures that the input describes. */
export function makeCaptures(input: Readonly<Record<string, CaptureInput>>): Capture[] {
  return Object.entries(input).map(([name, one]) => {
    const { required = DEFAULTS.required, default: fallback = required ? undefined : null } = one
    return { name, from: makeSource(one), ...(fallback !== undefined && { fallback }) }
  })
}

function makeSource({
  json: path,
  header,
  regex,
  cookie,
  body,
  pick = DEFAULTS.pick,
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
  const guess = guessJsonPath(text)
  if (guess !== null) return wrong(report, `${quoted(text)} is not a JSON path`, `write ${guess}`)
  const problem = queryProblem(text)
  return problem === null ? text : wrong(report, `${quoted(text)} is not a valid JSON path: ${problem}`, HINT)
}

const HINT = "write a path such as $.items[0].id or $.items[*].id, with other keys in quotes: $['first name']"

function checkCapture(input: CaptureInput, report: Report, hasUnknown: boolean): void {
  const [source, ...others] = SOURCES.filter((key) => input[key] !== undefined)
  if (source === undefined && !hasUnknown)
    wrong(report, 'the capture has no source', 'write $.token, { header: x-id } or { regex: "id=(\\d+)" }')
  for (const other of others) {
    const message = `a capture can have only one source; got ${source} and ${other}`
    wrongKey(report, [other], message, 'remove one of them, or write two captures')
  }
  if (input.pick !== undefined && source !== undefined && source !== 'json' && source !== 'regex')
    wrongKey(report, ['pick'], `pick applies only to json and regex, not to ${source}`, 'remove pick')
  if (input.required === true && input.default !== undefined)
    wrongKey(report, ['default'], "a required value can't have a default", 'remove required or default')
}
