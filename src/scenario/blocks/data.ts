/**
 * `data`: feeders with rows or values, in the scenario or in files.
 */
import { parseDelimiter } from '../data/feeders.js'
import { columnProblem, DELIMITER, type TableSpec, type Tables } from '../data/tables.js'
import {
  inside,
  type Reader,
  readFilePath,
  readFloat,
  readLabel,
  readScalar,
  readText,
  TEXT,
  wrong,
} from '../fields/fields.js'
import { checkTemplateNames } from '../fields/keys.js'
import type { Leaves } from '../fields/leaves.js'
import { either, type FieldsOf, list, map, record } from '../fields/schema.js'
import type { Feeder, FeederValue, Row } from '../model/scenario.js'
import { fillIn } from '../template/environment.js'
import { isTreeMap, nameOf, type Report, Scalar, type Tree, type TreeMap, wrongKey } from '../yaml/tree.js'

type FeederInput = FieldsOf<typeof feederFields>

const PICK = 'random'

/** Feeders by name. */
export function dataSchema(leaves: Leaves, tables: Tables) {
  const long = map(feederFields(leaves), {
    description: 'Rows of a file, or values, and which one an iteration takes.',
    sample: 'file: users.csv',
    synonyms: {
      path: 'file',
      csv: 'file',
      fields: 'columns',
      headers: 'columns',
      order: 'pick',
      mode: 'pick',
      separator: 'delimiter',
      loop: 'onEnd',
    },
    check: (input, report, hasUnknown) => checkFeeder(input, { tables, hasUnknown }, report),
  })
  return record(either(valuesSchema(leaves), long), {
    description: 'Test data for {{ name }}.',
    check: checkDataNames,
  })
}

function valuesSchema({ leaf }: Leaves) {
  return list(leaf(readFeederValue, { type: ['string', 'number', 'boolean', 'object'] }), {
    description: 'Values or rows; each iteration takes a random one.',
    sample: '- one',
    explain: explainData,
    checkTree: checkValues,
  })
}

function feederFields(leaves: Leaves) {
  const { leaf, text, choice } = leaves
  return {
    file: text(readFilePath, 'A .csv, .tsv, .json or .ndjson file, relative to this one.', {
      examples: ['users.csv'],
    }),
    values: valuesSchema(leaves).optional(),
    pick: choice(
      ['random', 'sequential', 'unique'],
      'random: any row; sequential: in order; unique: in order, each row once over all workers.',
      PICK,
    ),
    onEnd: choice(
      ['stop', 'recycle'],
      'When the rows run out: stop ends the run with an error (default of unique); recycle starts again (default of sequential).',
    ),
    delimiter: text(readDelimiter, 'Separator of the fields of a CSV file.', {
      default: DELIMITER,
      examples: [';'],
    }),
    columns: list(leaf(readLabel, TEXT), {
      description: 'Names of the columns, for a CSV file without a header.',
      sample: '- email',
    }).optional(),
  }
}

/** The feeder of a valid entry. A list is the short form of `values`. */
export function makeFeeder(entry: readonly FeederValue[] | FeederInput, tables: Tables): Feeder {
  const input: FeederInput = Array.isArray(entry) ? { values: entry } : (entry as FeederInput)
  const { pick = PICK, onEnd } = input
  const picking = { ...(pick !== PICK && { pick }), ...(onEnd !== undefined && { onEnd }) }
  if (input.values !== undefined) return { values: input.values, ...picking }
  const outcome = tables.open(specOf(input, input.file!))
  if ('problems' in outcome) throw new Error(`${input.file} was not checked`)
  return { table: outcome.table, ...picking }
}

