/**
 * The settings of a search that don't come from a scenario file, which checks its own.
 */
import type { Ms } from '../../base/clock.js'
import type { Problem } from '../../base/errors.js'
import { formatDuration } from '../../base/units.js'
import { formatLoad } from '../../report/capacity.js'
import { CAPACITY_DEFAULTS } from '../../scenario/model/capacity.js'
import type { CapacityOptions, Scenario } from '../../scenario/model/scenario.js'
import { checkSeconds } from '../../verdict/capacity/pair.js'

/** The settings of the search in a scenario. */
export function capacityOf({ capacity }: Scenario): CapacityOptions {
  return capacity ?? CAPACITY_DEFAULTS
}

/** Returns the shortest budget in which a search finds something. */
export function budgetLeast({ trialMs, settleMs, sumMs }: CapacityOptions): Ms {
  return sumMs + 2 * (trialMs + settleMs)
}

/** Returns the shortest budget in which two searches find something, and whether they differ. */
export function pairBudgetLeast(settings: CapacityOptions): Ms {
  const { trialMs, settleMs } = settings
  const checkMs = 1000 * checkSeconds({ trialSeconds: trialMs / 1000, settleSeconds: settleMs / 1000 })
  return 2 * budgetLeast(settings) + checkMs
}

/** Returns what is wrong with settings together. `required`: a load that has to be carried; null for none. */
export function checkSettings(
  { of, from, max, budgetMs }: CapacityOptions,
  { required, leastMs }: { readonly required: number | null; readonly leastMs: Ms },
): Problem[] {
  const problems: Problem[] = []
  const wrong = (message: string, hint: string) => problems.push({ message, place: null, hint })
  if (from !== null && max !== null && from > max)
    wrong(
      `the first load, ${formatLoad(from, of)}, is above the most, ${formatLoad(max, of)}`,
      'lower from or raise max; those that are not given are under capacity in the scenario',
    )
  if (required !== null && max !== null && required > max)
    wrong(
      `the load that is required, ${formatLoad(required, of)}, is above the most that may be sent, ${formatLoad(max, of)}`,
      'raise max, or require less',
    )
  if (budgetMs < leastMs)
    wrong(
      `a budget of ${formatDuration(budgetMs)} is too short for the trials that a bound takes`,
      `use ${formatDuration(1000 * Math.ceil(leastMs / 1000))} or more, or a shorter trial, settle or sum under capacity in the scenario`,
    )
  return problems
}
