/**
 * The measurements of the latest second, as a frame for live views and streams.
 */
import type { Collector, Second } from '../load/measure/collector.js'
import type { Plan } from '../plan/plan.js'
import { Profile } from '../plan/profile.js'
import { listSeries } from '../plan/series.js'
import type { AgentFrame, Frame, ReportedFigure } from '../stats/frame.js'
import type { Tally } from '../stats/tally.js'

/** What a frame is made of, beside the collector. */
interface FrameOptions {
  readonly second: Second
  readonly tally: Tally
  readonly agents?: readonly AgentFrame[] | undefined
  readonly metrics?: readonly ReportedFigure[] | undefined
}

/** The frame of `second`, the latest one in `collector`, with its tally, the agents that sent it, and the service's metrics. */
export function makeFrame(
  plan: Plan,
  collector: Collector,
  { second, tally, agents, metrics }: FrameOptions,
): Frame {
  const { load } = plan
  const profile = new Profile(load.start, load.stages)
  const endMs = Math.min((second.index + 1) * 1000, profile.durationMs)
  const { requests, failed } = collector.counted
  return {
    phase: second.index < 0 ? 'warm-up' : endMs < profile.durationMs ? 'load' : 'stopping',
    elapsedMs: load.warmupMs + endMs,
    totalMs: load.warmupMs + profile.durationMs,
    stage: second.index < 0 ? 0 : Math.max(1, profile.stageAt(endMs - 1)),
    stages: profile.stages,
    vus: second.vus,
    requestsPerSecond: second.requests,
    failedPerSecond: second.failed,
    p50Ms: second.p50Ms,
    p95Ms: second.p95Ms,
    p99Ms: second.p99Ms,
    requests,
    failed,
    busy: Math.max(0, ...second.busy.filter((share) => share !== undefined)),
    dropped: second.dropped,
    latenessMsP99: second.latenessMsP99,
    ...(agents !== undefined && { agents }),
    ...(metrics !== undefined && { metrics }),
    series: listSeries(plan).map(({ name, kind }, i) => ({ name, kind, series: tally.get(i) })),
  }
}
