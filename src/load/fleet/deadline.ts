/**
 * A moment after which something has to happen: the earliest of those that were set.
 */
import { type Ms, now } from '../../base/clock.js'

/** Calls back once, at the earliest moment set, unless it is cleared before. */
export class Deadline {
  private readonly action: () => void
  private at: Ms = Number.POSITIVE_INFINITY
  private timer: NodeJS.Timeout | undefined

  constructor(action: () => void) {
    this.action = action
  }

  /** At the latest in so many ms. */
  within(ms: Ms): void {
    const at = now() + ms
    if (at >= this.at || ms > LONGEST_MS) return
    this.at = at
    clearTimeout(this.timer)
    this.timer = setTimeout(this.action, Math.max(0, ms))
  }

  /** Nothing has to happen any more. */
  clear(): void {
    clearTimeout(this.timer)
  }
}

/** The longest wait a timer takes: three weeks, after which nobody waits any more. */
const LONGEST_MS = 2 ** 31 - 1
