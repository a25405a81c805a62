/**
 * How often a search finds the true capacity: counted over simulated services.
 */
import { CapacityCheck } from '../../../src/verdict/capacity/check.js'
import { Outlook } from '../../../src/verdict/capacity/outlook.js'
import { CapacitySearch, type SearchEnd, type SearchGoal } from '../../../src/verdict/capacity/search.js'
import { Machine, type World } from './machine.js'
import { trueCapacity } from './truth.js'

/** The settings of a scenario that sets none. */
export const USUAL = {
  max: 2000,
  width: 0.05,
  trialSeconds: 10,
  settleSeconds: 3,
  sumSeconds: 60,
  exceed: 0.2,
  budgetSeconds: 600,
  isWhole: false,
} as const satisfies Omit<SearchGoal, 'from'>

/** Those of a quick look. */
export const SHORT = { ...USUAL, trialSeconds: 2, settleSeconds: 0.5, sumSeconds: 8 } as const

/** What came of many searches. */
export interface Found {
  readonly searches: number
  /** The shares in which the truth lies between the bounds, and at most one width outside of them. */
  readonly within: number
  readonly near: number
  /** How many ended so. */
  readonly ends: Readonly<Partial<Record<SearchEnd, number>>>
  /** The median of what a search took, in seconds, the most, and the median number of trials. */
  readonly spent: number
  readonly mostSpent: number
  readonly trials: number
  /** The median of ln(lower / truth). */
  readonly bias: number
}

/** Runs searches in a world, each with a service of its own. The first load is a share of the truth. */
export function countFound(
  world: World,
  settings: Omit<SearchGoal, 'from'>,
  searches: number,
  seeds = 0,
): Found {
  const capacity = trueCapacity(world.service, world.slo, world.arrivals)
  const ends: Partial<Record<SearchEnd, number>> = {}
  const [spent, trials, biases]: number[][] = [[], [], []]
  let [within, near] = [0, 0]
  for (let seed = 1; seed <= searches; seed++) {
    const machine = new Machine(world, seed + seeds * 2 ** 32, settings.budgetSeconds)
    // Spread, so that no grid of loads happens to fit.
    const from = capacity * 0.08 * 2 ** (seed / searches)
    const search = new CapacitySearch({ ...settings, from })
    const truths: number[] = []
    for (let probe = search.next(); probe !== null; probe = search.next()) {
      const trial = machine.run(probe, settings.settleSeconds)
      truths.push(capacity * machine.capacity)
      search.record(trial)
    }
    const { lower, upper, end, spentSeconds } = search.answer()
    ends[end!] = (ends[end!] ?? 0) + 1
    spent!.push(spentSeconds)
    trials!.push(truths.length)
    // If it changes, it is what it was in the middle of the search.
    const truth = truths[truths.length >> 1]!
    if (lower === null || upper === null) continue
    const slack = 1 + settings.width
    if (lower <= truth && truth <= upper) within += 1 / searches
    if (lower / slack <= truth && truth <= upper * slack) near += 1 / searches
    biases!.push(Math.log(lower / truth))
  }
  return {
    searches,
    within,
    near,
    ends,
    spent: middleOf(spent!),
    mostSpent: Math.max(...spent!),
    trials: middleOf(trials!),
    bias: middleOf(biases!),
  }
}

/** How good the estimates of the rest are, over all trials of many searches. */
export interface Estimated {
  /** The median of their relative errors. */
  readonly error: number
  /** How often one was longer than the one before, though the trial was met. */
  readonly growths: number
}

/** Follows the estimates of searches in a world. `share`: the most that may be sent, as a share of the truth. */
export function countEstimates(world: World, searches: number, share: number): Estimated {
  const capacity = trueCapacity(world.service, world.slo, world.arrivals)
  const errors: number[] = []
  let growths = 0
  for (let seed = 1; seed <= searches; seed++) {
    const machine = new Machine(world, seed, USUAL.budgetSeconds)
    const from = capacity * 0.08 * 2 ** (seed / searches)
    const goal = { ...USUAL, max: Math.min(USUAL.max, share * capacity), from }
    const search = new CapacitySearch(goal)
    const outlook = new Outlook(
      () => new CapacitySearch(goal),
      goal.settleSeconds,
      (of) => of.answer().loads,
    )
    const estimates: { left: number; spent: number }[] = []
    for (let probe = search.next(); probe !== null; probe = search.next()) {
      const trial = machine.run(probe, goal.settleSeconds)
      search.record(trial)
      const left = outlook.after(probe, trial)
      if (trial.isMet && left > (estimates.at(-1)?.left ?? left)) growths++
      estimates.push({ left, spent: search.answer().spentSeconds })
    }
    const whole = search.answer().spentSeconds
    for (const { left, spent } of estimates.slice(0, -1)) errors.push(Math.abs(left / (whole - spent) - 1))
  }
  return { error: middleOf(errors), growths }
}

/**
 * The shares of checks that say, within a minute, that a load is carried and that it isn't. `share`: the load as a share of the
 * true capacity.
 */
export function countCarried(
  world: World,
  share: number,
  checks: number,
  budgetSeconds = 60,
): { readonly yes: number; readonly no: number; readonly mostSpent: number } {
  const load = share * trueCapacity(world.service, world.slo, world.arrivals)
  let [yes, no, mostSpent] = [0, 0, 0]
  for (let seed = 1; seed <= checks; seed++) {
    const machine = new Machine(world, seed, budgetSeconds)
    const check = new CapacityCheck({ ...USUAL, load, budgetSeconds })
    for (let probe = check.next(); probe !== null; probe = check.next())
      check.record(machine.run(probe, USUAL.settleSeconds))
    const { isCarried, spentSeconds } = check.answer()
    if (isCarried === true) yes += 1 / checks
    if (isCarried === false) no += 1 / checks
    mostSpent = Math.max(mostSpent, spentSeconds)
  }
  return { yes, no, mostSpent }
}

function middleOf(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Float64Array.from(values).sort()[values.length >> 1]!
}
