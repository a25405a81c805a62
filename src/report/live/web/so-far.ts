/**
 * The run so far, summed from its frames: what a result would contain if the run ended now.
 */
import type { Frame } from '../../../stats/frame.js'
import { observedOf } from '../../../stats/observed.js'
import type { TimelinePoint, Totals } from '../../../stats/result.js'
import { figuresOf, type Percentiles, percentilesOf } from '../../../stats/summary.js'
import { Series } from '../../../stats/tally.js'
import { countsOf, totalsOf } from '../../../stats/totals.js'
import type { ObservedRequest } from '../../observed.js'
import type { WatchedRun } from '../watcher.js'

/** Totals during a run. */
export type TotalsSoFar = Pick<Totals, 'requests' | 'failed' | 'errorRate' | 'throughput' | 'requestRate'> & {
  readonly latency: Percentiles
} & Pick<ObservedRequest, 'serverTiming' | 'cache'>

/** Accumulates frames. Those of the warm-up only set the current state. */
export class RunSoFar {
  readonly run: WatchedRun
  frame: Frame | null = null
  /** One point per second of the measured part. */
  readonly timeline: TimelinePoint[] = []
  dropped = 0
  private readonly series = new Map<string, Series>()
  private readonly journeys = new Set<string>()

  constructor(run: WatchedRun) {
    this.run = run
  }

  add(frame: Frame): void {
    this.frame = frame
    if (frame.phase === 'warm-up') return
    this.dropped += frame.dropped
    this.timeline.push(pointOf(frame, this.timeline.length))
    for (const { name, kind, series } of frame.series) {
      if (kind === 'journey') this.journeys.add(name)
      const known = this.series.get(name)
      if (known !== undefined) known.merge(series)
      else {
        const copy = new Series()
        copy.merge(series)
        this.series.set(name, copy)
      }
    }
  }

  /** Returns the requests in the order of the scenario. */
  requests(): { readonly name: string; readonly totals: TotalsSoFar }[] {
    return [...this.series].map(([name, series]) => ({ name, totals: this.totalsOf(series) }))
  }

  /** Returns the totals of all requests, with their failures. */
  totals(): TotalsSoFar & Pick<Totals, 'latency' | 'errors'> {
    const all = new Series()
    for (const [name, series] of this.series) if (!this.journeys.has(name)) all.merge(series)
    return totalsOf(all, this.timeline.length)
  }

  private totalsOf(series: Series): TotalsSoFar {
    return {
      ...countsOf(series, this.timeline.length),
      latency: percentilesOf(series.latency),
      ...observedOf(series, figuresOf),
    }
  }
}

function pointOf(frame: Frame, second: number): TimelinePoint {
  return {
    second,
    vus: frame.vus,
    requests: frame.requestsPerSecond,
    failed: frame.failedPerSecond,
    p50: frame.p50Ms,
    p95: frame.p95Ms,
    p99: frame.p99Ms,
    dropped: frame.dropped,
    generatorBusy: frame.busy,
    schedulingLagP99: frame.latenessMsP99,
    gcPauseMax: null,
  }
}
