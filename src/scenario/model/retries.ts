/**
 * Which requests are sent again.
 */
import type { Ms } from '../../base/clock.js'
import type { FailureKind } from '../../stats/result.js'
import type { Expect } from './expect.js'

/** When a request is sent again after a failure. */
export interface Retries {
  /** So often at most, after the first time. */
  readonly count: number
  /** The first pause, and the longest one. */
  readonly backoffMs: readonly [Ms, Ms]
  readonly kinds: readonly FailureKind[]
  readonly statuses: Expect['status']
}
