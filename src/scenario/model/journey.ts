/**
 * Journeys as the rest of the program sees them: their steps, what they depend on, what they capture.
 */
import type { Ms } from '../../base/clock.js'
import type { RequestSpec, Template } from './scenario.js'

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

/** A value of an answer, kept under a name for later steps. */
export interface Capture {
  readonly name: string
  readonly from: CaptureSource
  /** What stands in when the answer has none; absent: the step fails then, and the iteration ends. */
  readonly fallback?: string | number | boolean | null
}

/** Where in an answer a value is. */
export type CaptureSource =
  /** `steps` of a path to one value; null for a query of RFC 9535, of whose values `pick` chooses. */
  | {
      readonly type: 'json'
      readonly path: string
      readonly steps: readonly (string | number)[] | null
      readonly pick: Choice
    }
  | { readonly type: 'header'; readonly name: string }
  /** The first group of a regular expression, or its whole match. */
  | { readonly type: 'regex'; readonly pattern: string; readonly pick: Choice }
  | { readonly type: 'cookie'; readonly name: string }
  | { readonly type: 'body' }
  | { readonly type: 'status' }

/** Which of several values. */
export type Choice = 'first' | 'last' | 'random' | 'all'
