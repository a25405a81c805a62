/**
 * Journeys as the rest of the program sees them: their steps, what they depend on, what they capture.
 */
import type { Ms } from '../../base/clock.js'
import type { RequestSpec } from './request.js'
import type { Template } from './template.js'

/** Steps that one virtual user takes in order. */
export interface JourneySpec {
  readonly name: string
  readonly weight: number
  readonly steps: readonly Step[]
  /** The line of the scenario file where it stands, from 1. */
  readonly line: number
}

/** A part of a journey. */
export type Step =
  | ({ readonly type: 'request'; readonly request: RequestSpec } & StepControl)
  /** A pause, uniform between the two. */
  | ({ readonly type: 'pause'; readonly pauseMs: readonly [Ms, Ms] } & StepControl)
  | ({ readonly type: 'group'; readonly steps: readonly Step[] } & StepControl)

/** Whether a step is taken, and how often; absent: once. */
interface StepControl {
  readonly if?: Condition
  readonly repeat?: Repeat
}

/** So many times, uniform between the two; not again once `until` holds. */
interface Repeat {
  readonly times: readonly [number, number]
  readonly until?: Condition
}

/** What is worked out in an iteration; without an operator: whether there is a value that says yes. */
export type Condition =
  | { readonly left: Template; readonly operator: 'is' | 'is not' }
  | {
      readonly left: Template
      readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'matches'
      readonly right: Template
    }
