/**
 * How often requests came: on average, and when there were most.
 */
import type { Ms } from '../../base/clock.js'

/** The fullest stretch of a log. */
export interface Peak {
  readonly startMs: Ms
  readonly count: number
}

/** The times of a log's entries, in whatever order they come. */
export class Arrivals {
  /** How many had a time. */
  count = 0
  private firstMs = Number.POSITIVE_INFINITY
  private lastMs = Number.NEGATIVE_INFINITY
  private readonly seconds = new Counter(1000)
  private readonly minutes = new Counter(60_000)

  add(timeMs: Ms): void {
    this.count++
    this.firstMs = Math.min(this.firstMs, timeMs)
    this.lastMs = Math.max(this.lastMs, timeMs)
    this.seconds.add(timeMs)
    this.minutes.add(timeMs)
  }

  /** From the first to the last, in whole seconds as most logs write them: a second at least. */
  get lengthMs(): Ms {
    return this.count === 0 ? 0 : Math.max(1000, this.lastMs - this.firstMs + 1000)
  }

  /** Entries a second, over the whole length. */
  get perSecond(): number {
    return this.count === 0 ? 0 : (this.count * 1000) / this.lengthMs
  }

  /** The fullest minute (of the clock). */
  get busiestMinute(): Peak {
    return this.minutes.peak
  }

  /** The fullest second. */
  get busiestSecond(): Peak {
    return this.seconds.peak
  }
}

/** Stretches held at a time. Servers write entries when they're over, so a log is in order but for a few minutes. */
const STRETCHES_MAX = 2000

/** Counts by stretches of time; forgets the smaller ones of long ago. */
class Counter {
  peak: Peak = { startMs: 0, count: 0 }
  private readonly lengthMs: Ms
  private readonly counts = new Map<number, number>()

  constructor(lengthMs: Ms) {
    this.lengthMs = lengthMs
  }

  add(timeMs: Ms): void {
    const stretch = Math.floor(timeMs / this.lengthMs)
    const count = (this.counts.get(stretch) ?? 0) + 1
    this.counts.set(stretch, count)
    if (count > this.peak.count) this.peak = { startMs: stretch * this.lengthMs, count }
    if (this.counts.size > STRETCHES_MAX) this.forget()
  }

  /** A map is in the order of insertion: the first half is the oldest. */
  private forget(): void {
    let left = STRETCHES_MAX / 2
    for (const stretch of this.counts.keys()) {
      if (left-- === 0) return
      this.counts.delete(stretch)
    }
  }
}
