/**
 * `steps`, `before`, `beforeEach` and `after`: requests, pauses and groups of steps, in order.
 */
import { type Reader, readText, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, list, map, recursive, type Schema } from '../fields/schema.js'
import type { Step } from '../model/journey.js'
import { nameOf, type Path, type Report, wrongKey } from '../yaml/tree.js'
import { captureSchema, makeCaptures } from './capture.js'
import { readCondition } from './conditions.js'
import {
  BODIES,
  checkRequest,
  METHODS,
  makeRequest,
  REQUEST_ELSEWHERE,
  REQUEST_SYNONYMS,
  requestFields,
} from './request.js'
import type { StepNames } from './request-names.js'

/** A step with its values read. */
export interface StepInput extends FieldsOf<typeof stepFields> {
  readonly steps?: readonly StepInput[] | undefined
}

/** A step of a journey, or of a phase before or after the load. */
export function stepSchema(leaves: Leaves): Schema<StepInput> {
  const step: Schema<StepInput> = map(
    {
      ...stepFields(leaves),
      steps: list(
        recursive(() => step),
        { description: 'A group of steps that if and repeat apply to.', sample: '- get: /' },
      ).optional(),
    },
    {
      description: 'A step: a request, a pause, or a group of steps.',
      sample: 'get: /',
      synonyms: {
        ...REQUEST_SYNONYMS,
        think: 'pause',
        sleep: 'pause',
        wait: 'pause',
        loop: 'repeat',
        ifTrue: 'if',
        extract: 'capture',
        when: 'if',
      },
      elsewhere: {
        ...REQUEST_ELSEWHERE,
        weight: 'put the weight on the entry of requests: steps run in order',
      },
      check: checkStep,
    },
  )
  return step
}

/** Several steps. All lists of them share one `step`, which is large. */
export function stepsSchema(step: Schema<StepInput>, description: string) {
  return list(step, { description, sample: '- get: /' })
}

function stepFields(leaves: Leaves) {
  const { option, text, range } = leaves
  return {
    ...requestFields(leaves),
    capture: captureSchema(leaves).optional(),
    pause: range('Wait instead of sending, for a fixed time or a random range.'),
    if: text(
      readCondition,
      'Run the step only if this holds: "{{ name }}" has a value, or a comparison (== != < <= > >= contains matches).',
      { examples: ['{{ status }} == open', 'not {{ token }}'] },
    ),
    repeat: option(
      readTimes,
      { type: ['integer', 'string'] },
      'Number of times to run the step; a range is random.',
      { examples: [3, '1..5'] },
    ),
    until: text(readCondition, 'With repeat: stop once this holds.', {
      examples: ['{{ status }} == done'],
    }),
  }
}

/** The keys that only a request has. */
const REQUEST_KEYS = [...METHODS, 'query', 'headers', 'auth', ...BODIES, 'expect'] as const

/** Whether a step only pauses, including all nested steps. Steps that could not be read are null. */
export function isPause(step: StepInput | null): boolean {
  return step?.pause !== undefined || (step?.steps?.every(isPause) ?? false)
}

/** Reports conflicts in a step. */
function checkStep(step: StepInput, report: Report, hasUnknown: boolean): void {
  if (step.until !== undefined && step.repeat === undefined)
    wrongKey(report, ['until'], 'until needs repeat', 'add repeat: 10 for at most 10 times')
  if (step.pause !== undefined) {
    refuseRequest(step, ['capture', 'steps'], 'a pause is a step of its own', report)
  } else if (step.steps !== undefined) {
    refuseRequest(step, ['capture'], 'a group of steps sends nothing itself', report)
  } else if (!METHODS.some((method) => step[method] !== undefined)) {
    if (!hasUnknown)
      wrong(
        report,
        'the step does nothing',
        'add a method with its path, such as get: /api/cart, or pause: 1s',
      )
  } else {
    checkRequest(step, report, hasUnknown)
  }
}

/** Reports keys that belong to a step: those of a request, and `more`. */
export function refuseRequest(
  input: StepInput,
  more: readonly (keyof StepInput)[],
  why: string,
  report: Report,
): void {
  for (const key of [...REQUEST_KEYS, ...more]) {
    if (input[key] === undefined) continue
    wrongKey(report, [key], `${key} is not allowed here: ${why}`, 'move it into a step of its own')
  }
}

/** Returns the line of a part of the file. */
export type LineOf = (path: Path) => number

/** The steps that the input describes. */
export function makeSteps(
  inputs: readonly StepInput[],
  names: StepNames,
  path: Path,
  lineOf: LineOf,
): Step[] {
  return inputs.map((input, i) => {
    const name = names[i] ?? ''
    const here = [...path, i]
    const { if: condition, repeat: times, until } = input
    const control = {
      ...(condition !== undefined && { if: condition }),
      ...(times !== undefined && { repeat: { times, ...(until !== undefined && { until }) } }),
    }
    if (input.pause !== undefined) return { type: 'pause', pauseMs: input.pause, ...control }
    if (input.steps !== undefined) {
      const inner = typeof name === 'string' ? [] : name
      return { type: 'group', steps: makeSteps(input.steps, inner, [...here, 'steps'], lineOf), ...control }
    }
    const request = makeRequest(input, name as string, lineOf(here))
    const captures = makeCaptures(input.capture ?? {})
    return {
      type: 'request',
      request: { ...request, ...(captures.length > 0 && { capture: captures }) },
      ...control,
    }
  })
}

/** How often a step is repeated: `3`, or a range such as `1..5`. */
const readTimes: Reader<readonly [number, number]> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === null) return null
  const [from, to = from, ...rest] = text.split('..').map(parseCount)
  if (rest.length > 0 || from === null || from === undefined || to === null || to === undefined)
    return wrong(
      report,
      `${nameOf(tree)} is not a number of repetitions`,
      'write a whole number such as 3, or a range such as 1..5',
    )
  if (to < from)
    return wrong(report, `the range ${text} is reversed`, `write the smaller number first: ${to}..${from}`)
  if (to === 0) return wrong(report, 'the step would never run', 'write 1 or more, or remove the step')
  if (to > TIMES_MAX) return wrong(report, `${text} is too many repetitions`, `write at most ${TIMES_MAX}`)
  return [from, to]
}

const TIMES_MAX = 100_000

function parseCount(text: string): number | null {
  return /^\s*\d+\s*$/.test(text) ? Number(text) : null
}
