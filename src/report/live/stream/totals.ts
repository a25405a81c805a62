/**
 * Cumulative readings: counters and histograms are summed, gauges keep their latest value. Sums only grow, over all
 * runs of a command, so a second that got lost is included in the next one.
 */
import { type BucketCounts, countBuckets } from '../../../stats/buckets.js'
import { BOUNDS_MS, type Metric } from './metrics.js'
import type { Labels, Reading } from './readings.js'

/** A metric with one set of labels. Counters and histograms keep the same object throughout. */
export interface Total {
  readonly metric: Metric
  readonly labels: Labels
  readonly value: number | BucketCounts
}

/** Sums readings. */
export class Totals {
  private readonly sums = new Map<string, Sum>()
  private gauges: readonly Total[] = []

  /** Adds the readings of one second. Gauges that aren't among them are removed. */
  add(readings: readonly Reading[]): void {
    const gauges: Total[] = []
    for (const reading of readings) {
      const { metric, labels, value } = reading
      if (metric.kind === 'gauge') gauges.push({ metric, labels, value: value as number })
      else this.addSum(reading)
    }
    this.gauges = gauges
  }

  /** Returns all totals, grouped by metric. */
  list(): Total[] {
    return Array.from(groupBy(this.sums.values()).values()).flat().concat(this.gauges)
  }

  private addSum({ metric, labels, value }: Reading): void {
    const key = JSON.stringify([metric.id, labels])
    const added = typeof value === 'number' ? value : countBuckets(value, BOUNDS_MS)
    const sum = this.sums.get(key)
    if (sum === undefined) this.sums.set(key, { metric, labels, value: added })
    else sum.value = plus(sum.value, added)
  }
}

interface Sum extends Total {
  value: number | BucketCounts
}

function groupBy(totals: Iterable<Total>): Map<Metric, Total[]> {
  const groups = new Map<Metric, Total[]>()
  for (const total of totals) {
    const group = groups.get(total.metric)
    if (group === undefined) groups.set(total.metric, [total])
    else group.push(total)
  }
  return groups
}

function plus(a: number | BucketCounts, b: number | BucketCounts): number | BucketCounts {
  if (typeof a === 'number' || typeof b === 'number') return (a as number) + (b as number)
  return {
    counts: a.counts.map((count, i) => count + b.counts[i]!),
    count: a.count + b.count,
    sumMs: a.sumMs + b.sumMs,
  }
}
