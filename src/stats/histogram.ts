/**
 * A High Dynamic Range histogram (Gil Tene's HdrHistogram): counts of values from 1 µs to 1 h, with 3 significant
 * digits (see `slots.ts`). A few values are kept as a list; more are kept in counters, allocated
 * on demand: a few kB for a request with steady latency, 95 kB for one that takes anything up to an hour.
 *
 * The counters are implemented here because many are filled, emptied and summed every second (about 10 ns per value,
 * 120 ns in hdr-histogram-js).
 */
import { CountReader, FrozenHistogram, writeCounts } from './frozen-histogram.js'
import { clampMicros, highestAt, lowestAt, middleAt, rankOf, SLOTS, slotOf } from './slots.js'

/** Up to this many values are kept as a list: in a long list of requests, most have fewer per second. */
const LISTED_MAX = 64

/** Counters are allocated in pieces of 128, so that few are empty. */
const PIECE_BITS = 7
const PIECE = 1 << PIECE_BITS
const PIECES = Math.ceil(SLOTS / PIECE)

/** The pieces of an empty histogram. */
const NONE: readonly (Uint32Array | null)[] = new Array(PIECES).fill(null)

/** Counts latencies in whole microseconds. `add` merges without loss. */
export class Histogram {
  /** The slot of each value; empty when counters are used. */
  private readonly listed: number[] = []
  private isListed = true
  private pieces: readonly (Uint32Array | null)[] = NONE
  private total = 0
  /** The used range of slots; counters outside of it are 0. */
  private low = SLOTS
  private high = -1

  /** The number of recorded values. */
  get count(): number {
    return this.total
  }

  /** Records a value in µs, rounded and clamped to 0 … 1 hour. */
  record(us: number): void {
    this.recordCount(us, 1)
  }

  /** Records a value `count` times. */
  recordCount(us: number, count: number): void {
    this.countAt(slotOf(clampMicros(us)), count)
  }

  /** Adds all counts of `other`. */
  add(other: Histogram | FrozenHistogram): void {
    if (other instanceof FrozenHistogram) this.addCounts(other.bytes)
    else if (other.isListed) for (const index of other.listed) this.countAt(index, 1)
    else this.addCounters(other)
  }

  private addCounters(other: Histogram): void {
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

  /** Adds the `bytes` of a frozen histogram, as they come from another thread. */
  addCounts(bytes: Uint8Array): void {
    for (const counts = new CountReader(bytes); counts.next(); ) this.countAt(counts.slot, counts.count)
  }

  /** Removes all values. */
  clear(): void {
    if (!this.isListed) {
      for (let place = this.low >> PIECE_BITS; place <= this.high >> PIECE_BITS; place++)
        this.pieces[place]?.fill(0)
    }
    this.listed.length = 0
    this.isListed = true
    this.total = 0
    this.low = SLOTS
    this.high = -1
  }

  /** Returns the percentile (0 … 100) in µs as HdrHistogram defines it: the highest value of the bucket; 0 if empty. */
  valueAtPercentile(percentile: number): number {
    if (this.total === 0) return 0
    const wanted = rankOf(percentile, this.total)
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

  /** The smallest value in µs (the lower end of its bucket); 0 if empty. */
  get min(): number {
    return this.valueAtPercentile(0)
  }

  /** The largest value in µs (the upper end of its bucket); 0 if empty. */
  get max(): number {
    return this.valueAtPercentile(100)
  }

  /** Returns mean and standard deviation in µs, computed from the middles of the buckets; both 0 if empty. */
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

  /** Calls `visit` for each used bucket, ascending: highest value in µs, count, index, lowest value in µs. */
  forEach(visit: (us: number, count: number, index: number, usLowest: number) => void): void {
    this.scan((index, count) => visit(highestAt(index), count, index, lowestAt(index)))
  }

  /** Returns a copy that doesn't change, in a small part of the memory. */
  freeze(): FrozenHistogram {
    return this.total === 0
      ? FrozenHistogram.EMPTY
      : new FrozenHistogram(writeCounts((put) => this.scan(put)))
  }

  private countAt(index: number, count: number): void {
    if (this.isListed) {
      if (count === 1 && this.total < LISTED_MAX) {
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

  /** Moves the listed values to counters. */
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

  /** Calls `visit` for each non-zero counter, ascending. */
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
