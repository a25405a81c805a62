/**
 * The measurements of one worker in one window, as flat numbers that move between threads without a copy. Recording a
 * sample takes four numbers, handing over a window a few per request sent. Sorting them into histograms is left to a
 * thread with time to spare (`Tally.addSheet`).
 */
import type { Ms } from '../base/clock.js'
import { countError } from './errors.js'
import type { ErrorCount, FailureKind } from './result.js'
import { toMicros } from './slots.js'

/** A window of one worker as plain data. */
export interface SheetData {
  /** Successful requests, {@link SAMPLE_WORDS} numbers each. */
  readonly samples: readonly Uint32Array<ArrayBuffer>[]
  /** For each request with any counts: its number, then its counts. See {@link COUNT_NAMES}. */
  readonly counts: Float64Array<ArrayBuffer>
  readonly failures: readonly FailureData[]
  /** Server timings, {@link TIMING_WORDS} numbers each. */
  readonly timings: readonly Uint32Array<ArrayBuffer>[]
  /** The names of the server timings of each request that has any. */
  readonly timingNames: readonly TimingNames[]
}

/** The server timings of one request. */
export interface TimingNames {
  readonly request: number
  /** By the index in its timings. */
  readonly names: readonly string[]
  /** The service sent more names than are kept. */
  readonly hasMore: boolean
}

/** The failures of one request. */
export interface FailureData {
  readonly request: number
  readonly statuses: readonly (readonly [status: number, count: number])[]
  readonly errors: readonly ErrorCount[]
  readonly retryErrors: readonly ErrorCount[]
}

/** The additive counts, in the order of the data. */
export const COUNT_NAMES = [
  'failed',
  'unfinished',
  'bytesSent',
  'bytesReceived',
  'bytesDecoded',
  'redirects',
  'reconnects',
  'retried',
  'recovered',
  'cacheHits',
  'cacheMisses',
] as const

/**
 * The counts themselves, of one request. Its methods name each of them, as reading and writing them by {@link COUNT_NAMES}
 * takes ten times as long.
 */
export class Counts implements Record<(typeof COUNT_NAMES)[number], number> {
  failed = 0
  unfinished = 0
  bytesSent = 0
  bytesReceived = 0
  /** Decoded size of the bodies that were read. */
  bytesDecoded = 0
  /** Redirects that were followed. */
  redirects = 0
  /** Requests sent again because the service had closed the idle connection they used. */
  reconnects = 0
  /** Requests that were sent more than once, and those of them that succeeded. */
  retried = 0
  recovered = 0
  /** Successful requests whose response came from a cache, and those whose response passed one. */
  cacheHits = 0
  cacheMisses = 0

  /** Writes the counts from `at` on. */
  writeTo(counts: Float64Array, at: number): void {
    counts[at] = this.failed
    counts[at + 1] = this.unfinished
    counts[at + 2] = this.bytesSent
    counts[at + 3] = this.bytesReceived
    counts[at + 4] = this.bytesDecoded
    counts[at + 5] = this.redirects
    counts[at + 6] = this.reconnects
    counts[at + 7] = this.retried
    counts[at + 8] = this.recovered
    counts[at + 9] = this.cacheHits
    counts[at + 10] = this.cacheMisses
  }

  /** Adds the counts from `at` on. */
  addFrom(counts: Float64Array, at: number): void {
    this.failed += counts[at]!
    this.unfinished += counts[at + 1]!
    this.bytesSent += counts[at + 2]!
    this.bytesReceived += counts[at + 3]!
    this.bytesDecoded += counts[at + 4]!
    this.redirects += counts[at + 5]!
    this.reconnects += counts[at + 6]!
    this.retried += counts[at + 7]!
    this.recovered += counts[at + 8]!
    this.cacheHits += counts[at + 9]!
    this.cacheMisses += counts[at + 10]!
  }

  /** Sets all to 0. */
  clearCounts(): void {
    this.failed = this.unfinished = this.bytesSent = this.bytesReceived = this.bytesDecoded = 0
    this.redirects = this.reconnects = this.retried = this.recovered = this.cacheHits = this.cacheMisses = 0
  }
}

