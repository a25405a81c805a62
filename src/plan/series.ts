/**
 * The series that figures are kept for: each request, each journey and each of its steps.
 */
import type { Step } from '../scenario/model/journey.js'
import type { RequestSpec } from '../scenario/model/request.js'
import type { Entry } from '../scenario/model/scenario.js'
import type { SeriesKind } from '../stats/result.js'
import type { Plan } from './plan.js'

/** A series: its name and what it measures. */
export interface SeriesSpec {
  readonly name: string
  readonly kind: SeriesKind
  /** Null for a journey, which sends nothing itself. */
  readonly request: RequestSpec | null
  /** Part of the per-user setup, which often runs in the warm-up. */
  readonly isFirst?: true
}

/** All series of a plan in the file's order: a journey before its steps, the per-user setup last. */
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
 * For each series, the index of an additional series that counts its warm-up requests, after all others; -1 if they
 * don't count. The per-user setup is often sent only in the warm-up.
 */
export function numberWarmups(series: readonly Pick<SeriesSpec, 'isFirst'>[]): readonly number[] {
  let next = series.length
  return series.map(({ isFirst }) => (isFirst ? next++ : -1))
}

/** All requests that a plan sends: in the load, and once before and after it. */
export function sentBy(plan: Pick<Plan, 'requests' | 'beforeEach' | 'onceSteps'>): RequestSpec[] {
  const measured = listSeries(plan).flatMap(({ request }) => request ?? [])
  return [...measured, ...requestsOf(plan.onceSteps ?? [])]
}

/** The requests of steps and of groups within them, in order. */
export function requestsOf(steps: readonly Step[]): RequestSpec[] {
  return steps.flatMap((step) => {
    if (step.type === 'group') return requestsOf(step.steps)
    return step.type === 'request' ? [step.request] : []
  })
}

function stepSeries(steps: readonly Step[]): SeriesSpec[] {
  return requestsOf(steps).map((request) => ({ name: request.name, kind: 'step', request }))
}
