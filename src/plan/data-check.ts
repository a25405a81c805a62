/**
 * Checks before a run whether a load has enough data, as far as that can be known.
 */
import { userError } from '../base/errors.js'
import { formatCount } from '../base/units.js'
import { usesFeeder } from '../scenario/data/feeders.js'
import { Mix } from './mix.js'
import type { Plan } from './plan.js'
import { Profile, warmupProfile } from './profile.js'
import { RowRanks } from './row-ranks.js'
import { openRows } from './rows.js'
import { usersOf } from './uses.js'

/** Up to this many choices are computed exactly. For more iterations, a feeder's share is known well enough. */
const EXACT_MAX = 2_000_000

type SupplyPlan = Pick<Plan, 'data' | 'requests' | 'beforeEach' | 'http' | 'load' | 'seed'>

/** Throws a UserError if rows that are used only once are certain to run out. */
export function checkData(plan: SupplyPlan): void {
  const iterations = certainIterations(plan)
  if (iterations === null) return
  for (const [name, feeder] of Object.entries(plan.data)) {
    const stops = feeder.pick === 'unique' ? feeder.onEnd !== 'recycle' : feeder.onEnd === 'stop'
    // One row per user. In the open model, the number of users isn't known in advance.
    if (feeder.pick === undefined || !stops || usesFeeder(plan.beforeEach, name)) continue
    const { size } = openRows(feeder)
    const warmup = feeder.pick === 'unique' ? count(plan, name, { of: iterations.warmup, isWarmup: true }) : 0
    const needed = count(plan, name, { of: iterations.measured, isWarmup: false }) + warmup
    if (needed <= size) continue
    const file = 'table' in feeder ? ` (${feeder.table.file})` : ''
    const ofWarmup = warmup > 0 ? `, ${formatCount(warmup)} of them in the warm-up` : ''
    throw userError(
      `data.${name}${file} has ${formatCount(size)} rows, but the load needs ${formatCount(needed)}${ofWarmup}`,
      'add rows, reduce the load, or write onEnd: recycle',
    )
  }
}

/** The number of iterations certain to start; null if it depends on the service's speed. */
function certainIterations({ load }: Pick<Plan, 'load'>): { measured: number; warmup: number } | null {
  const limit = load.iterations ?? Number.POSITIVE_INFINITY
  if (load.model === 'closed') {
    const measured = load.iterationsPerVu === undefined ? limit : load.iterationsPerVu * load.start
    return measured === Number.POSITIVE_INFINITY ? null : { measured, warmup: 0 }
  }
  const profile = new Profile(load.start, load.stages)
  const warmup = warmupProfile(load)
  const total = (one: Profile) => certainCount(one.count(one.durationMs), load.arrivals)
  return { measured: Math.min(limit, total(profile)), warmup: total(warmup) }
}

/** The number of random arrivals that all but one in a billion runs reach. */
function certainCount(expected: number, arrivals: 'even' | 'poisson'): number {
  return Math.max(0, Math.floor(arrivals === 'even' ? expected + 1e-9 : expected - 6 * Math.sqrt(expected)))
}

/** How many of the iterations use the feeder. */
function count(plan: SupplyPlan, name: string, iterations: { of: number; isWarmup: boolean }): number {
  const uses = usersOf(plan, name)
  const weights = plan.requests.map(({ weight }) => weight)
  if (iterations.of <= EXACT_MAX) {
    const ranks = new RowRanks({ mix: new Mix(weights), seed: plan.seed, uses: [uses] })
    return ranks.rank(0, iterations.of, iterations.isWarmup)
  }
  const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0)
  const share = sum(weights.filter((_, i) => uses[i])) / sum(weights)
  return certainCount(iterations.of * share, share === 1 ? 'even' : 'poisson')
}
