/**
 * Adds up totals of several runs, or of several machines in the same run.
 */
import { Histogram } from './histogram.js'
import { addObserved } from './observed.js'
import { ratesOf } from './rates.js'
import type {
  ConnectionFigures,
  ErrorCount,
  GeneratorHealth,
  LatencySummary,
  RequestResult,
  Result,
  Totals,
  WarmupTotals,
} from './result.js'
import { summarize } from './summary.js'

/** Sums the parts, which took `seconds`. Counts and histograms add up without loss. */
export function addTotals(parts: readonly Totals[], seconds: number): Totals {
  const sum = (read: (totals: Totals) => number) => parts.reduce((all, part) => all + read(part), 0)
  const requests = sum((part) => part.requests)
  const failed = sum((part) => part.failed)
  return {
    requests,
    failed,
    errorRate: requests === 0 ? 0 : failed / requests,
    ...ratesOf({ requests, failed }, seconds),
    bytesSent: sum((part) => part.bytesSent),
    bytesReceived: sum((part) => part.bytesReceived),
    bytesDecoded: parts.every((part) => part.bytesDecoded === null)
      ? null
      : sum((part) => part.bytesDecoded ?? 0),
    dropped: sum((part) => part.dropped),
    unfinished: sum((part) => part.unfinished),
    latency: addLatencies(parts.map(({ latency }) => latency)),
    serviceTime: addLatencies(parts.map(({ serviceTime }) => serviceTime)),
    timeToFirstByte: addLatencies(parts.map(({ timeToFirstByte }) => timeToFirstByte)),
    statuses: addStatuses(parts),
    redirects: sum((part) => part.redirects),
    reconnects: sum((part) => part.reconnects),
    retries: {
      requests: sum(({ retries }) => retries.requests),
      recovered: sum(({ retries }) => retries.recovered),
      attempts: sum(({ retries }) => retries.attempts),
      errors: addErrors(parts.flatMap(({ retries }) => retries.errors)),
    },
    errors: addErrors(parts.flatMap(({ errors }) => errors)),
    ...addObserved(parts, addLatencies),
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
  return warmup === undefined ? request : ({ ...rest, ...addWarmups([request, warmup]) } as T)
}

/** Returns the requests that none of the results sent. */
export function joinNeverSent(results: readonly Pick<Result, 'neverSent'>[]): Pick<Result, 'neverSent'> {
  const [first, ...others] = results.map(({ neverSent = [] }) => neverSent)
  const names = first!.filter((name) => others.every((other) => other.includes(name)))
  return names.length === 0 ? {} : { neverSent: names }
}

function addWarmups(parts: readonly WarmupTotals[]): WarmupTotals {
  const sum = (read: (part: WarmupTotals) => number) => parts.reduce((all, part) => all + read(part), 0)
  const requests = sum((part) => part.requests)
  const failed = sum((part) => part.failed)
  return {
    requests,
    failed,
    errorRate: requests === 0 ? 0 : failed / requests,
    unfinished: sum((part) => part.unfinished),
    latency: addLatencies(parts.map(({ latency }) => latency)),
    statuses: addStatuses(parts),
    errors: addErrors(parts.flatMap(({ errors }) => errors)),
  }
}

/** Returns the summed warm-up of one request as a field; none if no part had one. */
export function joinWarmups(parts: readonly { readonly warmup?: WarmupTotals }[]): {
  readonly warmup?: WarmupTotals
} {
  const warmups = parts.flatMap(({ warmup }) => warmup ?? [])
  return warmups.length === 0 ? {} : { warmup: addWarmups(warmups) }
}

function addLatencies(parts: readonly LatencySummary[]): LatencySummary {
  const all = new Histogram()
  for (const { histogram } of parts) if (histogram !== null) all.add(histogram)
  return summarize(all)
}

function addStatuses(parts: readonly Pick<Totals, 'statuses'>[]): Record<string, number> {
  const joined = new Map<string, number>()
  for (const { statuses } of parts)
    for (const [status, count] of Object.entries(statuses))
      joined.set(status, (joined.get(status) ?? 0) + count)
  return Object.fromEntries(joined)
}

function addErrors(errors: readonly ErrorCount[]): ErrorCount[] {
  const joined = new Map<string, ErrorCount>()
  for (const error of errors) {
    const key = `${error.kind} ${error.message}`
    joined.set(key, { ...error, count: (joined.get(key)?.count ?? 0) + error.count })
  }
  return [...joined.values()].sort((a, b) => b.count - a.count)
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
