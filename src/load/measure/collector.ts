/**
 * Combines the measurements of all workers, by second and for the whole run. The cost of a second depends on
 * the requests that ended in it, not on how many the scenario has.
 */
import { numberWarmups, type SeriesSpec } from '../../plan/series.js'
import { warmupOf } from '../../stats/add.js'
import { FrozenHistogram } from '../../stats/frozen-histogram.js'
import { Histogram } from '../../stats/histogram.js'
import type { RequestResult, TimelinePoint, Totals, Window } from '../../stats/result.js'
import { percentileMs } from '../../stats/summary.js'
import { Series, Tally } from '../../stats/tally.js'
import { totalsOf } from '../../stats/totals.js'
import type { WindowData } from './window-recorder.js'
import { clipWindow, SecondLog, secondsEach } from './windows.js'

/** One second of all workers, for live views and the judgment of the generator. */
export interface Second {
  /** Seconds since the measured part began; below 0 is warm-up. */
  readonly index: number
  readonly requests: number
  readonly failed: number
  readonly bytesReceived: number
  /** Successful requests whose response came from a cache. */
  readonly cacheHits: number
  readonly vus: number
  readonly dropped: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  /** By worker: the share of the second in which it was working. */
  readonly busy: readonly number[]
  /** By worker: the share of the second in which it was on a CPU, and in which it waited for one; null if unknown. */
  readonly cpu: readonly (number | null)[]
  readonly starved: readonly (number | null)[]
  /** The 99th percentile of how late timed requests were sent, over all workers; null if there were none. */
  readonly latenessMsP99: number | null
  readonly gcMsMax: number
}

/** Called at the end of each second. The tally is that second's own, and reused for a later one. */
export type OnSecond = (second: Second, tally: Tally) => void

/** How long connections took to set up. */
export interface ConnectHistograms {
  readonly dns: Histogram
  readonly tcp: Histogram
  readonly tls: Histogram
}

/** What the collector needs to know about a series. */
type CollectedSpec = Pick<SeriesSpec, 'name' | 'kind' | 'isFirst'>

/** Collects the seconds of all workers as they come. */
export class Collector {
  readonly seconds: Second[] = []
  readonly lateness = new Histogram()
  readonly connect: ConnectHistograms = { dns: new Histogram(), tcp: new Histogram(), tls: new Histogram() }
  /** Requests of the measured part so far. */
  readonly counted = { requests: 0, failed: 0 }
  dropped = 0
  /** Connections closed because of bytes that no request had asked for. */
  unsolicited = 0
  private readonly specs: readonly CollectedSpec[]
  /** By series, see {@link numberWarmups}. */
  private readonly warmups: readonly number[]
  private readonly totals: Tally
  private readonly onSecond: OnSecond
  private readonly isOwn: (second: number) => boolean
  private readonly inTurns: boolean
  private readonly open = new Map<number, OpenWindow>()
  /** Closed windows, whose memory is reused. */
  private readonly spare: Pick<OpenWindow, 'tally' | 'lateness'>[] = []
  private readonly reached: number[]
  /** The seconds of each request; undefined for requests that were never sent. */
  private readonly logs: (SecondLog | undefined)[]
  /** The seconds of each server timing of each request, by name. */
  private readonly timingLogs: Map<string, SecondLog>[]
  /** The seconds that exist, ascending. */
  private readonly starts: number[] = []

  /**
   * `isOwn`: the seconds in which requests are started; default: all. A request that ends in another second
   * belongs to the window before, in which it was sent. Otherwise slow responses would be missing, and the
   * slower, the more of them.
   */
  constructor(
    specs: readonly CollectedSpec[],
    workers: number,
    onSecond: OnSecond,
    { isOwn }: { readonly isOwn?: (second: number) => boolean } = {},
  ) {
    this.isOwn = isOwn ?? (() => true)
    this.inTurns = isOwn !== undefined
    this.specs = specs
    this.warmups = numberWarmups(specs)
    this.totals = this.makeTally()
    this.onSecond = onSecond
    this.reached = new Array<number>(workers).fill(Number.NEGATIVE_INFINITY)
    this.logs = new Array(specs.length).fill(undefined)
    this.timingLogs = specs.map(() => new Map())
  }

