/**
 * Journeys and their steps: which keys can be combined, and the steps that result.
 */

import type { Condition, JourneySpec, Step } from '../model/journey.js'
import type { Path, Report } from '../yaml/tree.js'
import { type CaptureInput, makeCaptures } from './captures.js'
import type { StepNames } from './request-names.js'
import { BODIES, checkRequest, METHODS, makeRequest, type RequestInput } from './request-spec.js'

/** A step with its values read. */
export interface StepInput extends RequestInput {
  readonly capture?: Readonly<Record<string, CaptureInput>> | undefined
  readonly pause?: readonly [number, number] | undefined
  readonly if?: Condition | undefined
  readonly repeat?: readonly [number, number] | undefined
  readonly until?: Condition | undefined
  readonly steps?: readonly StepInput[] | undefined
}

/** An entry of `requests` that has steps. */
interface JourneyInput extends RequestInput {
  readonly name?: string | undefined
  readonly steps?: readonly StepInput[] | undefined
}

const REQUEST_KEYS = [...METHODS, 'query', 'headers', 'auth', ...BODIES, 'expect'] as const

/** Reports keys that a journey can't have. */
export function checkEntry(entry: JourneyInput, report: Report): void {
  refuse(REQUEST_KEYS, entry, 'in a journey it belongs to a step', report)
  if (entry.steps?.every(isPause))
    report({
      path: ['steps'],
      onKey: true,
      message: 'the journey sends nothing',
      hint: 'add a step with a method and its path, such as - get: /',
    })
  if (entry.name === undefined)
    report({
      message: 'the journey has no name',
      hint: 'add one, such as name: checkout: figures are kept by name',
    })
}

/** Whether a step only pauses, including all nested steps. Steps that could not be read are null. */
function isPause(step: StepInput | null): boolean {
  return step?.pause !== undefined || (step?.steps?.every(isPause) ?? false)
}

/** Reports conflicts in a step. */
export function checkStep(step: StepInput, report: Report, hasUnknown: boolean): void {
  if (step.until !== undefined && step.repeat === undefined)
    report({
      path: ['until'],
      onKey: true,
      message: 'until needs repeat',
      hint: 'add repeat: 10 for at most 10 times',
    })
  if (step.pause !== undefined) {
    refuse([...REQUEST_KEYS, 'capture', 'steps'], step, 'a pause is a step of its own', report)
  } else if (step.steps !== undefined) {
    refuse([...REQUEST_KEYS, 'capture'], step, 'a group of steps sends nothing itself', report)
  } else if (!METHODS.some((method) => step[method] !== undefined)) {
    if (!hasUnknown)
      report({
        message: 'the step does nothing',
        hint: 'add a method with its path, such as get: /api/cart, or pause: 1s',
      })
  } else {
    checkRequest(step, report, hasUnknown)
  }
}

function refuse(keys: readonly (keyof StepInput)[], input: StepInput, why: string, report: Report): void {
  for (const key of keys) {
    if (input[key] === undefined) continue
    report({
      path: [key],
      onKey: true,
      message: `${key} is not allowed here: ${why}`,
      hint: 'move it into a step of its own',
    })
  }
}

/** Returns the line of a part of the file. */
type LineOf = (path: Path) => number

/** The journey that an entry describes. `path` is its path in the file. */
export function makeJourney(
  input: JourneyInput & { readonly weight?: number | undefined },
  names: { readonly name: string; readonly steps: StepNames },
  path: Path,
  lineOf: LineOf,
): JourneySpec {
  return {
    name: names.name,
    weight: input.weight ?? 1,
    steps: makeSteps(input.steps!, names.steps, [...path, 'steps'], lineOf),
    line: lineOf(path),
  }
}

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
