/**
 * Joins several runs of one scenario into one result: counts and histograms add up, windows are concatenated.
 */
import { addConnections, addLate, addTotals, joinNeverSent, joinWarmups, roleOf } from './add.js'
import { joinFindings } from './findings.js'
import { median } from './math.js'
import { joinTimingWindows, mapTimingWindows } from './observed.js'
import { joinReady } from './ready.js'
import type { RequestResult, Result, RunEnvironment, Window } from './result.js'
import { joinTargets } from './target.js'

/** Joins the runs in order, without their judgments. Environment and seed are those of the first run, the yardstick that of all. */
export function joinRuns(results: readonly [Result, ...Result[]]): Result {
  const [first] = results
  if (results.length === 1) return first
  // Rounded up to whole seconds, so that no window overlaps the next run.
  const starts = results.map((_, index) =>
    results.slice(0, index).reduce((sum, each) => sum + Math.ceil(each.durationSeconds), 0),
  )
  const durationSeconds = results.reduce((sum, each) => sum + each.durationSeconds, 0)
  const names = [...new Set(results.flatMap(({ requests }) => requests.map(({ name }) => name)))]
  const { neverSent: _, findings: __, ...shared } = first
  return {
    ...shared,
    environment: joinEnvironments(results),
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
    ...joinReady(results),
    ...joinTargets(results, starts),
    ...joinFindings(results),
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
      // Concatenated, because threads of different runs have nothing in common.
      workers: results.flatMap(({ generator }) => generator.workers),
    },
    ...errorOf(results),
  }
}

function joinEnvironments(results: readonly [Result, ...Result[]]): RunEnvironment {
  const yardsticks = results.flatMap(({ environment }) => environment.yardstick ?? [])
  const { environment } = results[0]
  return yardsticks.length === 0 ? environment : { ...environment, yardstick: Math.round(median(yardsticks)) }
}

/** Returns the error of the first run that has one. */
function errorOf(results: readonly Result[]): Pick<Result, 'error' | 'errorStack'> {
  const broken = results.find(({ error }) => error !== null)
  return {
    error: broken?.error ?? null,
    ...(broken?.errorStack !== undefined && { errorStack: broken.errorStack }),
  }
}

function shift(windows: readonly Window[], seconds: number): Window[] {
  return windows.map((window) => ({ ...window, start: window.start + seconds }))
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
    windows: parts.flatMap(({ request, start }) => shift(request.windows, start)),
    ...joinTimingWindows(
      parts.map(({ request, start }) => mapTimingWindows(request, (windows) => shift(windows, start))),
      (windows) => windows,
    ),
  }
}
