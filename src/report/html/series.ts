/**
 * Reduces a run over time to as few points as a chart can show.
 */

import { joinTimingWindows } from '../../stats/observed.js'
import type { LatencySummary, RequestResult, Result, TimelinePoint, Window } from '../../stats/result.js'
import { percentilesOf } from '../../stats/summary.js'
import { poolWindows } from '../../stats/window.js'

/** Some consecutive seconds of a run. Rates are means; percentiles are those of the worst second. */
export interface Point {
  /** Seconds since the start of the measured part. */
  readonly start: number
  readonly duration: number
  readonly rate: number
  /** Failed requests a second. */
  readonly failedRate: number
  readonly droppedRate: number
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  /** Responses from a cache as a share of the successful ones; null if that isn't observed, or without one. */
  readonly cacheHitRate: number | null
  /** Maximum; null if unknown. */
  readonly vus: number | null
}

/** Returns the run so far in at most `limit` points. */
export function runPoints({ timeline }: Pick<Result, 'timeline'>, limit: number): Point[] {
  return chunk(timeline, limit).map((seconds) => {
    const duration = spanOf(seconds, ({ second }) => second)
    return {
      start: seconds[0]!.second,
      duration,
      rate: sum(seconds, ({ requests }) => requests) / duration,
      failedRate: sum(seconds, ({ failed }) => failed) / duration,
      droppedRate: sum(seconds, ({ dropped }) => dropped) / duration,
      ...worstOf(seconds),
      cacheHitRate: hitRateOf(seconds),
      vus: most(seconds.map(({ vus }) => vus)),
    }
  })
}

/** Returns one request's points, at most `limit`. */
export function requestPoints(windows: readonly Window[], limit: number): Point[] {
  return chunk(windows, limit).map((some) => {
    const duration = sum(some, (window) => window.duration)
    return {
      start: some[0]!.start,
      duration,
      rate: sum(some, ({ requests }) => requests) / duration,
      failedRate: sum(some, ({ failed }) => failed) / duration,
      droppedRate: 0,
      ...worstOf(some.map(({ histogram }) => percentilesOf(histogram))),
      cacheHitRate: null,
      vus: null,
    }
  })
}

/** Some consecutive seconds of a server timing: the percentiles of the worst one. */
interface TimingPoint extends Percentiles {
  readonly start: number
  readonly duration: number
}

/** A server timing over time. */
export interface TimingSeries {
  readonly name: string
  readonly points: readonly TimingPoint[]
}

/** Returns the server timings of all requests together, by name, in at most `limit` points each. */
export function timingPoints(requests: readonly RequestResult[], limit: number): TimingSeries[] {
  const sent = requests.filter(({ kind }) => kind !== 'journey')
  const { serverTimingWindows = {} } = joinTimingWindows(sent, (windows) => windows)
  return Object.entries(serverTimingWindows).map(([name, windows]) => {
    const seconds = new Map<number, Window[]>()
    for (const window of windows) {
      const known = seconds.get(window.start)
      if (known === undefined) seconds.set(window.start, [window])
      else known.push(window)
    }
    const inOrder = [...seconds]
      .sort(([a], [b]) => a - b)
      .map(([start, some]) => ({
        start,
        duration: Math.max(...some.map(({ duration }) => duration)),
        ...percentilesOf(poolWindows(some)),
      }))
    const points = chunk(inOrder, limit).map((some) => ({
      start: some[0]!.start,
      duration: sum(some, ({ duration }) => duration),
      ...worstOf(some),
    }))
    return { name, points }
  })
}

function hitRateOf(seconds: readonly TimelinePoint[]): number | null {
  const known = seconds.filter(({ cacheHits }) => cacheHits !== undefined)
  const successful = sum(known, ({ requests, failed }) => requests - failed)
  return successful === 0 ? null : sum(known, ({ cacheHits = 0 }) => cacheHits) / successful
}
type Percentiles = Pick<LatencySummary, 'p50' | 'p95' | 'p99'>

function worstOf(points: readonly Percentiles[]): Percentiles {
  return {
    p50: most(points.map(({ p50 }) => p50)),
    p95: most(points.map(({ p95 }) => p95)),
    p99: most(points.map(({ p99 }) => p99)),
  }
}

/** Splits into equal chunks, at most `limit` of them. */
export function chunk<T>(items: readonly T[], limit: number): T[][] {
  const size = Math.max(1, Math.ceil(items.length / limit))
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

function spanOf<T>(items: readonly T[], start: (item: T) => number): number {
  return start(items.at(-1)!) - start(items[0]!) + 1
}

function sum<T>(items: readonly T[], read: (item: T) => number): number {
  return items.reduce((total, item) => total + read(item), 0)
}

/** Returns the largest value; null without one. */
export function most(values: readonly (number | null)[]): number | null {
  return values.reduce((max, value) => (value === null ? max : Math.max(max ?? value, value)), null)
}
