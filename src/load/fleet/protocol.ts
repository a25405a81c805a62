/**
 * The messages between the threads of a fleet.
 */
import type { Ms } from '../../base/clock.js'
import type { ExecutionSegment } from '../../plan/numbers.js'
import type { Plan } from '../../plan/plan.js'
import type { WorkerLoadEnd } from '../engine/world.js'
import type { WindowData } from '../measure/window-recorder.js'

/** The data a worker starts with. */
export interface WorkerTask {
  readonly plan: Plan
  readonly segment: ExecutionSegment
}

/** From the main thread. */
export type Command =
  /** Begin at `at`, on the clock that all threads share. */
  | { readonly type: 'begin'; readonly at: Ms }
  /** From `atMs` of the measured part on, the level is `level`. Only for plans that are steered. */
  | { readonly type: 'level'; readonly atMs: Ms; readonly level: number }
  /** Start no more requests; let those in flight finish. */
  | { readonly type: 'stop' }
  /** Abort the requests in flight. */
  | { readonly type: 'kill' }

/** From a worker. */
export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'window'; readonly window: WindowData }
  | { readonly type: 'end'; readonly end: WorkerLoadEnd }
