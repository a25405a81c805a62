/**
 * One virtual user's progress through an iteration's steps. What comes next follows from the plan, the iteration's
 * number and the values captured so far.
 */
import type { Ms } from '../base/clock.js'
import type { CompiledStep, SendStep } from './compile-steps.js'
import type { IterationContext } from './iteration-values.js'
import type { Outgoing } from './request.js'
import { ValueError } from './values.js'

/** What comes next. */
export type NextStep =
  | { readonly type: 'send'; readonly outgoing: Outgoing }
  | { readonly type: 'pause'; readonly pauseMs: Ms }
  /** A request that can't be sent because a captured value is missing or doesn't fit. */
  | { readonly type: 'stuck'; readonly outgoing: Outgoing; readonly reason: string }
  | { readonly type: 'end' }

const END: NextStep = { type: 'end' }

/** The progress through a list of steps. */
export class StepCursor {
  /** The iteration's context. Captured values go into its `variables`. */
  readonly draws: IterationContext
  private readonly program: readonly CompiledStep[]
  private at = 0
  /** The remaining rounds of each repetition. */
  private readonly left: number[] = []

  constructor(program: readonly CompiledStep[], draws: IterationContext) {
    this.program = program
    this.draws = draws
  }

  /**
   * Advances to the next request, pause or the end. A request is valid until the next one is filled in. Throws a
   * DataExhausted if the iteration's data has run out.
   */
  next(): NextStep {
    const { draws, program, left } = this
    while (this.at < program.length) {
      const step = program[this.at++]!
      switch (step.type) {
        case 'send': {
          const obstacle = fill(step, draws)
          return obstacle === null ? step.move : { type: 'stuck', outgoing: step.request, reason: obstacle }
        }
        case 'pause': {
          const [from, to] = step.pauseMs
          return { type: 'pause', pauseMs: from === to ? from : from + (to - from) * draws.random.float() }
        }
        case 'unless':
          if (!step.holds(draws)) this.at = step.to
          break
        case 'repeat': {
          const [from, to] = step.times
          const times = from === to ? from : draws.random.integer(from, to)
          left[step.counter] = times - 1
          if (times === 0) this.at = step.to
          break
        }
        case 'again':
          if (left[step.counter]!-- > 0 && !(step.until?.(draws) ?? false)) this.at = step.to
          break
      }
    }
    return END
  }
}

/**
 * Fills in a request. Returns the reason if it can't, otherwise null. A captured value that doesn't fit is the
 * response's fault and fails the step.
 */
function fill({ request, needs }: SendStep, draws: IterationContext): string | null {
  for (const name of needs) if (draws.variables.get(name) === undefined) return `{{ ${name} }} has no value`
  try {
    request.fill(draws)
    return null
  } catch (error) {
    if (!(error instanceof ValueError)) throw error
    return error.message
  }
}
