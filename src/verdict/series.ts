/**
 * A measurement as a series of slices, the form in which it is judged.
 */
import type { FrozenHistogram } from '../stats/frozen-histogram.js'
import { timingWindowsOf } from '../stats/observed.js'
import type { Window } from '../stats/result.js'
import type { Measurement } from './measurement.js'

/** Slices in the order of time. A second in which nothing was answered is a slice with zero requests. */
export type Series = readonly Slice[]

/** One window of a series, of one request or of all. */
export interface Slice {
  /** Its length. */
  readonly seconds: number
  readonly requests: number
  readonly failed: number
  /** Those of the successful requests, one part for each window in the slice. */
  readonly latencies: readonly FrozenHistogram[]
}

/**
 * Returns one request's series of equal slices without gaps. All requests of a measurement have the same slices, so a
 * request that stopped being answered halfway has empty ones at its end. `timing`: the name of a server timing of it.
 */
export function requestSeries(measurement: Measurement, name: string, timing?: string): Series {
  const { grid } = overviewOf(measurement.requests)
  const windows = windowsOf(measurement, name, timing)
  return fillGrid(windows, grid, latenciesOf)
}

/** Returns the series of all requests together, journeys left out, without latencies and without a fragment at the end. */
export function runSeries(measurement: Measurement): Series {
  const { grid } = overviewOf(measurement.requests)
  const sent = measurement.requests.filter((request) => request.kind !== 'journey')
  const windows = sent.flatMap((request) => request.windows)
  return fillGrid(windows, grid, () => []).flatMap((slice, index) => {
    const seconds = Math.min(grid.seconds, measurement.durationSeconds - index * grid.seconds)
    // A fragment of a slice would weigh as much as a whole one, and its rate means nothing.
    return seconds < grid.seconds / 2 ? [] : [{ ...slice, seconds }]
  })
}

/** Returns one request's windows as slices, without the other side's turns: one side of a session. */
export function requestSlices(measurement: Measurement, name: string, timing?: string): Series {
  const windows = windowsOf(measurement, name, timing)
  return [...windows]
    .sort((a, b) => a.start - b.start)
    .map((window) => ({
      seconds: window.duration,
      requests: window.requests,
      failed: window.failed,
      latencies: latenciesOf(window),
    }))
}

function windowsOf({ requests }: Measurement, name: string, timing?: string): readonly Window[] {
  const request = overviewOf(requests).named.get(name)
  if (timing === undefined) return request?.windows ?? []
  return (request && timingWindowsOf(request, timing)) ?? []
}

/** Returns the same for all requests together, journeys left out, without latencies. */
export function wholeSlices({ requests }: Measurement): Series {
  const slices = new Map<number, Slice>()
  for (const { windows } of requests.filter(({ kind }) => kind !== 'journey')) {
    for (const { start, duration, requests: sent, failed } of windows) {
      const slice = slices.get(start) ?? { seconds: duration, requests: 0, failed: 0, latencies: [] }
      slices.set(start, { ...slice, requests: slice.requests + sent, failed: slice.failed + failed })
    }
  }
  return [...slices].sort(([a], [b]) => a - b).map(([, slice]) => slice)
}

/** Returns the successful requests, at least half a one, so that the logarithm is finite if all failed. */
export function succeeded({ requests, failed }: Pick<Slice, 'requests' | 'failed'>): number {
  return Math.max(requests - failed, 0.5)
}

/** Longer series get longer slices: more of them would cost time and memory without saying more. */
const SLICES_MAX = 300

interface Grid {
  readonly seconds: number
  readonly length: number
}

type Requests = Measurement['requests']

/** What each series of a measurement needs of all its requests. */
interface Overview {
  readonly grid: Grid
  readonly named: ReadonlyMap<string, Requests[number]>
}

/** Made once for a measurement: of thousands of requests, each has a series. */
const overviews = new WeakMap<Requests, Overview>()

function overviewOf(requests: Requests): Overview {
  const known = overviews.get(requests)
  if (known !== undefined) return known
  const made = { grid: makeGrid(requests), named: new Map(requests.map((each) => [each.name, each])) }
  overviews.set(requests, made)
  return made
}

function makeGrid(requests: Requests): Grid {
  let width = 0
  let end = 0
  for (const { windows } of requests) {
    for (const { start, duration } of windows) {
      width = Math.max(width, duration)
      end = Math.max(end, start + duration)
    }
  }
  if (width === 0) return { seconds: 1, length: 0 }
  const windows = Math.max(1, Math.round(end / width))
  const merged = Math.ceil(windows / SLICES_MAX)
  return { seconds: width * merged, length: Math.ceil(windows / merged) }
}

function fillGrid(
  windows: readonly Window[],
  grid: Grid,
  read: (window: Window) => readonly FrozenHistogram[],
): Series {
  const slices = Array.from({ length: grid.length }, () => ({
    seconds: grid.seconds,
    requests: 0,
    failed: 0,
    latencies: [] as FrozenHistogram[],
  }))
  for (const window of windows) {
    const middle = window.start + window.duration / 2
    const slice = slices[Math.min(grid.length - 1, Math.floor(middle / grid.seconds))]!
    slice.requests += window.requests
    slice.failed += window.failed
    slice.latencies.push(...read(window))
  }
  return slices
}

function latenciesOf({ histogram }: Window): readonly FrozenHistogram[] {
  return histogram.count === 0 ? [] : [histogram]
}
