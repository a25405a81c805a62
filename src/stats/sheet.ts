/**
 * What one worker writes down in one window, and hands on: flat numbers that cross threads without being copied or
 * looked at. Writing a sample is four numbers, handing on the window a few for each request that was sent in it;
 * sorting all of it into histograms is left to a thread that has the time (`Tally.addSheet`).
 */
import type { Ms } from '../base/clock.js'
import { countError } from './errors.js'
import { toMicros } from './histogram.js'
import type { ErrorCount, FailureKind } from './result.js'

/** A window of one worker as plain data. */
export interface SheetData {
  /** Successful requests, {@link SAMPLE_WORDS} numbers each. */
  readonly samples: readonly Uint32Array<ArrayBuffer>[]
  /** The number of a request and its counts, for each that has any: see {@link COUNT_NAMES}. */
  readonly counts: Float64Array<ArrayBuffer>
  readonly failures: readonly FailureData[]
}

/** What went wrong with one request. */
export interface FailureData {
  readonly request: number
  readonly statuses: readonly (readonly [status: number, count: number])[]
  readonly errors: readonly ErrorCount[]
  readonly retryErrors: readonly ErrorCount[]
}

/** What adds up by adding, in the order in which it's handed on. */
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
] as const

/** The numbers that each request takes in `counts`: its own, then its counts. */
export const COUNT_WORDS = 1 + COUNT_NAMES.length

/** The numbers of a sample: request and status in one, latency, service time and time to first byte in µs. */
export const SAMPLE_WORDS = 4

/** A sample's first number: the request in the lower bits, the status in the upper ones. */
export const REQUEST_BITS = 20
const STATUS_MOST = 0xfff

/** In place of the service time: the sample is a journey, which has a latency and nothing else. */
export const NO_TIME = 0xffffffff

/** Samples in one piece of memory: 64 kB. */
const PIECE_SAMPLES = 4096

/** The window that is being written. */
export class Sheet {
  private full: Uint32Array<ArrayBuffer>[] = []
  private piece = new Uint32Array(PIECE_SAMPLES * SAMPLE_WORDS)
  private end = 0
  /** By request; made when it is first sent. */
  private readonly rows: (Row | undefined)[]
  /** Those that were written to in this window. */
  private readonly used: Row[] = []

  /** For requests numbered from 0 up to `requests`. */
  constructor(requests: number) {
    this.rows = new Array(requests).fill(undefined)
  }

  /** The row of a request, by its number. */
  row(request: number): Row {
    const row = this.rows[request] ?? this.makeRow(request)
    if (!row.isUsed) {
      row.isUsed = true
      this.used.push(row)
    }
    return row
  }

  /** Writes down a success. */
  addSample(head: number, latency: number, service: number, firstByte: number): void {
    if (this.end === this.piece.length) this.turn()
    const { piece, end } = this
    piece[end] = head
    piece[end + 1] = latency
    piece[end + 2] = service
    piece[end + 3] = firstByte
    this.end = end + SAMPLE_WORDS
  }

  /** Hands the window on, and begins the next one. */
  take(): SheetData {
    const samples = this.full
    if (this.end > 0) samples.push(this.piece.slice(0, this.end))
    this.full = []
    this.end = 0
    const counts = new Float64Array(this.used.length * COUNT_WORDS)
    const failures: FailureData[] = []
    let at = 0
    for (const row of this.used) {
      counts[at++] = row.request
      for (const name of COUNT_NAMES) {
        counts[at++] = row[name]
        row[name] = 0
      }
      row.isUsed = false
      const failed = row.takeFailures()
      if (failed !== null) failures.push(failed)
    }
    this.used.length = 0
    return { samples, counts, failures }
  }

  private turn(): void {
    this.full.push(this.piece)
    this.piece = new Uint32Array(PIECE_SAMPLES * SAMPLE_WORDS)
    this.end = 0
  }

  private makeRow(request: number): Row {
    const row = new Row(request, this)
    this.rows[request] = row
    return row
  }
}

/** The memory of a window that can be moved to another thread. */
export function buffersOf({ samples, counts }: SheetData): ArrayBuffer[] {
  return [counts.buffer, ...samples.map(({ buffer }) => buffer)]
}

/** What a request took besides one exchange. */
export interface DetourCounts {
  readonly redirects: number
  readonly reconnects: number
  readonly failures: readonly Pick<ErrorCount, 'kind' | 'message'>[]
}

/** One request of the window. */
export class Row {
  readonly request: number
  isUsed = false
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
  private readonly sheet: Sheet
  private failures: Failures | null = null

  constructor(request: number, sheet: Sheet) {
    this.request = request
    this.sheet = sheet
  }

  /** Counts a successful request. */
  recordSuccess(status: number, latencyMs: Ms, serviceMs: Ms, firstByteMs: Ms): void {
    const head = ((Math.min(status, STATUS_MOST) << REQUEST_BITS) | this.request) >>> 0
    this.sheet.addSample(head, toMicros(latencyMs), toMicros(serviceMs), toMicros(firstByteMs))
  }

  /** Counts a journey that came to its end: it has no status and no answer of its own. */
  recordJourney(latencyMs: Ms): void {
    this.sheet.addSample(this.request, toMicros(latencyMs), NO_TIME, NO_TIME)
  }

  /** Counts a failed one, with its id if it has one; `status` is 0 when no answer came. Its latency is in no figure. */
  recordFailure(kind: FailureKind, message: string, status: number, example?: string | null): void {
    this.failed++
    const { statuses, errors } = this.openFailures()
    if (status > 0) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    countError(errors, { kind, message, count: 1, ...(example != null && { example }) })
  }

  /** Counts what a request took besides one exchange: redirects followed, and failures after which it was tried again. */
  recordDetours({ redirects, reconnects, failures }: DetourCounts): void {
    this.redirects += redirects
    this.reconnects += reconnects
    if (failures.length === 0) return
    this.retried++
    const { retryErrors } = this.openFailures()
    for (const failure of failures) countError(retryErrors, { ...failure, count: 1 })
  }

  /** What went wrong in the window, or null; forgotten then. */
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
