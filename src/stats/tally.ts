/**
 * What was measured of some requests over some time: one second of one worker, the same second of all, the whole
 * run. Tallies add up, so live view, result and merged runs are the same code.
 */
import type { Ms } from '../base/clock.js'
import { Histogram } from './histogram.js'
import type { ErrorCount, FailureKind } from './result.js'

/** How many different messages of failures are kept apart; the rest is counted under {@link OTHER}. */
const MESSAGES_KEPT = 32
const MESSAGE_LENGTH = 300
const OTHER = '(other messages)'

/** What was measured of one request. */
export class Series {
  requests = 0
  failed = 0
  unfinished = 0
  bytesSent = 0
  bytesReceived = 0
  /** From due to last byte, successful requests only. */
  readonly latency = new Histogram()
  /** From written to last byte, successful requests only. */
  readonly service = new Histogram()
  /** From written to the first byte of the answer, successful requests only. */
  readonly firstByte = new Histogram()
  readonly statuses = new Map<number, number>()
  readonly errors = new Map<string, ErrorCount>()

  /** Counts a successful request. */
  recordSuccess(status: number, latencyMs: Ms, serviceMs: Ms, firstByteMs: Ms): void {
    this.requests++
    this.latency.record(latencyMs * 1000)
    this.service.record(serviceMs * 1000)
    this.firstByte.record(firstByteMs * 1000)
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
  }

  /** Counts a journey that came to its end: it has no status and no answer of its own. */
  recordJourney(latencyMs: Ms): void {
    this.requests++
    this.latency.record(latencyMs * 1000)
  }

  /** Counts a failed one; `status` is 0 when no answer came. Its latency is in no figure. */
  recordFailure(kind: FailureKind, message: string, status: number): void {
    this.requests++
    this.failed++
    if (status > 0) this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
    this.countError(kind, message, 1)
  }

  /** Adds all of `other`. */
  merge(other: Series): void {
    this.latency.add(other.latency)
    this.service.add(other.service)
    this.firstByte.add(other.firstByte)
    this.mergeCounts(other)
  }

  /** Back to empty. */
  clear(): void {
    this.requests = this.failed = this.unfinished = this.bytesSent = this.bytesReceived = 0
    this.latency.clear()
    this.service.clear()
    this.firstByte.clear()
    this.statuses.clear()
    this.errors.clear()
  }

  /** As plain data that crosses threads; null when there is nothing to tell. */
  encode(): SeriesData | null {
    if (this.requests === 0 && this.unfinished === 0 && this.bytesSent === 0 && this.bytesReceived === 0)
      return null
    const { requests, failed, unfinished, bytesSent, bytesReceived } = this
    return {
      requests,
      failed,
      unfinished,
      bytesSent,
      bytesReceived,
      latency: this.latency.pack(),
      service: this.service.pack(),
      firstByte: this.firstByte.pack(),
      statuses: [...this.statuses],
      errors: [...this.errors.values()],
    }
  }

  /** Adds what {@link encode} gave. */
  mergeData(data: SeriesData): void {
    this.latency.addPacked(data.latency)
    this.service.addPacked(data.service)
    this.firstByte.addPacked(data.firstByte)
    this.mergeCounts({ ...data, errors: new Map(data.errors.map((error, i) => [String(i), error])) })
  }

  private mergeCounts(other: Counts): void {
    this.requests += other.requests
    this.failed += other.failed
    this.unfinished += other.unfinished
    this.bytesSent += other.bytesSent
    this.bytesReceived += other.bytesReceived
    for (const [status, count] of other.statuses)
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + count)
    for (const error of other.errors.values()) this.countError(error.kind, error.message, error.count)
  }

  private countError(kind: FailureKind, message: string, count: number): void {
    const kept = message.length > MESSAGE_LENGTH ? `${message.slice(0, MESSAGE_LENGTH)}…` : message
    let key = `${kind} ${kept}`
    let known = this.errors.get(key)
    if (known === undefined && this.errors.size >= MESSAGES_KEPT) {
      key = `${kind} ${OTHER}`
      known = this.errors.get(key)
    }
    const text = known?.message ?? (key.endsWith(OTHER) ? OTHER : kept)
    this.errors.set(key, { kind, message: text, count: (known?.count ?? 0) + count })
  }
}

/** A {@link Series} as plain data; histograms packed. */
export interface SeriesData {
  readonly requests: number
  readonly failed: number
  readonly unfinished: number
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly latency: Uint32Array<ArrayBuffer>
  readonly service: Uint32Array<ArrayBuffer>
  readonly firstByte: Uint32Array<ArrayBuffer>
  readonly statuses: readonly (readonly [number, number])[]
  readonly errors: readonly ErrorCount[]
}

type Counts = Pick<
  Series,
  'requests' | 'failed' | 'unfinished' | 'bytesSent' | 'bytesReceived' | 'errors'
> & { readonly statuses: Iterable<readonly [number, number]> }

/** One {@link Series} for each request of a scenario, in its order. */
export class Tally {
  readonly series: readonly Series[]

  constructor(requests: number) {
    this.series = Array.from({ length: requests }, () => new Series())
  }

  /** Adds all of `other`, which must be of the same scenario. */
  merge(other: Tally): void {
    for (const [i, series] of this.series.entries()) series.merge(other.series[i]!)
  }

  /** Back to empty. */
  clear(): void {
    for (const series of this.series) series.clear()
  }

  /** As plain data that crosses threads. */
  encode(): TallyData {
    return this.series.map((series) => series.encode())
  }

  /** Adds what {@link encode} gave. */
  mergeData(data: TallyData): void {
    for (const [i, series] of data.entries()) if (series !== null) this.series[i]!.mergeData(series)
  }
}

/** A {@link Tally} as plain data. */
export type TallyData = readonly (SeriesData | null)[]
