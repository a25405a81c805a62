/**
 * Estimates one metric of one run: its typical value and the standard error of that.
 *
 * Everything is a logarithm, so that slower and faster are measured alike. The typical value is the median over windows
 * of each window's quantile: a burst of some seconds hardly moves it, a slower service moves it in full.
 */
import { Random } from '../base/rng.js'
import { median } from '../stats/math.js'
import type { CpuWindow } from '../stats/target-windows.js'
import type { LatencyMetric, Shortage } from './judged-metric.js'
import { type Joined, makeJoined, pool, QUANTILES, readQuantile, samplesEach } from './quantile.js'
import { type Series, succeeded } from './series.js'

/** A latency of one run: logarithms of ms. */
export interface Estimate {
  readonly value: number
  /** The standard error of `value` that the run itself shows, without the differences between machines and days. */
  readonly error: number
  readonly scatter: Scatter
}

/** How much neighboring windows differ, in total and by sampling alone: standard deviations of a logarithm. */
export interface Scatter {
  readonly seen: number
  readonly sampling: number
}

/**
 * Returns the volatility of the machine: how much neighboring windows differ beyond sampling (standard deviation of a
 * logarithm), from the scatter of several requests. Those that scatter least say most. 0 without any.
 */
export function volatilityOf(scatters: readonly Scatter[]): number {
  const weights = scatters.map(({ seen, sampling }) => 1 / Math.max(seen, sampling, SCATTER_MIN) ** 4)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const excess = scatters.reduce(
    (sum, { seen, sampling }, index) => sum + weights[index]! * (seen ** 2 - sampling ** 2),
    0,
  )
  return total === 0 ? 0 : Math.sqrt(Math.max(0, excess / total))
}

/** Equal windows would outweigh all others. */
const SCATTER_MIN = 1e-3

/** Fewer windows say nothing about how much they vary. */
export const WINDOWS_MIN = 5
/** The same for windows that are joined from as many seconds as they need. */
export const JOINED_MIN = 8

/** Estimates a latency of one request from at least 8 windows of 10 samples beyond the percentile, joined if necessary. */
export function estimateLatency(series: Series, metric: LatencyMetric): Estimate | Shortage {
  if (series.length < WINDOWS_MIN) return { needs: WINDOWS_MIN, had: series.length, of: 'windows' }
  const quantile = QUANTILES[metric]
  const each = samplesEach(metric)
  const windows = joinWindows(series, each)
  if (windows.length < JOINED_MIN) {
    const had = series.reduce((sum, { requests, failed }) => sum + requests - failed, 0)
    if (had >= each * JOINED_MIN) return { needs: JOINED_MIN, had: windows.length, of: 'windows' }
    return { needs: each * JOINED_MIN, had, of: 'successful requests' }
  }
  const values = windows.map((window) => Math.log(readQuantile(window, quantile) / 1000))
  return summarize(values, samplingError(windows, quantile), series.length / windows.length)
}

/** Estimates the successful requests per second of the whole run. */
export function estimateThroughput(series: Series): Omit<Estimate, 'scatter'> | Shortage {
  const busy = series.filter(({ requests }) => requests > 0)
  const good = busy.filter(({ requests, failed }) => requests > failed).length
  if (good < WINDOWS_MIN) return { needs: WINDOWS_MIN, had: good, of: 'windows' }
  const values = busy.map((slice) => Math.log(succeeded(slice) / slice.seconds))
  // Not resampled: a ramp changes the throughput from window to window in every run alike, and would pass for noise.
  const error = (MEDIAN_ERROR * LIKENESS * localDeviation(values)) / Math.sqrt(values.length)
  return { value: median(values), error }
}

/** Windows of CPU time are joined until they have as many requests. */
export const CPU_REQUESTS_MIN = 10
/** They are this long, in seconds, but shorter in a short run, so that it has as many. */
const CPU_WINDOW = { seconds: 5, many: 12 } as const

