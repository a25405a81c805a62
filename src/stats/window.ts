/**
 * The windows of a result or baseline: what verdicts are made from.
 */
import { count, type Shape, ShapeError } from '../base/shape.js'
import { Histogram } from './histogram.js'
import type { Window } from './result.js'
import { readSparseCounts } from './sparse.js'

/**
 * One window from its fields, wherever they stand: by name in results, in a row in baselines. A ShapeError when its
 * histogram can't be read or holds another number of latencies than the window counts successful requests.
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

/** All windows' latencies together; empty for none. */
export function poolWindows(windows: readonly Window[]): Histogram {
  const pooled = new Histogram()
  for (const window of windows) {
    if (window.histogram === '') continue
    const { values, counts } = readSparseCounts(window.histogram)
    for (let i = 0; i < values.length; i++) pooled.recordCount(values[i]!, counts[i]!)
  }
  return pooled
}

/** Throws a ShapeError unless the encoded histogram can be read and holds `wanted` latencies. */
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
