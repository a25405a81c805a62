/**
 * Several runs of one scenario as one result: counts and histograms add up, windows follow each other.
 */
import { addConnections, addLate, addTotals, joinNeverSent, joinWarmups, roleOf } from './add.js'
import type { RequestResult, Result } from './result.js'

/**
 * The runs, in their order, as one result that marks where each begins. What was judged of the single runs is left
 * out. The environment and seed are those of the first.
 */
export function joinRuns(results: readonly [Result, ...Result[]]): Result {
  const [first] = results
  if (results.length === 1) return first
  // Whole seconds, so that no window of one run overlaps the next run's.
  const starts = results.map((_, index) =>
    results.slice(0, index).reduce((sum, each) => sum + Math.ceil(each.durationSeconds), 0),
  )
  const durationSeconds = results.reduce((sum, each) => sum + each.durationSeconds, 0)
  const names = [...new Set(results.flatMap(({ requests }) => requests.map(({ name }) => name)))]
  const { neverSent: _, ...shared } = first
  return {
    ...shared,
    durationSeconds,
    runs: results.map((each, index) => ({
      startedAt: each.startedAt,
      start: starts[index]!,
      durationSeconds: each.durationSeconds,
    })),
    interrupted: results.some(({ interrupted }) => interrupted),
    totals: addTotals(
      results.map(({ totals }) => totals),
      durationSeconds,
    ),
    requests: names.map((name) => joinRequests(results, name, starts, durationSeconds)),
    connections: addConnections(results.map(({ connections }) => connections)),
    timeline: results.flatMap(({ timeline }, index) =>
      timeline.map((point) => ({ ...point, second: point.second + starts[index]! })),
    ),
    thresholds: [],
    neverSucceeded: [],
    ...joinNeverSent(results),
    comparison: null,
    generator: {
      saturated: results.some(({ generator }) => generator.saturated),
      reasons: [...new Set(results.flatMap(({ generator }) => generator.reasons))],
      eventLoopUtilization: Math.max(...results.map(({ generator }) => generator.eventLoopUtilization)),
      schedulingLagP99: results.reduce<number | null>(
        (most, { generator: { schedulingLagP99: lag } }) =>
          lag === null || (most !== null && most > lag) ? most : lag,
        null,
      ),
      ...addLate(results.map(({ generator }) => generator)),
      // Of each run in its order: threads of different runs have nothing in common.
      workers: results.flatMap(({ generator }) => generator.workers),
    },
    ...errorOf(results),
  }
}

/** The first of the runs that broke off says why. */
function errorOf(results: readonly Result[]): Pick<Result, 'error' | 'errorStack'> {
  const broken = results.find(({ error }) => error !== null)
  return {
    error: broken?.error ?? null,
    ...(broken?.errorStack !== undefined && { errorStack: broken.errorStack }),
  }
}

function joinRequests(
  results: readonly Result[],
  name: string,
  starts: readonly number[],
  seconds: number,
): RequestResult {
  const parts = results.flatMap(({ requests }, index) =>
    requests
      .filter((request) => request.name === name)
      .map((request) => ({ request, start: starts[index]! })),
  )
  return {
    ...addTotals(
      parts.map(({ request }) => request),
      seconds,
    ),
    name,
    ...roleOf(parts[0]!.request),
    ...joinWarmups(parts.map(({ request }) => request)),
    windows: parts.flatMap(({ request, start }) =>
      request.windows.map((window) => ({ ...window, start: window.start + start })),
    ),
  }
}
