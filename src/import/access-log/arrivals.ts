/**
 * Request rates in a log: average and peaks.
 */
import type { Ms } from '../../base/clock.js'

/** The busiest minute or second of a log. */
export interface Peak {
  readonly startMs: Ms
  readonly count: number
}

/** A part of a log without long gaps. */
interface Stretch {
  readonly count: number
  /** From the first to the last entry, in whole seconds like most logs; at least one second. */
  readonly lengthMs: Ms
}

/** A gap of up to this length is always part of a stretch. */
const SILENCE_MS = 3_600_000

/** The times of a log's entries, in any order. */
export class Arrivals {
  count = 0
  private readonly seconds = new Counter(1000)
  private readonly minutes = new Counter(60_000)
  private readonly bins = new Bins()

  add(timeMs: Ms): void {
    this.count++
    this.seconds.add(timeMs)
    this.minutes.add(timeMs)
    this.bins.add(timeMs)
  }

  /**
   * The main part of the log: the shortest period with half of the entries, extended in both directions up to a gap
   * longer than that period. So a line from a year ago doesn't stretch a day to a year.
   */
  get busyStretch(): Stretch {
    const bins = this.bins.sorted()
    let [from, to] = densest(bins, Math.max(2, Math.ceil(this.count / 2)))
    for (;;) {
      const limit = Math.max(SILENCE_MS, bins[to]!.lastMs - bins[from]!.firstMs)
      if (from > 0 && bins[from]!.firstMs - bins[from - 1]!.lastMs <= limit) from--
      else if (to < bins.length - 1 && bins[to + 1]!.firstMs - bins[to]!.lastMs <= limit) to++
      else break
    }
    const count = bins.slice(from, to + 1).reduce((sum, bin) => sum + bin.count, 0)
    return { count, lengthMs: Math.max(1000, bins[to]!.lastMs - bins[from]!.firstMs + 1000) }
  }

  /** The busiest clock minute. */
  get busiestMinute(): Peak {
    return this.minutes.peak
  }

  get busiestSecond(): Peak {
    return this.seconds.peak
  }
}

/** The first and last index of the bins that hold `wanted` entries in the shortest time. */
function densest(bins: readonly Bin[], wanted: number): [from: number, to: number] {
  let best: [number, number] = [0, bins.length - 1]
  let from = 0
  let held = 0
  const length = (first: number, last: number) => bins[last]!.lastMs - bins[first]!.firstMs
  for (let to = 0; to < bins.length; to++) {
    held += bins[to]!.count
    while (held - bins[from]!.count >= wanted) held -= bins[from++]!.count
    if (held >= wanted && length(from, to) < length(...best)) best = [from, to]
  }
  return best
}

interface Bin {
  count: number
  firstMs: Ms
  lastMs: Ms
}

const BINS_MAX = 5000

/** A histogram over time. Its bins get wider as they get more numerous. */
class Bins {
  private lengthMs: Ms = 1000
  private bins = new Map<number, Bin>()

  add(timeMs: Ms): void {
    this.put({ count: 1, firstMs: timeMs, lastMs: timeMs })
    while (this.bins.size > BINS_MAX) this.join()
  }

  sorted(): Bin[] {
    return [...this.bins.values()].sort((a, b) => a.firstMs - b.firstMs)
  }

  private put({ count, firstMs, lastMs }: Bin): void {
    const key = Math.floor(firstMs / this.lengthMs)
    const bin = this.bins.get(key)
    if (bin === undefined) this.bins.set(key, { count, firstMs, lastMs })
    else {
      bin.count += count
      bin.firstMs = Math.min(bin.firstMs, firstMs)
      bin.lastMs = Math.max(bin.lastMs, lastMs)
    }
  }

  private join(): void {
    const before = this.bins
    this.bins = new Map()
    this.lengthMs *= 2
    for (const bin of before.values()) this.put(bin)
  }
}

/** Number of periods kept. Servers log requests as they end, so a log is in order within a few minutes. */
const STRETCHES_MAX = 2000

/** Counts per period. Forgets old periods with low counts. */
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

  /** A map keeps the order of insertion, so its first half is the oldest. */
  private forget(): void {
    let left = STRETCHES_MAX / 2
    for (const stretch of this.counts.keys()) {
      if (left-- === 0) return
      this.counts.delete(stretch)
    }
  }
}
