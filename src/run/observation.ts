/**
 * What is read of a service beside its answers: from its processes and from its metrics.
 */
import type { Ms } from '../base/clock.js'
import type { Plan } from '../plan/plan.js'
import type { ObservedMetrics } from '../scenario/model/observe.js'
import type { Scenario } from '../scenario/model/scenario.js'
import type { ReportedFigure, ServiceFrame } from '../stats/frame.js'
import { type TargetFigures, unmeasuredTarget, withMetrics } from '../stats/target.js'
import { summarizeMetrics } from '../stats/target-metrics.js'
import { eachSide, type OfSides } from './ab-ready.js'
import type { MetricsWatch, ScrapeOptions } from './metrics/metrics-watch.js'
import type { WatchedSide } from './process/side-watches.js'
import type { Watch, Watched } from './process/watch.js'

/** What is known of the run that is observed. */
export interface Observed extends Watched, ScrapeOptions {
  readonly plan: Plan
}

/** Reads the figures of a service while it is under load. */
export class Observation {
  private readonly processes: Watch | null
  private readonly metrics: MetricsWatch | null
  /** The metrics that aren't read, because this is only a part of the load. */
  private readonly unread: ObservedMetrics | null

  private constructor(processes: Watch | null, metrics: MetricsWatch | null, unread: ObservedMetrics | null) {
    this.processes = processes
    this.metrics = metrics
    this.unread = unread
  }

  /** Prepares what the scenario observes; null if it observes nothing but answers. */
  static async open(observed: Observed): Promise<Observation | null> {
    const wanted = observed.observe?.metrics
    const processes = observed.observe?.process === undefined ? null : await openProcesses(observed)
    if (wanted === undefined) return processes && new Observation(processes, null, null)
    if (observed.isShard) return new Observation(processes, null, wanted)
    return new Observation(processes, await openMetrics(wanted, observed), null)
  }

  /**
   * Prepares what the scenario observes of each side of a session whose loads have times of their own. The processes of both
   * are observed even if it doesn't ask for it, if perfctl started them.
   */
  static async openSides(
    scenario: Scenario,
    sides: OfSides<WatchedSide & Pick<Observed, 'plan'>>,
    kill: AbortSignal,
  ): Promise<OfSides<Observation | null>> {
    const { openSideWatches } = await import('./process/side-watches.js')
    const wanted = scenario.observe?.metrics
    const { secrets } = scenario
    const [a = null, b = null] = await openSideWatches(scenario, [sides.a, sides.b])
    const processes = { a, b }
    return eachSide(async (side) => {
      const watch = processes[side]
      if (wanted === undefined) return watch && new Observation(watch, null, null)
      const { plan } = sides[side]
      return new Observation(watch, await openMetrics(wanted, { plan, secrets, kill }), null)
    })
  }

  /** Reads once a second from now on; `aheadMs` before the measured part starts. */
  begin(aheadMs: Ms): void {
    this.processes?.begin(aheadMs)
    this.metrics?.begin(aheadMs)
  }

  /** Returns the figures so far; see {@link Watch.figures}. */
  figures(...completed: Parameters<Watch['figures']>): TargetFigures {
    const target = this.processes?.figures(...completed) ?? unmeasuredTarget([])
    if (this.metrics !== null) return withMetrics(target, this.metrics.record())
    return this.unread === null ? target : withMetrics(target, unreadBy(this.unread))
  }

  /** Returns what the processes used lately; see {@link Watch.takeLatest}. */
  takeUsed(): ServiceFrame | null {
    return this.processes?.takeLatest() ?? null
  }

  /** The metrics of the latest second that was read; undefined if they aren't observed. */
  get reported(): readonly ReportedFigure[] | undefined {
    return this.metrics?.latestFigures
  }

  /** Reads for the last time. May be called repeatedly. */
  async end(): Promise<void> {
    this.processes?.end()
    await this.metrics?.end()
  }
}

async function openProcesses(observed: Observed): Promise<Watch | null> {
  const { openWatch } = await import('./process/watch.js')
  return openWatch(observed)
}

async function openMetrics(metrics: ObservedMetrics, options: ScrapeOptions): Promise<MetricsWatch> {
  const { MetricsWatch } = await import('./metrics/metrics-watch.js')
  return MetricsWatch.open(metrics, options)
}

/** The metrics of a shard: nobody reads them, because each shard would read the same. */
function unreadBy({ take }: ObservedMetrics) {
  const message = 'a shard does not read metrics: send the load with agents instead'
  return {
    metrics: summarizeMetrics(take, []),
    seconds: [],
    failures: [{ kind: 'shard', source: 'metrics', message } as const],
  }
}
