/**
 * Reads encoded histograms, of perfctl and of other programs.
 */
import { type Shape, ShapeError } from '../base/shape.js'
import { CountReader, FrozenHistogram } from './frozen-histogram.js'
import { decodeHdr, TRUNCATED } from './hdr-format.js'
import { Histogram } from './histogram.js'
import { SLOTS } from './slots.js'

/**
 * Parses HdrHistogram's V2 encoding in base64, compressed or not, of any precision; the histogram has perfctl's, three
 * digits. Throws an Error with the reason if it is damaged.
 */
export function parseHistogram(base64: string): FrozenHistogram {
  const { counts, isOurs, highestAt } = decodeHdr(base64)
  if (counts.at(-1)! >= 128) throw new Error(TRUNCATED)
  if (isOurs && lastSlot(counts) < SLOTS) return new FrozenHistogram(counts)
  const histogram = new Histogram()
  for (const reader = new CountReader(counts); reader.next(); )
    histogram.recordCount(highestAt(reader.slot), reader.count)
  return histogram.freeze()
}

/**
 * Reads a histogram that must have `wanted` latencies; '' has none. Throws a ShapeError if it has others, or is damaged.
 */
export function readHistogram(shape: Shape, wanted: number): FrozenHistogram {
  const histogram = parseText(shape)
  if (histogram.count === wanted) return histogram
  throw new ShapeError(
    `${shape.path} holds ${histogram.count} latencies, but its window counts ${wanted} successful requests`,
  )
}

function parseText(shape: Shape): FrozenHistogram {
  const encoded = shape.text()
  if (encoded === '') return FrozenHistogram.EMPTY
  try {
    return parseHistogram(encoded)
  } catch (error) {
    throw new ShapeError(`${shape.path} is damaged: ${(error as Error).message}`)
  }
}

function lastSlot(counts: Uint8Array): number {
  const reader = new CountReader(counts)
  while (reader.next());
  return reader.slot
}
