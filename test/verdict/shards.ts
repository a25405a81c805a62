/**
 * Synthetic shards: a run of the shop, shared out to machines.
 */
import type { Result, Shard } from '../../src/stats/result.js'
import { COMPARE_DEFAULTS } from '../../src/verdict/compare.js'
import { type Service, SHOP, simulate } from './simulate.js'

/** One shard for each seed, begun at the same time; together they send what `services` say. */
export function makeShards(
  seeds: readonly [number, ...number[]],
  { services = SHOP, seconds = 12, limits = {} }: ShardOptions = {},
): readonly [Result, ...Result[]] {
  const of = seeds.length
  const share = services.map((service) => ({ ...service, perSecond: service.perSecond / of }))
  const results = seeds.map((seed, position): Result => {
    const shard = { index: position + 1, of, workers: 1, limits: { ...LIMITS, ...limits } }
    return { ...simulate(share, { seed, seconds }), seed: 42, shard }
  })
  return results as [Result, ...Result[]]
}

interface ShardOptions {
  readonly services?: readonly Service[]
  readonly seconds?: number
  readonly limits?: Partial<Shard['limits']>
}

const LIMITS: Shard['limits'] = {
  thresholds: [],
  baseline: null,
  tolerance: COMPARE_DEFAULTS.tolerance,
  minDelta: COMPARE_DEFAULTS.minDeltaMs,
}
