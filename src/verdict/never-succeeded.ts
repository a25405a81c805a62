/**
 * Requests of which every try failed. A run with one is not passed, whatever else it measured: nothing is known of how
 * fast that request is. Unless a threshold says that it may fail every time.
 */
import type { Threshold } from '../scenario/model/scenario.js'
import type { RequestResult, Totals } from '../stats/result.js'
import { isMet } from './thresholds.js'

type Tried = Pick<RequestResult, 'name' | 'kind' | 'phase' | 'requests' | 'failed'> & {
  readonly warmup?: Pick<Totals, 'requests' | 'failed'>
}

/** What is known of the requests of a run. */
interface Counted {
  readonly totals: Pick<Totals, 'requests' | 'errorRate'>
  readonly requests: readonly Tried[]
}

/**
 * The names of the requests, steps and journeys that never succeeded, in the order of the scenario. Left out are those
 * that a threshold allows to fail every time: one on the error rate, of the request or of the run, that is met and
 * would be at 100 % too, such as `search: error_rate <= 100%` or `error_rate > 50%`. A step that may fail takes its
 * journey along.
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

/** In the warm-up too, where that counts. */
function hasOnlyFailed({ requests, failed, warmup = { requests: 0, failed: 0 } }: Tried): boolean {
  return isDead({ requests: requests + warmup.requests, failed: failed + warmup.failed })
}

/** Whether every try of a request failed; one that was never tried has not. */
export function isDead({ requests, failed }: Pick<Totals, 'requests' | 'failed'>): boolean {
  return requests > 0 && failed === requests
}

/** The journey that a step belongs to: a journey comes before its steps. What users do once belongs to none. */
function journeyOf(step: Tried, requests: readonly Tried[]): Tried | undefined {
  if (step.kind !== 'step' || step.phase !== undefined) return undefined
  return requests.slice(0, requests.indexOf(step)).findLast(({ kind }) => kind === 'journey')
}
