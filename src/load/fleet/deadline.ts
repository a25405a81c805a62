/**
 * A deadline: the earliest of those that were set.
 */
import { type Ms, now } from '../../base/clock.js'

/** Calls back once, at the earliest deadline, unless it is cleared before. */
export class Deadline {
  private readonly action: () => void
  private at: Ms = Number.POSITIVE_INFINITY
  private timer: NodeJS.Timeout | undefined

  constructor(action: () => void) {
    this.action = action
  }

  /** Sets a deadline in `ms` milliseconds, unless there is an earlier one. */
  within(ms: Ms): void {
    const at = now() + ms
    if (at >= this.at || ms > LONGEST_MS) return
    this.at = at
    clearTimeout(this.timer)
    this.timer = setTimeout(this.action, Math.max(0, ms))
  }

  /** Cancels the deadline. */
  clear(): void {
    clearTimeout(this.timer)
  }
}

/** The longest delay of a timer, about three weeks; longer deadlines are ignored. */
const LONGEST_MS = 2 ** 31 - 1
