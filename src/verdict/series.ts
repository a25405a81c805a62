/**
 * A measurement as a row of windows of equal length, the form in which judges look at it.
 */
import type { Window } from '../stats/result.js'
import { readSparseCounts, type SparseCounts } from '../stats/sparse.js'
import type { Measurement } from './measurement.js'

/** Neighbours in time, without gaps: a second in which nothing was answered is a slice of zero requests. */
export type Series = readonly Slice[]

/** One window of a series, of one request or of all. */
export interface Slice {
  readonly seconds: number
  readonly requests: number
  readonly failed: number
  /** Of the successful requests, in one part for each window that fell into the slice. */
  readonly latencies: readonly SparseCounts[]
}

/**
 * One request's series. All requests of a measurement have the same slices, so that a request which stopped being
 * answered halfway has empty ones at its end.
 */
export function requestSeries(measurement: Measurement, name: string): Series {
  const grid = makeGrid(measurement)
  const windows = measurement.requests.find((request) => request.name === name)?.windows ?? []
  return fillGrid(windows, grid, decodeLatencies)
}

/** The series of the whole run, of finished requests only: without latencies, and nothing after its last second. */
export function runSeries(measurement: Measurement): Series {
  const grid = makeGrid(measurement)
  const sent = measurement.requests.filter((request) => request.kind !== 'journey')
  const windows = sent.flatMap((request) => request.windows)
  return fillGrid(windows, grid, () => []).flatMap((slice, index) => {
    const seconds = Math.min(grid.seconds, measurement.durationSeconds - index * grid.seconds)
    // A sliver of a slice at the end would weigh as much in a draw as a whole one, and its rate means nothing.
    return seconds < grid.seconds / 2 ? [] : [{ ...slice, seconds }]
  })
}

/** One request's windows as they are, gaps left out: the slices of one side of a session. */
export function requestSlices({ requests }: Measurement, name: string): Series {
  const windows = requests.find((request) => request.name === name)?.windows ?? []
  return [...windows]
    .sort((a, b) => a.start - b.start)
    .map((window) => ({
      seconds: window.duration,
      requests: window.requests,
      failed: window.failed,
      latencies: decodeLatencies(window),
    }))
}

/** The same of all requests together, without latencies. */
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

/** The successful requests; of a slice in which all failed half a one, so that its logarithm is very low, and a number. */
export function succeeded({ requests, failed }: Pick<Slice, 'requests' | 'failed'>): number {
  return Math.max(requests - failed, 0.5)
}

/** Longer series are made coarser: finer ones cost time and memory and tell a judge nothing more. */
const SLICES_MAX = 300

interface Grid {
  readonly seconds: number
  readonly length: number
}

function makeGrid(measurement: Measurement): Grid {
  let width = 0
  let end = 0
  for (const { windows } of measurement.requests) {
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
  decode: (window: Window) => readonly SparseCounts[],
): Series {
  const slices = Array.from({ length: grid.length }, () => ({
    seconds: grid.seconds,
    requests: 0,
    failed: 0,
    latencies: [] as SparseCounts[],
  }))
  for (const window of windows) {
    const middle = window.start + window.duration / 2
    const slice = slices[Math.min(grid.length - 1, Math.floor(middle / grid.seconds))]!
    slice.requests += window.requests
    slice.failed += window.failed
    slice.latencies.push(...decode(window))
  }
  return slices
}

function decodeLatencies(window: Window): readonly SparseCounts[] {
  return window.histogram === '' ? [] : [readSparseCounts(window.histogram)]
}
