/**
 * Setup and teardown of a load, such as logging in, creating data and cleaning up.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, userError } from '../base/errors.js'
import type { StepsOnceEnd, StepsOnceOptions } from '../load/once/run-steps-once.js'
import type { Plan } from '../plan/plan.js'
import type { Step } from '../scenario/model/journey.js'
import type { Scenario } from '../scenario/model/scenario.js'

/** The setup of one load, once it is done. */
export interface Setup {
  /** What `before` captured. */
  readonly variables: Readonly<Record<string, unknown>>
  /** Runs the steps of `after`. Returns a description of what failed, or null. Never throws. */
  tearDown(): Promise<string | null>
}

/** A hanging `after` must not block the program. */
const AFTER_MS_MAX = 60_000

/**
 * Runs the steps of `before`. Throws a UserError (exit 3) if one fails, because the load would meet an
 * unprepared service; `after` then cleans up what was created. When `signal` is aborted, no more steps of
 * `before` are sent, but `after` still runs. When `kill` is aborted, the request in flight is aborted.
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
    // An interrupt of the load does not cancel the cleanup.
    const later = kill === undefined || kill.aborted ? [] : [kill]
    const stop = AbortSignal.any([AbortSignal.timeout(AFTER_MS_MAX), ...later])
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
  const [{ SingleUser }, { runStepsOnce }] = await Promise.all([
    import('../load/once/single-user.js'),
    import('../load/once/run-steps-once.js'),
  ])
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
