/**
 * Journeys for the rest of the program: their steps, conditions and repetitions.
 */
import type { Ms } from '../../base/clock.js'
import type { RequestSpec } from './request.js'
import type { Template } from './template.js'

/** A journey: steps that one virtual user runs in order. */
export interface JourneySpec {
  readonly name: string
  readonly weight: number
  readonly steps: readonly Step[]
  /** The line in the scenario file, from 1. */
  readonly line: number
}

/** A step of a journey. */
export type Step =
  | ({ readonly type: 'request'; readonly request: RequestSpec } & StepControl)
  /** A pause, uniform within the range. */
  | ({ readonly type: 'pause'; readonly pauseMs: readonly [Ms, Ms] } & StepControl)
  | ({ readonly type: 'group'; readonly steps: readonly Step[] } & StepControl)

/** Whether a step runs, and how often; absent: once. */
interface StepControl {
  readonly if?: Condition
  readonly repeat?: Repeat
}

/** A number of repetitions, uniform within the range; ends early once `until` holds. */
interface Repeat {
  readonly times: readonly [number, number]
  readonly until?: Condition
}

/** A condition, evaluated in each iteration. `is` holds unless the value is empty, false, 0 or null. */
export type Condition =
  | { readonly left: Template; readonly operator: 'is' | 'is not' }
  | {
      readonly left: Template
      readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'matches'
      readonly right: Template
    }
