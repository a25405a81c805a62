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

  /** Counts a failed one, with its id if it has one; `status` is 0 when no answer came. Its latency is in no figure. */
  recordFailure(kind: FailureKind, message: string, status: number, example?: string | null): void {
    this.requests++
    this.failed++
    if (status > 0) this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
    countError(this.errors, { kind, message, count: 1, ...(example != null && { example }) })
  }

  /** Counts what a request took besides one exchange: redirects followed, and failures after which it was tried again. */
  recordDetours({ redirects, reconnects, failures }: DetourCounts): void {
    this.redirects += redirects
    this.reconnects += reconnects
    if (failures.length > 0) this.retried++
    for (const failure of failures) countError(this.retryErrors, { ...failure, count: 1 })
  }

  /** Adds all of `other`. */
  merge(other: Series): void {
    this.latency.add(other.latency)
    this.service.add(other.service)
    this.firstByte.add(other.firstByte)
    this.mergeCounts(other, other.errors.values(), other.retryErrors.values())
  }

  /** Back to empty. */
  clear(): void {
    for (const name of COUNTS) this[name] = 0
    this.latency.clear()
    this.service.clear()
    this.firstByte.clear()
    this.statuses.clear()
    this.errors.clear()
    this.retryErrors.clear()
  }

  /** As plain data that crosses threads; null when there is nothing to tell. */
  encode(): SeriesData | null {
    if (this.requests === 0 && this.unfinished === 0 && this.bytesSent === 0 && this.bytesReceived === 0)
      return null
    const counts = Object.fromEntries(COUNTS.map((name) => [name, this[name]])) as Record<CountName, number>
    return {
      ...counts,
      latency: this.latency.pack(),
      service: this.service.pack(),
      firstByte: this.firstByte.pack(),
      statuses: [...this.statuses],
      errors: [...this.errors.values()],
      retryErrors: [...this.retryErrors.values()],
    }
  }

  /** Adds what {@link encode} gave. */
  mergeData(data: SeriesData): void {
    this.latency.addPacked(data.latency)
    this.service.addPacked(data.service)
    this.firstByte.addPacked(data.firstByte)
    this.mergeCounts(data, data.errors, data.retryErrors)
  }

  private mergeCounts(
    other: Readonly<Record<CountName, number>> & { readonly statuses: Iterable<readonly [number, number]> },
    errors: Iterable<ErrorCount>,
    retryErrors: Iterable<ErrorCount>,
  ): void {
    for (const name of COUNTS) this[name] += other[name]
    for (const [status, count] of other.statuses)
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + count)
    for (const error of errors) countError(this.errors, error)
    for (const error of retryErrors) countError(this.retryErrors, error)
  }
}

/** What adds up by adding. */
const COUNTS = [
  'requests',
  'failed',
  'unfinished',
  'bytesSent',
  'bytesReceived',
  'bytesDecoded',
  'redirects',
  'reconnects',
  'retried',
  'recovered',
] as const

type CountName = (typeof COUNTS)[number]

/** What a request took besides one exchange. */
interface DetourCounts {
  readonly redirects: number
  readonly reconnects: number
  readonly failures: readonly Pick<ErrorCount, 'kind' | 'message'>[]
}

function countError(errors: Map<string, ErrorCount>, error: ErrorCount): void {
  const { kind, message, count } = error
  const kept = message.length > MESSAGE_LENGTH ? `${message.slice(0, MESSAGE_LENGTH)}…` : message
  let key = `${kind} ${kept}`
  let known = errors.get(key)
  if (known === undefined && errors.size >= MESSAGES_KEPT) {
    key = `${kind} ${OTHER}`
    known = errors.get(key)
  }
  const text = known?.message ?? (key.endsWith(OTHER) ? OTHER : kept)
  const example = known?.example ?? error.example
  const total = (known?.count ?? 0) + count
  errors.set(key, { kind, message: text, count: total, ...(example !== undefined && { example }) })
}

/** A {@link Series} as plain data; histograms packed. */
export interface SeriesData extends Readonly<Record<CountName, number>> {
  readonly latency: Uint32Array<ArrayBuffer>
  readonly service: Uint32Array<ArrayBuffer>
  readonly firstByte: Uint32Array<ArrayBuffer>
  readonly statuses: readonly (readonly [number, number])[]
  readonly errors: readonly ErrorCount[]
  readonly retryErrors: readonly ErrorCount[]
}

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
