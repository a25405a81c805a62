/**
 * A High Dynamic Range histogram (Gil Tene's HdrHistogram): counts of values between 1 µs and 1 h, each kept to
 * 3 significant digits. Only this file counts in microseconds. A few values are a list; of more there are counters, made
 * as they are needed: a few kB for a request that is always about as fast, 95 kB for one that takes anything up to an hour.
 *
 * The counters are our own because many of them are filled in each second of a run, and emptied and added up (about
 * 10 ns a value here, 120 ns in hdr-histogram-js); they follow the library's layout slot by slot, and the library reads
 * the exchange format.
 */
import { decodeFromCompressedBase64, type Histogram as HdrHistogram } from 'hdr-histogram-js'
import { encodeCounts } from './sparse.js'

/** The longest latency that is kept apart, in µs; longer ones count as this. */
const HIGHEST = 3_600_000_000
const SIGNIFICANT_DIGITS = 3

/** Buckets double in width; each but the first uses the upper half of its sub-buckets. 2048 ≥ 2·10³. */
const SUB_BUCKETS = 2048
const HALF = SUB_BUCKETS / 2
const HALF_BITS = 10
const LENGTH = indexOf(HIGHEST) + 1

/** Powers of two: `**` takes many times as long as a look-up, and this is done for each bucket. */
const POWERS = Array.from({ length: 32 }, (_, exponent) => 2 ** exponent)

/** So many values are kept as they come: most requests of a long list have fewer in a second. */
const LISTED_MOST = 64

/** Counters come in pieces of 128, so that few of them are empty. */
const PIECE_BITS = 7
const PIECE = 1 << PIECE_BITS
const PIECES = Math.ceil(LENGTH / PIECE)

const LAYOUT = { digits: SIGNIFICANT_DIGITS, highest: HIGHEST }
const EMPTY = encodeCounts(new Uint32Array(0), LAYOUT)

/** The pieces of a histogram without values. */
const NONE: readonly (Uint32Array | null)[] = new Array(PIECES).fill(null)

/** A latency as what is counted: whole microseconds; more than an hour counts as an hour, less than 0 as 0. */
export function toMicros(ms: number): number {
  const us = ms * 1000
  return us >= HIGHEST ? HIGHEST : us > 0 ? (us + 0.5) >>> 0 : 0
}

/** Counts of latencies. Values go in as whole microseconds; `add` merges without loss. */
export class Histogram {
  /** The slots of the values, one for each; empty when they are counted. */
  private readonly listed: number[] = []
  private isListed = true
  private pieces: readonly (Uint32Array | null)[] = NONE
  private total = 0
  /** The used part of the counters: what lies outside is 0. */
  private low = LENGTH
  private high = -1

  /** How many values were recorded. */
  get count(): number {
    return this.total
  }

  /** Counts a value in µs; fractions are rounded, more than an hour counts as an hour, less than 0 as 0. */
  record(us: number): void {
    this.recordCount(us, 1)
  }

  /** The same, `count` times. */
  recordCount(us: number, count: number): void {
    const value = us >= HIGHEST ? HIGHEST : us > 0 ? (us + 0.5) >>> 0 : 0
    this.countAt(indexOf(value), count)
  }

  /** Counts for a slot, by the index that {@link pack} gives. */
  recordSlot(index: number, count: number): void {
    this.countAt(index, count)
  }

  /** Adds all counts of `other`. */
  add(other: Histogram): void {
    if (other.isListed) {
      for (const index of other.listed) this.countAt(index, 1)
      return
    }
    if (this.isListed) this.unlist()
    for (let place = other.low >> PIECE_BITS; place <= other.high >> PIECE_BITS; place++) {
      const theirs = other.pieces[place]!
      if (theirs === null) continue
      const ours = this.pieces[place] ?? this.makePiece(place)
      for (let i = 0; i < PIECE; i++) ours[i]! += theirs[i]!
    }
    this.total += other.total
    if (other.low < this.low) this.low = other.low
    if (other.high > this.high) this.high = other.high
  }

  /** Back to empty. */
  clear(): void {
    if (!this.isListed) {
      for (let place = this.low >> PIECE_BITS; place <= this.high >> PIECE_BITS; place++)
        this.pieces[place]?.fill(0)
    }
    this.listed.length = 0
    this.isListed = true
    this.total = 0
    this.low = LENGTH
    this.high = -1
  }

  /**
   * The value in µs that `percentile` percent (0 … 100) of the recorded ones don't exceed, as HdrHistogram defines
   * it: the highest value of the bucket. 0 when nothing was recorded.
   */
  valueAtPercentile(percentile: number): number {
    if (this.total === 0) return 0
    const exact = (Math.min(percentile, 100) / 100) * this.total
    // Subtle: the product may lie an ulp above the whole number that is meant.
    const wanted = Math.max(Math.ceil(exact - exact * Number.EPSILON), 1)
    if (this.isListed) {
      const index = this.listed.sort(rising)[wanted - 1]!
      return percentile === 0 ? lowestAt(index) : highestAt(index)
    }
    let seen = 0
    for (let place = this.low >> PIECE_BITS; place <= this.high >> PIECE_BITS; place++) {
      const piece = this.pieces[place]!
      if (piece === null) continue
      for (let i = 0; i < PIECE; i++) {
        seen += piece[i]!
        if (seen < wanted) continue
        const index = (place << PIECE_BITS) + i
        return percentile === 0 ? lowestAt(index) : highestAt(index)
      }
    }
    return highestAt(this.high)
  }

