/**
 * Windows of results and baselines, the basis of verdicts.
 */
import { count, type Shape } from '../base/shape.js'
import { Histogram } from './histogram.js'
import { readHistogram } from './read-histogram.js'
import type { Window } from './result.js'

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

/** Merges the latencies of all windows. */
export function poolWindows(windows: readonly Window[]): Histogram {
  const pooled = new Histogram()
  for (const { histogram } of windows) pooled.add(histogram)
  return pooled
}
