/**
 * A part of the time in which a service was observed, as figures of its own.
 */
import {
  growthPerMinute,
  hasReading,
  type ProcessSecond,
  type TargetFigures,
  unmeasuredTarget,
} from './target.js'
import { summarizeMetrics } from './target-metrics.js'
import type { CpuWindow, SentWindow } from './target-windows.js'

/** The part that is wanted, in whole seconds since the observation began, and what was completed in it. */
export interface TargetPart {
  readonly start: number
  readonly seconds: number
  readonly requests: number
  /** By window, since the start of the part. */
  readonly sent: readonly SentWindow[]
}

/** Returns the figures of a part; its seconds begin at 0. Threads and open files are not known by the second. */
export function sliceTarget(target: TargetFigures, part: TargetPart): TargetFigures {
  const timeline = target.timeline
    .filter(({ second }) => second >= part.start && second < part.start + part.seconds)
    .map((point) => ({ ...point, second: point.second - part.start }))
  const units = Object.entries(target.metrics ?? {}).map(([name, figures]) => ({
    name,
    unit: figures?.unit ?? null,
  }))
  const seconds = timeline.flatMap(({ second, metrics }) =>
    metrics === undefined ? [] : { second, metrics },
  )
  return {
    ...unmeasuredTarget(target.failures),
    ...processFigures(timeline.filter(hasReading), target, part),
    ...(target.metrics !== undefined && { metrics: summarizeMetrics(units, seconds) }),
    timeline,
  }
}

/** The figures of the processes; none without a reading. */
function processFigures(
  readings: readonly ProcessSecond[],
  { memory, failures }: TargetFigures,
  { requests, sent }: TargetPart,
): Partial<TargetFigures> {
  const [first, last] = [readings[0], readings.at(-1)]
  if (first === undefined || last === undefined) return {}
  // A reading that was left out is in the one after it.
  const spans = readings.map(({ second }, index) => second - (readings[index - 1]?.second ?? second - 1))
  const cpuSeconds = readings.reduce((sum, { cpu }, index) => sum + cpu * spans[index]!, 0)
  const covered = spans.reduce((sum, span) => sum + span, 0)
  const throttled = readings.flatMap(({ throttledSeconds }) => throttledSeconds ?? [])
  const cpuWindows = sent.flatMap((window) => windowOf(readings, window))
  const ofWindows = cpuWindows.reduce((sum, window) => sum + window.requests, 0)
  const cpuMs = cpuWindows.reduce((sum, window) => sum + window.cpuMs, 0)
  return {
    cpuSeconds: round(cpuSeconds),
    cpuPerRequest: requests === 0 || ofWindows === 0 || failures.length > 0 ? null : round(cpuMs / ofWindows),
    cpuCores: round(cpuSeconds / covered),
    throttledSeconds: throttled.length === 0 ? null : round(throttled.reduce((sum, each) => sum + each, 0)),
    memory: {
      first: first.memory,
      last: last.memory,
      max: Math.max(...readings.map((reading) => reading.memory)),
      growthPerMinute: growthPerMinute(readings),
      ...(memory?.isSum && { isSum: true as const }),
    },
    cpuWindows,
  }
}

/** The CPU time of a window; nothing if a second of it has no reading. */
function windowOf(readings: readonly ProcessSecond[], window: SentWindow): CpuWindow[] {
  const { start, duration } = window
  const own = readings.filter(({ second }) => second >= start && second < start + duration)
  if (own.length === 0 || own.length < Math.round(duration)) return []
  return [{ ...window, cpuMs: round(1000 * own.reduce((sum, { cpu }) => sum + cpu, 0)) }]
}

function round(value: number): number {
  return Number(value.toFixed(6))
}
