/**
 * When a service counts as ready for a load.
 */
import type { Ms } from '../../base/clock.js'
import type { RequestSpec } from './request.js'

/** What is asked before a load, and how long. */
export interface Ready {
  readonly request: RequestSpec
  /** It has this long to answer with a status below 400. */
  readonly withinMs: Ms
  /** If the answer takes longer, the service is degraded; null: never. */
  readonly degradedMs: Ms | null
}
