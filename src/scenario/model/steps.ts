/**
 * Traversal of a scenario's steps, so that callers needn't know how they are nested.
 */
import type { Step } from './journey.js'
import type { RequestSpec } from './request.js'
import type { Entry, Scenario } from './scenario.js'

/** The parts of a scenario that contain requests. */
export type WithRequests = Pick<Scenario, 'requests' | 'before' | 'beforeEach' | 'after'>

/** The parts with each request changed. */
export function mapRequests(
  parts: WithRequests,
  change: (request: RequestSpec) => RequestSpec,
): WithRequests {
  const steps = (some: readonly Step[]): Step[] => some.map(step)
  function step(one: Step): Step {
    if (one.type === 'request') return { ...one, request: change(one.request) }
    return one.type === 'group' ? { ...one, steps: steps(one.steps) } : one
  }
  const entry = (one: Entry): Entry => ('steps' in one ? { ...one, steps: steps(one.steps) } : change(one))
  const { requests, before, beforeEach, after } = parts
  return {
    requests: requests.map(entry),
    before: steps(before),
    beforeEach: steps(beforeEach),
    after: steps(after),
  }
}
