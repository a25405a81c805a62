/**
 * The seconds of one request, and their windows in a result.
 */
import { NumberReader, NumberWriter } from '../../base/byte-numbers.js'
import { Histogram } from '../../stats/histogram.js'
import type { Window } from '../../stats/result.js'
import type { Series } from '../../stats/tally.js'

/**
 * The most windows of a request in a result. A verdict uses no more, and gets the same from these as from
 * seconds, while an hour takes a twelfth of the space.
 */
const WINDOWS_MAX = 300

/** The most records in a log before neighboring seconds are joined. */
const RECORDS_MAX = 1200

/** A log has enough room when at most this share of it is used. */
const ENOUGH = 0.75

/** The window length, in seconds, for a result of `seconds`; a multiple of `least`. */
export function secondsEach(seconds: number, least: number): number {
  return Math.max(1, Math.ceil(seconds / WINDOWS_MAX / least)) * least
}

/** Measurements of a request over one or more seconds; `start` is the first one. */
export type Stretch = Omit<Window, 'duration'>

/**
 * Keeps the seconds in which responses to one request came, with a few bytes per distinct latency. Beyond about
 * a thousand seconds, neighbors are joined: memory grows with the duration of a run, not with its requests, and
 * only up to a limit.
 */
export class SecondLog {
  private numbers = new NumberWriter()
  private records = 0
  private last = 0
  private each = 1
  private readonly recordsMost: number

  /** `spread` (0 to 1) makes logs that fill up at the same time make room at different times. */
  constructor(spread = 0, recordsMost = RECORDS_MAX) {
    this.recordsMost = Math.round(recordsMost * (1 + spread / 2))
  }

  /** How many seconds are joined: 1, 2, 4, … */
  get seconds(): number {
    return this.each
  }

  /** Adds the responses of a second, or more of the last one. */
  add(second: number, { requests, failed, latency }: Pick<Series, 'requests' | 'failed' | 'latency'>): void {
    if (requests === 0) return
    if (this.records >= this.recordsMost) this.makeRoom()
    this.write({ start: second, requests, failed, histogram: latency.freeze() })
  }

  /** Returns everything in stretches of `seconds`, a multiple of the joined seconds. */
  read(seconds: number): Stretch[] {
    const stretches: Stretch[] = []
    const latency = new Histogram()
    const numbers = new NumberReader(this.numbers.view())
    let open = { start: -1, requests: 0, failed: 0 }
    const close = () => {
      if (open.requests > 0) stretches.push({ ...open, histogram: latency.freeze() })
      latency.clear()
    }
    for (let second = 0; numbers.hasMore; ) {
      second += numbers.next()
      const start = second - (second % seconds)
      if (start !== open.start) {
        close()
        open = { start, requests: 0, failed: 0 }
      }
      open.requests += numbers.next()
      open.failed += numbers.next()
      latency.addCounts(numbers.take(numbers.next()))
    }
    close()
    return stretches
  }

  private write({ start, requests, failed, histogram: { bytes } }: Stretch): void {
    for (const value of [start - this.last, requests, failed, bytes.length]) this.numbers.put(value)
    this.numbers.append(bytes)
    this.last = start
    this.records++
  }

  /** Joins the seconds added since the last time; if that is not enough, doubles how many are joined. */
  private makeRoom(): void {
    this.join()
    if (this.records <= ENOUGH * this.recordsMost) return
    this.each *= 2
    this.join()
  }

  private join(): void {
    const joined = new SecondLog(0, Number.POSITIVE_INFINITY)
    for (const stretch of this.read(this.each)) joined.write(stretch)
    this.numbers = joined.numbers
    this.records = joined.records
    this.last = joined.last
  }
}

/** Clips a window at `end`, in seconds. A window that begins later is unchanged. */
export function clipWindow(window: Window, end: number): Window {
  const duration = Math.min(window.duration, end - window.start)
  return duration > 0 && duration < window.duration ? { ...window, duration } : window
}
