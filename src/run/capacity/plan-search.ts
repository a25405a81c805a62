/**
 * What a search sends, and how it is carried out: from the settings, before anything is sent.
 */
import { type Ms, wallTime } from '../../base/clock.js'
import { userError } from '../../base/errors.js'
import { makePlan } from '../../plan/make-plan.js'
import type { Plan } from '../../plan/plan.js'
import type { CapacityOptions, Scenario } from '../../scenario/model/scenario.js'
import type { TrialGoal } from '../../verdict/capacity/trial.js'
import { isHere } from '../process/watch.js'
import type { SourceOptions } from '../source.js'
import { checkRows, type SteeredPart, settleMsOf, sloOf, steeredLoad, VUS_MAX } from './load.js'
import type { TrialRules } from './trials.js'

/** The load of a search, whose level is steered. */
export interface SearchPlan {
  readonly plan: Plan
  readonly steered: SteeredPart
  /** The most that may be sent; null: no limit. */
  readonly max: number | null
}

/**
 * Plans the load of a search. Throws a UserError if another machine could get any load, or if rows could run out that are used
 * only once.
 */
export async function planSearch(
  target: string,
  scenario: Scenario,
  settings: CapacityOptions,
  options: { readonly seed: number } & Pick<SourceOptions, 'agents'>,
): Promise<SearchPlan> {
  const { of, budgetMs } = settings
  const max = await limitOf(scenario, settings, target, options)
  const steered = { of, most: max ?? 0, durationMs: LONGER * budgetMs }
  const load = steeredLoad(scenario, steered)
  checkSearchRows(scenario, { ...settings, max })
  const known = { target, seed: options.seed, today: wallTime().getTime() }
  return { plan: { ...makePlan({ ...scenario, load }, known), isSteered: true }, steered, max }
}

/** Throws a UserError if rows that are used only once could run out before the search ends. */
export function checkSearchRows(scenario: Scenario, { of, max, budgetMs }: CapacityOptions): void {
  const load = steeredLoad(scenario, { of, most: 0, durationMs: 0 })
  checkRows({ ...scenario, load }, of === 'vus' ? null : max, budgetMs / 1000)
}

/** The load may last longer than the budget, which is kept by the search: its last trial may end late. */
const LONGER = 2

/** The most that may be sent; null: no limit. Throws a UserError if another machine could get any load. */
async function limitOf(
  { http }: Scenario,
  { of, max }: CapacityOptions,
  target: string,
  { agents }: Pick<SourceOptions, 'agents'>,
): Promise<number | null> {
  if (max !== null) return max
  if (agents === undefined && (await isHere({ target, http }))) return of === 'vus' ? VUS_MAX : null
  throw userError(
    // Where an agent finds it, only the agent knows.
    agents === undefined
      ? `${target} is on another machine, and nothing limits what it may be sent`
      : `nothing limits what the agents may send to ${target}`,
    `set capacity.max in the scenario, or use --max ${of === 'vus' ? '500' : '2000/s'}: as much as you may send there`,
  )
}

/** Returns how trials are carried out. */
export function rulesOf(
  scenario: Scenario,
  settings: CapacityOptions,
  known: Pick<TrialRules, 'from' | 'beginsAtFrom' | 'untilMs'>,
): TrialRules {
  return {
    isOpen: settings.of === 'rate',
    slo: sloOf(scenario, settings),
    settleMs: settleMsOf(scenario, settings),
    warmupMs: scenario.load.warmupMs,
    ...known,
  }
}

/** Returns what it takes to decide on a load, within a budget. */
export function goalOf({ trialMs, settleMs, sumMs, exceed }: CapacityOptions, budgetMs: Ms): TrialGoal {
  return {
    trialSeconds: trialMs / 1000,
    settleSeconds: settleMs / 1000,
    sumSeconds: sumMs / 1000,
    exceed,
    budgetSeconds: budgetMs / 1000,
  }
}
