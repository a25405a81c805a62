/**
 * The metrics of both sides of an A/B session. A path is read from each side; a whole URL is one place, such as a shared
 * database, which is read once for both. Each side gets the seconds in which it is under load.
 */
import type { Ms } from '../../base/clock.js'
import { type SideTurns, sideOf } from '../../plan/ab-turns.js'
import type { Plan } from '../../plan/plan.js'
import type { Scenario } from '../../scenario/model/scenario.js'
import type { MetricsRecord } from '../../stats/target.js'
import { MetricsWatch } from './metrics-watch.js'

type SideName = SideTurns['side']

const SLICE_MS = 1000

/** Figures of a time that is further off are left out: they would mix both sides. */
const OFF_MS = 150

/** Reads the metrics of both sides. */
export class SideMetrics {
  private readonly watches: Readonly<Record<SideName, MetricsWatch>>

  private constructor(watches: Readonly<Record<SideName, MetricsWatch>>) {
    this.watches = watches
  }

  /** Prepares the scrapes; null if the scenario observes no metrics. */
  static async open(
    { observe, secrets }: Pick<Scenario, 'observe' | 'secrets'>,
    plans: Readonly<Record<SideName, Plan>>,
    kill: AbortSignal,
  ): Promise<SideMetrics | null> {
    const metrics = observe?.metrics
    if (metrics === undefined) return null
    const open = (plan: Plan) => MetricsWatch.open(metrics, { plan, secrets, kill })
    const [first] = metrics.request.path
    const isOfEach = typeof first === 'string' && first.startsWith('/')
    const a = await open(plans.a)
    return new SideMetrics({ a, b: isOfEach ? await open(plans.b) : a })
  }

  /** Scrapes once a second from now on; `aheadMs` before the measured part starts. May be called for each side. */
  begin(side: SideName, aheadMs: Ms): void {
    if (side === 'a' || this.watches.b !== this.watches.a) this.watches[side].begin(aheadMs)
  }

  /** Returns the figures of a side so far. */
  record(side: SideName): MetricsRecord {
    return this.watches[side].record(
      ({ second, fromMs, toMs }) =>
        sideOf(second) === side &&
        Math.abs(fromMs - second * SLICE_MS) < OFF_MS &&
        Math.abs(toMs - (second + 1) * SLICE_MS) < OFF_MS,
    )
  }

  /** Scrapes for the last time. */
  async end(): Promise<void> {
    await Promise.all([this.watches.a.end(), this.watches.b.end()])
  }
}
