/**
 * What the processes of the service used during the load: readings of counters become figures of the measured part. The
 * metrics that the service reports of itself are beside them.
 */
import { flag, list, number, type Shape } from '../base/shape.js'
import { median } from './math.js'
import { joinTargetFailures, readTargetFailure, type TargetFailure } from './target-failures.js'
import {
  joinMetrics,
  type MetricSecond,
  type MetricsByName,
  type MetricValues,
  readMetrics,
  readMetricValues,
} from './target-metrics.js'
import {
  type CpuWindow,
  cpuPerRequestOf,
  makeCpuWindows,
  readCpuWindow,
  type SentWindow,
} from './target-windows.js'

/** The figures of the service's processes and metrics in the measured part. What was not measured is null. */
export interface TargetFigures {
  readonly cpuSeconds: number | null
  /** CPU time in ms per completed request, failed ones included. */
  readonly cpuPerRequest: number | null
  /** The cores in use on average. */
  readonly cpuCores: number | null
  /** How long threads had to wait because the control group had used up its share of CPU time; null without a share. */
  readonly throttledSeconds: number | null
  readonly memory: MemoryFigures | null
  /** Of all processes together. */
  readonly threads: Held | null
  /** Files, sockets and pipes; null if they can't be counted, as those of another user's processes. */
  readonly openFiles: Held | null
  /** The metrics that the scenario takes, by name; absent if it takes none. */
  readonly metrics?: MetricsByName
  readonly timeline: readonly TargetSecond[]
  /** The basis of verdicts on `cpuPerRequest`. */
  readonly cpuWindows: readonly CpuWindow[]
  /** Why figures are missing; empty if none are. */
  readonly failures: readonly TargetFailure[]
}

/** Memory in bytes. */
export interface MemoryFigures extends Held {
  /** The slope through the lowest figures of every 10 s in the second half; null in less than two minutes. */
  readonly growthPerMinute: number | null
  /** It is a sum over several processes, in which pages that they share count for each; absent otherwise. */
  readonly isSum?: true
}

/** How many of something the processes had at the first and last reading, and the most at any. */
interface Held {
  readonly first: number
  readonly last: number
  readonly max: number
}

/** One second of the measured part. A second without a reading is left out. */
export interface TargetSecond {
  readonly second: number
  /** The cores in use since the reading before; null without a reading. */
  readonly cpu: number | null
  /** In bytes, at the end of the second; null without a reading. */
  readonly memory: number | null
  /** How long threads had to wait in that second, as {@link TargetFigures.throttledSeconds}; absent without a share. */
  readonly throttledSeconds?: number
  /** Absent if the scenario takes no metrics. */
  readonly metrics?: MetricValues
}

/** A second with a reading of the processes. */
export interface ProcessSecond extends TargetSecond {
  readonly cpu: number
  readonly memory: number
}

/** Whether the processes were read in that second. */
export function hasReading(second: TargetSecond): second is ProcessSecond {
  return second.cpu !== null && second.memory !== null
}

/** The counters of a service at one moment. */
export interface TargetReading {
  /** Since the start of the measured part. */
  readonly atMs: number
  /** CPU time in ms since any moment before. */
  readonly cpuMs: number
  /** Likewise; null if it isn't limited. */
  readonly throttledMs: number | null
  readonly memoryBytes: number
  readonly threads: number
  /** Null if they can't be counted. */
  readonly openFiles: number | null
}

/** The figures without any reading. */
export function unmeasuredTarget(failures: readonly TargetFailure[]): TargetFigures {
  return {
    cpuSeconds: null,
    cpuPerRequest: null,
    cpuCores: null,
    throttledSeconds: null,
    memory: null,
    threads: null,
    openFiles: null,
    timeline: [],
    cpuWindows: [],
    failures,
  }
}

/** What figures are made from. */
export interface TargetRecord {
  /** In order; the first one at the start of the measured part. */
  readonly readings: readonly TargetReading[]
  /** Completed requests. */
  readonly requests: number
  /** The same by window. */
  readonly sent: readonly SentWindow[]
  readonly isSum: boolean
  readonly failures: readonly TargetFailure[]
}

/** If the machine made the first reading wait for longer, requests before it would be taken to have cost nothing. */
const FIRST_MS = 200

