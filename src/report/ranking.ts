/**
 * Which requests matter most to a reader, where there are too many to look at all.
 */
import { plural } from '../base/units.js'
import type { Comparison } from '../stats/comparison.js'
import type { Totals } from '../stats/result.js'

/** Up to this many requests have a line each in a table of text; of more there are the {@link ROWS_OF_MANY} that matter most. */
const ROWS_MOST = 40
const ROWS_OF_MANY = 20

/** The requests that a table of text shows. */
export function requestsShown<T extends Rankable>(
  requests: readonly T[],
  comparison: Pick<Comparison, 'metrics'> | null,
): readonly T[] {
  return requests.length > ROWS_MOST ? chooseRequests(requests, ROWS_OF_MANY, comparison) : requests
}

/** Says how many requests a table leaves out, and where they are. */
export function describeLeft(left: number): string {
  return `${plural(left, 'more request')} not shown; these are the worst and the busiest. The saved result, --report html and --report csv have all of them.`
}

/** A comparison of more requests says which are worst, and how many more there are. */
export const COMPARED_MOST = 40

/** What is looked at. */
export type Rankable = Pick<Totals, 'requests' | 'failed' | 'errorRate'> & {
  readonly name: string
  readonly latency: Pick<Totals['latency'], 'p95'>
}

/** Those that regressed first, then those that failed, the most failures first, then the slowest by their p95. */
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

/** At most so many of them: the worst, and in a third of the places the busiest; in the order they came in. */
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
