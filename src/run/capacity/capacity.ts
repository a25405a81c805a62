/**
 * A search for a capacity as a function, for other programs.
 */
import type { Ms } from '../../base/clock.js'
import { type Problem, UserError } from '../../base/errors.js'
import type { CapacityOptions, Scenario } from '../../scenario/model/scenario.js'
import type { Result } from '../../stats/result.js'
import { leastOfReference } from '../../verdict/capacity/least.js'
import { type CapacityRunOptions, runCapacity } from './session.js'
import { budgetLeast, capacityOf, checkSettings } from './settings.js'

/** Options that override or add to the scenario. Loads are arrivals per second, or virtual users with `of: vus`. */
export interface CapacitySearchOptions extends Partial<Omit<CapacityRunOptions, 'floor' | 'isCheck'>> {
  /** The first load. */
  readonly from?: number | undefined
  /** The most to send. Required for a service on another machine, unless the scenario has it. */
  readonly max?: number | undefined
  /** The longest time for everything. */
  readonly budgetMs?: Ms | undefined
  /** A load that has to be carried; the verdict is `failed` if it isn't. */
  readonly require?: number | undefined
  /**
   * Only finds out whether `require` is carried, or else what `reference` carried, less the scenario's tolerance; searches only if
   * it isn't.
   */
  readonly verify?: boolean
}

/**
 * Searches the largest load that the service carries within the limits of `scenario`, and returns the judged result; its `capacity`
 * has the bounds and all trials. A search that can't start or finish has a result, too, with an `error`. Throws a UserError only for
 * invalid input; nothing has been sent then.
 */
export async function capacity(scenario: Scenario, options: CapacitySearchOptions = {}): Promise<Result> {
  const { from, max, budgetMs, require, verify = false, ...others } = options
  const { reference = null, allowEnvironment = false, signal = NEVER, kill = NEVER } = options
  const given = capacityOf(scenario)
  const settings = {
    ...given,
    ...(from !== undefined && { from }),
    ...(max !== undefined && { max }),
    ...(budgetMs !== undefined && { budgetMs }),
  }
  const required = require ?? null
  const problems = [
    ...Object.entries({ from, max, require }).flatMap(([name, load]) => checkLoad(name, load, given.of)),
    ...checkSettings(settings, { required, leastMs: budgetLeast(given) }),
  ]
  const { tolerance } = scenario.baseline
  const least =
    reference === null
      ? null
      : leastOfReference(reference.measurement, tolerance.capacity, given.of === 'vus')
  if (verify && required === null) problems.push(...checkLeast(least, settings))
  if (problems.length > 0) throw new UserError(problems)
  const floor =
    required !== null
      ? { load: required, by: 'require' as const }
      : verify
        ? { load: least!, by: 'baseline' as const }
        : undefined
  const asked = { floor, isCheck: verify, reference, allowEnvironment }
  return runCapacity(scenario, settings, { ...others, ...asked, signal, kill })
}

const NEVER = new AbortController().signal

function checkLoad(name: string, load: number | undefined, of: CapacityOptions['of']): Problem[] {
  if (load === undefined || (load > 0 && (of === 'vus' ? Number.isSafeInteger(load) : Number.isFinite(load))))
    return []
  const what = of === 'vus' ? 'a whole number of virtual users' : 'a number of arrivals per second'
  return [{ message: `${name}: ${load} is not ${what} above 0`, place: null, hint: 'write one, such as 500' }]
}

/** What is wrong with the load to verify, which comes from the reference. */
function checkLeast(least: number | null, { max }: Pick<CapacityOptions, 'max'>): Problem[] {
  const wrong = (message: string, hint: string): Problem[] => [{ message, place: null, hint }]
  if (least === null)
    return wrong(
      'verify: there is no capacity to verify',
      'give a reference that has one, or the load as require',
    )
  if (max === null || least <= max) return []
  return wrong(
    `verify: the reference's capacity less the tolerance, ${least}, is more than the most that may be sent, ${max}`,
    'raise max, or give a smaller load as require',
  )
}
