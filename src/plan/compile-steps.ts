/**
 * The steps of a journey as a list without nesting: conditions and repetitions become jumps, so that a virtual user
 * can stop at any step and go on later with nothing but its place in the list.
 */
import type { Ms } from '../base/clock.js'
import type { Step } from '../scenario/model/journey.js'
import type { RequestSpec } from '../scenario/model/request.js'
import { compileCondition, type Holds } from './condition.js'
import type { CompiledRequest } from './request.js'
import type { FeederIndex } from './template.js'
import { neededVariables } from './variables.js'

/** A request to send. */
export interface SendStep {
  readonly type: 'send'
  readonly request: CompiledRequest
  /** Captured values without which it can't be sent. */
  readonly needs: readonly string[]
  /** What comes next, once it is filled in. */
  readonly move: { readonly type: 'send'; readonly outgoing: CompiledRequest }
}

/** One entry of the list. `to` is the number of another one; `counter` that of a repetition. */
export type CompiledStep =
  | SendStep
  | { readonly type: 'pause'; readonly pauseMs: readonly [Ms, Ms] }
  | { readonly type: 'unless'; readonly holds: Holds; readonly to: number }
  /** Draws how often; goes past the end of the repetition when that is never. */
  | {
      readonly type: 'repeat'
      readonly counter: number
      readonly times: readonly [number, number]
      readonly to: number
    }
  /** The end of a repetition: back to its first step, or on. */
  | {
      readonly type: 'again'
      readonly counter: number
      readonly until: Holds | null
      readonly to: number
    }

/** The list for some steps. */
export function compileSteps(
  steps: readonly Step[],
  feeders: FeederIndex,
  compile: (request: RequestSpec) => CompiledRequest,
): CompiledStep[] {
  const program: CompiledStep[] = []
  let counters = 0
  const addAll = (some: readonly Step[]) => {
    for (const step of some) add(step)
  }
  function add(step: Step): void {
    if (step.if !== undefined) {
      const holds = compileCondition(step.if, feeders)
      const at = program.push(PLACE) - 1
      addRepeated(step)
      program[at] = { type: 'unless', holds, to: program.length }
    } else {
      addRepeated(step)
    }
  }
  function addRepeated(step: Step): void {
    const { repeat } = step
    if (repeat === undefined) {
      addOnce(step)
      return
    }
    const counter = counters++
    const at = program.push(PLACE) - 1
    addOnce(step)
    const until = repeat.until === undefined ? null : compileCondition(repeat.until, feeders)
    program.push({ type: 'again', counter, until, to: at + 1 })
    program[at] = { type: 'repeat', counter, times: repeat.times, to: program.length }
  }
  function addOnce(step: Step): void {
    if (step.type === 'group') addAll(step.steps)
    else if (step.type === 'pause') program.push({ type: 'pause', pauseMs: step.pauseMs })
    else program.push(sendStep(compile(step.request), neededIn(step.request)))
  }
  addAll(steps)
  return program
}

/** Keeps a place until it is known how far to jump. */
const PLACE: CompiledStep = { type: 'pause', pauseMs: [0, 0] }

function sendStep(request: CompiledRequest, needs: readonly string[]): SendStep {
  return { type: 'send', request, needs, move: { type: 'send', outgoing: request } }
}

function neededIn({ path, query, headers, body }: RequestSpec): string[] {
  return neededVariables([path, query, headers, body])
}
