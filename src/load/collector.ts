/**
 * Puts together what the workers measured: seconds of all of them, and the whole run. Memory grows with the seconds
 * of a run, not with its requests, and stops to grow after an hour.
 */
import { numberWarmups, type SeriesSpec } from '../plan/series.js'
import { Histogram } from '../stats/histogram.js'
import { ratesOf } from '../stats/rates.js'
import type { ErrorCount, RequestResult, TimelinePoint, Totals, Window } from '../stats/result.js'
import { percentileMs, summarize } from '../stats/summary.js'
import { Series, Tally } from '../stats/tally.js'
import type { WindowData } from './recorder.js'
import { clipWindow, joinTail, joinWindows, makeWindow } from './windows.js'

/** Beyond so many windows two neighbours become one: an hour of seconds, then 2 s each, and so on. */
const WINDOWS_MOST = 3600

/** One second of all workers, as the live view and the judgement of the generator need it. */
export interface Second {
  /** Since the measured part began; below 0 is warm-up. */
  readonly index: number
  readonly requests: number
  readonly failed: number
  readonly vus: number
  readonly dropped: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  /** Of each worker: the share of the second it was working. */
  readonly busy: readonly number[]
  /** Of each worker: the share of the second it was on a CPU, and waiting for one; null where nobody knows. */
  readonly cpu: readonly (number | null)[]
  readonly starved: readonly (number | null)[]
  /** How late 99 % of the requests that had a moment of their own were sent at most, of all workers; null if none had. */
  readonly latenessMsP99: number | null
  readonly gcMsMax: number
}

/** Called with each second when it is over; the tally is that second's own, by the numbers of the requests. */
export type OnSecond = (second: Second, tally: Tally) => void

/** How long connections took to set up. */
export interface ConnectHistograms {
  readonly dns: Histogram
  readonly tcp: Histogram
  readonly tls: Histogram
}

/** What has to be known of a series. */
type CollectedSpec = Pick<SeriesSpec, 'name' | 'kind' | 'isFirst'>

/** Takes the seconds of all workers as they come. */
export class Collector {
  readonly seconds: Second[] = []
  readonly lateness = new Histogram()
  readonly connect: ConnectHistograms = { dns: new Histogram(), tcp: new Histogram(), tls: new Histogram() }
  /** Requests of the measured part so far. */
  readonly counted = { requests: 0, failed: 0 }
  dropped = 0
  /** Connections that were closed because bytes came that no request had asked for. */
  unsolicited = 0
  private readonly specs: readonly CollectedSpec[]
  /** By series, see {@link numberWarmups}. */
  private readonly warmups: readonly number[]
  private readonly totals: Tally
  private readonly onSecond: OnSecond
  private readonly isOwn: (second: number) => boolean
  private readonly open = new Map<number, OpenWindow>()
  private readonly reached: number[]
  private readonly windows: Window[][]
  private windowSeconds = 1

  /**
   * `isOwn`: the seconds in which requests are begun; all unless given. What ends in another belongs to the window
   * before, in which it was sent: else slow answers were missing, and the slower the more of them.
   */
  constructor(
    specs: readonly CollectedSpec[],
    workers: number,
    onSecond: OnSecond,
    { isOwn = () => true }: { readonly isOwn?: (second: number) => boolean } = {},
  ) {
    this.isOwn = isOwn
    this.specs = specs
    this.warmups = numberWarmups(specs)
    this.totals = this.makeTally()
    this.onSecond = onSecond
    this.reached = new Array<number>(workers).fill(Number.NEGATIVE_INFINITY)
    this.windows = specs.map(() => [])
  }

  /** A second of one worker. Seconds come in order from each worker. */
  add(worker: number, data: WindowData): void {
    const open = this.openAt(data.index)
    open.tally.mergeData(data.tally)
    open.lateness.addPacked(data.lateness)
    open.vus += data.vus
    open.dropped += data.dropped
    open.busy[worker] = data.busy
    open.cpu[worker] = data.cpu
    open.starved[worker] = data.starved
    open.gcMsMax = Math.max(open.gcMsMax, data.gcMsMax)
    for (const part of ['dns', 'tcp', 'tls'] as const) this.connect[part].addPacked(data[part])
    this.unsolicited += data.unsolicited
    this.reached[worker] = data.index
    this.closeReached()
  }

  /** The worker sends nothing more. */
  end(worker: number): void {
    this.reached[worker] = Number.POSITIVE_INFINITY
    this.closeReached()
  }

  /** What all requests of the run come to, over `durationSeconds`. */
  total(durationSeconds: number): Totals {
    return { ...makeTotals(this.sent(this.totals), durationSeconds), dropped: this.dropped }
  }

