/**
 * What is done once before a load and once after it: logging in, making data, cleaning up.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, userError } from '../base/errors.js'
import { runStepsOnce, type StepsOnceEnd, type StepsOnceOptions } from '../load/once/run-steps-once.js'
import { SingleUser } from '../load/once/single-user.js'
import type { Plan } from '../plan/plan.js'
import type { Step } from '../scenario/model/journey.js'
import type { Scenario } from '../scenario/model/scenario.js'

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
 * that isn't ready for it. What came about until then is cleaned up by `after`. `signal` aborted: sends nothing more of
 * `before`, and `after` is done nevertheless. `kill` aborted: gives up the request under way.
 */
export async function setUp(
  scenario: Scenario,
  plan: Plan,
  signal: AbortSignal | undefined,
  kill?: AbortSignal,
): Promise<Setup> {
  const { before, after } = scenario
  const known = { variables: plan.variables, isEarly: true }
  const { variables, answered, failed } = await run(before, plan, { ...known, signal, kill })
  const tearDown = async (): Promise<string | null> => {
    if (after.length === 0) return null
    // Subtle: an interrupt of the load does not cancel the cleanup.
    const later = kill === undefined || kill.aborted ? [] : [kill]
    const stop = AbortSignal.any([AbortSignal.timeout(AFTER_MS_MOST), ...later])
    try {
      const end = await run(after, plan, { variables, isEarly: false, kill: stop })
      return end.failed === null ? null : `${end.failed.name} failed: ${end.failed.failure.message}`
    } catch (error) {
      return `after: ${messageOf(error)}`
    }
  }
  if (failed === null) return { variables, tearDown }
  const fault = answered > 0 ? await tearDown() : null
  throw userError(
    `${failed.name} failed: ${failed.failure.message}; the load was not sent${fault === null ? '' : `, and ${fault}`}`,
    `see the requests and responses with perfctl try ${scenario.file ?? 'scenario.yaml'}`,
    'run',
  )
}

interface Known extends Pick<StepsOnceOptions, 'variables' | 'isEarly'> {
  readonly signal?: AbortSignal | undefined
  readonly kill?: AbortSignal | undefined
}

async function run(
  steps: readonly Step[],
  plan: Plan,
  { signal, kill, ...known }: Known,
): Promise<StepsOnceEnd> {
  if (steps.length === 0) return { variables: known.variables, answered: 0, failed: null }
  const user = await SingleUser.open(plan)
  const cut = signal ?? kill
  try {
    return await runStepsOnce(steps, plan, user, {
      ...known,
      pause: (ms) => sleep(ms, undefined, cut && { signal: cut }).catch(() => {}),
      ...(signal && { signal }),
      ...(kill && { kill }),
    })
  } finally {
    await user.close()
  }
}
