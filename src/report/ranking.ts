/**
 * Selects the requests that matter most when there are too many to show.
 */
import { plural } from '../base/units.js'
import type { Comparison } from '../stats/comparison.js'
import type { Totals } from '../stats/result.js'

/**
 * Text tables show up to this many requests. If there are more, they show the {@link ROWS_OF_MANY} that matter most.
 */
const ROWS_MAX = 40
const ROWS_OF_MANY = 20

/** Returns the requests that a text table shows. */
export function requestsShown<T extends Rankable>(
  requests: readonly T[],
  comparison: Pick<Comparison, 'metrics'> | null,
): readonly T[] {
  return requests.length > ROWS_MAX ? chooseRequests(requests, ROWS_OF_MANY, comparison) : requests
}

/** Says how many requests a table leaves out, and where to find them. */
export function describeLeftOut(left: number): string {
  return `${plural(left, 'more request')} not shown; these are the worst and the busiest. The saved result, --report html and --report csv have all of them.`
}

/** A comparison shows at most this many rows, the worst first. */
export const COMPARED_ROWS_MAX = 40

/** The figures that the order depends on. */
export type Rankable = Pick<Totals, 'requests' | 'failed' | 'errorRate'> & {
  readonly name: string
  readonly latency: Pick<Totals['latency'], 'p95'>
}

/** Sorts by regressions first, then error rate, then p95. */
export function rankRequests<T extends Rankable>(
  requests: readonly T[],
  comparison: Pick<Comparison, 'metrics'> | null,
): T[] {
  const worse = new Set(
    comparison?.metrics.flatMap(({ request, verdict }) =>
      request !== null && (verdict === 'regressed' || verdict === 'missing') ? [request] : [],
    ),
  )
  return [...requests].sort(
    (a, b) =>
      Number(worse.has(b.name)) - Number(worse.has(a.name)) ||
      b.errorRate - a.errorRate ||
      (b.latency.p95 ?? -1) - (a.latency.p95 ?? -1),
  )
}

/** Selects at most `most` requests: two thirds are the worst, the rest the busiest. Keeps their order. */
export function chooseRequests<T extends Rankable>(
  requests: readonly T[],
  most: number,
  comparison: Pick<Comparison, 'metrics'> | null,
): readonly T[] {
  if (requests.length <= most) return requests
  const chosen = new Set(rankRequests(requests, comparison).slice(0, Math.ceil((most * 2) / 3)))
  for (const busy of [...requests].sort((a, b) => b.requests - a.requests)) {
    if (chosen.size >= most) break
    chosen.add(busy)
  }
  return requests.filter((request) => chosen.has(request))
}