  /** The same for each request, with its windows; those past the end of a run that stopped early are left out. */
  requests(durationSeconds: number): RequestResult[] {
    return this.specs.map(({ name, kind }, i) => ({
      name,
      kind,
      ...makeTotals(this.totals.series[i]!, durationSeconds),
      ...this.describeWarmup(i),
      windows: this.windows[i]!.map((window) => clipWindow(window, durationSeconds)),
    }))
  }

  private describeWarmup(index: number): Pick<RequestResult, 'warmup'> {
    const series = this.totals.series[this.warmups[index]!]
    if (series === undefined || series.requests + series.unfinished === 0) return {}
    const { requests, failed, errorRate, unfinished, latency, statuses, errors } = makeTotals(series, 0)
    return { warmup: { requests, failed, errorRate, unfinished, latency, statuses, errors } }
  }

  /** One point for each second. */
  timeline(): TimelinePoint[] {
    return this.seconds.map((second) => ({
      second: second.index,
      vus: second.vus,
      requests: second.requests,
      failed: second.failed,
      p50: second.p50Ms,
      p95: second.p95Ms,
      p99: second.p99Ms,
      dropped: second.dropped,
      generatorBusy: round(Math.max(0, ...second.busy.filter((share) => share !== undefined))),
      schedulingLagP99: second.latenessMsP99,
      gcPauseMax: round(second.gcMsMax),
    }))
  }

  /** All that was sent, requests and steps, as one series: journeys are made of these. */
  private sent(tally: Tally): Series {
    const total = new Series()
    for (const [i, { kind }] of this.specs.entries()) if (kind !== 'journey') total.merge(tally.series[i]!)
    return total
  }

  private makeTally(): Tally {
    return new Tally(this.specs.length + this.warmups.filter((number) => number >= 0).length)
  }

  private openAt(index: number): OpenWindow {
    const known = this.open.get(index)
    if (known !== undefined) return known
    const created: OpenWindow = {
      tally: this.makeTally(),
      lateness: new Histogram(),
      busy: [],
      cpu: [],
      starved: [],
      vus: 0,
      dropped: 0,
      gcMsMax: 0,
    }
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
    const total = this.sent(open.tally)
    const second: Second = {
      index,
      requests: total.requests,
      failed: total.failed,
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
      this.totals.merge(open.tally)
      this.lateness.add(open.lateness)
      this.dropped += open.dropped
      this.addWindows(index, open.tally)
    } else {
      for (const number of this.warmups)
        if (number >= 0) this.totals.series[number]!.merge(open.tally.series[number]!)
    }
    this.onSecond(second, open.tally)
  }

  private addWindows(index: number, tally: Tally): void {
    for (const [i, windows] of this.windows.entries()) {
      const series = tally.series[i]!
      const start = index - (index % this.windowSeconds)
      const last = windows.at(-1)
      if (!this.isOwn(index) && last !== undefined) {
        if (series.requests > 0) windows[windows.length - 1] = joinTail(last, series)
        continue
      }
      const window = makeWindow(index, series)
      if (last !== undefined && last.start === start) windows[windows.length - 1] = joinWindows(last, window)
      else windows.push({ ...window, start })
    }
    if (this.windows[0]!.length >= WINDOWS_MOST) this.coarsen()
  }

  private coarsen(): void {
    this.windowSeconds *= 2
    for (const [i, windows] of this.windows.entries()) {
      this.windows[i] = Array.from({ length: Math.ceil(windows.length / 2) }, (_, pair) => {
        const second = windows[2 * pair + 1]
        return second === undefined ? windows[2 * pair]! : joinWindows(windows[2 * pair]!, second)
      })
    }
  }
}

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

function makeTotals(series: Series, durationSeconds: number): Totals {
  const { requests, failed, unfinished, bytesSent, bytesReceived, bytesDecoded } = series
  const retryErrors = byCount(series.retryErrors)
  return {
    requests,
    failed,
    errorRate: requests === 0 ? 0 : failed / requests,
    ...ratesOf({ requests, failed }, durationSeconds),
    bytesSent,
    bytesReceived,
    bytesDecoded: bytesDecoded === 0 ? null : bytesDecoded,
    dropped: 0,
    unfinished,
    latency: summarize(series.latency),
    serviceTime: summarize(series.service),
    timeToFirstByte: summarize(series.firstByte),
    statuses: Object.fromEntries([...series.statuses].sort((a, b) => a[0] - b[0])),
    redirects: series.redirects,
    reconnects: series.reconnects,
    retries: {
      requests: series.retried,
      recovered: series.recovered,
      attempts: retryErrors.reduce((sum, { count }) => sum + count, 0),
      errors: retryErrors,
    },
    errors: byCount(series.errors),
  }
}

function byCount(errors: ReadonlyMap<string, ErrorCount>): ErrorCount[] {
  return [...errors.values()].sort((a, b) => b.count - a.count)
}