/** Reports conflicts between keys, and problems of the file. */
function checkFeeder(
  input: FeederInput,
  { tables, hasUnknown }: { readonly tables: Tables; readonly hasUnknown: boolean },
  report: Report,
): void {
  const { values, file, pick = PICK } = input
  if (file === undefined && values === undefined && !hasUnknown)
    wrong(report, 'the feeder has neither file nor values', 'add file: users.csv or values: [one, two]')
  if (file !== undefined && values !== undefined) {
    wrongKey(report, ['values'], 'a feeder takes either file or values, not both', 'remove one of them')
  }
  if (input.onEnd !== undefined && pick === PICK) {
    const message = 'random values never run out'
    wrongKey(report, ['onEnd'], message, 'remove onEnd, or add pick: sequential or pick: unique')
  }
  if (file === undefined && values !== undefined)
    for (const key of ['delimiter', 'columns'] as const)
      if (input[key] !== undefined) wrongKey(report, [key], `${key} applies only to a file`, 'remove the key')
  const problem = columnProblem(input.columns ?? [])
  if (problem !== null) report({ path: ['columns'], message: problem, hint: 'give each column its own name' })
  // Values that could not be read are null here and already reported.
  if (!file || input.delimiter === null || input.columns === null || problem !== null) return
  const outcome = tables.open(specOf(input, file))
  if ('table' in outcome) return
  for (const { key, message, hint } of outcome.problems) report({ path: [key], message, hint })
}

/** Reports a mix of rows and single values. */
function checkValues(values: readonly Tree[], report: Report): void {
  const isRow = values.map(isTreeMap)
  const odd = isRow.findIndex((row) => row !== isRow[0])
  if (odd === -1 || values.length === 0) return
  const message = isRow[odd] ? 'a row among single values' : 'a single value among rows'
  report({ path: [odd], message, hint: 'write only rows, { name: value }, or only single values' })
}

function specOf({ delimiter, columns }: FeederInput, file: string): TableSpec {
  return { file, delimiter: delimiter ?? null, columns: columns ?? null }
}

/** A row as a plain object, without the tree's null prototype. */
function rowOf(tree: TreeMap, read: (value: Tree, key: string) => unknown): Row {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, read(value, key)]))
}

/** Reports names that can't be used in `{{ ... }}`. */
function checkDataNames(data: TreeMap, report: Report): void {
  for (const name of Object.keys(data)) {
    if (!/^(true|false|null)$/.test(name)) continue
    wrongKey(report, [name], `${name} can't be used as a name in {{ }}: it is a value`, 'choose another name')
  }
  checkTemplateNames(data, report)
}

/** Why a value is not a list of values for `data`. */
function explainData(tree: Tree): { message: string; hint: string } {
  if (tree instanceof Scalar && /\.(csv|tsv|json|ndjson|jsonl)$/i.test(tree.text)) {
    return {
      message: `expected a list of values, got ${nameOf(tree)}`,
      hint: `write { file: ${tree.text} }`,
    }
  }
  const hint = tree instanceof Scalar && tree.value !== null ? `write [${tree.text}]` : 'write [one, two]'
  return { message: `expected a list of values, got ${nameOf(tree)}`, hint }
}

/** A value of a feeder: a single value or a row. */
const readFeederValue: Reader<FeederValue> = (tree, context, report) => {
  if (isTreeMap(tree)) return rowOf(tree, (value, key) => readRowField(value, context, inside(report, key)))
  return readFeederScalar(tree, context, report)
}

/** A field of a row: any YAML value, without templates. */
const readRowField: Reader<unknown> = (tree, context, report) => {
  if (isTreeMap(tree)) return rowOf(tree, (value, key) => readRowField(value, context, inside(report, key)))
  if (!(tree instanceof Scalar))
    return (tree as readonly Tree[]).map((item, index) => readRowField(item, context, inside(report, index)))
  return tree.value === null ? null : readFeederScalar(tree, context, report)
}

const readFeederScalar: Reader<string | number | boolean> = (tree, context, report) => {
  const scalar = readScalar(tree, 'a single value', report)
  if (scalar === null) return null
  if (typeof scalar.value !== 'string') return readFloat(scalar, context, report)
  if (scalar.value.includes('{{'))
    return wrong(report, 'templates are not supported in data', 'write the template where the value is used')
  return fillIn(scalar.value, context.env, report)
}

const readDelimiter: Reader<string> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === null) return null
  return (
    parseDelimiter(text) ??
    wrong(report, 'a delimiter is a single character', 'write one such as ";", "|" or "\\t"')
  )
}
