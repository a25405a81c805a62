/**
 * The trend of each metric of a history, and when it changed for good.
 *
 * Each series is searched by itself (see `stats/change-points.ts`). As a scenario has dozens of them, the significance
 * level depends on how many series show a change (Benjamini and Hochberg 1995): of the changes that are reported, at most
 * {@link FALSE_SHARE} are chance, and a history without changes reports one with that probability.
 */

import { type ChangePoint, findChangePoints, LEVEL_MIN, testFirstChange } from '../stats/change-points.js'
import { median } from '../stats/math.js'
import { isMoreBetter } from '../stats/metrics.js'
import { differences } from './environment.js'
import { HISTORY_METRICS, type History, type HistoryMetric, type HistoryPoint } from './history.js'
import { changeOf } from './judge.js'

/** One metric of one request over time. */
export interface Trend {
  /** Null for the whole run. */
  readonly request: string | null
  readonly metric: HistoryMetric
  /** One for each point of the history; null if it wasn't measured. */
  readonly values: readonly (number | null)[]
  /** The first and last known values, in ms, per second, in bytes or as a share. */
  readonly first: number
  readonly last: number
  /** From first to last: relative, for `error_rate` the difference; null if `first` is 0. */
  readonly change: number | null
  readonly changes: readonly TrendChange[]
}

/** A point from which on a metric was at another level. */
export interface TrendChange {
  /** The first point of the new level: its index in the history. */
  readonly index: number
  /** The median since the previous change. */
  readonly before: number
  /** The median until the next change. */
  readonly after: number
  /** As in {@link Trend}. */
  readonly change: number | null
  readonly isWorse: boolean
  readonly pValue: number
}

/** The share of the reported changes that may be chance. */
const FALSE_SHARE = 0.02

/** Smaller changes may be real but aren't worth reporting: relative, and the difference of error rates. */
const LEAST_CHANGE = 0.02
const LEAST_POINTS = 0.001

/** Returns all trends of a history in the order of its requests, the whole run's last. */
export function makeTrends({ points }: Pick<History, 'points'>): Trend[] {
  const rows = listRows(points)
  const scaled = rows.map(scale)
  const level = findLevel(scaled.map(({ values }) => values))
  const trends = rows.map((row, i) => {
    const { values, indices } = scaled[i]!
    const known = row.values.filter((value) => value !== null)
    const [first, last] = [known[0]!, known.at(-1)!]
    const found = level === null ? [] : findChangePoints(values, { level, draws: countDraws(rows.length) })
    const changes = describe(found, known, row.metric)
    return {
      ...row,
      first,
      last,
      change: changeOf(row.metric, first, last),
      changes: changes.map((change) => ({ ...change, index: indices[change.index]! })),
    }
  })
  return alignChanges(trends)
}

/**
 * Aligns the changes of a request's metrics. What changes its median changes its p99 too, which is noisier, so that the
 * change is found a point or two off. Changes of one request in one direction that are closer than two changes of one
 * series can be are one change, at the point of the first metric that shows it, which is the most precise one.
 */
function alignChanges(trends: readonly Trend[]): Trend[] {
  const known = new Map<string | null, TrendChange[]>()
  return trends.map((trend) => ({
    ...trend,
    changes: trend.changes.map((change) => {
      const own = known.get(trend.request) ?? []
      const same = own.find(
        ({ isWorse, index }) => isWorse === change.isWorse && Math.abs(index - change.index) < LEVEL_MIN,
      )
      if (same !== undefined) return { ...change, index: same.index }
      known.set(trend.request, [...own, change])
      return change
    }),
  }))
}

/** Returns in words what else differs between the point at `index` and the one before, which may explain a change. */
export function findOtherChanges({ points }: Pick<History, 'points'>, index: number): string[] {
  const [before, after] = [points[index - 1], points[index]]
  if (before === undefined || after === undefined) return []
  const isOther = before.hash !== after.hash && before.hash !== '' && after.hash !== ''
  return [
    ...(isOther ? ['the scenario has other requests or data'] : []),
    ...differences(before.environment, after.environment),
  ]
}

type Row = Pick<Trend, 'request' | 'metric' | 'values'>

function listRows(points: readonly HistoryPoint[]): Row[] {
  const names = new Set(points.flatMap(({ figures }) => figures.map(({ request }) => request)))
  names.delete(null)
  const found = points.map(({ figures }) => new Map(figures.map(({ request, values }) => [request, values])))
  return [...names, null].flatMap((request) =>
    HISTORY_METRICS.map((metric) => ({
      request,
      metric,
      values: found.map((figures) => figures.get(request)?.[metric] ?? null),
    })).filter(({ values }) => values.some((value) => value !== null)),
  )
}

/** A latency of 0 is one below a microsecond. */
const LEAST_VALUE = 0.001

interface Scaled {
  readonly values: readonly number[]
  /** The point of each value. */
  readonly indices: readonly number[]
}

/** The known values on the scale of their comparison: logarithms, as ratios matter; error rates as they are. */
function scale({ metric, values }: Row): Scaled {
  const indices = values.flatMap((value, index) => (value === null ? [] : [index]))
  const known = indices.map((index) => values[index]!)
  if (metric === 'error_rate') return { values: known, indices }
  return { values: known.map((value) => Math.log(Math.max(value, LEAST_VALUE))), indices }
}

/** The largest p-value that counts as a change; null if no series has one. */
function findLevel(series: readonly (readonly number[])[]): number | null {
  // Series that never move, such as error rates of 0, can't give a false alarm.
  const moving = series.filter((values) => values.some((value) => value !== values[0]))
  const draws = countDraws(series.length)
  const pValues = moving
    .map((values) => testFirstChange(values, { level: FALSE_SHARE, draws }))
    .sort((a, b) => a - b)
  const levels = pValues.map((_, i) => (FALSE_SHARE * (i + 1)) / moving.length)
  const last = pValues.findLastIndex((pValue, i) => pValue <= levels[i]!)
  return last === -1 ? null : levels[last]!
}

/** Enough for a change in a single series to be significant. */
function countDraws(series: number): number {
  return Math.max(999, Math.ceil((2 * series) / FALSE_SHARE))
}

/** Turns points into changes between medians, and drops those too small to report, the smallest first. */
function describe(
  points: readonly ChangePoint[],
  values: readonly number[],
  metric: HistoryMetric,
): TrendChange[] {
  const edges = [0, ...points.map(({ index }) => index), values.length]
  const levels = edges.slice(1).map((edge, i) => median(values.slice(edges[i], edge)))
  const changes = points.map(({ index, pValue }, i) => {
    const [before, after] = [levels[i]!, levels[i + 1]!]
    const isLower = after < before
    return {
      index,
      before,
      after,
      change: changeOf(metric, before, after),
      isWorse: isLower === isMoreBetter(metric),
      pValue,
    }
  })
  const sizes = changes.map((change) => sizeOf(change, metric))
  const smallest = sizes.indexOf(Math.min(...sizes))
  if (smallest === -1 || sizes[smallest]! >= 1) return changes
  return describe(
    points.filter((_, i) => i !== smallest),
    values,
    metric,
  )
}

/** The size of a change, in units of the smallest that is reported. */
function sizeOf({ change }: Pick<TrendChange, 'change'>, metric: HistoryMetric): number {
  const least = metric === 'error_rate' ? LEAST_POINTS : LEAST_CHANGE
  return change === null ? Number.POSITIVE_INFINITY : Math.abs(change) / least
}
