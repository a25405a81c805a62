/**
 * Adds up totals of several runs, or of several machines in the same run.
 */
import { countError } from './errors.js'
import { Histogram } from './histogram.js'
import type {
  ConnectionFigures,
  GeneratorHealth,
  LatencySummary,
  RequestResult,
  Result,
  Totals,
  WarmupTotals,
} from './result.js'
import { COUNT_NAMES } from './sheet.js'
import { summarize } from './summary.js'
import { Series } from './tally.js'
import { totalsOf } from './totals.js'

/** Sums the parts, which took `seconds`. Counts and histograms add up without loss. */
export function addTotals(parts: readonly Totals[], seconds: number): Totals {
  return { ...totalsOf(sum(parts), seconds), dropped: parts.reduce((all, { dropped }) => all + dropped, 0) }
}

/** The series that has these totals together. */
function sum(parts: readonly Partial<Totals>[]): Series {
  const all = new Series(Number.POSITIVE_INFINITY)
  for (const part of parts) addTo(all, part)
  return all
}

function addTo(series: Series, part: Partial<Totals>): void {
  series.requests += part.requests ?? 0
  for (const name of COUNT_NAMES) series[name] += countIn(part, name)
  addLatency(series.latency, part.latency)
  addLatency(series.service, part.serviceTime)
  addLatency(series.firstByte, part.timeToFirstByte)
  for (const [status, count] of Object.entries(part.statuses ?? {})) series.addStatus(Number(status), count)
  for (const error of part.errors ?? []) countError(series.errors, error)
  for (const error of part.retries?.errors ?? []) countError(series.retryErrors, error)
  for (const [name, timing] of Object.entries(part.serverTiming ?? {}))
    addLatency(series.timing(name)!, timing)
  series.hasMoreTimings ||= part.serverTimingLeft === true
}

function countIn(part: Partial<Totals>, name: (typeof COUNT_NAMES)[number]): number {
  switch (name) {
    case 'retried':
      return part.retries?.requests ?? 0
    case 'recovered':
      return part.retries?.recovered ?? 0
    case 'cacheHits':
      return part.cache?.hits ?? 0
    case 'cacheMisses':
      return part.cache?.misses ?? 0
    default:
      return part[name] ?? 0
  }
}

/** Sums connection figures. */
export function addConnections(parts: readonly ConnectionFigures[]): ConnectionFigures {
  return {
    dns: addLatencies(parts.map(({ dns }) => dns)),
    tcp: addLatencies(parts.map(({ tcp }) => tcp)),
    tls: addLatencies(parts.map(({ tls }) => tls)),
    unsolicited: parts.reduce((sum, { unsolicited }) => sum + unsolicited, 0),
  }
}

/** Returns a request including its warm-up, if that counts. Rates remain those of the measured part. */
export function withWarmup<T extends Totals & { readonly warmup?: WarmupTotals }>(request: T): T {
  const { warmup, ...rest } = request
  return warmup === undefined ? request : ({ ...rest, ...warmupOf(sum([request, warmup])) } as T)
}

/** Returns the requests that none of the results sent. */
export function joinNeverSent(results: readonly Pick<Result, 'neverSent'>[]): Pick<Result, 'neverSent'> {
  const [first, ...others] = results.map(({ neverSent = [] }) => neverSent)
  const names = first!.filter((name) => others.every((other) => other.includes(name)))
  return names.length === 0 ? {} : { neverSent: names }
}

/** Returns the totals of a warm-up, whose seconds don't matter. */
export function warmupOf(series: Series): WarmupTotals {
  const { requests, failed, errorRate, unfinished, latency, statuses, errors } = totalsOf(series, 0)
  return { requests, failed, errorRate, unfinished, latency, statuses, errors }
}

/** Returns the summed warm-up of one request as a field; none if no part had one. */
export function joinWarmups(parts: readonly { readonly warmup?: WarmupTotals }[]): {
  readonly warmup?: WarmupTotals
} {
  const warmups = parts.flatMap(({ warmup }) => warmup ?? [])
  return warmups.length === 0 ? {} : { warmup: warmupOf(sum(warmups)) }
}

function addLatencies(parts: readonly LatencySummary[]): LatencySummary {
  const all = new Histogram()
  for (const part of parts) addLatency(all, part)
  return summarize(all)
}

function addLatency(histogram: Histogram, summary: LatencySummary | undefined): void {
  if (summary?.histogram != null) histogram.add(summary.histogram)
}

/** Returns the worst `lateFrom` of several generators as a field. */
export function addLate(parts: readonly GeneratorHealth[]): Pick<GeneratorHealth, 'lateFrom'> {
  const known = parts.flatMap(({ lateFrom }) => lateFrom ?? []).sort((a, b) => a - b)
  return known[0] === undefined ? {} : { lateFrom: known[0] }
}

/** Returns the role of a request in the scenario, which is the same in all parts of a run. */
export function roleOf({ kind, phase }: RequestResult): Pick<RequestResult, 'kind' | 'phase'> {
  return { kind, ...(phase !== undefined && { phase }) }
}
