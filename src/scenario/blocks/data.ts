/**
 * The fields of `data`: test data in the scenario or in files.
 */
import { checkFeeder, checkValues, parseDelimiter } from '../data/feeders.js'
import type { Tables } from '../data/tables.js'
import * as fields from '../fields/fields.js'
import * as json from '../fields/json-types.js'
import { checkDataNames, explainData } from '../fields/keys.js'
import { either, list, map, record } from '../fields/schema.js'
import type { Leaves } from './leaves.js'

/** Feeders by name. */
export function dataSchema({ leaf }: Leaves, tables: Tables) {
  const values = list(leaf(fields.readFeederValue, json.FEEDER_VALUE), {
    description: 'Values or rows; each iteration takes a random one.',
    sample: '- one',
    explain: explainData,
    checkTree: checkValues,
  })
  const long = map(
    {
      file: leaf(fields.readFilePath, {
        ...json.TEXT,
        description: 'A .csv, .tsv, .json or .ndjson file, relative to this one.',
        examples: ['users.csv'],
      }).optional(),
      values: values.optional(),
      pick: leaf(fields.choiceReader('random', 'sequential', 'unique'), {
        ...json.choice('random', 'sequential', 'unique'),
        description:
          'random: any row; sequential: in order; unique: in order, each row once over all workers.',
        default: 'random',
      }).optional(),
      onEnd: leaf(fields.choiceReader('stop', 'recycle'), {
        ...json.choice('stop', 'recycle'),
        description:
          'When the rows run out: stop ends the run with an error (default of unique); recycle starts again (default of sequential).',
      }).optional(),
      delimiter: leaf(readDelimiterField, {
        ...json.TEXT,
        description: 'Separator of the fields of a CSV file.',
        default: ',',
        examples: [';'],
      }).optional(),
      columns: list(leaf(fields.readLabel, json.TEXT), {
        description: 'Names of the columns, for a CSV file without a header.',
        sample: '- email',
      }).optional(),
    },
    {
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
    },
  )
  return record(either(values, long), { description: 'Test data for {{ name }}.', check: checkDataNames })
}

const readDelimiterField: fields.Reader<string> = (tree, context, report) => {
  const text = fields.readText(tree, context, report)
  if (text === null) return null
  return (
    parseDelimiter(text) ??
    fields.wrong(report, 'a delimiter is a single character', 'write one such as ";", "|" or "\\t"')
  )
}
