/**
 * Retries of a request.
 */
import type { Ms } from '../../base/clock.js'
import type { FailureKind } from '../../stats/result.js'
import type { Expect } from './expect.js'

/** When a failed request is sent again. */
export interface Retries {
  /** The maximum number of retries. */
  readonly count: number
  /** The first pause and the longest one. */
  readonly backoffMs: readonly [Ms, Ms]
  readonly kinds: readonly FailureKind[]
  readonly statuses: Expect['status']
}