/** Estimates the CPU time in ms per completed request of the whole run, from windows of up to 5 s. */
export function estimateCpu(given: readonly CpuWindow[]): Omit<Estimate, 'scatter'> | Shortage {
  const total = given.reduce((sum, { duration }) => sum + duration, 0)
  const seconds = Math.min(CPU_WINDOW.seconds, Math.max(1, Math.floor(total / CPU_WINDOW.many)))
  const windows = joinCpuWindows(given, seconds)
  if (windows.length < WINDOWS_MIN) return { needs: WINDOWS_MIN, had: windows.length, of: 'windows' }
  const values = windows.map(({ cpuMs, requests }) => Math.log(cpuMs / requests))
  // Not resampled, for the same reason as the throughput.
  const error = (MEDIAN_ERROR * LIKENESS * localDeviation(values)) / Math.sqrt(values.length)
  return { value: median(values), error }
}

/** Leaves out what is left at the end, and windows in which the clock of CPU time didn't move: they have no logarithm. */
function joinCpuWindows(given: readonly CpuWindow[], seconds: number): CpuWindow[] {
  const joined: CpuWindow[] = []
  let open: CpuWindow | null = null
  for (const window of given) {
    open =
      open === null
        ? window
        : {
            start: open.start,
            duration: open.duration + window.duration,
            requests: open.requests + window.requests,
            cpuMs: open.cpuMs + window.cpuMs,
          }
    if (open.duration < seconds || open.requests < CPU_REQUESTS_MIN || open.cpuMs === 0) continue
    joined.push(open)
    open = null
  }
  return joined
}

/** The standard error of a median of normal values, relative to that of their mean. */
const MEDIAN_ERROR = 1.2533
/** Neighboring windows resemble each other, so they say less than as many independent ones. */
const LIKENESS = 1.25

/** Whether too little was measured for an estimate. */
export function isShortage<T extends object>(estimate: T | Shortage): estimate is Shortage {
  return 'needs' in estimate
}

/** The samples that another request needs in a window. */
const BESIDE_SAMPLES = 10

/** A request, as far as its median is set against those of others. */
interface NamedSeries {
  readonly name: string
  readonly series: Series
}

/**
 * Returns a function that gives the standard error (logarithm) of a request's median relative to those of the `others`,
 * window by window: what the machine does to all of them at once is no error. Null if the others have too few samples.
 */
export function errorBeside(others: readonly NamedSeries[]): (own: NamedSeries) => number | null {
  /** Of each other in a window, by its first and last slice: thousands of requests have the same windows. */
  const known = new Map<number, readonly (number | null)[]>()
  const mediansIn = (from: number, to: number): readonly (number | null)[] => {
    const key = from * (others[0]!.series.length + 1) + to
    const found = known.get(key) ?? others.map(({ series }) => medianBeside(series.slice(from, to)))
    known.set(key, found)
    return found
  }
  return ({ name, series }) => {
    const values: number[] = []
    let from = 0
    let samples = 0
    series.forEach(({ requests, failed }, index) => {
      samples += requests - failed
      if (samples < samplesEach('p50')) return
      const to = index + 1
      const theirs = mediansIn(from, to).filter(
        (value, at): value is number => value !== null && others[at]!.name !== name,
      )
      if (theirs.length > 0) {
        const mine = readQuantile(makeJoined(series.slice(from, to)), QUANTILES.p50)
        values.push(Math.log(mine) - median(theirs))
      }
      from = to
      samples = 0
    })
    if (values.length < JOINED_MIN) return null
    if (values.length >= WINDOWS_MANY) return resampledError(values, series.length / values.length)
    return (MEDIAN_ERROR * LIKENESS * localDeviation(values)) / Math.sqrt(values.length)
  }
}

function medianBeside(parts: Series): number | null {
  const window = makeJoined(parts)
  return window.samples < BESIDE_SAMPLES ? null : Math.log(readQuantile(window, QUANTILES.p50))
}

function summarize(values: readonly number[], sampling: number, slicesEach: number): Estimate {
  const local = localDeviation(values)
  return {
    value: median(values),
    error:
      values.length < WINDOWS_MANY
        ? fewError(values.length, local, sampling)
        : resampledError(values, slicesEach),
    scatter: { seen: local, sampling },
  }
}

/** The number of windows from which on they are resampled. */
const WINDOWS_MANY = 20

