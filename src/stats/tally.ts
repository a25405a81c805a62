/**
 * Measurements of requests over some time: a second of one worker, the same second of all workers, the whole run.
 * Tallies add up, so live view, result and merged runs share this code.
 */
import { countError } from './errors.js'
import { Histogram } from './histogram.js'
import type { ErrorCount } from './result.js'
import {
  COUNT_NAMES,
  COUNT_WORDS,
  Counts,
  NO_TIME,
  REQUEST_BITS,
  SAMPLE_WORDS,
  type SheetData,
  TIMING_WORDS,
  TIMINGS_MAX,
} from './sheet.js'

/** The counts of a series on their way to another. */
const moving = new Float64Array(COUNT_NAMES.length)

/** The measurements of one request. */
export class Series extends Counts {
  requests = 0
  /** From due to the last byte of the response; successful requests only. */
  readonly latency = new Histogram()
  /** From written to the last byte of the response; successful requests only. */
  readonly service = new Histogram()
  /** From written to the first byte of the response; successful requests only. */
  readonly firstByte = new Histogram()
  readonly statuses = new Map<number, number>()
  readonly errors = new Map<string, ErrorCount>()
  /** Failures that were retried, one per attempt. */
  readonly retryErrors = new Map<string, ErrorCount>()
  /** Server timings by name; successful requests only. */
  readonly timings = new Map<string, Histogram>()
  /** Whether the service sent more names of server timings than are kept. */
  hasMoreTimings = false
  /** Empty histograms for the next timings. */
  private readonly spare: Histogram[] = []
  private readonly timingsMost: number

  /** Keeps at most so many server timings. */
  constructor(timingsMost = TIMINGS_MAX) {
    super()
    this.timingsMost = timingsMost
  }

  /** Returns the histogram of a server timing; null if there are too many to keep this one. */
  timing(name: string): Histogram | null {
    const known = this.timings.get(name)
    if (known !== undefined) return known
    if (this.timings.size === this.timingsMost) {
      this.hasMoreTimings = true
      return null
    }
    const made = this.spare.pop() ?? new Histogram()
    this.timings.set(name, made)
    return made
  }

  /** Counts responses with a status. */
  addStatus(status: number, count: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + count)
  }

  /** Adds `other`. */
  merge(other: Series): void {
    this.requests += other.requests
    other.writeTo(moving, 0)
    this.addFrom(moving, 0)
    this.latency.add(other.latency)
    this.service.add(other.service)
    this.firstByte.add(other.firstByte)
    for (const [status, count] of other.statuses) this.addStatus(status, count)
    for (const error of other.errors.values()) countError(this.errors, error)
    for (const error of other.retryErrors.values()) countError(this.retryErrors, error)
    for (const [name, histogram] of other.timings) this.timing(name)?.add(histogram)
    this.hasMoreTimings ||= other.hasMoreTimings
  }

  /** Clears everything. */
  clear(): void {
    this.requests = 0
    this.clearCounts()
    this.latency.clear()
    this.service.clear()
    this.firstByte.clear()
    this.statuses.clear()
    this.errors.clear()
    this.retryErrors.clear()
    for (const histogram of this.timings.values()) {
      histogram.clear()
      this.spare.push(histogram)
    }
    this.timings.clear()
    this.hasMoreTimings = false
  }
}

/** The series of a request that wasn't sent. Read-only. */
const NOTHING = new Series()

/** One {@link Series} per request of a scenario, by its number. Requests that aren't sent cost nothing. */
export class Tally {
  private readonly made: (Series | undefined)[]
  private readonly isUsed: Uint8Array
  /** The numbers of the requests with data. */
  readonly used: number[] = []

  /** For requests numbered from 0 to below `requests`. */
  constructor(requests: number) {
    this.made = new Array(requests).fill(undefined)
    this.isUsed = new Uint8Array(requests)
  }

  /** Returns a request's series, for reading. */
  get(request: number): Series {
    return this.isUsed[request] === 1 ? this.made[request]! : NOTHING
  }

  /** Adds `other`, which must be of the same scenario. */
  merge(other: Tally): void {
    for (const request of other.used) this.open(request).merge(other.get(request))
  }

  /** Adds the series of one request. */
  mergeOne(request: number, other: Series): void {
    if (other !== NOTHING) this.open(request).merge(other)
  }

  /** Adds a window of one worker. */
  addSheet({ samples, counts, failures, timings, timingNames }: SheetData): void {
    for (const piece of samples) this.addSamples(piece)
    for (let at = 0; at < counts.length; at += COUNT_WORDS) {
      const series = this.open(counts[at]!)
      series.addFrom(counts, at + 1)
      series.requests += counts[at + 1]!
    }
    for (const { request, statuses, errors, retryErrors } of failures) {
      const series = this.open(request)
      for (const [status, count] of statuses) series.addStatus(status, count)
      for (const error of errors) countError(series.errors, error)
      for (const error of retryErrors) countError(series.retryErrors, error)
    }
    if (timingNames.length > 0) this.addTimings(timings, timingNames)
  }

  /** Clears all series but keeps their memory. */
  clear(): void {
    for (const request of this.used) {
      this.made[request]!.clear()
      this.isUsed[request] = 0
    }
    this.used.length = 0
  }

  private addSamples(piece: Uint32Array): void {
    for (let at = 0; at < piece.length; at += SAMPLE_WORDS) {
      const head = piece[at]!
      const series = this.open(head & ((1 << REQUEST_BITS) - 1))
      series.requests++
      series.latency.record(piece[at + 1]!)
      if (piece[at + 2] === NO_TIME) continue
      series.service.record(piece[at + 2]!)
      series.firstByte.record(piece[at + 3]!)
      series.addStatus(head >>> REQUEST_BITS, 1)
    }
  }

  private addTimings(timings: SheetData['timings'], timingNames: SheetData['timingNames']): void {
    const histograms = new Map<number, readonly (Histogram | null)[]>()
    for (const { request, names, hasMore } of timingNames) {
      const series = this.open(request)
      series.hasMoreTimings ||= hasMore
      histograms.set(
        request,
        names.map((name) => series.timing(name)),
      )
    }
    for (const piece of timings) {
      for (let at = 0; at < piece.length; at += TIMING_WORDS) {
        const head = piece[at]!
        histograms.get(head & ((1 << REQUEST_BITS) - 1))![head >>> REQUEST_BITS]?.record(piece[at + 1]!)
      }
    }
  }

  private open(request: number): Series {
    if (this.isUsed[request] !== 1) {
      this.isUsed[request] = 1
      this.used.push(request)
    }
    const known = this.made[request]
    if (known !== undefined) return known
    const series = new Series()
    this.made[request] = series
    return series
  }
}
