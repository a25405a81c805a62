/**
 * Sorts one worker's samples into windows of one second, and emits each window when it is over.
 */
import type { Ms } from '../../base/clock.js'
import { Histogram } from '../../stats/histogram.js'
import { type Row, Sheet, type SheetData } from '../../stats/sheet.js'
import type { ConnectionEvents, ConnectTimes } from '../connection.js'

/** The length of a window. */
export const WINDOW_MS = 1000

/** A second of one worker, as plain data. */
export interface WindowData {
  /** Seconds since the measured part began; below 0 is warm-up. */
  readonly index: number
  /** Counts and latencies of its requests. */
  readonly sheet: SheetData
  /** Active virtual users at the end of the window. */
  readonly vus: number
  /** Arrivals that found no free virtual user. */
  readonly dropped: number
  /** Connections closed because of bytes that no request had asked for. */
  readonly unsolicited: number
  /** How late requests were sent: the `bytes` of a frozen histogram. */
  readonly schedulingLag: Uint8Array<ArrayBuffer>
  /** Times to set up connections, likewise. */
  readonly dns: Uint8Array<ArrayBuffer>
  readonly tcp: Uint8Array<ArrayBuffer>
  readonly tls: Uint8Array<ArrayBuffer>
  /** Share of the window in which the thread was working. */
  readonly busy: number
  /** Share of the window in which the thread was on a CPU, and in which it waited for one; null if unknown. */
  readonly cpu: number | null
  readonly starved: number | null
  /** The longest garbage collection pause, and the sum of all. */
  readonly gcMsMax: Ms
  readonly gcMs: Ms
}

/** Values that the recorder reads when a window ends. */
export interface Gauges {
  vus(): number
  /** How busy the thread was since the last call, and its garbage collections. */
  load(): Pick<WindowData, 'busy' | 'cpu' | 'starved' | 'gcMsMax' | 'gcMs'>
}

/** Options of a window recorder. */
export interface WindowRecorderOptions {
  /** How many requests the scenario has. */
  readonly requests: number
  /** When the measured part begins. */
  readonly startAt: Ms
  readonly warmupMs: Ms
  readonly durationMs: Ms
  readonly gauges: Gauges
  readonly emit: (window: WindowData) => void
}

/** Counts samples in the window in which they ended. */
export class WindowRecorder implements ConnectionEvents {
  private dropped = 0
  private unsolicitedCount = 0
  private readonly sheet: Sheet
  private readonly lateness = new Histogram()
  private readonly dns = new Histogram()
  private readonly tcp = new Histogram()
  private readonly tls = new Histogram()
  private readonly gauges: Gauges
  private readonly emit: (window: WindowData) => void
  private readonly startsAt: Ms
  private index: number
  private lastIndex: number
  private endsAt: Ms

  constructor(options: WindowRecorderOptions) {
    this.sheet = new Sheet(options.requests)
    this.gauges = options.gauges
    this.emit = options.emit
    this.startsAt = options.startAt
    this.index = -Math.ceil(options.warmupMs / WINDOW_MS)
    this.lastIndex = Math.max(0, Math.ceil(options.durationMs / WINDOW_MS) - 1)
    this.endsAt = this.index >= this.lastIndex ? Number.POSITIVE_INFINITY : this.endOf(this.index)
  }

  /** Where to count a sample that ended at `moment`. */
  seriesAt(moment: Ms, request: number): Row {
    if (moment >= this.endsAt) this.roll(moment)
    return this.sheet.row(request)
  }

  /** Counts an arrival that found no free virtual user. */
  recordDropped(moment: Ms): void {
    this.roll(moment)
    this.dropped++
  }

  /** Counts how late a request was sent. */
  recordLateness(lateMs: Ms): void {
    this.lateness.record(lateMs * 1000)
  }

  connected({ dnsMs, tcpMs, tlsMs }: ConnectTimes): void {
    if (dnsMs !== null) this.dns.record(dnsMs * 1000)
    this.tcp.record(tcpMs * 1000)
    if (tlsMs !== null) this.tls.record(tlsMs * 1000)
  }

  unsolicited(): void {
    this.unsolicitedCount++
  }

  /** Emits all windows that were over at `moment`. */
  roll(moment: Ms): void {
    while (moment >= this.endsAt) {
      this.flush()
      this.index++
      this.endsAt = this.index >= this.lastIndex ? Number.POSITIVE_INFINITY : this.endOf(this.index)
    }
  }

  /** Ends the load at `moment`. Later responses belong to the window that contains it. */
  endAt(moment: Ms): void {
    this.roll(moment - 1e-3)
    this.lastIndex = this.index
    this.endsAt = Number.POSITIVE_INFINITY
  }

  /** When the current window ends. */
  get windowEndsAt(): Ms {
    return this.endsAt
  }

  private endOf(index: number): Ms {
    return this.startsAt + (index + 1) * WINDOW_MS
  }

  /** Emits the open window. */
  flush(): void {
    this.emit({
      index: this.index,
      sheet: this.sheet.take(),
      vus: this.gauges.vus(),
      dropped: this.dropped,
      unsolicited: this.unsolicitedCount,
      schedulingLag: this.lateness.freeze().bytes,
      dns: this.dns.freeze().bytes,
      tcp: this.tcp.freeze().bytes,
      tls: this.tls.freeze().bytes,
      ...this.gauges.load(),
    })
    this.dropped = this.unsolicitedCount = 0
    for (const histogram of [this.lateness, this.dns, this.tcp, this.tls]) histogram.clear()
  }
}
