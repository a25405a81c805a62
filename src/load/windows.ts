/**
 * The seconds of one request as a result has them.
 */
import { Histogram } from '../stats/histogram.js'
import type { Window } from '../stats/result.js'
import type { Series } from '../stats/tally.js'
import { WINDOW_MS } from './recorder.js'

/** The window of a second, counted from the beginning of the measured part. */
export function makeWindow(index: number, series: Series): Window {
  const { requests, failed, latency } = series
  return { start: index, duration: WINDOW_MS / 1000, requests, failed, histogram: latency.encode() }
}

/** Two neighbours as one window. */
export function joinWindows(a: Window, b: Window): Window {
  const histogram = Histogram.decode(a.histogram)
  histogram.add(Histogram.decode(b.histogram))
  return {
    start: a.start,
    duration: a.duration + b.duration,
    requests: a.requests + b.requests,
    failed: a.failed + b.failed,
    histogram: histogram.encode(),
  }
}

/** The window with what was sent in it and ended after it. */
export function joinTail(window: Window, { requests, failed, latency }: Series): Window {
  const histogram = Histogram.decode(window.histogram)
  histogram.add(latency)
  return {
    ...window,
    requests: window.requests + requests,
    failed: window.failed + failed,
    histogram: histogram.encode(),
  }
}

/** The part of a window before `end`, in seconds; of one that begins later, all. */
export function clipWindow(window: Window, end: number): Window {
  const duration = Math.min(window.duration, end - window.start)
  return duration > 0 && duration < window.duration ? { ...window, duration } : window
}