/** Makes the figures of the time between the first and the last reading. */
export function summarizeTarget({ readings, requests, sent, isSum, failures }: TargetRecord): TargetFigures {
  const [first, last] = [readings[0], readings.at(-1)]
  if (first === undefined || last === undefined || first === last) return unmeasuredTarget(failures)
  const cpuMs = last.cpuMs - first.cpuMs
  const timeline = readings.slice(1).map((reading, index): ProcessSecond => {
    const before = readings[index]!
    return {
      second: Math.max(0, Math.round(reading.atMs / 1000) - 1),
      cpu: round((reading.cpuMs - before.cpuMs) / (reading.atMs - before.atMs), 4),
      memory: reading.memoryBytes,
      ...(reading.throttledMs !== null &&
        before.throttledMs !== null && {
          throttledSeconds: round((reading.throttledMs - before.throttledMs) / 1000, 6),
        }),
    }
  })
  const cpuWindows = makeCpuWindows(readings, sent)
  const perRequest = first.atMs > FIRST_MS ? cpuPerRequestOf(cpuWindows) : round(cpuMs / requests, 6)
  return {
    cpuSeconds: round(cpuMs / 1000, 6),
    // Requests after the end of the process cost nothing.
    cpuPerRequest: requests === 0 || failures.length > 0 ? null : perRequest,
    cpuCores: round(cpuMs / (last.atMs - first.atMs), 4),
    throttledSeconds:
      first.throttledMs === null || last.throttledMs === null
        ? null
        : round((last.throttledMs - first.throttledMs) / 1000, 6),
    memory: {
      ...held(readings.map(({ memoryBytes }) => memoryBytes))!,
      growthPerMinute: growthPerMinute(timeline),
      ...(isSum && { isSum }),
    },
    threads: held(readings.map(({ threads }) => threads)),
    openFiles: held(readings.map(({ openFiles }) => openFiles)),
    timeline,
    cpuWindows,
    failures,
  }
}

/** Null if one is unknown, or if there are none. */
function held(values: readonly (number | null)[]): Held | null {
  const known = values.filter((value) => value !== null)
  if (known.length === 0 || known.length < values.length) return null
  return { first: known[0]!, last: known.at(-1)!, max: Math.max(...known) }
}

/** Several stretches, one after the other. */
function joinHeld(parts: readonly (Held | null)[]): Held | null {
  const [first, last] = [parts[0], parts.at(-1)]
  const most = held(parts.map((part) => part?.max ?? null))
  return first && last && most ? { first: first.first, last: last.last, max: most.max } : null
}

/** Shorter runs show how a service warms up, not how it grows. */
const GROWTH_SECONDS_MIN = 120

const SLOT_SECONDS = 10

/**
 * Returns the growth of memory in bytes per minute: the median of the slopes between the lowest figures of every 10 s
 * in the second half (Theil–Sen). What a garbage collector lets pile up and then frees is no growth. Null in less than
 * two minutes.
 */
export function growthPerMinute(
  timeline: readonly Pick<ProcessSecond, 'second' | 'memory'>[],
): number | null {
  const [from, to] = [timeline[0]?.second ?? 0, (timeline.at(-1)?.second ?? 0) + 1]
  if (to - from < GROWTH_SECONDS_MIN) return null
  const start = from + (to - from) / 2
  const lowest = new Map<number, Pick<ProcessSecond, 'second' | 'memory'>>()
  for (const point of timeline) {
    const slot = Math.floor((point.second - start) / SLOT_SECONDS)
    const isWhole = start + (slot + 1) * SLOT_SECONDS <= to
    if (slot >= 0 && isWhole && point.memory < (lowest.get(slot)?.memory ?? Number.POSITIVE_INFINITY))
      lowest.set(slot, point)
  }
  const points = [...lowest.values()]
  const slopes = points.flatMap((a, index) =>
    points.slice(index + 1).map((b) => (b.memory - a.memory) / (b.second - a.second)),
  )
  return slopes.length === 0 ? null : Math.round(60 * median(slopes))
}

/** What was read of the service's metrics. */
export interface MetricsRecord {
  readonly metrics: MetricsByName
  /** In order. */
  readonly seconds: readonly MetricSecond[]
  readonly failures: readonly TargetFailure[]
}

/** Puts the metrics beside the figures of the processes, second by second. */
export function withMetrics(
  target: TargetFigures,
  { metrics, seconds, failures }: MetricsRecord,
): TargetFigures {
  const points = new Map<number, TargetSecond>(
    target.timeline.map((point) => [point.second, { ...point, metrics: {} }]),
  )
  for (const { second, metrics: values } of seconds)
    points.set(second, { second, cpu: null, memory: null, ...points.get(second), metrics: values })
  return {
    ...target,
    metrics,
    timeline: [...points.values()].sort((a, b) => a.second - b.second),
    failures: [...target.failures, ...failures],
  }
}

/** Leaves out the metrics of the time after the load, when the service only ends what it was asked before. */
export function endMetrics(target: TargetFigures, durationSeconds: number): TargetFigures {
  if (target.metrics === undefined) return target
  const end = Math.max(1, Math.round(durationSeconds))
  const timeline = target.timeline
    .map((point) => (point.second < end ? point : { ...point, metrics: {} }))
    .filter((point) => point.second < end || hasReading(point))
  return { ...target, timeline, ...joinMetricsOf(timeline, [target]) }
}

/** A run that is joined with others. */
interface Part {
  readonly target?: TargetFigures
  readonly durationSeconds: number
  readonly totals: { readonly requests: number }
}

