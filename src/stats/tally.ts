/**
 * What was measured of some requests over some time: one second of one worker, the same second of all, the whole
 * run. Tallies add up, so live view, result and merged runs are the same code.
 */
import { countError } from './errors.js'
import { Histogram } from './histogram.js'
import type { ErrorCount } from './result.js'
import { COUNT_NAMES, COUNT_WORDS, NO_TIME, REQUEST_BITS, SAMPLE_WORDS, type SheetData } from './sheet.js'

/** What was measured of one request. */
export class Series {
  requests = 0
  failed = 0
  unfinished = 0
  bytesSent = 0
  bytesReceived = 0
  /** Bodies after decoding: of the answers whose body was looked into. */
  bytesDecoded = 0
  /** Redirects that were followed. */
  redirects = 0
  /** How often a request went again because the service had closed the kept connection that it met. */
  reconnects = 0
  /** Requests that were sent more than once, and those of them that succeeded. */
  retried = 0
  recovered = 0
  /** From due to last byte, successful requests only. */
  readonly latency = new Histogram()
  /** From written to last byte, successful requests only. */
  readonly service = new Histogram()
  /** From written to the first byte of the answer, successful requests only. */
  readonly firstByte = new Histogram()
  readonly statuses = new Map<number, number>()
  readonly errors = new Map<string, ErrorCount>()
  /** Failures after which a request was sent again: one for each time. */
  readonly retryErrors = new Map<string, ErrorCount>()

  /** Counts answers of one status. */
  addStatus(status: number, count: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + count)
  }

  /** Adds all of `other`. */
  merge(other: Series): void {
    this.requests += other.requests
    for (const name of COUNT_NAMES) this[name] += other[name]
    this.latency.add(other.latency)
    this.service.add(other.service)
    this.firstByte.add(other.firstByte)
    for (const [status, count] of other.statuses) this.addStatus(status, count)
    for (const error of other.errors.values()) countError(this.errors, error)
    for (const error of other.retryErrors.values()) countError(this.retryErrors, error)
  }

  /** Back to empty. */
  clear(): void {
    this.requests = 0
    for (const name of COUNT_NAMES) this[name] = 0
    this.latency.clear()
    this.service.clear()
    this.firstByte.clear()
    this.statuses.clear()
    this.errors.clear()
    this.retryErrors.clear()
  }
}

/** A request that was not sent: for reading only. */
const NOTHING = new Series()

/** One {@link Series} for each request of a scenario, by its number. What isn't sent costs nothing. */
export class Tally {
  private readonly made: (Series | undefined)[]
  private readonly isUsed: Uint8Array
  /** The numbers of the requests that anything is known of. */
  readonly used: number[] = []

  /** Of requests numbered from 0 up to `requests`. */
  constructor(requests: number) {
    this.made = new Array(requests).fill(undefined)
    this.isUsed = new Uint8Array(requests)
  }

  /** What is known of a request, to read it. */
  get(request: number): Series {
    return this.isUsed[request] === 1 ? this.made[request]! : NOTHING
  }

  /** Adds all of `other`, which must be of the same scenario. */
  merge(other: Tally): void {
    for (const request of other.used) this.open(request).merge(other.get(request))
  }

  /** Adds what is known of one request. */
  mergeOne(request: number, other: Series): void {
    if (other !== NOTHING) this.open(request).merge(other)
  }

  /** Adds a window of one worker. */
  addSheet({ samples, counts, failures }: SheetData): void {
    for (const piece of samples) this.addSamples(piece)
    for (let at = 0; at < counts.length; at += COUNT_WORDS) {
      const series = this.open(counts[at]!)
      for (let i = 0; i < COUNT_NAMES.length; i++) series[COUNT_NAMES[i]!] += counts[at + 1 + i]!
      series.requests += counts[at + 1]!
    }
    for (const { request, statuses, errors, retryErrors } of failures) {
      const series = this.open(request)
      for (const [status, count] of statuses) series.addStatus(status, count)
      for (const error of errors) countError(series.errors, error)
      for (const error of retryErrors) countError(series.retryErrors, error)
    }
  }

  /** Back to empty; the memory is kept. */
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
