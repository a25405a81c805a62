/**
 * Coarser histograms, for systems with latency buckets of their own.
 */
import type { Ms } from '../base/clock.js'
import type { Histogram } from './histogram.js'

/** Counts by bucket: latencies up to each bound and above the previous one. */
export interface BucketCounts {
  /** One more than there are bounds: the last one counts everything above them. */
  readonly counts: readonly number[]
  readonly count: number
  /** Sum of all latencies, computed from the middles of the histogram's buckets. */
  readonly sumMs: Ms
}

/**
 * Counts latencies by `boundsMs`, which must ascend; bounds are inclusive. A histogram bucket that contains a bound
 * counts as below it, so latencies up to 0.1 % above the bound may be included.
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

/**
 * Returns latencies in ms with their counts, ascending. Neighbors less than `ratio` apart are merged into their mean.
 */
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
