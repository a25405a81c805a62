/**
 * Requests that never succeeded. A run with one doesn't pass, whatever else it measured, as nothing is known about that
 * request's latency; unless a threshold allows it to fail every time.
 */
import type { Threshold } from '../scenario/model/scenario.js'
import type { RequestResult, Totals } from '../stats/result.js'
import { isMet } from './thresholds.js'

type Tried = Pick<RequestResult, 'name' | 'kind' | 'phase' | 'requests' | 'failed'> & {
  readonly warmup?: Pick<Totals, 'requests' | 'failed'>
}

/** The counts of a run. */
interface Counted {
  readonly totals: Pick<Totals, 'requests' | 'errorRate'>
  readonly requests: readonly Tried[]
}

/**
 * Returns the names of the requests, steps and journeys that never succeeded, in the order of the scenario. Left out are
 * those that a threshold allows to fail every time: a threshold on the error rate of the request or of the run that is
 * met and would be met at 100 %, such as `search: error_rate <= 100%` or `error_rate > 50%`. It applies to the journey of
 * an allowed step too.
 */
export function listNeverSucceeded(
  { totals, requests }: Counted,
  thresholds: readonly Threshold[],
): readonly string[] {
  const dead = requests.filter(hasOnlyFailed)
  if (dead.length === 0) return []
  const allowances = thresholds.filter(
    (threshold) => threshold.metric === 'error_rate' && isMet(threshold, 1),
  )
  const isRunAllowed = allowances.some(
    (threshold) => threshold.request === null && isMet(threshold, totals.errorRate),
  )
  if (isRunAllowed) return []
  const allowed = dead.filter(({ name }) => allowances.some(({ request }) => request === name))
  return dead
    .filter(
      (request) =>
        !allowed.includes(request) && !allowed.some((other) => journeyOf(other, requests) === request),
    )
    .map(({ name }) => name)
}

/** The warm-up counts too, for requests that report it. */
function hasOnlyFailed({ requests, failed, warmup = { requests: 0, failed: 0 } }: Tried): boolean {
  return isDead({ requests: requests + warmup.requests, failed: failed + warmup.failed })
}

/** Whether a request was sent and always failed. */
export function isDead({ requests, failed }: Pick<Totals, 'requests' | 'failed'>): boolean {
  return requests > 0 && failed === requests
}

/** The journey of a step, which precedes its steps. Per-user setup belongs to none. */
function journeyOf(step: Tried, requests: readonly Tried[]): Tried | undefined {
  if (step.kind !== 'step' || step.phase !== undefined) return undefined
  return requests.slice(0, requests.indexOf(step)).findLast(({ kind }) => kind === 'journey')
}
