/**
 * A histogram in coarser steps, for systems that keep latencies in buckets of their own.
 */
import type { Ms } from '../base/clock.js'
import type { Histogram } from './histogram.js'

/** How many latencies lie within each bound and beyond the one before it. */
export interface BucketCounts {
  /** One more than there are bounds: the last counts what is beyond all of them. */
  readonly counts: readonly number[]
  readonly count: number
  /** All latencies together, over the middles of the histogram's own buckets. */
  readonly sumMs: Ms
}

/**
 * The counts between `boundsMs`, which rise; a bound belongs to what is below it. A bucket of the histogram that
 * a bound lies in counts as below it: at most 0.1 % of the bound more than it says.
 */
export function countBuckets(histogram: Histogram, boundsMs: readonly Ms[]): BucketCounts {
  const counts = new Array<number>(boundsMs.length + 1).fill(0)
  let bucket = 0
  let sumUs = 0
  histogram.forEach((us, count, _, usLowest) => {
    sumUs += ((us + usLowest) / 2) * count
    while (bucket < boundsMs.length && usLowest > boundsMs[bucket]! * 1000) bucket++
    counts[bucket]! += count
  })
  return { counts, count: histogram.count, sumMs: sumUs / 1000 }
}

/** Latencies in ms with how often each occurred, rising: neighbours less than `ratio` apart become one, their mean. */
export function groupLatencies(histogram: Histogram, ratio: number): readonly (readonly [Ms, number])[] {
  const groups: { startMs: Ms; sumMs: Ms; count: number }[] = []
  histogram.forEach((us, count, _, usLowest) => {
    const ms = (us + usLowest) / 2000
    const group = groups.at(-1)
    if (group === undefined || ms >= group.startMs * ratio) {
      groups.push({ startMs: ms, sumMs: ms * count, count })
    } else {
      group.sumMs += ms * count
      group.count += count
    }
  })
  return groups.map(({ sumMs, count }) => [sumMs / count, count])
}
