/**
 * Two sides that took turns as pairs: the n-th slice of one beside the n-th of the other.
 */
import { median } from '../stats/math.js'
import type { LatencyMetric, RatioMetric } from './judged-metric.js'
import {
  type MixPart,
  makeJoined,
  QUANTILES,
  readMixQuantile,
  readQuantile,
  samplesEach,
} from './quantile.js'
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

/**
 * The pairs of a latency of the whole run: of all these requests together, each by its share of both sides. The
 * requests have the same blocks.
 */
export function pairMixes(requests: readonly (readonly Block[])[], metric: LatencyMetric): Paired {
  const weights = requests.map((blocks) =>
    blocks.reduce((sum, { a, b }) => sum + makeJoined([...a, ...b]).samples, 0),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const blocks = requests[0] ?? []
  return makePaired(
    metric,
    blocks.map((_, block) =>
      joinMixes(
        requests.map((own, index) => ({ block: own[block]!, weight: weights[index]! / total })),
        metric,
      ),
    ),
    1000,
  )
}

interface Weighted {
  readonly block: Block
  readonly weight: number
}

function joinMixes(requests: readonly Weighted[], metric: LatencyMetric): MeasuredPair[] {
  const each = samplesEach(metric)
  const length = Math.min(...requests.flatMap(({ block: { a, b } }) => [a.length, b.length]))
  const pairs: MeasuredPair[] = []
  let from = 0
  for (let to = 1; to <= length; to++) {
    const sides = (['a', 'b'] as const).map((side) =>
      requests.map(({ block, weight }) => ({ window: makeJoined(block[side].slice(from, to)), weight })),
    )
    if (sides.some((parts) => countSamples(parts) < each)) continue
    // A request that one side has not answered is left out of both.
    const shared = sides.map((parts) =>
      parts.filter((_, index) => sides.every((side) => side[index]!.window.samples > 0)),
    )
    const logs = shared.map((parts) => Math.log(readMixQuantile(parts, QUANTILES[metric])))
    if (shared[0]!.length > 0) pairs.push({ logs: [logs[0]!, logs[1]!], from, to })
    from = to
  }
  return pairs
}

function countSamples(parts: readonly MixPart[]): number {
  return parts.reduce((sum, { window }) => sum + window.samples, 0)
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
