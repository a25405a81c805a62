/**
 * What the threads of a fleet say to each other.
 */
import type { Ms } from '../../base/clock.js'
import type { ExecutionSegment } from '../../plan/numbers.js'
import type { Plan } from '../../plan/plan.js'
import type { WorkerLoadEnd } from '../engine/world.js'
import type { WindowData } from '../measure/window-recorder.js'

/** What a worker is born with. */
export interface WorkerTask {
  readonly plan: Plan
  readonly segment: ExecutionSegment
}

/** From the main thread. */
export type Command =
  /** Begin at `at`, on the clock that all threads share. */
  | { readonly type: 'begin'; readonly at: Ms }
  /** Send nothing more, let what is under way finish. */
  | { readonly type: 'stop' }
  /** Give up what is under way. */
  | { readonly type: 'kill' }

/** From a worker. */
export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'window'; readonly window: WindowData }
  | { readonly type: 'end'; readonly end: WorkerLoadEnd }