/** Numbers per request in `counts`: its own number, then its counts. */
export const COUNT_WORDS = 1 + COUNT_NAMES.length

/** Numbers per sample: request and status in one, then latency, service time and time to first byte in µs. */
export const SAMPLE_WORDS = 4

/** A sample's first number has the request in the lower bits and the status in the upper ones. */
export const REQUEST_BITS = 20
const STATUS_MAX = 0xfff

/** The most server timings that are kept of a request, by name. */
export const TIMINGS_MAX = 20

/** Numbers per server timing: request and index of its name in one, then the duration in µs. */
export const TIMING_WORDS = 2

/** Marks a journey instead of a service time: it has only a latency. */
export const NO_TIME = 0xffffffff

/** Samples per memory block: 64 kB. */
const PIECE_SAMPLES = 4096

const NO_PIECE = new Uint32Array(0)

/** The window being recorded. */
export class Sheet {
  private full: Uint32Array<ArrayBuffer>[] = []
  private piece = new Uint32Array(PIECE_SAMPLES * SAMPLE_WORDS)
  private end = 0
  private fullTimings: Uint32Array<ArrayBuffer>[] = []
  private timingPiece: Uint32Array<ArrayBuffer> = NO_PIECE
  private timingEnd = 0
  /** By request; created on first use. */
  private readonly rows: (Row | undefined)[]
  /** The rows used in this window. */
  private readonly used: Row[] = []

  /** For requests numbered from 0 to below `requests`. */
  constructor(requests: number) {
    this.rows = new Array(requests).fill(undefined)
  }

  /** Returns the row of a request by its number. */
  row(request: number): Row {
    const row = this.rows[request] ?? this.makeRow(request)
    if (!row.isUsed) {
      row.isUsed = true
      this.used.push(row)
    }
    return row
  }

  /** Records a success. */
  addSample(head: number, latency: number, service: number, firstByte: number): void {
    if (this.end === this.piece.length) this.startPiece()
    const { piece, end } = this
    piece[end] = head
    piece[end + 1] = latency
    piece[end + 2] = service
    piece[end + 3] = firstByte
    this.end = end + SAMPLE_WORDS
  }

  /** Records a server timing. */
  addTiming(head: number, us: number): void {
    if (this.timingEnd === this.timingPiece.length) this.startTimingPiece()
    this.timingPiece[this.timingEnd] = head
    this.timingPiece[this.timingEnd + 1] = us
    this.timingEnd += TIMING_WORDS
  }

  /** Returns the window and starts the next one. */
  take(): SheetData {
    const samples = this.full
    if (this.end > 0) samples.push(this.piece.slice(0, this.end))
    this.full = []
    this.end = 0
    const timings = this.fullTimings
    if (this.timingEnd > 0) timings.push(this.timingPiece.slice(0, this.timingEnd))
    this.fullTimings = []
    this.timingEnd = 0
    const timingNames: TimingNames[] = []
    const counts = new Float64Array(this.used.length * COUNT_WORDS)
    const failures: FailureData[] = []
    let at = 0
    for (const row of this.used) {
      counts[at] = row.request
      row.writeTo(counts, at + 1)
      row.clearCounts()
      at += COUNT_WORDS
      row.isUsed = false
      const failed = row.takeFailures()
      if (failed !== null) failures.push(failed)
      const named = row.takeTimingNames()
      if (named !== null) timingNames.push(named)
    }
    this.used.length = 0
    return { samples, counts, failures, timings, timingNames }
  }

  private startPiece(): void {
    this.full.push(this.piece)
    this.piece = new Uint32Array(PIECE_SAMPLES * SAMPLE_WORDS)
    this.end = 0
  }

  private startTimingPiece(): void {
    if (this.timingEnd > 0) this.fullTimings.push(this.timingPiece)
    this.timingPiece = new Uint32Array(PIECE_SAMPLES * TIMING_WORDS)
    this.timingEnd = 0
  }

  private makeRow(request: number): Row {
    const row = new Row(request, this)
    this.rows[request] = row
    return row
  }
}

/** Returns the buffers of a window that can be transferred to another thread. */
export function buffersOf({ samples, counts, timings }: SheetData): ArrayBuffer[] {
  return [counts, ...samples, ...timings].map(({ buffer }) => buffer)
}

