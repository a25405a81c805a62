/**
 * A run over time as charts: latency, rate, failures, users, dropped arrivals and the cache.
 */
import {
  formatCount,
  formatDuration,
  formatLatency,
  formatRate,
  formatShare,
  plural,
} from '../../base/units.js'
import type { Chart } from './chart.js'
import { formatTick } from './distribution.js'
import { roundTicks, timeTicks } from './scale.js'
import { most, type Point, type TimingSeries } from './series.js'

/** The time axis that charts share. */
export type Frame = Pick<Chart, 'xMax' | 'xTicks'>

/** Values of the baseline that are drawn into the charts; null if there is none. */
export interface Levels {
  readonly p95: number | null
  /** Successful requests a second. */
  readonly throughput: number | null
}

const NO_LEVELS: Levels = { p95: null, throughput: null }

/** Returns a time axis of at least `seconds` that holds all points, with about `ticks` labels. */
export function frameOf(points: readonly Span[], seconds: number, ticks: number): Frame {
  const last = points.at(-1)
  const xMax = last === undefined ? seconds : Math.max(seconds, last.start + last.duration)
  const xTicks = timeTicks(xMax, ticks).map((at) => ({ at, label: formatDuration(at * 1000) }))
  return { xMax, xTicks }
}

/** Some consecutive seconds. */
type Span = Pick<Point, 'start' | 'duration'>

/** Returns the charts, the one of latency first. A figure that is unknown or always 0 has none. */
export function listTimeCharts(points: readonly Point[], frame: Frame, levels = NO_LEVELS): Chart[] {
  const makers = [latency, rate, failures, users, dropped, cache]
  return makers.flatMap((make) => make(points, frame, levels) ?? [])
}

/** Returns a chart for each server timing. */
export function listTimingCharts(timings: readonly TimingSeries[], frame: Frame): Chart[] {
  return timings.flatMap(({ name, points }) => {
    const series = (id: 'p50' | 'p95') => points.map((point) => point[id])
    const top = most(series('p95'))
    if (top === null) return []
    return {
      ...placesOf(points, frame),
      title: `Server timing ${name}`,
      description: `p95 at most ${formatLatency(top)}`,
      yTicks: roundTicks(top, 2).map((at) => ({ at, label: formatTick(at) })),
      lines: [
        { label: 'p95', look: 'b', values: series('p95'), isArea: true },
        { label: 'p50', look: 'a', values: series('p50') },
      ],
      readout: (index) =>
        `p50 ${formatLatency(points[index]!.p50)}  ·  p95 ${formatLatency(points[index]!.p95)}`,
    } satisfies Chart
  })
}

/** Returns where the points are on the axis, and what they are called. */
export function placesOf(points: readonly Span[], frame: Frame): Frame & Pick<Chart, 'xs' | 'position'> {
  return {
    ...frame,
    xs: points.map(({ start, duration }) => start + duration / 2),
    position: (index) => formatDuration(points[index]!.start * 1000),
  }
}

function latency(points: readonly Point[], frame: Frame, levels: Levels): Chart | null {
  const series = (id: 'p50' | 'p95' | 'p99') => points.map((point) => point[id])
  const top = most([...series('p50'), ...series('p95'), ...series('p99'), levels.p95])
  if (most(series('p50')) === null || top === null) return null
  return {
    ...placesOf(points, frame),
    isLead: true,
    title: 'Latency over time',
    description: `p95 between ${formatLatency(least(series('p95')))} and ${formatLatency(most(series('p95')))}, p99 at most ${formatLatency(most(series('p99')))}`,
    yTicks: roundTicks(top, 5).map((at) => ({ at, label: formatTick(at) })),
    lines: [
      { label: 'p99', look: 'c', values: series('p99'), isArea: true },
      { label: 'p95', look: 'b', values: series('p95'), isArea: true },
      { label: 'p50', look: 'a', values: series('p50'), isArea: true },
    ],
    ...levelOf('baseline p95', levels.p95),
    readout: (index) => {
      const { p50, p95, p99 } = points[index]!
      return `p50 ${formatLatency(p50)}  ·  p95 ${formatLatency(p95)}  ·  p99 ${formatLatency(p99)}`
    },
  }
}

