/**
 * Whether a side of an `ab` session still lives. Without one of the two nothing is compared, so there is no reason to
 * wait for the end.
 */
import { printable } from '../base/printable.js'
import type { ErrorCount } from '../stats/result.js'
import type { Series } from '../stats/tally.js'
import { isUnreachable } from '../verdict/verdict.js'

/** Seconds of a side, which is twice as long by the clock: a service that is only started again is back sooner. */
const SECONDS_MOST = 10

/** Counts the seconds in which nothing reached a side. */
export class Pulse {
  private seconds = 0
  private last: ErrorCount | undefined

  /** A second of the side: what its requests came to. One in which none was finished says nothing. */
  note(series: readonly Pick<Series, 'requests' | 'failed' | 'errors'>[]): void {
    const sum = (name: 'requests' | 'failed') => series.reduce((total, each) => total + each[name], 0)
    const errors = series.flatMap((each) => [...each.errors.values()])
    const totals = { requests: sum('requests'), failed: sum('failed'), errors }
    if (totals.requests === 0) return
    this.seconds = isUnreachable(totals) ? this.seconds + 1 : 0
    this.last = errors[0]
  }

  /** Why the side counts as dead, in words; null as long as it doesn't. */
  get death(): string | null {
    if (this.seconds < SECONDS_MOST) return null
    return `no request reached it for ${SECONDS_MOST}s: ${printable(this.last?.message ?? '')}`
  }
}