  /** Adds a second of one worker. Each worker's seconds come in order. */
  add(worker: number, data: WindowData): void {
    const open = this.openAt(data.index)
    open.tally.addSheet(data.sheet)
    open.lateness.addCounts(data.schedulingLag)
    open.vus += data.vus
    open.dropped += data.dropped
    open.busy[worker] = data.busy
    open.cpu[worker] = data.cpu
    open.starved[worker] = data.starved
    open.gcMsMax = Math.max(open.gcMsMax, data.gcMsMax)
    for (const part of ['dns', 'tcp', 'tls'] as const) this.connect[part].addCounts(data[part])
    this.unsolicited += data.unsolicited
    this.reached[worker] = data.index
    this.closeReached()
  }

  /** The worker sends no more seconds. */
  end(worker: number): void {
    this.reached[worker] = Number.POSITIVE_INFINITY
    this.closeReached()
  }

  /** The totals of all requests of the run, over `durationSeconds`. */
  total(durationSeconds: number): Totals {
    return { ...totalsOf(this.sent(this.totals), durationSeconds), dropped: this.dropped }
  }

  /**
   * The same for each request, with its windows; those after the end of a run that stopped early are clipped.
   * Windows are seconds, or several seconds in long runs; seconds of sides that take turns are never joined.
   */
  requests(durationSeconds: number): RequestResult[] {
    const logs = [...this.logs, ...this.timingLogs.flatMap((named) => [...named.values()])]
    const kept = logs.reduce((most, log) => Math.max(most, log?.seconds ?? 1), 1)
    const spans = this.spans(this.inTurns ? 1 : secondsEach(Math.round(durationSeconds), kept))
    return this.specs.map((_, i) => ({
      ...this.describe(i, durationSeconds),
      windows: windowsOf(this.logs[i], spans, durationSeconds),
      ...this.timingWindows(i, spans, durationSeconds),
    }))
  }

  /** Those of these names without their windows, which a look at a running load has no time for. */
  named(names: ReadonlySet<string>, durationSeconds: number): RequestResult[] {
    return this.specs.flatMap(({ name }, i) =>
      names.has(name) ? [{ ...this.describe(i, durationSeconds), windows: [] }] : [],
    )
  }

  private describe(index: number, durationSeconds: number): Omit<RequestResult, 'windows'> {
    const { name, kind, isFirst } = this.specs[index]!
    return {
      name,
      kind,
      ...(isFirst && { phase: 'beforeEach' as const }),
      ...totalsOf(this.totals.get(index), durationSeconds),
      ...this.describeWarmup(index),
    }
  }

  private describeWarmup(index: number): Pick<RequestResult, 'warmup'> {
    const number = this.warmups[index]!
    if (number < 0) return {}
    const series = this.totals.get(number)
    if (series.requests + series.unfinished === 0) return {}
    return { warmup: warmupOf(series) }
  }

  /** One point for each second. */
  timeline(): TimelinePoint[] {
    const { cacheHits, cacheMisses } = this.sent(this.totals)
    const isCached = cacheHits + cacheMisses > 0
    return this.seconds.map((second) => ({
      second: second.index,
      vus: second.vus,
      requests: second.requests,
      failed: second.failed,
      p50: second.p50Ms,
      p95: second.p95Ms,
      p99: second.p99Ms,
      ...(isCached && { cacheHits: second.cacheHits }),
      dropped: second.dropped,
      generatorBusy: round(Math.max(0, ...second.busy.filter((share) => share !== undefined))),
      schedulingLagP99: second.latenessMsP99,
      gcPauseMax: round(second.gcMsMax),
      bytesReceived: second.bytesReceived,
    }))
  }

  /** All requests and steps as one series. Journeys are left out because they consist of these. */
  private sent(tally: Tally): Series {
    const total = new Series(Number.POSITIVE_INFINITY)
    for (const i of tally.used) if (this.isSent(i)) total.merge(tally.get(i))
    return total
  }

  /** Whether it is a request or a step of the measured part, not a journey. */
  private isSent(request: number): boolean {
    const spec = this.specs[request]
    return spec !== undefined && spec.kind !== 'journey'
  }

  private makeTally(): Tally {
    return new Tally(this.specs.length + this.warmups.filter((number) => number >= 0).length)
  }

  private openAt(index: number): OpenWindow {
    const known = this.open.get(index)
    if (known !== undefined) return known
    const spare = this.spare.pop()
    spare?.tally.clear()
    spare?.lateness.clear()
    const { tally, lateness } = spare ?? {
      tally: this.makeTally(),
      lateness: new Histogram(),
    }
    const created = { tally, lateness, busy: [], cpu: [], starved: [], vus: 0, dropped: 0, gcMsMax: 0 }
    this.open.set(index, created)
    return created
  }

