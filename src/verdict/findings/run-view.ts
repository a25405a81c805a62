/**
 * A run as the rules for findings see it: its whole seconds, without those in which perfctl itself was slow.
 */
import type { Finding } from '../../stats/findings.js'
import { median } from '../../stats/math.js'
import type { Measured, TimelinePoint } from '../../stats/result.js'
import { listLoadDoubts } from '../../stats/shard.js'
import { isPlain } from '../measurement.js'

/** What findings are made from. */
export interface RunView {
  readonly run: Measured
  /** The whole seconds of the measured part. */
  readonly seconds: readonly TimelinePoint[]
  /**
   * Requests were late, or other work took CPU time from the load, and so perhaps from the service: latencies say
   * little. A rule is silent then, or asks for twice as much.
   */
  readonly isDisturbed: boolean
  /** The share of the time for which a worker waited for a CPU; 0 if that is unknown. */
  readonly starved: number
}

/** A rule: what it finds, most often nothing. */
export type Rule = (view: RunView) => Finding[]

/** The share of the time that a worker may wait for a CPU. */
export const STARVED_MAX = 0.2

/** Returns the view; null for a run that is only a part of one, that has no whole second, or whose figures may not be the service's. */
export function viewRun(run: Measured): RunView | null {
  const { generator, interrupted, error, session, shard } = run
  const isPart = interrupted || error !== null || session !== null || shard !== null
  if (isPart || run.runs.length > 1 || listLoadDoubts(run).length > 0) return null
  if (generator.saturated) return null
  const seconds = run.timeline.filter(({ second }) => second + 1 <= run.durationSeconds)
  if (seconds.length === 0) return null
  const starved = Math.max(0, ...generator.workers.map((worker) => worker.starved ?? 0))
  return {
    run,
    seconds,
    isDisturbed: generator.lateFrom !== undefined || starved > STARVED_MAX,
    starved,
  }
}

const OWN_BUSY = 0.9
const OWN_PAUSE_MS = 20

/** Whether perfctl itself was slow in this second. */
export function isOwnFault({ generatorBusy, schedulingLagP99, gcPauseMax }: TimelinePoint): boolean {
  return (generatorBusy ?? 0) > OWN_BUSY || Math.max(schedulingLagP99 ?? 0, gcPauseMax ?? 0) > OWN_PAUSE_MS
}

/** Returns the requests whose figures are the service's under load: no journeys, and not what users send once. */
export function plainRequests({ requests }: Measured): Measured['requests'] {
  return requests.filter(isPlain)
}

/** Returns the median of a figure of some seconds; NaN if none has it. */
export function usual(
  seconds: readonly TimelinePoint[],
  read: (second: TimelinePoint) => number | null,
): number {
  return median(seconds.flatMap((second) => read(second) ?? []))
}

/** A mix of requests that moves by more than this changes what is of all of them. */
const MIX_CHANGE = 0.1

/** Whether the shares of the requests differ between the time before the first moment and after the second. */
export function isOtherMix(run: Measured, until: number, from: number): boolean {
  const counts = plainRequests(run).map(({ windows }) => {
    const sum = (isIn: (start: number) => boolean) =>
      windows.reduce((all, window) => all + (isIn(window.start) ? window.requests : 0), 0)
    return [sum((start) => start < until), sum((start) => start >= from)] as const
  })
  const total = (side: 0 | 1) => counts.reduce((all, each) => all + each[side], 0)
  const [before, after] = [total(0), total(1)]
  return counts.reduce((all, [a, b]) => all + Math.abs(a / before - b / after), 0) / 2 > MIX_CHANGE
}
