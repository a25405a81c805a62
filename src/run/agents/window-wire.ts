/**
 * A worker's window as JSON: its numbers in base64, so that every latency arrives exactly.
 */
import { count, flag, list, number, type Shape, ShapeError, text } from '../../base/shape.js'
import type { WindowData } from '../../load/measure/window-recorder.js'
import { CountReader } from '../../stats/frozen-histogram.js'
import { readError } from '../../stats/read.js'
import {
  COUNT_WORDS,
  REQUEST_BITS,
  SAMPLE_WORDS,
  type SheetData,
  TIMING_WORDS,
  TIMINGS_MAX,
} from '../../stats/sheet.js'
import { SLOTS } from '../../stats/slots.js'

/** The histograms of a window. */
const HISTOGRAMS = ['schedulingLag', 'dns', 'tcp', 'tls'] as const

/** The window as plain JSON. */
export function windowToJson({ sheet, ...window }: WindowData): object {
  const histograms = Object.fromEntries(HISTOGRAMS.map((key) => [key, toBase64(window[key])]))
  const { samples, counts, failures, timings, timingNames } = sheet
  return {
    ...window,
    ...histograms,
    samples: samples.map(toBase64),
    counts: toBase64(counts),
    failures,
    timings: timings.map(toBase64),
    timingNames,
  }
}

/** Reads a window of a scenario with so many series. Throws a ShapeError for what can't be one. */
export function readWindow(shape: Shape, series: number): WindowData {
  const histogram = (name: string) => readCounts(shape.get(name))
  const samples = shape
    .get('samples')
    .list()
    .map((each) => words32(each, SAMPLE_WORDS))
  for (const block of samples)
    for (let i = 0; i < block.length; i += SAMPLE_WORDS)
      checkSeries(block[i]! & ((1 << REQUEST_BITS) - 1), series, shape)
  const counts = words64(shape.get('counts'), COUNT_WORDS)
  for (let i = 0; i < counts.length; i += COUNT_WORDS) checkSeries(counts[i]!, series, shape)
  if (!counts.every(isCount)) shape.get('counts').fail('counts')
  const failures = shape
    .get('failures')
    .list()
    .map((failure) => {
      const request = failure.get('request').count()
      checkSeries(request, series, failure)
      return {
        request,
        statuses: failure.get('statuses').list().map(readPair),
        errors: failure.get('errors').list().map(readError),
        retryErrors: failure.get('retryErrors').list().map(readError),
      }
    })
  return {
    index: readIndex(shape.get('index')),
    sheet: { samples, counts, failures, ...readTimings(shape, series) },
    vus: shape.get('vus').count(),
    dropped: shape.get('dropped').count(),
    unsolicited: shape.get('unsolicited').count(),
    schedulingLag: histogram('schedulingLag'),
    dns: histogram('dns'),
    tcp: histogram('tcp'),
    tls: histogram('tls'),
    busy: shape.get('busy').number(),
    cpu: shape.get('cpu').or(number, null),
    starved: shape.get('starved').or(number, null),
    gcMsMax: shape.get('gcMsMax').number(),
    gcMs: shape.get('gcMs').number(),
  }
}

/** Every server timing must have a name. */
function readTimings(shape: Shape, series: number): Pick<SheetData, 'timings' | 'timingNames'> {
  const timingNames = shape
    .get('timingNames')
    .list()
    .map((named) => {
      const request = named.get('request').count()
      checkSeries(request, series, named)
      const names = named.get('names').list().map(text)
      if (names.length > TIMINGS_MAX) named.get('names').fail(`at most ${TIMINGS_MAX} names`)
      return { request, names, hasMore: flag(named.get('hasMore')) }
    })
  const known = new Map(timingNames.map(({ request, names }) => [request, names.length]))
  const timings = shape
    .get('timings')
    .list()
    .map((each) => words32(each, TIMING_WORDS))
  for (const block of timings)
    for (let i = 0; i < block.length; i += TIMING_WORDS) {
      const request = block[i]! & ((1 << REQUEST_BITS) - 1)
      if (block[i]! >>> REQUEST_BITS >= (known.get(request) ?? 0))
        shape.get('timings').fail('timings with a name')
    }
  return { timings, timingNames }
}

/** A second of a load of at most some months. */
const INDEX_MAX = 1e7

function readIndex(shape: Shape): number {
  const index = shape.number()
  return Number.isInteger(index) && Math.abs(index) <= INDEX_MAX ? index : shape.fail('a second of the load')
}

/** The counts of a histogram. */
function readCounts(shape: Shape): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(bytesOf(shape, 1))
  if ((bytes.at(-1) ?? 0) >= 128) shape.fail('whole numbers')
  for (const counts = new CountReader(bytes); counts.next(); )
    if (counts.slot >= SLOTS) shape.fail(`slots below ${SLOTS}`)
  return bytes
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function readPair(shape: Shape): readonly [number, number] {
  const [status, times] = list(count)(shape)
  if (status === undefined || times === undefined) return shape.fail('a status and a count')
  return [status, times]
}

function checkSeries(series: number, of: number, shape: Shape): void {
  if (!(Number.isInteger(series) && series >= 0 && series < of))
    throw new ShapeError(`${shape.path} has request ${series} of ${of}`)
}

function toBase64({ buffer, byteOffset, byteLength }: Uint8Array | Uint32Array | Float64Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}

function words32(shape: Shape, each: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(bytesOf(shape, 4 * each))
}

function words64(shape: Shape, each: number): Float64Array<ArrayBuffer> {
  return new Float64Array(bytesOf(shape, 8 * each))
}

/** A copy, since the bytes of a Buffer begin anywhere in a larger one. */
function bytesOf(shape: Shape, each: number): ArrayBuffer {
  const bytes = Buffer.from(shape.text(), 'base64')
  if (bytes.length % each !== 0) shape.fail(`a multiple of ${each} bytes`)
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
}
