/**
 * A High Dynamic Range histogram (Gil Tene's HdrHistogram): counts of values between 1 µs and 1 h, each kept to
 * 3 significant digits, in a fixed 94 kB however many are recorded. Only this file counts in microseconds.
 *
 * The counters are our own because they sit on the hot path (about 17 ns a value here, 120 ns in hdr-histogram-js);
 * they follow the library's layout bucket by bucket, and the library reads and writes the exchange format.
 */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram as HdrHistogram,
} from 'hdr-histogram-js'

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

/** Counts of latencies. Values go in as whole microseconds; `add` merges without loss. */
export class Histogram {
  private readonly counts = new Uint32Array(LENGTH)
  private total = 0
  /** The used part of `counts`: what lies outside is 0. */
  private low = LENGTH
  private high = -1

  /** How many values were recorded. */
  get count(): number {
    return this.total
  }

  /** Counts a value in µs; fractions are rounded, more than an hour counts as an hour, less than 0 as 0. */
  record(us: number): void {
    const value = us >= HIGHEST ? HIGHEST : us > 0 ? (us + 0.5) >>> 0 : 0
    this.countAt(indexOf(value), 1)
  }

  /** The same, `count` times. */
  recordCount(us: number, count: number): void {
    const value = us >= HIGHEST ? HIGHEST : us > 0 ? (us + 0.5) >>> 0 : 0
    this.countAt(indexOf(value), count)
  }

  /** Adds all counts of `other`. */
  add(other: Histogram): void {
    for (let i = other.low; i <= other.high; i++) {
      const count = other.counts[i]!
      if (count > 0) this.counts[i]! += count
    }
    this.total += other.total
    if (other.low < this.low) this.low = other.low
    if (other.high > this.high) this.high = other.high
  }

  /** Back to empty. */
  clear(): void {
    if (this.high >= this.low) this.counts.fill(0, this.low, this.high + 1)
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
    let seen = 0
    for (let i = this.low; i <= this.high; i++) {
      seen += this.counts[i]!
      if (seen >= wanted) return percentile === 0 ? lowestAt(i) : highestAt(i)
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
    for (let i = this.low; i <= this.high; i++) {
      const count = this.counts[i]!
      if (count > 0) visit(highestAt(i), count, i, lowestAt(i))
    }
  }

  /** The used buckets as `[index, count, index, count, …]`: small, and transferable between threads. */
  pack(): Uint32Array<ArrayBuffer> {
    const packed: number[] = []
    for (const [index, count] of this.entries()) packed.push(index, count)
    return Uint32Array.from(packed)
  }

  /** Adds what {@link pack} gave. */
  addPacked(packed: Uint32Array): void {
    for (let i = 0; i < packed.length; i += 2) this.countAt(packed[i]!, packed[i + 1]!)
  }

  /** HdrHistogram's V2 encoding, compressed, as base64: what every HdrHistogram library reads. Values are µs. */
  encode(): string {
    exchange ??= build({
      highestTrackableValue: HIGHEST,
      numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
      bitBucketSize: 64,
    })
    exchange.reset()
    for (const [index, count] of this.entries()) exchange.recordValueWithCount(lowestAt(index), count)
    return encodeIntoCompressedBase64(exchange)
  }

  /** Reads a compressed V2 encoding in base64, of any precision. Throws an Error when it isn't one. */
  static decode(base64: string): Histogram {
    const read = decodeFromCompressedBase64(base64, 64) as HdrHistogram & RecordedValues
    const histogram = new Histogram()
    read.recordedValuesIterator.reset()
    while (read.recordedValuesIterator.hasNext()) {
      const { valueIteratedTo, countAtValueIteratedTo } = read.recordedValuesIterator.next()
      histogram.recordCount(valueIteratedTo, countAtValueIteratedTo)
    }
    return histogram
  }

  private countAt(index: number, count: number): void {
    this.counts[index]! += count
    this.total += count
    if (index < this.low) this.low = index
    if (index > this.high) this.high = index
  }

  private *entries(): Generator<readonly [index: number, count: number]> {
    for (let i = this.low; i <= this.high; i++) {
      const count = this.counts[i]!
      if (count > 0) yield [i, count]
    }
  }
}

/** The library's histogram that counts are copied into for writing: made once, 190 kB. */
let exchange: HdrHistogram | null = null

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

/** The part of the library's histogram that its types leave out. */
interface RecordedValues {
  readonly recordedValuesIterator: {
    reset(): void
    hasNext(): boolean
    next(): { readonly valueIteratedTo: number; readonly countAtValueIteratedTo: number }
  }
}
