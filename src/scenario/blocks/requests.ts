/**
 * `requests`: single requests, and journeys of several steps.
 */
import { type Reader, VARIABLE, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, list, map, type Schema } from '../fields/schema.js'
import { readNumber } from '../fields/unit-fields.js'
import type { Entry } from '../model/scenario.js'
import { type Path, type Report, wrongKey } from '../yaml/tree.js'
import { checkRequest, makeRequest, REQUEST_ELSEWHERE, REQUEST_SYNONYMS, requestFields } from './request.js'
import { checkNames, type EntryNames, type Names } from './request-names.js'
import { isPause, type LineOf, makeSteps, refuseRequest, type StepInput, stepsSchema } from './steps.js'

type EntryInput = FieldsOf<typeof entryFields>

const WEIGHT = 1

/** The requests of a scenario, whose names are known before they are read. */
export function requestsSchema(leaves: Leaves, names: Names, step: Schema<StepInput>) {
  const entry = map(entryFields(leaves, step), {
    description: 'A request: one method with its path, and what is sent and expected; or a journey of steps.',
    sample: 'get: /',
    synonyms: { ...REQUEST_SYNONYMS, flow: 'steps' },
    elsewhere: {
      ...REQUEST_ELSEWHERE,
      capture:
        'captured values are for later steps: make it a journey, steps: [{ get: ..., capture: ... }, ...]',
      pause: 'make the pause a step of a journey; for a pause between iterations, use load.thinkTime',
      if: 'put the condition on a step of a journey',
      repeat: 'repeat a step of a journey; to send a request more often, give it a larger weight',
    },
    check: (input, report, hasUnknown) =>
      input.steps === undefined ? checkRequest(input, report, hasUnknown) : checkJourney(input, report),
  })
  return list(entry, {
    description: 'The requests to send. Each iteration picks one by weight.',
    sample: '- get: /',
    check: (report) => checkNames(names, report),
  })
}

function entryFields(leaves: Leaves, step: Schema<StepInput>) {
  return {
    ...requestFields(leaves),
    weight: leaves.option(
      readWeight,
      { type: ['number', 'string'], exclusiveMinimum: 0, pattern: VARIABLE },
      'Share of the iterations, relative to the other weights.',
      { default: WEIGHT },
    ),
    steps: stepsSchema(step, 'A journey: requests that one virtual user sends in order.').optional(),
  }
}

/** The request or journey that an entry describes. `path` is its path in the file. */
export function makeEntry(input: EntryInput, names: EntryNames, path: Path, lineOf: LineOf): Entry {
  const { name } = names
  const { weight = WEIGHT, steps } = input
  const line = lineOf(path)
  if (steps === undefined) return { ...makeRequest(input, name, line), weight }
  return { name, weight, steps: makeSteps(steps, names.steps, [...path, 'steps'], lineOf), line }
}

/** Reports keys that a journey can't have. */
function checkJourney(entry: EntryInput, report: Report): void {
  refuseRequest(entry, [], 'in a journey it belongs to a step', report)
  if (entry.steps?.every(isPause))
    wrongKey(
      report,
      ['steps'],
      'the journey sends nothing',
      'add a step with a method and its path, such as - get: /',
    )
  if (entry.name === undefined)
    wrong(report, 'the journey has no name', 'add one, such as name: checkout: figures are kept by name')
}

/** A number above 0. */
const readWeight: Reader<number> = (tree, context, report) => {
  const value = readNumber(tree, context, report)
  if (value === null || (value > 0 && value <= 1e9)) return value
  return value > 0
    ? wrong(
        report,
        `the weight ${value} is too large`,
        'write at most 1000000000: only the ratio of the weights counts',
      )
    : wrong(
        report,
        `the weight must be above 0, got ${value}`,
        'write a positive number; to leave a request out, comment it out',
      )
}
