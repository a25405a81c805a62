/**
 * Reads encoded histograms, of perfctl and of other programs.
 */
import { createRequire } from 'node:module'
import type { Histogram as HdrHistogram } from 'hdr-histogram-js'
import { type Shape, ShapeError } from '../base/shape.js'
import { CountReader, FrozenHistogram } from './frozen-histogram.js'
import { decodeHdr, TRUNCATED } from './hdr-format.js'
import { Histogram } from './histogram.js'
import { SLOTS } from './slots.js'

/**
 * Parses HdrHistogram's V2 encoding in base64, compressed or not; another precision than perfctl's, three digits, only if
 * compressed. Throws an Error with the reason if it is damaged.
 */
export function parseHistogram(base64: string): FrozenHistogram {
  const counts = decodeHdr(base64)
  if (counts === null) return parseOther(base64)
  if (counts.at(-1)! >= 128) throw new Error(TRUNCATED)
  return lastSlot(counts) < SLOTS ? new FrozenHistogram(counts) : parseOther(base64)
}

/** Reads what has other slots, by their values. */
function parseOther(base64: string): FrozenHistogram {
  const { decodeFromCompressedBase64 } = loadLibrary()
  const { recordedValuesIterator: values } = decodeFromCompressedBase64(base64, 64) as HdrHistogram & Recorded
  const histogram = new Histogram()
  for (values.reset(); values.hasNext(); ) {
    const { valueIteratedTo, countAtValueIteratedTo } = values.next()
    histogram.recordCount(valueIteratedTo, countAtValueIteratedTo)
  }
  return histogram.freeze()
}

/** Rarely needed, and half as long to load as Node.js itself. */
function loadLibrary(): typeof import('hdr-histogram-js') {
  return createRequire(import.meta.url)('hdr-histogram-js')
}

/** What the library's types lack. */
interface Recorded {
  readonly recordedValuesIterator: {
    reset(): void
    hasNext(): boolean
    next(): { readonly valueIteratedTo: number; readonly countAtValueIteratedTo: number }
  }
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