  private closeReached(): void {
    const complete = Math.min(...this.reached)
    for (const index of [...this.open.keys()].sort((a, b) => a - b)) {
      if (index > complete) break
      this.close(index, this.open.get(index)!)
      this.open.delete(index)
    }
  }

  private close(index: number, open: OpenWindow): void {
    const { tally } = open
    const total = { requests: 0, failed: 0, cacheHits: 0, bytesReceived: 0, latency: new Histogram() }
    for (const i of tally.used) {
      if (!this.isSent(i)) continue
      const { requests, failed, cacheHits, bytesReceived, latency } = tally.get(i)
      total.bytesReceived += bytesReceived
      total.requests += requests
      total.failed += failed
      total.cacheHits += cacheHits
      total.latency.add(latency)
    }
    const second: Second = {
      index,
      requests: total.requests,
      failed: total.failed,
      bytesReceived: total.bytesReceived,
      cacheHits: total.cacheHits,
      vus: open.vus,
      dropped: open.dropped,
      p50Ms: percentileMs(total.latency, 50),
      p95Ms: percentileMs(total.latency, 95),
      p99Ms: percentileMs(total.latency, 99),
      busy: open.busy,
      cpu: open.cpu,
      starved: open.starved,
      latenessMsP99: percentileMs(open.lateness, 99),
      gcMsMax: open.gcMsMax,
    }
    if (index >= 0) {
      this.seconds.push(second)
      this.counted.requests += second.requests
      this.counted.failed += second.failed
      this.totals.merge(tally)
      this.lateness.add(open.lateness)
      this.dropped += open.dropped
      this.log(index, tally)
    } else {
      for (const number of this.warmups) if (number >= 0) this.totals.mergeOne(number, tally.get(number))
    }
    this.onSecond(second, tally)
    this.spare.push(open)
  }

  private log(index: number, tally: Tally): void {
    const last = this.starts.at(-1)
    const start = this.isOwn(index) || last === undefined ? index : last
    if (start !== last) this.starts.push(start)
    for (const i of tally.used) {
      if (i >= this.specs.length) continue
      this.logs[i] ??= this.makeLog(i)
      this.logs[i].add(start, tally.get(i))
      for (const [name, latency] of tally.get(i).timings) this.logTiming(i, name, start, latency)
    }
  }

  private makeLog(request: number): SecondLog {
    return new SecondLog(request / this.specs.length, this.inTurns ? Number.POSITIVE_INFINITY : undefined)
  }

  /** Only the names that the totals keep have windows. */
  private logTiming(request: number, name: string, start: number, latency: Histogram): void {
    if (!this.totals.get(request).timings.has(name)) return
    const logs = this.timingLogs[request]!
    const log = logs.get(name) ?? this.makeLog(request)
    logs.set(name, log)
    log.add(start, { requests: latency.count, failed: 0, latency })
  }

  private timingWindows(
    request: number,
    spans: Spans,
    durationSeconds: number,
  ): Pick<RequestResult, 'serverTimingWindows'> {
    const logs = [...this.timingLogs[request]!].sort(([a], [b]) => (a < b ? -1 : 1))
    if (logs.length === 0) return {}
    const windows = logs.map(([name, log]) => [name, windowsOf(log, spans, durationSeconds)])
    return { serverTimingWindows: Object.fromEntries(windows) }
  }

  private spans(seconds: number): Spans {
    const spans: { readonly start: number; duration: number }[] = []
    for (const second of this.starts) {
      const start = second - (second % seconds)
      const last = spans.at(-1)
      if (last?.start === start) last.duration++
      else spans.push({ start, duration: 1 })
    }
    return { seconds, spans }
  }
}

/** The windows of a run: when each begins, and how many seconds it covers so far. */
interface Spans {
  /** Seconds per full window. */
  readonly seconds: number
  readonly spans: readonly { readonly start: number; readonly duration: number }[]
}

/** The windows of a log; without one, nothing was sent. Those after the end, in seconds, are clipped. */
function windowsOf(log: SecondLog | undefined, { seconds, spans }: Spans, end: number): Window[] {
  const found = new Map(log?.read(seconds).map((stretch) => [stretch.start, stretch]))
  return spans.map((span) => clipWindow({ ...span, ...NOTHING_SENT, ...found.get(span.start) }, end))
}

const NOTHING_SENT = { requests: 0, failed: 0, histogram: FrozenHistogram.EMPTY }

interface OpenWindow {
  readonly tally: Tally
  readonly lateness: Histogram
  readonly busy: number[]
  readonly cpu: (number | null)[]
  readonly starved: (number | null)[]
  vus: number
  dropped: number
  gcMsMax: number
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
