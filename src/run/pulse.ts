/**
 * Detects that a side of an A/B session has died. Without it there is nothing to compare, so the session can end.
 */
import { printable } from '../base/printable.js'
import type { ErrorCount } from '../stats/result.js'
import type { Series } from '../stats/tally.js'
import { isUnreachable } from '../verdict/verdict.js'

/** In seconds of one side, which take twice as long by the clock. A service that merely restarts is back sooner. */
const SECONDS_MAX = 10

/** Counts consecutive seconds in which no request reached a side. */
export class Pulse {
  private seconds = 0
  private last: ErrorCount | undefined

  /** Notes one second of the side. A second without finished requests doesn't count. */
  note(series: readonly Pick<Series, 'requests' | 'failed' | 'errors'>[]): void {
    const sum = (name: 'requests' | 'failed') => series.reduce((total, each) => total + each[name], 0)
    const errors = series.flatMap((each) => [...each.errors.values()])
    const totals = { requests: sum('requests'), failed: sum('failed'), errors }
    if (totals.requests === 0) return
    this.seconds = isUnreachable(totals) ? this.seconds + 1 : 0
    this.last = errors[0]
  }

  /** Why the side counts as dead; null while it doesn't. */
  get death(): string | null {
    if (this.seconds < SECONDS_MAX) return null
    return `no request reached it for ${SECONDS_MAX}s: ${printable(this.last?.message ?? '')}`
  }
}
