/**
 * How long a virtual user waits for a request to end.
 */
import type { Ms } from '../../base/clock.js'
import type { Plan } from '../../plan/plan.js'
import { sentBy } from '../../plan/series.js'
import type { Retries } from '../../scenario/model/retries.js'

/** A margin beyond the attempts, each of which has its own timeout in the retry layer. */
const MARGIN_MS = 1000

/** The timeout of one exchange; with retries, what all attempts and pauses can take together. */
export function timeoutOf(plan: Pick<Plan, 'http' | 'requests' | 'beforeEach' | 'onceSteps'>): Ms {
  const { http } = plan
  const policies = [http.retries, ...sentBy(plan).map(({ retries }) => retries)]
  const longest = policies
    .filter((retries) => retries !== undefined)
    .map((retries) => most(retries, http.timeoutMs))
  return longest.length === 0 ? http.timeoutMs : Math.max(...longest) + MARGIN_MS
}

function most({ count, backoffMs: [, pauseMs] }: Retries, timeoutMs: Ms): Ms {
  return (count + 1) * timeoutMs + count * pauseMs
}
