/**
 * A server timing that carries the growth of latency: under more load, or in the course of a run.
 */
import { findingOf } from '../../stats/findings.js'
import { mean, median } from '../../stats/math.js'
import type { RequestResult } from '../../stats/result.js'
import { mostSpecific } from '../made-of.js'
import { sumUp } from '../parts.js'
import { requestSeries, type Series } from '../series.js'
import { plainRequests, type Rule, type RunView } from './run-view.js'

/** Each part of the run needs so many slices with responses. */
const SLICES_MIN = 3
/** The load varies if it is at least this many times as much in the part with the most users as in that with the fewest. */
const LOAD_FACTOR = 2
/** The timing has to grow by this factor, by so many ms, by so many standard errors, and carry this share of the growth. */
const FACTOR = 1.5
const GROWTH_MS = 3
const ERRORS_MIN = 4
const CARRIES = 0.5
/** In between, it has to be in between. */
const BETWEEN = 0.15

/** A slice of a request: its mean latency, and the mean of a server timing per response. */
interface Point {
  /** Users in the closed model, requests a second in the open one, where more users are in use because requests are slow. */
  readonly load: number
  /** How many users were in use. */
  readonly vus: number
  readonly latency: number
  readonly timing: number
}

/** Finds, for each request, the server timing that grows most. */
export const findDependencies: Rule = (view) => {
  const found = plainRequests(view.run).flatMap((request) => findOf(request, view))
  // All requests that use a slow dependency are slow; the one that lost most time shows it best.
  const worst = found.sort((a, b) => b.lost - a.lost)[0]
  return worst === undefined ? [] : [worst.finding]
}

function findOf(request: RequestResult, { run, seconds, isDisturbed }: RunView) {
  const names = Object.keys(request.serverTimingWindows ?? {})
  if (names.length === 0) return []
  const latencies = requestSeries(run, request.name)
  const width = latencies[0]?.seconds ?? 1
  const isOpen = run.scenario.model === 'open'
  const loads = latencies.map((_, index): Load | null => {
    const own = seconds.filter(({ second }) => Math.floor(second / width) === index)
    const vus = median(own.map((second) => second.vus))
    return own.length === 0 ? null : { vus, load: isOpen ? mean(own.map(({ requests }) => requests)) : vus }
  })
  const growths = names.flatMap((name) => {
    const points = listPoints(latencies, requestSeries(run, request.name, name), loads)
    return growthOf(name, points, isDisturbed ? 2 * FACTOR : FACTOR) ?? []
  })
  const growth = mostSpecific(growths)
  if (growth === null) return []
  const { name, before, after, from, to, isByLoad } = growth
  const figures = { before, after, latencyBefore: from.latency, latencyAfter: to.latency }
  const options = { request: request.name, name }
  const finding = isByLoad
    ? findingOf('dependency_under_load', { ...figures, vusBefore: from.vus, vusAfter: to.vus }, options)
    : findingOf('dependency_over_time', figures, options)
  return [{ finding, lost: (after - before) * request.requests }]
}

type Load = Pick<Point, 'load' | 'vus'>

function listPoints(latencies: Series, timings: Series, loads: readonly (Load | null)[]): Point[] {
  return latencies.flatMap((slice, index) => {
    const [load, whole] = [loads[index] ?? null, sumUp(slice)]
    if (load === null || whole.count === 0) return []
    const timing = timings[index] === undefined ? 0 : sumUp(timings[index]).sum
    return { ...load, latency: whole.sum / whole.count, timing: timing / whole.count }
  })
}

/** Compares the slices with little load to those with much; with about as much load all the time, the first to the last. */
function growthOf(name: string, points: readonly Point[], factor: number) {
  const third = Math.floor(points.length / 3)
  if (third < SLICES_MIN) return null
  const byLoad = [...points].sort((a, b) => a.load - b.load)
  const isByLoad = byLoad.at(-third)!.load >= LOAD_FACTOR * Math.max(1, byLoad[third - 1]!.load)
  const ordered = isByLoad ? byLoad : points
  const low = ordered.slice(0, third)
  const high = ordered.slice(-third)
  const [from, middle, to] = [low, ordered.slice(third, -third), high].map(averageOf) as [Point, Point, Point]
  const growth = to.timing - from.timing
  const error = Math.hypot(errorOf(low), errorOf(high))
  const isLarge = to.timing >= factor * from.timing && growth >= Math.max(GROWTH_MS, ERRORS_MIN * error)
  const carries = growth >= CARRIES * (to.latency - from.latency)
  const isBetween =
    middle.timing >= from.timing + BETWEEN * growth && middle.timing <= to.timing + BETWEEN * growth
  return isLarge && carries && isBetween
    ? { name, before: from.timing, after: to.timing, from, to, isByLoad }
    : null
}

function averageOf(points: readonly Point[]): Point {
  return {
    load: median(points.map(({ load }) => load)),
    vus: median(points.map(({ vus }) => vus)),
    latency: mean(points.map(({ latency }) => latency)),
    timing: mean(points.map(({ timing }) => timing)),
  }
}

function errorOf(points: readonly Point[]): number {
  const middle = mean(points.map(({ timing }) => timing))
  const squares = points.reduce((sum, { timing }) => sum + (timing - middle) ** 2, 0)
  return Math.sqrt(squares / (points.length - 1) / points.length)
}
