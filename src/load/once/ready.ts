/**
 * Waits until a service is ready for a load.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../../base/clock.js'
import { userError } from '../../base/errors.js'
import { printable } from '../../base/printable.js'
import { redact } from '../../base/secrets.js'
import { formatDuration, plural } from '../../base/units.js'
import type { Plan } from '../../plan/plan.js'
import type { Ready } from '../../scenario/model/ready.js'
import type { Scenario } from '../../scenario/model/scenario.js'
import type { ReadyMark, Result } from '../../stats/result.js'
import type { StepsOnce } from './run-steps-once.js'

/** From an answer to the next try: short for a service that is starting, and no load for one that takes minutes. */
const PAUSE_MS = 200

/** What ends a wait early, and who hears of it. */
export interface ReadyOptions {
  /** Ends it at once. */
  readonly signal?: AbortSignal | undefined
  /** Called once if the first answer isn't the wanted one, with a sentence that says so. */
  readonly onWait?: ((text: string) => void) | undefined
}

/**
 * Asks the service for what the scenario says, over connections like those of the load, until the status is below 400.
 * Returns that answer as a field of the result; none if the scenario asks nothing. Throws a UserError (exit 3) with the
 * last answer if it takes too long, or if `signal` is aborted before.
 */
export async function awaitReady(
  { ready, secrets }: Pick<Scenario, 'ready' | 'secrets'>,
  plan: Plan,
  options: ReadyOptions,
): Promise<Pick<Result, 'ready'>> {
  return ready === undefined ? {} : { ready: await ask(ready, plan, secrets, options) }
}

async function ask(
  { request, withinMs, degradedMs }: Ready,
  plan: Plan,
  secrets: readonly string[],
  { signal, onWait }: ReadyOptions,
): Promise<ReadyMark> {
  const [{ SingleUser }, { runStepsOnce }] = await Promise.all([
    import('./single-user.js'),
    import('./run-steps-once.js'),
  ])
  const limit = formatDuration(withinMs)
  const shown = (text: string) => printable(redact(text, secrets))
  const late = new AbortController()
  const kill = AbortSignal.any([late.signal, ...(signal === undefined ? [] : [signal])])
  const user = await SingleUser.open(plan)
  const timer = setTimeout(() => late.abort(), withinMs)
  const begun = now()
  let answer = `no complete response within ${limit}`
  try {
    for (let tries = 1; ; tries++) {
      let sent: StepsOnce | undefined
      const { failed } = await runStepsOnce([{ type: 'request', request }], plan, user, {
        variables: {},
        iteration: tries - 1,
        isEarly: true,
        pause: async () => {},
        onStep: (step) => {
          sent = step
        },
        kill,
      })
      if (sent === undefined)
        throw userError(`ready: ${shown(failed!.failure.message)}`, 'change its URL', 'run')
      const url = shown(urlOf(sent, plan))
      if (failed === null) {
        const { latencyMs } = sent.attempt
        const degraded = degradedMs !== null && latencyMs > degradedMs
        return { url, tries, waitedMs: now() - begun, latencyMs, limitMs: degradedMs, degraded }
      }
      if (!kill.aborted) {
        answer = shown(failed.failure.message)
        if (tries === 1) onWait?.(`${url} is not ready yet, and gets up to ${limit}: ${answer}`)
        await sleep(PAUSE_MS, undefined, { signal: kill }).catch(() => {})
      }
      if (signal?.aborted) throw userError('interrupted before the service was ready', null, 'run')
      if (late.signal.aborted) {
        throw userError(
          `the service was not ready within ${limit}: ${url} was asked ${plural(tries, 'time')}; the last answer: ${answer}`,
          'check the service and the URL under ready, or allow more time with within',
          'run',
        )
      }
    }
  } finally {
    clearTimeout(timer)
    await user.close()
  }
}

/** Without the query, which may have a secret. */
function urlOf({ outgoing: { origin, path } }: StepsOnce, { target }: Plan): string {
  return `${origin ?? new URL(target).origin}${path.split('?')[0]}`
}
