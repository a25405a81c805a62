/**
 * Flattens a journey's steps into a list in which conditions and repetitions are jumps. A virtual user can then stop at
 * any step and resume later from its index alone.
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
  /** Captured values that the request needs. */
  readonly needs: readonly string[]
  /** The next step, once the request is filled in. */
  readonly move: { readonly type: 'send'; readonly outgoing: CompiledRequest }
}

/** An entry of the list. `to` is the index of another entry, `counter` that of a repetition. */
export type CompiledStep =
  | SendStep
  | { readonly type: 'pause'; readonly pauseMs: readonly [Ms, Ms] }
  | { readonly type: 'unless'; readonly holds: Holds; readonly to: number }
  /** Draws the number of rounds. Jumps past the end of the repetition if it's 0. */
  | {
      readonly type: 'repeat'
      readonly counter: number
      readonly times: readonly [number, number]
      readonly to: number
    }
  /** The end of a repetition: jumps back to its first step or continues. */
  | {
      readonly type: 'again'
      readonly counter: number
      readonly until: Holds | null
      readonly to: number
    }

/** Compiles steps into a list. */
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

/** A placeholder until the jump's target is known. */
const PLACE: CompiledStep = { type: 'pause', pauseMs: [0, 0] }

function sendStep(request: CompiledRequest, needs: readonly string[]): SendStep {
  return { type: 'send', request, needs, move: { type: 'send', outgoing: request } }
}

function neededIn({ path, query, headers, body }: RequestSpec): string[] {
  return neededVariables([path, query, headers, body])
}
