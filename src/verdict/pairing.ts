/**
 * Pairs two sides that took turns: the n-th slice of one side with the n-th slice of the other.
 */
import { median } from '../stats/math.js'
import { type CpuWindow, cpuPerRequestOf } from '../stats/target-windows.js'
import { CPU_REQUESTS_MIN } from './estimate.js'
import type { LatencyMetric, RatioMetric } from './judged-metric.js'
import { PAIRS_MIN } from './judges/pairs.js'
import {
  type MixPart,
  makeJoined,
  QUANTILES,
  readMixQuantile,
  readQuantile,
  samplesEach,
} from './quantile.js'
import { type Series, succeeded } from './series.js'

/** The slices of both sides between two starts; the n-th slices of both are neighbors in time. */
export interface Block {
  readonly a: Series
  readonly b: Series
}

/** One metric of two sides that took turns. */
export interface Paired {
  readonly metric: RatioMetric
  /** The median of the values halfway between the sides, in ms or per second; null without pairs. */
  readonly typical: number | null
  readonly blocks: readonly (readonly Pair[])[]
}

/** Neighboring slices of the two sides: as many as both needed to have enough samples. */
interface Pair {
  /** ln(b) − ln(a). */
  readonly difference: number
  /** The range of the block's slices that the pair is made of; `to` is exclusive. */
  readonly from: number
  readonly to: number
}

/** Pairs a latency of one request, block by block. */
export function pairLatencies(blocks: readonly Block[], metric: LatencyMetric): Paired {
  return makePaired(
    metric,
    blocks.map((block) => joinPairs(block, metric)),
    1000,
  )
}

/**
 * Pairs a latency of all these requests together, each weighted by its share of the samples of both sides. The requests
 * have the same blocks.
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
    // A request without samples on one side is left out of both.
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

/** Pairs the successful requests per second; without pairs if no request of a side ever succeeded. */
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

/** The CPU time of two sides between two starts; the n-th windows of both are neighbors in time. */
export interface CpuBlock {
  readonly a: readonly CpuWindow[]
  readonly b: readonly CpuWindow[]
}

/** The turns that a pair is made of, if there are enough of them. */
const CPU_TURNS = 2

/**
 * Pairs the CPU time per completed request. A turn that follows one of the same side also gets the responses that were
 * late for that one, so pairs of two turns differ less from each other.
 */
export function pairCpu(blocks: readonly CpuBlock[]): Paired {
  const turns = blocks.reduce((sum, { a, b }) => sum + Math.min(a.length, b.length), 0)
  const least = turns >= 2 * CPU_TURNS * PAIRS_MIN ? CPU_TURNS : 1
  return makePaired(
    'cpu_per_request',
    blocks.map((block) => joinCpuPairs(block, least)),
    1,
  )
}

function joinCpuPairs({ a, b }: CpuBlock, least: number): MeasuredPair[] {
  const pairs: MeasuredPair[] = []
  let from = 0
  for (let to = 1; to <= Math.min(a.length, b.length); to++) {
    const sides = [a.slice(from, to), b.slice(from, to)]
    const requests = sides.map((windows) => windows.reduce((sum, each) => sum + each.requests, 0))
    const costs = sides.map((windows) => cpuPerRequestOf(windows) ?? 0)
    const isEnough = Math.min(...requests) >= CPU_REQUESTS_MIN && Math.min(...costs) > 0
    if (to - from < least || !isEnough) continue
    pairs.push({ logs: [Math.log(costs[0]!), Math.log(costs[1]!)], from, to })
    from = to
  }
  return pairs
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
