/**
 * The seconds of one request, and their windows in a result.
 */
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

/** Measurements of a request over one or more seconds. */
export interface Stretch {
  /** The first second. */
  readonly start: number
  readonly requests: number
  readonly failed: number
  readonly latency: Histogram
}

/**
 * Keeps the seconds in which responses to one request came, with a few bytes per distinct latency. Beyond about
 * a thousand seconds, neighbors are joined: memory grows with the duration of a run, not with its requests, and
 * only up to a limit.
 */
export class SecondLog {
  private bytes = new Uint8Array(64)
  private end = 0
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
    this.write({ start: second, requests, failed, latency })
  }

  /** Reads everything from second `from` on, in stretches of `seconds`, a multiple of the joined seconds. */
  read(seconds: number, visit: (stretch: Stretch) => void, from = 0): void {
    const latency = new Histogram()
    let stretch = { start: -1, requests: 0, failed: 0, latency }
    const reader = new Reader(this.bytes, this.end)
    let second = 0
    while (reader.hasMore) {
      second += reader.next()
      const start = second - (second % seconds)
      const isWanted = start >= from
      if (isWanted && start !== stretch.start) {
        if (stretch.requests > 0) visit(stretch)
        latency.clear()
        stretch = { start, requests: 0, failed: 0, latency }
      }
      stretch.requests += reader.next()
      stretch.failed += reader.next()
      reader.latencies(isWanted ? latency : null)
      if (!isWanted) stretch.requests = stretch.failed = 0
    }
    if (stretch.requests > 0) visit(stretch)
  }

  private write({ start, requests, failed, latency }: Stretch): void {
    const packed = latency.pack()
    // A number takes 5 bytes at most.
    this.reserve(5 * (4 + packed.length))
    this.put(start - this.last)
    this.put(requests)
    this.put(failed)
    this.put(packed.length / 2)
    let slot = 0
    for (let i = 0; i < packed.length; i += 2) {
      this.put(packed[i]! - slot)
      this.put(packed[i + 1]!)
      slot = packed[i]!
    }
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
    this.read(this.each, (stretch) => joined.write(stretch))
    this.bytes = joined.bytes
    this.end = joined.end
    this.records = joined.records
    this.last = joined.last
  }

  private reserve(bytes: number): void {
    if (this.end + bytes <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(1.5 * this.bytes.length, this.end + bytes))
    larger.set(this.bytes.subarray(0, this.end))
    this.bytes = larger
  }

  private put(value: number): void {
    let rest = value
    while (rest >= 128) {
      this.bytes[this.end++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.bytes[this.end++] = rest
  }
}

/** Reads what a log has written. */
class Reader {
  private readonly bytes: Uint8Array
  private readonly end: number
  private at = 0

  constructor(bytes: Uint8Array, end: number) {
    this.bytes = bytes
    this.end = end
  }

  get hasMore(): boolean {
    return this.at < this.end
  }

  next(): number {
    let value = 0
    let scale = 1
    let byte: number
    do {
      byte = this.bytes[this.at++]!
      value += (byte & 0x7f) * scale
      scale *= 128
    } while (byte >= 128)
    return value
  }

  /** Adds the latencies of a record to `histogram`; skips them if it is null. */
  latencies(histogram: Histogram | null): void {
    const slots = this.next()
    let slot = 0
    for (let i = 0; i < slots; i++) {
      slot += this.next()
      const count = this.next()
      histogram?.recordSlot(slot, count)
    }
  }
}

/** Clips a window at `end`, in seconds. A window that begins later is unchanged. */
export function clipWindow(window: Window, end: number): Window {
  const duration = Math.min(window.duration, end - window.start)
  return duration > 0 && duration < window.duration ? { ...window, duration } : window
}
