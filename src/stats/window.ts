/**
 * Windows of results and baselines, the basis of verdicts.
 */
import { count, type Shape } from '../base/shape.js'
import { Histogram } from './histogram.js'
import { readHistogram } from './read-histogram.js'
import type { Totals, Window } from './result.js'
import { summarize } from './summary.js'
import { countsOf } from './totals.js'

/**
 * Reads a window from its fields, which are named in results and positional in baselines. Throws a ShapeError if its
 * histogram is damaged or its count differs from the number of successful requests.
 */
export function readWindow(fields: Readonly<Record<keyof Window, Shape>>): Window {
  const start = fields.start.number()
  const duration = fields.duration.number()
  const requests = fields.requests.count()
  const failed = fields.failed.or(count, 0)
  if (start < 0) fields.start.fail('0 or more')
  if (duration <= 0) fields.duration.fail('above 0')
  return { start, duration, requests, failed, histogram: readHistogram(fields.histogram, requests - failed) }
}

/** Returns the totals that windows alone tell, over `seconds`. */
export function totalsOfWindows(
  windows: readonly Window[],
  seconds: number,
): ReturnType<typeof countsOf> & Pick<Totals, 'latency'> {
  return { ...countsOf(countWindows(windows), seconds), latency: summarize(poolWindows(windows)) }
}

/** Sums the counts of all windows. */
export function countWindows(windows: readonly Window[]): Pick<Window, 'requests' | 'failed'> {
  const sum = { requests: 0, failed: 0 }
  for (const { requests, failed } of windows) {
    sum.requests += requests
    sum.failed += failed
  }
  return sum
}

/** Merges the latencies of all windows. */
export function poolWindows(windows: readonly Window[]): Histogram {
  const pooled = new Histogram()
  for (const { histogram } of windows) pooled.add(histogram)
  return pooled
}