/**
 * Joins the figures of several runs that begin at `starts`: times add up, growth is the median. Returns them as a field;
 * none if no run observes its service.
 */
export function joinTargets(
  parts: readonly Part[],
  starts: readonly number[],
): { readonly target?: TargetFigures } {
  const observed = parts.flatMap(({ target, durationSeconds, totals }, index) =>
    target === undefined
      ? []
      : [{ target, durationSeconds, requests: totals.requests, start: starts[index]! }],
  )
  if (observed.length === 0) return {}
  const timeline = observed.flatMap(({ target, start }) =>
    target.timeline.map((point) => ({ ...point, second: point.second + start })),
  )
  const shared = {
    ...joinMetricsOf(
      timeline,
      observed.map(({ target }) => target),
    ),
    timeline,
    failures: joinTargetFailures(observed.map(({ target }) => target.failures)),
  }
  const measured = observed.flatMap(({ target, ...part }) =>
    target.cpuSeconds === null || target.memory === null
      ? []
      : [{ ...part, ...target, cpuSeconds: target.cpuSeconds, memory: target.memory }],
  )
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
  if (measured.length === 0) return { target: { ...unmeasuredTarget([]), ...shared } }
  const cpuSeconds = sum(measured.map((part) => part.cpuSeconds))
  const whole = measured.filter(({ cpuPerRequest }) => cpuPerRequest !== null)
  const requests = sum(whole.map((part) => part.requests))
  const seconds = sum(measured.map(({ durationSeconds }) => durationSeconds))
  const throttled = measured.flatMap(({ throttledSeconds }) => throttledSeconds ?? [])
  const growths = measured.flatMap(({ memory }) => memory.growthPerMinute ?? [])
  const target = {
    cpuSeconds: round(cpuSeconds, 6),
    cpuPerRequest:
      requests === 0
        ? null
        : round(sum(whole.map((part) => part.cpuPerRequest! * part.requests)) / requests, 6),
    cpuCores: round(sum(measured.map((part) => (part.cpuCores ?? 0) * part.durationSeconds)) / seconds, 4),
    throttledSeconds: throttled.length === 0 ? null : round(sum(throttled), 6),
    memory: {
      ...joinHeld(measured.map(({ memory }) => memory))!,
      growthPerMinute: growths.length === 0 ? null : Math.round(median(growths)),
      ...(measured.some(({ memory }) => memory.isSum) && { isSum: true as const }),
    },
    threads: joinHeld(measured.map(({ threads }) => threads)),
    openFiles: joinHeld(measured.map(({ openFiles }) => openFiles)),
    ...shared,
    cpuWindows: measured.flatMap(({ cpuWindows, start }) =>
      cpuWindows.map((window) => ({ ...window, start: window.start + start })),
    ),
  }
  return { target }
}

function joinMetricsOf(
  timeline: readonly TargetSecond[],
  parts: readonly TargetFigures[],
): Pick<TargetFigures, 'metrics'> {
  const known = parts.map(({ metrics }) => metrics).filter((metrics) => metrics !== undefined)
  if (known.length === 0) return {}
  return {
    metrics: joinMetrics(
      known,
      timeline.flatMap(({ second, metrics }) => (metrics === undefined ? [] : { second, metrics })),
    ),
  }
}

/** Reads the figures from a result file. */
export function readTarget(shape: Shape): TargetFigures {
  const figure = (name: string) => shape.get(name).or(number, null)
  return {
    cpuSeconds: figure('cpuSeconds'),
    cpuPerRequest: figure('cpuPerRequest'),
    cpuCores: figure('cpuCores'),
    throttledSeconds: figure('throttledSeconds'),
    memory: shape.get('memory').or(readMemory, null),
    threads: shape.get('threads').or(readHeld, null),
    openFiles: shape.get('openFiles').or(readHeld, null),
    ...shape.get('metrics').or((metrics) => ({ metrics: readMetrics(metrics) }), {}),
    timeline: shape.get('timeline').or(list(readSecond), []),
    cpuWindows: shape.get('cpuWindows').or(list(readCpuWindow), []),
    failures: shape.get('failures').or(list(readTargetFailure), []),
  }
}

function readHeld(shape: Shape): Held {
  return {
    first: shape.get('first').number(),
    last: shape.get('last').number(),
    max: shape.get('max').number(),
  }
}

function readMemory(shape: Shape): MemoryFigures {
  return {
    ...readHeld(shape),
    growthPerMinute: shape.get('growthPerMinute').or(number, null),
    ...(shape.get('isSum').or(flag, false) && { isSum: true as const }),
  }
}

function readSecond(shape: Shape): TargetSecond {
  return {
    second: shape.get('second').count(),
    cpu: shape.get('cpu').or(number, null),
    memory: shape.get('memory').or(number, null),
    ...shape.get('throttledSeconds').or((waited) => ({ throttledSeconds: number(waited) }), {}),
    ...shape.get('metrics').or((metrics) => ({ metrics: readMetricValues(metrics) }), {}),
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
