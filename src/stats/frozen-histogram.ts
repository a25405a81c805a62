/**
 * A histogram that doesn't change, as results hold thousands of: one for each window of each request, each with a few
 * dozen of 23,000 possible values. It takes about two bytes for each of them.
 */
import { NumberReader, NumberWriter } from '../base/byte-numbers.js'
import { encodeHdr } from './hdr-format.js'
import { highestAt, lowestAt, rankOf } from './slots.js'

/** Reads the used slots of a histogram, ascending: `slot` and `count` are those of the last `next()` that was true. */
export class CountReader {
  slot = -1
  count = 0
  private readonly numbers: NumberReader

  constructor(bytes: Uint8Array) {
    this.numbers = new NumberReader(bytes)
  }

  next(): boolean {
    const { numbers } = this
    let slot = this.slot + 1
    while (numbers.hasMore) {
      const word = numbers.next()
      // Zigzag: an even word is a count, and an odd one a run of n empty slots, written as 2n − 1.
      if (word % 2 === 1) slot += (word + 1) / 2
      else if (word === 0) slot++
      else {
        this.slot = slot
        this.count = word / 2
        return true
      }
    }
    return false
  }
}

/** Latencies and their counts. In JSON it is text: HdrHistogram's compressed V2 encoding in base64, in µs. */
export class FrozenHistogram {
  /** Without latencies. */
  static readonly EMPTY = new FrozenHistogram(new Uint8Array(0))

  /** The counts slot by slot, as in HdrHistogram's V2 encoding. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The number of latencies. */
  readonly count: number

  /** Takes what {@link writeCounts} returned. Throws an Error if the bytes end within a number. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes
    let total = 0
    for (const counts = this.read(); counts.next(); ) total += counts.count
    this.count = total
  }

  /** Returns a cursor before the first count. */
  read(): CountReader {
    return new CountReader(this.bytes)
  }

  /** Calls `visit` for each used slot, ascending: highest value in µs, count, slot, lowest value in µs. */
  forEach(visit: (us: number, count: number, slot: number, usLowest: number) => void): void {
    for (const counts = this.read(); counts.next(); )
      visit(highestAt(counts.slot), counts.count, counts.slot, lowestAt(counts.slot))
  }

  /** Returns the percentile (0 … 100) in µs as HdrHistogram defines it: the highest value of the slot; 0 if empty. */
  valueAtPercentile(percentile: number): number {
    const wanted = rankOf(percentile, this.count)
    let seen = 0
    for (const counts = this.read(); counts.next(); ) {
      seen += counts.count
      if (seen >= wanted) return percentile === 0 ? lowestAt(counts.slot) : highestAt(counts.slot)
    }
    return 0
  }

  /** Returns it as in files. */
  toJSON(): string {
    return encodeHdr(this.bytes)
  }
}

/** Written again and again: a histogram of its own has only the bytes that it needs. */
const scratch = new NumberWriter(4096)

/** Returns the counts as bytes. `each` calls its argument for each used slot, ascending. */
export function writeCounts(
  each: (put: (slot: number, count: number) => void) => void,
): Uint8Array<ArrayBuffer> {
  scratch.clear()
  let next = 0
  each((slot, count) => {
    const empty = slot - next
    // A single empty slot is a count of 0.
    if (empty > 0) scratch.put(empty === 1 ? 0 : 2 * empty - 1)
    scratch.put(2 * count)
    next = slot + 1
  })
  return scratch.view().slice()
}
