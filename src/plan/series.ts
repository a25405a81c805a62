/**
 * What figures are kept of: each request, each journey and its steps, each in a series of its own.
 */
import type { Step } from '../scenario/model/journey.js'
import type { RequestSpec } from '../scenario/model/request.js'
import type { Entry } from '../scenario/model/scenario.js'
import type { SeriesKind } from '../stats/result.js'
import type { Plan } from './plan.js'

/** One series: what it is called and of what it is. */
export interface SeriesSpec {
  readonly name: string
  readonly kind: SeriesKind
  /** Null of a journey, which sends nothing itself. */
  readonly request: RequestSpec | null
  /** Sent once by each user, before its first iteration, which is often in the warm-up. */
  readonly isFirst?: true
}

/** All series of a plan, in the order of the file; a journey before its steps, what each user does first last. */
export function listSeries(plan: {
  readonly requests: readonly Entry[]
  readonly beforeEach: readonly Step[]
}): SeriesSpec[] {
  return [
    ...plan.requests.flatMap((entry): SeriesSpec[] =>
      'steps' in entry
        ? [{ name: entry.name, kind: 'journey', request: null }, ...stepSeries(entry.steps)]
        : [{ name: entry.name, kind: 'request', request: entry }],
    ),
    ...stepSeries(plan.beforeEach).map((series) => ({ ...series, isFirst: true as const })),
  ]
}

/**
 * For each series the number of the one beside it that counts its requests of the warm-up, after all others; -1 where
 * these count for nothing. What each user sends once is often sent then and never again.
 */
export function numberWarmups(series: readonly Pick<SeriesSpec, 'isFirst'>[]): readonly number[] {
  let next = series.length
  return series.map(({ isFirst }) => (isFirst ? next++ : -1))
}

/** Every request that a plan sends: in the load, and once before and after it. */
export function sentBy(plan: Pick<Plan, 'requests' | 'beforeEach' | 'onceSteps'>): RequestSpec[] {
  const measured = listSeries(plan).flatMap(({ request }) => request ?? [])
  return [...measured, ...requestsOf(plan.onceSteps ?? [])]
}

/** The requests in some steps, those inside of groups too, in order. */
export function requestsOf(steps: readonly Step[]): RequestSpec[] {
  return steps.flatMap((step) => {
    if (step.type === 'group') return requestsOf(step.steps)
    return step.type === 'request' ? [step.request] : []
  })
}

function stepSeries(steps: readonly Step[]): SeriesSpec[] {
  return requestsOf(steps).map((request) => ({ name: request.name, kind: 'step', request }))
}