/** What a request needed besides one exchange. */
export interface DetourCounts {
  readonly redirects: number
  readonly reconnects: number
  readonly failures: readonly Pick<ErrorCount, 'kind' | 'message'>[]
}

/** The row of a request in the window. */
export class Row extends Counts {
  readonly request: number
  isUsed = false
  private readonly sheet: Sheet
  private failures: Failures | null = null
  /** The index of each server timing, from one window to the next. */
  private readonly timingIndexes = new Map<string, number>()
  private hasTimings = false
  private hasMoreTimings = false

  constructor(request: number, sheet: Sheet) {
    super()
    this.request = request
    this.sheet = sheet
  }

  /** Records a successful request. */
  recordSuccess(status: number, latencyMs: Ms, serviceMs: Ms, firstByteMs: Ms): void {
    const head = ((Math.min(status, STATUS_MAX) << REQUEST_BITS) | this.request) >>> 0
    this.sheet.addSample(head, toMicros(latencyMs), toMicros(serviceMs), toMicros(firstByteMs))
  }

  /** Records a completed journey, which has no status and no response of its own. */
  recordJourney(latencyMs: Ms): void {
    this.sheet.addSample(this.request, toMicros(latencyMs), NO_TIME, NO_TIME)
  }

  /**
   * Records a failed request, with its id if it has one. `status` is 0 without a response. Its latency is in no figure.
   */
  recordFailure(kind: FailureKind, message: string, status: number, example?: string | null): void {
    this.failed++
    const { statuses, errors } = this.openFailures()
    if (status > 0) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    countError(errors, { kind, message, count: 1, ...(example != null && { example }) })
  }

  /** Records redirects, reconnects, and failures that were retried. */
  recordDetours({ redirects, reconnects, failures }: DetourCounts): void {
    this.redirects += redirects
    this.reconnects += reconnects
    if (failures.length === 0) return
    this.retried++
    const { retryErrors } = this.openFailures()
    for (const failure of failures) countError(retryErrors, { ...failure, count: 1 })
  }

  /** The index of a server timing; -1 if there are too many to keep this one. */
  timingIndex(name: string): number {
    const known = this.timingIndexes.get(name)
    if (known !== undefined) return known
    const index = this.timingIndexes.size
    if (index === TIMINGS_MAX) {
      this.hasTimings = this.hasMoreTimings = true
      return -1
    }
    this.timingIndexes.set(name, index)
    return index
  }

  /** Records a server timing by its index. */
  recordTiming(index: number, us: number): void {
    this.hasTimings = true
    this.sheet.addTiming((index << REQUEST_BITS) | this.request, us)
  }

  /** Returns the names of the window's server timings; null if there were none. */
  takeTimingNames(): TimingNames | null {
    if (!this.hasTimings) return null
    this.hasTimings = false
    return { request: this.request, names: [...this.timingIndexes.keys()], hasMore: this.hasMoreTimings }
  }

  /** Returns the failures of the window and clears them; null if there were none. */
  takeFailures(): FailureData | null {
    if (this.failures === null) return null
    const { statuses, errors, retryErrors } = this.failures
    this.failures = null
    return {
      request: this.request,
      statuses: [...statuses],
      errors: [...errors.values()],
      retryErrors: [...retryErrors.values()],
    }
  }

  private openFailures(): Failures {
    this.failures ??= { statuses: new Map(), errors: new Map(), retryErrors: new Map() }
    return this.failures
  }
}

interface Failures {
  readonly statuses: Map<number, number>
  readonly errors: Map<string, ErrorCount>
  readonly retryErrors: Map<string, ErrorCount>
}

/** How many requests ended in a window, without those that were stopped; `isRequest` tells them from journeys. */
export function countRequests({ samples, counts }: SheetData, isRequest: (row: number) => boolean): number {
  let count = 0
  for (const piece of samples)
    for (let at = 2; at < piece.length; at += SAMPLE_WORDS) if (piece[at] !== NO_TIME) count++
  for (let at = 0; at < counts.length; at += COUNT_WORDS) if (isRequest(counts[at]!)) count += counts[at + 1]!
  return count
}
