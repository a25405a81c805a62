/**
 * Two sides that took turns as pairs: the n-th slice of one beside the n-th of the other.
 */
import { median } from '../stats/math.js'
import type { LatencyMetric, RatioMetric } from './judged-metric.js'
import { makeJoined, QUANTILES, readQuantile, samplesEach } from './quantile.js'
import { type Series, succeeded } from './series.js'

/** The slices of both sides between two starts of theirs: the n-th of one lies beside the n-th of the other. */
export interface Block {
  readonly a: Series
  readonly b: Series
}

/** One metric of two sides that took turns. */
export interface Paired {
  readonly metric: RatioMetric
  /** The typical value halfway between the sides, in ms or per second; null without any. */
  readonly typical: number | null
  readonly blocks: readonly (readonly Pair[])[]
}

/** Neighbouring slices of the two sides, as many as it took for both to hold enough samples. */
interface Pair {
  /** ln(b) − ln(a). */
  readonly difference: number
  /** The slices of the block that it's made of. */
  readonly from: number
  readonly to: number
}

/** The pairs of a latency, block by block. */
export function pairLatencies(blocks: readonly Block[], metric: LatencyMetric): Paired {
  return makePaired(
    metric,
    blocks.map((block) => joinPairs(block, metric)),
    1000,
  )
}

/** The same for the successful requests per second; no pairs when a side never had one. */
export function pairThroughputs(blocks: readonly Block[]): Paired {
  const isDead = (side: 'a' | 'b') =>
    blocks.every((block) => block[side].every(({ requests, failed }) => failed === requests))
  if (isDead('a') || isDead('b')) return makePaired('throughput', [], 1)
  const measured = blocks.map(({ a, b }) =>
    Array.from({ length: Math.min(a.length, b.length) }, (_, index) => {
      const sides = [a[index]!, b[index]!] as const
      return { sides, from: index, to: index + 1 }
    })
      .filter(({ sides }) => sides.every(({ requests }) => requests > 0))
      .map(({ sides: [left, right], from, to }) => {
        const logs = [logRate(left), logRate(right)] as const
        return { logs, from, to }
      }),
  )
  return makePaired('throughput', measured, 1)
}

function logRate(slice: Series[number]): number {
  return Math.log(succeeded(slice) / slice.seconds)
}

interface MeasuredPair extends Omit<Pair, 'difference'> {
  readonly logs: readonly [a: number, b: number]
}

function joinPairs({ a, b }: Block, metric: LatencyMetric): MeasuredPair[] {
  const quantile = QUANTILES[metric]
  const each = samplesEach(metric)
  const pairs: MeasuredPair[] = []
  let from = 0
  for (let to = 1; to <= Math.min(a.length, b.length); to++) {
    const sides = [makeJoined(a.slice(from, to)), makeJoined(b.slice(from, to))] as const
    if (sides.some(({ samples }) => samples < each)) continue
    const logs = [
      Math.log(readQuantile(sides[0], quantile)),
      Math.log(readQuantile(sides[1], quantile)),
    ] as const
    pairs.push({ logs, from, to })
    from = to
  }
  return pairs
}

function makePaired(
  metric: RatioMetric,
  blocks: readonly (readonly MeasuredPair[])[],
  scale: number,
): Paired {
  const middles = blocks.flatMap((pairs) => pairs.map(({ logs: [a, b] }) => (a + b) / 2))
  return {
    metric,
    typical: middles.length === 0 ? null : Math.exp(median(middles)) / scale,
    blocks: blocks.map((pairs) =>
      pairs.map(({ logs: [a, b], from, to }) => ({ difference: b - a, from, to })),
    ),
  }
}
