/**
 * Windows of results and baselines, the basis of verdicts.
 */
import { count, type Shape, ShapeError } from '../base/shape.js'
import { Histogram } from './histogram.js'
import type { Window } from './result.js'
import { readSparseCounts } from './sparse.js'

/**
 * Reads a window from its fields, which are named in results and positional in baselines. Throws a ShapeError if its
 * histogram is damaged or its count differs from the number of successful requests.
 */
export function readWindow(fields: Readonly<Record<keyof Window, Shape>>): Window {
  const window = {
    start: fields.start.number(),
    duration: fields.duration.number(),
    requests: fields.requests.count(),
    failed: fields.failed.or(count, 0),
    histogram: fields.histogram.text(),
  }
  if (window.start < 0) fields.start.fail('0 or more')
  if (window.duration <= 0) fields.duration.fail('above 0')
  checkHistogram(fields.histogram, window.requests - window.failed)
  return window
}

/** Merges the latencies of all windows. */
export function poolWindows(windows: readonly Window[]): Histogram {
  const pooled = new Histogram()
  for (const window of windows) {
    if (window.histogram === '') continue
    const { values, counts } = readSparseCounts(window.histogram)
    for (let i = 0; i < values.length; i++) pooled.recordCount(values[i]!, counts[i]!)
  }
  return pooled
}

/** Throws a ShapeError unless the encoded histogram is readable and has `wanted` latencies. */
export function checkHistogram(shape: Shape, wanted: number): void {
  const encoded = shape.text()
  let total = 0
  try {
    total = encoded === '' ? 0 : readSparseCounts(encoded).total
  } catch (error) {
    throw new ShapeError(`${shape.path} is damaged: ${(error as Error).message}`)
  }
  if (total !== wanted) {
    throw new ShapeError(
      `${shape.path} holds ${total} latencies, but its window counts ${wanted} successful requests`,
    )
  }
}
