/**
 * Records what a scenario observes in the heads of responses. Many responses have the same head, or the same but for a few
 * fields, so what hasn't changed since the last one of a request isn't read again.
 */
import type { Observe } from '../../scenario/model/observe.js'
import { type Row, TIMINGS_MAX } from '../../stats/sheet.js'
import { toMicros } from '../../stats/slots.js'
import type { ResponseHead } from '../response/response.js'
import { type CacheOutcome, cacheOutcome, isOfCache } from './cache-status.js'
import { readServerTiming } from './server-timing.js'

/** The last head of a request, as it was read. Reused for the next one, without any allocation. */
class Reading {
  head: ResponseHead | null = null
  cache: CacheOutcome | null = null
  /** How many server timings it has; the index of each in the row, and its duration. */
  count = 0
  readonly indexes = new Uint8Array(TIMINGS_MAX)
  readonly ms = new Float64Array(TIMINGS_MAX)
  /** The names in the order of the header before, as most services always send the same, and the index of each; -1: not kept. */
  readonly names: string[] = []
  readonly places: number[] = []
  /** How many names of the header have been read. */
  position = 0

  /** Adds a duration. A response may have several of a name, which are added up. */
  add(index: number, ms: number): void {
    let at = 0
    while (at < this.count && this.indexes[at] !== index) at++
    if (at === this.count) {
      this.count++
      this.indexes[at] = index
      this.ms[at] = 0
    }
    this.ms[at]! += ms
  }
}

/** Reads the heads of one worker's responses. */
export class Observer {
  private readonly hasTimings: boolean
  /** Null: all names. */
  private readonly names: ReadonlySet<string> | null
  private readonly hasCache: boolean
  /** By request. */
  private readonly readings: (Reading | undefined)[] = []
  private row: Row | null = null
  private reading: Reading | null = null

  constructor({ serverTiming, cache }: Observe) {
    this.hasTimings = serverTiming !== undefined
    this.names = serverTiming === undefined || serverTiming === 'all' ? null : new Set(serverTiming)
    this.hasCache = cache === true
  }

  /** Records the head of a successful response. */
  record(row: Row, head: ResponseHead): void {
    const known = this.readings[row.request]
    const reading = known ?? new Reading()
    if (known === undefined) this.readings[row.request] = reading
    if (reading.head !== head) this.read(row, head, reading)
    for (let i = 0; i < reading.count; i++) row.recordTiming(reading.indexes[i]!, toMicros(reading.ms[i]!))
    if (reading.cache === 'hit') row.cacheHits++
    else if (reading.cache === 'miss') row.cacheMisses++
  }

  private read(row: Row, head: ResponseHead, reading: Reading): void {
    const changes = reading.head === null ? EVERYTHING : changesBetween(reading.head, head)
    reading.head = head
    if (this.hasCache && changes.cache) reading.cache = cacheOutcome(head)
    if (!this.hasTimings || !changes.timings) return
    reading.count = reading.position = 0
    const header = head.header('server-timing')
    if (header === null) return
    this.row = row
    this.reading = reading
    readServerTiming(header, this.take)
  }

  private readonly take = (ms: number, header: string, start: number, end: number): void => {
    const reading = this.reading!
    const at = reading.position++
    const known = reading.names[at]
    let index: number
    if (known !== undefined && known.length === end - start && header.startsWith(known, start)) {
      index = reading.places[at]!
    } else {
      const name = header.slice(start, end)
      index = this.names === null || this.names.has(name) ? this.row!.timingIndex(name) : -1
      if (at < TIMINGS_MAX) {
        reading.names[at] = name
        reading.places[at] = index
      }
    }
    if (index !== -1) reading.add(index, ms)
  }
}

interface Changes {
  readonly timings: boolean
  readonly cache: boolean
}

const EVERYTHING: Changes = { timings: true, cache: true }

/** Finds what has to be read again. Fields that haven't changed are mostly the same object in both heads. */
function changesBetween(before: ResponseHead, after: ResponseHead): Changes {
  if (before.headers.length !== after.headers.length) return EVERYTHING
  let [timings, cache] = [false, false]
  for (let i = 0; i < after.headers.length; i++) {
    const [field, last] = [after.headers[i]!, before.headers[i]!]
    if (field === last) continue
    if (field[0] !== last[0]) return EVERYTHING
    timings ||= field[0] === 'server-timing'
    cache ||= isOfCache(field[0])
  }
  return { timings, cache }
}
