/**
 * Several runs of one scenario as one result: counts and histograms add up, windows follow each other.
 */
import { Histogram } from './histogram.js'
import type { ErrorCount, LatencySummary, RequestResult, Result, Totals } from './result.js'
import { summarize } from './summary.js'

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
  return {
    ...first,
    durationSeconds,
    runs: results.map((each, index) => ({
      startedAt: each.startedAt,
      start: starts[index]!,
      durationSeconds: each.durationSeconds,
    })),
    interrupted: results.some(({ interrupted }) => interrupted),
    totals: joinTotals(
      results.map(({ totals }) => totals),
      durationSeconds,
    ),
    requests: names.map((name) => joinRequests(results, name, starts, durationSeconds)),
    connections: {
      dns: joinLatencies(results.map(({ connections }) => connections.dns)),
      tcp: joinLatencies(results.map(({ connections }) => connections.tcp)),
      tls: joinLatencies(results.map(({ connections }) => connections.tls)),
    },
    timeline: results.flatMap(({ timeline }, index) =>
      timeline.map((point) => ({ ...point, second: point.second + starts[index]! })),
    ),
    thresholds: [],
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
    },
    error: results.find(({ error }) => error !== null)?.error ?? null,
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
    ...joinTotals(
      parts.map(({ request }) => request),
      seconds,
    ),
    name,
    kind: parts[0]!.request.kind,
    windows: parts.flatMap(({ request, start }) =>
      request.windows.map((window) => ({ ...window, start: window.start + start })),
    ),
  }
}

function joinTotals(parts: readonly Totals[], seconds: number): Totals {
  const sum = (read: (totals: Totals) => number) => parts.reduce((all, part) => all + read(part), 0)
  const requests = sum((part) => part.requests)
  const failed = sum((part) => part.failed)
  return {
    requests,
    failed,
    errorRate: requests === 0 ? 0 : failed / requests,
    throughput: seconds > 0 ? requests / seconds : 0,
    bytesSent: sum((part) => part.bytesSent),
    bytesReceived: sum((part) => part.bytesReceived),
    bytesDecoded: parts.every((part) => part.bytesDecoded === null)
      ? null
      : sum((part) => part.bytesDecoded ?? 0),
    dropped: sum((part) => part.dropped),
    unfinished: sum((part) => part.unfinished),
    latency: joinLatencies(parts.map(({ latency }) => latency)),
    serviceTime: joinLatencies(parts.map(({ serviceTime }) => serviceTime)),
    timeToFirstByte: joinLatencies(parts.map(({ timeToFirstByte }) => timeToFirstByte)),
    statuses: joinStatuses(parts),
    redirects: sum((part) => part.redirects),
    retries: {
      requests: sum(({ retries }) => retries.requests),
      recovered: sum(({ retries }) => retries.recovered),
      attempts: sum(({ retries }) => retries.attempts),
      errors: joinErrors(parts.flatMap(({ retries }) => retries.errors)),
    },
    errors: joinErrors(parts.flatMap(({ errors }) => errors)),
  }
}

function joinLatencies(parts: readonly LatencySummary[]): LatencySummary {
  const all = new Histogram()
  for (const { histogram } of parts) if (histogram !== '') all.add(Histogram.decode(histogram))
  return summarize(all)
}

function joinStatuses(parts: readonly Totals[]): Record<string, number> {
  const joined = new Map<string, number>()
  for (const { statuses } of parts)
    for (const [status, count] of Object.entries(statuses))
      joined.set(status, (joined.get(status) ?? 0) + count)
  return Object.fromEntries(joined)
}

function joinErrors(errors: readonly ErrorCount[]): ErrorCount[] {
  const joined = new Map<string, ErrorCount>()
  for (const error of errors) {
    const key = `${error.kind} ${error.message}`
    joined.set(key, { ...error, count: (joined.get(key)?.count ?? 0) + error.count })
  }
  return [...joined.values()].sort((a, b) => b.count - a.count)
}