/**
 * The standard error of the median of windows that are too few to resample: from their deviation, halfway between what is
 * seen and what sampling explains.
 */
function fewError(windows: number, local: number, sampling: number): number {
  const deviation = Math.sqrt((Math.max(local, sampling) ** 2 + sampling ** 2) / 2)
  return (MEDIAN_ERROR * LIKENESS * deviation) / Math.sqrt(windows)
}

/** How much a value differs from its neighbors: a standard deviation that ramps and drifts hardly affect. */
function localDeviation(values: readonly number[]): number {
  const steps = values.slice(1).map((value, index) => Math.abs(value - values[index]!))
  // 1.4826 turns the median of normal deviations into a standard deviation; a step is the difference of two values.
  return (1.4826 * median(steps)) / Math.SQRT2
}

const DRAWS = 200
const SEED = 1
/** How many slices resemble each other: a burst, a garbage collection, a busy neighbor. */
const BLOCK_SLICES = 5

/**
 * The standard error of the median by the moving-block bootstrap (Künsch 1989), with blocks that wrap around the end.
 * Neighbors in time resemble each other, so whole blocks of them are drawn. A steady ramp of the load adds the same
 * spread to each run, so the linear trend of the windows is removed first.
 */
function resampledError(given: readonly number[], slicesEach: number): number {
  const values = withoutTrend(given)
  const n = values.length
  const length = Math.max(1, Math.min(Math.round(BLOCK_SLICES / slicesEach), Math.floor(n / 4)))
  const random = new Random(SEED)
  const rising = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Uint32Array(n)
  for (const [rank, index] of rising.entries()) ranks[index] = rank
  // How often each rank is drawn: counting is much faster than sorting what was drawn.
  const drawn = new Uint32Array(n)
  let sum = 0
  let squares = 0
  for (let draw = 0; draw < DRAWS; draw++) {
    drawn.fill(0)
    for (let at = 0; at < n; at += length) {
      const start = Math.floor(random.float() * n)
      for (let i = 0; i < length && at + i < n; i++) drawn[ranks[(start + i) % n]!]! += 1
    }
    let rank = 0
    let seen = drawn[0]!
    while (seen <= (n - 1) >> 1) seen += drawn[++rank]!
    const below = values[rising[rank]!]!
    while (seen <= n >> 1) seen += drawn[++rank]!
    const middle = (below + values[rising[rank]!]!) / 2
    sum += middle
    squares += middle * middle
  }
  return Math.sqrt(Math.max(0, squares / DRAWS - (sum / DRAWS) ** 2))
}

/** Subtracts the line through the medians of the first and last thirds. */
function withoutTrend(values: readonly number[]): readonly number[] {
  const third = Math.max(1, Math.floor(values.length / 3))
  const slope = (median(values.slice(-third)) - median(values.slice(0, third))) / (values.length - third)
  return values.map((value, index) => value - slope * index)
}

function joinWindows(series: Series, each: number): Joined[] {
  const joined: Joined[] = []
  let parts: Series = []
  let samples = 0
  for (const slice of series) {
    parts = [...parts, slice]
    samples += slice.requests - slice.failed
    if (samples < each) continue
    joined.push({ parts, samples })
    parts = []
    samples = 0
  }
  const last = joined.pop()
  if (last === undefined) return []
  return [...joined, { parts: [...last.parts, ...parts], samples: last.samples + samples }]
}

/**
 * The standard deviation (logarithm) of one window's quantile due to sampling alone: the quantiles one standard error of
 * rank to either side are one such deviation away.
 */
function samplingError(windows: readonly Joined[], quantile: number): number {
  const samples = windows.reduce((sum, window) => sum + window.samples, 0) / windows.length
  const step = Math.sqrt((quantile * (1 - quantile)) / samples)
  const all = pool(windows.flatMap(({ parts }) => parts.flatMap((part) => part.latencies)))
  const low = Math.max(1, all.valueAtPercentile((quantile - step) * 100))
  const high = Math.max(1, all.valueAtPercentile(Math.min(1, quantile + step) * 100))
  return Math.log(high / low) / 2
}
