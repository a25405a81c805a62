/**
 * How often a pair of searches gives the right verdict: counted over two simulated services that take turns.
 */
import { CapacityPair, type PairGoal, type PairSide } from '../../../src/verdict/capacity/pair.js'
import { Machine, type World } from './machine.js'
import { USUAL } from './searches.js'
import { trueCapacity } from './truth.js'

/** The settings of a scenario that sets none. */
export const USUAL_PAIR: Omit<PairGoal, 'from'> = { ...USUAL, budgetSeconds: 1200, tolerance: 0.1 }

/** What came of many pairs. */
export interface PairsFound {
  /** The shares in which b carries what it has to, in which it doesn't, and in which that is open. */
  readonly passed: number
  readonly regressed: number
  readonly open: number
  /** The true capacity of b as a share of a's. */
  readonly ratio: number
  /** The median of what a pair took, in seconds, and the most. */
  readonly spent: number
  readonly mostSpent: number
}

/** Runs pairs in a world in which the services of b take longer: its capacity is `1 - loss` of a's. */
export function countPairs(
  world: World,
  loss: number,
  pairs: number,
  settings: Omit<PairGoal, 'from'> = USUAL_PAIR,
  seeds = 0,
): PairsFound {
  const capacity = trueCapacity(world.service, world.slo, world.arrivals)
  const slower = loss === 0 ? world : slowDown(world, capacity * (1 - loss))
  const spent: number[] = []
  let [passed, regressed] = [0, 0]
  for (let index = 1; index <= pairs; index++) {
    const seed = index + seeds * 2 ** 32
    const machines = {
      a: new Machine(world, seed, settings.budgetSeconds, seed),
      b: new Machine(slower, seed + 2 ** 20, settings.budgetSeconds, seed),
    }
    // Spread, so that no grid of loads happens to fit.
    const pair = new CapacityPair({ ...settings, from: capacity * 0.08 * 2 ** (index / pairs) })
    let seconds = 0
    for (let turn = pair.next(); turn !== null; turn = pair.next()) {
      const trial = machines[turn.side].run(turn, settings.settleSeconds)
      // A second for what is in flight.
      machines[turn.side].idle(1)
      const spentSeconds = trial.spentSeconds + 1
      machines[other(turn.side)].idle(spentSeconds)
      seconds += spentSeconds
      pair.record({ ...trial, spentSeconds })
    }
    const { a, b } = pair.answer()
    const isRegressed = b.check?.isCarried === false && a.check?.isCarried !== false
    if (b.check?.isCarried === true) passed += 1 / pairs
    if (isRegressed) regressed += 1 / pairs
    spent.push(seconds)
  }
  const sorted = Float64Array.from(spent).sort()
  return {
    passed,
    regressed,
    open: Math.max(0, 1 - passed - regressed),
    ratio: trueCapacity(slower.service, slower.slo, slower.arrivals) / capacity,
    spent: sorted[sorted.length >> 1]!,
    mostSpent: sorted.at(-1)!,
  }
}

function other(side: PairSide): PairSide {
  return side === 'a' ? 'b' : 'a'
}

/** The same service with such longer requests that it carries just that. */
function slowDown(world: World, capacity: number): World {
  const withSeconds = (seconds: number): World => ({ ...world, service: { ...world.service, seconds } })
  let [fast, slow] = [world.service.seconds, 2 * world.service.seconds]
  for (let step = 0; step < 12; step++) {
    const middle = (fast + slow) / 2
    const { service, slo, arrivals } = withSeconds(middle)
    if (trueCapacity(service, slo, arrivals) > capacity) fast = middle
    else slow = middle
  }
  return withSeconds((fast + slow) / 2)
}
