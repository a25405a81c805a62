/**
 * One second of a run, for live views and streams.
 */
import type { Ms } from '../base/clock.js'
import type { SeriesKind } from './result.js'
import type { Series } from './tally.js'

export interface Frame {
  readonly phase: 'warm-up' | 'load' | 'stopping'
  /** Since the first request, warm-up included. */
  readonly elapsedMs: Ms
  /** Planned, warm-up included. */
  readonly totalMs: Ms
  /** The stage under way, from 1, and how many there are; 0 during the warm-up. */
  readonly stage: number
  readonly stages: number
  readonly vus: number
  /** Of the last second, in all. */
  readonly requestsPerSecond: number
  readonly failedPerSecond: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  /** Of the measured part so far. */
  readonly requests: number
  readonly failed: number
  /** Share of the last second in which the busiest worker's thread was working. */
  readonly busy: number
  /** Arrivals of the last second that found no free virtual user. */
  readonly dropped: number
  /** How late 99 % of the last second's requests were sent at most; null when none had a moment of its own. */
  readonly latenessMsP99: number | null
  /** Of the last second, by request: whoever keeps more of it than the second lasts has to copy it. */
  readonly series: readonly {
    readonly name: string
    /** Journeys consist of steps: leave them out when adding up series. */
    readonly kind: SeriesKind
    readonly series: Series
  }[]
}
