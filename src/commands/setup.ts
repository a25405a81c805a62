/**
 * What is done once before a load and once after it: logging in, making data, cleaning up.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, userError } from '../base/errors.js'
import { type ErrandEnd, type ErrandRun, runErrand } from '../load/errand.js'
import { SingleUser } from '../load/single.js'
import type { Plan } from '../plan/plan.js'
import type { Step } from '../scenario/journey.js'
import type { Scenario } from '../scenario/scenario.js'

/** Around one load. */
export interface Setup {
  /** What `before` captured. */
  readonly variables: Readonly<Record<string, unknown>>
  /** Does what comes after; gives what went wrong, in a sentence, or null. Never throws. */
  tearDown(): Promise<string | null>
}

/** An `after` that hangs must not keep the program. */
const AFTER_MS_MOST = 60_000

/**
 * Does what comes before the load. Throws a UserError (exit 3) when a step of it fails: the load would meet a service
 * that isn't ready for it.
 */
export async function setUp(scenario: Scenario, plan: Plan, signal: AbortSignal | undefined): Promise<Setup> {
  const { before, after } = scenario
  const { variables, failed } = await run(before, plan, { variables: plan.variables, isEarly: true }, signal)
  if (failed !== null) {
    throw userError(
      `${failed.name} failed: ${failed.failure.message}; the load was not sent`,
      `perfctl try ${scenario.file ?? 'scenario.yaml'} shows what was sent and answered`,
      'run',
    )
  }
  return {
    variables,
    async tearDown() {
      if (after.length === 0) return null
      try {
        const end = await run(after, plan, { variables, isEarly: false }, AbortSignal.timeout(AFTER_MS_MOST))
        return end.failed === null ? null : `${end.failed.name} failed: ${end.failed.failure.message}`
      } catch (error) {
        return `after: ${messageOf(error)}`
      }
    },
  }
}

async function run(
  steps: readonly Step[],
  plan: Plan,
  known: Pick<ErrandRun, 'variables' | 'isEarly'>,
  signal: AbortSignal | undefined,
): Promise<ErrandEnd> {
  if (steps.length === 0) return { variables: known.variables, failed: null }
  const user = new SingleUser(plan)
  try {
    return await runErrand(steps, plan, user, {
      ...known,
      pause: (ms) => sleep(ms, undefined, signal && { signal }).catch(() => {}),
      ...(signal && { signal }),
    })
  } finally {
    await user.close()
  }
}