  /** The smallest recorded value in µs (the lower end of its bucket); 0 when nothing was recorded. */
  get min(): number {
    return this.valueAtPercentile(0)
  }

  /** The largest recorded value in µs (the upper end of its bucket); 0 when nothing was recorded. */
  get max(): number {
    return this.valueAtPercentile(100)
  }

  /** Mean and standard deviation in µs, over the middles of the buckets; both 0 when nothing was recorded. */
  moments(): { readonly mean: number; readonly stddev: number } {
    if (this.total === 0) return { mean: 0, stddev: 0 }
    let sum = 0
    this.forEach((_, count, index) => {
      sum += middleAt(index) * count
    })
    const mean = sum / this.total
    let squares = 0
    this.forEach((_, count, index) => {
      squares += (middleAt(index) - mean) ** 2 * count
    })
    return { mean, stddev: Math.sqrt(squares / this.total) }
  }

  /** Calls back for each used bucket, rising: its highest value in µs, its count, its index, its lowest value in µs. */
  forEach(visit: (us: number, count: number, index: number, usLowest: number) => void): void {
    this.scan((index, count) => visit(highestAt(index), count, index, lowestAt(index)))
  }

  /** The used buckets as `[index, count, index, count, …]`: small, and transferable between threads. */
  pack(): Uint32Array<ArrayBuffer> {
    let used = 0
    this.scan(() => used++)
    const packed = new Uint32Array(2 * used)
    let at = 0
    this.scan((index, count) => {
      packed[at++] = index
      packed[at++] = count
    })
    return packed
  }

  /** Adds what {@link pack} gave. */
  addPacked(packed: Uint32Array): void {
    for (let i = 0; i < packed.length; i += 2) this.countAt(packed[i]!, packed[i + 1]!)
  }

  /** HdrHistogram's V2 encoding, compressed, as base64: what every HdrHistogram library reads. Values are µs. */
  encode(): string {
    return this.total === 0 ? EMPTY : encodeCounts(this.pack(), LAYOUT)
  }

  /** Reads a compressed V2 encoding in base64, of any precision. Throws an Error when it isn't one. */
  static decode(base64: string): Histogram {
    const { recordedValuesIterator } = decodeFromCompressedBase64(base64, 64) as HdrHistogram & RecordedValues
    const histogram = new Histogram()
    recordedValuesIterator.reset()
    while (recordedValuesIterator.hasNext()) {
      const { valueIteratedTo, countAtValueIteratedTo } = recordedValuesIterator.next()
      histogram.recordCount(valueIteratedTo, countAtValueIteratedTo)
    }
    return histogram
  }

  private countAt(index: number, count: number): void {
    if (this.isListed) {
      if (count === 1 && this.total < LISTED_MOST) {
        this.listed.push(index)
        this.total++
        return
      }
      this.unlist()
    }
    const piece = this.pieces[index >> PIECE_BITS] ?? this.makePiece(index >> PIECE_BITS)
    piece[index & (PIECE - 1)]! += count
    this.total += count
    if (index < this.low) this.low = index
    if (index > this.high) this.high = index
  }

  /** Counts what was listed. */
  private unlist(): void {
    const listed = this.listed.splice(0)
    this.isListed = false
    this.total = 0
    for (const index of listed) this.countAt(index, 1)
  }

  private makePiece(place: number): Uint32Array {
    const piece = new Uint32Array(PIECE)
    if (this.pieces === NONE) this.pieces = [...NONE]
    ;(this.pieces as (Uint32Array | null)[])[place] = piece
    return piece
  }

  /** Calls back for each counter that isn't 0, rising. */
  private scan(visit: (index: number, count: number) => void): void {
    if (this.isListed) {
      const { listed } = this
      listed.sort(rising)
      for (let i = 0; i < listed.length; ) {
        const first = i
        while (i < listed.length && listed[i] === listed[first]) i++
        visit(listed[first]!, i - first)
      }
      return
    }
    for (let place = this.low >> PIECE_BITS; place <= this.high >> PIECE_BITS; place++) {
      const piece = this.pieces[place]!
      if (piece === null) continue
      for (let i = 0; i < PIECE; i++) if (piece[i]! > 0) visit((place << PIECE_BITS) + i, piece[i]!)
    }
  }
}

function rising(a: number, b: number): number {
  return a - b
}

/** Where a value of 0 … 2^32 − 1 is counted: linear up to 2048, then 1024 steps to each doubling. */
function indexOf(value: number): number {
  if (value < SUB_BUCKETS) return value
  const shift = 31 - HALF_BITS - Math.clz32(value)
  return (shift << HALF_BITS) + (value >>> shift)
}

function lowestAt(index: number): number {
  if (index < SUB_BUCKETS) return index
  const shift = (index >> HALF_BITS) - 1
  return ((index & (HALF - 1)) + HALF) * POWERS[shift]!
}

function widthAt(index: number): number {
  return index < SUB_BUCKETS ? 1 : POWERS[(index >> HALF_BITS) - 1]!
}

function highestAt(index: number): number {
  return lowestAt(index) + widthAt(index) - 1
}

/** The library's `medianEquivalentValue`. */
function middleAt(index: number): number {
  return lowestAt(index) + Math.floor(widthAt(index) / 2)
}

/** What the library's types leave out. */
interface RecordedValues {
  readonly recordedValuesIterator: {
    reset(): void
    hasNext(): boolean
    next(): { readonly valueIteratedTo: number; readonly countAtValueIteratedTo: number }
  }
}