function levelOf(label: string, at: number | null): Pick<Chart, 'levels'> {
  return at === null ? {} : { levels: [{ label, at }] }
}

function rate(points: readonly Point[], frame: Frame, levels: Levels): Chart | null {
  const values = points.map((point) => point.rate)
  const top = most(values)
  if (top === null || top === 0) return null
  return {
    ...placesOf(points, frame),
    title: 'Requests per second',
    description: `between ${formatRate(least(values) ?? 0)} and ${formatRate(top)}`,
    yTicks: countTicks([...values, levels.throughput]),
    lines: [{ label: 'finished', look: 'b', values, isArea: true }],
    ...levelOf('baseline', levels.throughput),
    readout: (index) => formatRate(values[index]!),
  }
}

function failures(points: readonly Point[], frame: Frame): Chart | null {
  const values = points.map(({ failedRate }) => failedRate)
  return badCounts({ points, frame, values, title: 'Failures per second', label: 'failed' })
}

function dropped(points: readonly Point[], frame: Frame): Chart | null {
  const values = points.map(({ droppedRate }) => droppedRate)
  return badCounts({ points, frame, values, title: 'Arrivals dropped per second', label: 'dropped' })
}

interface BadCounts {
  readonly points: readonly Point[]
  readonly frame: Frame
  readonly values: readonly number[]
  readonly title: string
  readonly label: string
}

function badCounts({ points, frame, values, title, label }: BadCounts): Chart | null {
  const top = most(values) ?? 0
  if (top === 0) return null
  return {
    ...placesOf(points, frame),
    title,
    description: `at most ${formatRate(top)}`,
    yTicks: countTicks(values),
    lines: [{ label, look: 'bad', values, isArea: true }],
    readout: (index) => `${formatRate(values[index]!)} ${label}`,
  }
}

function users(points: readonly Point[], frame: Frame): Chart | null {
  const values = points.map(({ vus }) => vus)
  const top = most(values)
  if (top === null || top === 0) return null
  return {
    ...placesOf(points, frame),
    title: 'Virtual users',
    description: `at most ${formatCount(top)}`,
    yTicks: countTicks(values).filter(({ at }) => Number.isInteger(at)),
    lines: [{ label: 'users', look: 'plain', values, isArea: true }],
    readout: (index) => plural(values[index] ?? 0, 'user'),
  }
}

function cache(points: readonly Point[], frame: Frame): Chart | null {
  const values = points.map(({ cacheHitRate }) => cacheHitRate)
  const [low, high] = [least(values), most(values)]
  if (low === null || high === null) return null
  return {
    ...placesOf(points, frame),
    title: 'Cache hit rate',
    description: `between ${formatShare(low)} and ${formatShare(high)}`,
    yTicks: [0, 0.5, 1].map((at) => ({ at, label: at === 0 ? '0' : formatShare(at) })),
    lines: [{ label: 'cached', look: 'b', values, isArea: true }],
    readout: (index) => (values[index] === null ? '–' : `${formatShare(values[index]!)} cached`),
  }
}

/** Covers at least 0 to 1, so that a chart of zeros has its line at the bottom. */
function countTicks(values: readonly (number | null)[]): Chart['yTicks'] {
  return roundTicks(Math.max(1, most(values) ?? 0), 2).map((at) => ({ at, label: formatShort(at) }))
}

function formatShort(count: number): string {
  return count >= 10_000
    ? `${Number((count / 1000).toPrecision(4))}k`
    : count < 10
      ? `${count}`
      : formatCount(count)
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.min(...known)
}
