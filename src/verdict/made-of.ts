/**
 * What a regression is made of: parts of the mean latency that carry most of its growth, and figures that changed with it.
 * A part is only named if it grew by half of the whole or more, and the whole by more than its own noise.
 */
import type { Cause, CauseCode, MadeOf, MetricComparison, Pair } from '../stats/comparison.js'
import { findNamed } from '../stats/named.js'
import type { Parts, Setup } from './job-figures.js'
import type { Measurement } from './measurement.js'
import { figureIn, joinParts, listParts, type RequestParts, setupOf } from './parts.js'

/** The share of the growth that a part has to carry to be named. */
const CARRIES = 0.5
/** The growth of a mean has to be so many standard errors, and such a share of it. */
const ERRORS_MIN = 3
const GROWTH_MIN = 0.05
/** Shares have to differ by this much, and by so many standard errors. */
const SHARE_CHANGE = 0.05
/** Fewer requests fail or are retried, so less is much. */
const RARE_CHANGE = 0.005
/** Responses have to grow by this factor and by so many bytes. */
const SIZE_FACTOR = 1.5
const SIZE_BYTES = 500
/** CPU time that grew by this share is more; by less than half of it, it is the same. */
const CPU_CHANGE = 0.1

/** The metrics that get worse when the mean latency does. */
const OF_SPEED: ReadonlySet<string> = new Set(['p50', 'p95', 'p99', 'throughput'])

/** One side of a comparison. */
interface Side {
  readonly requests: readonly RequestParts[]
  readonly whole: Parts | null
  readonly count: number
  readonly setup: Setup | null
  /** In ms per request of the whole run. */
  readonly cpu: number | null
}

/** Returns a function that explains a regressed line of the comparison; it returns null if the figures don't tell. */
export function explainer(
  reference: Measurement,
  candidate: Measurement,
): (row: MetricComparison) => MadeOf | null {
  let sides: { readonly before: Side; readonly after: Side } | null = null
  return (row) => {
    const isFailing = row.metric === 'error_rate'
    if (row.verdict !== 'regressed' || row.pooled !== undefined || !(isFailing || OF_SPEED.has(row.metric)))
      return null
    sides ??= { before: readSide(reference), after: readSide(candidate) }
    return isFailing ? explainFailures(row, sides) : explainLatency(row, sides)
  }
}

function readSide(measurement: Measurement): Side {
  const requests = listParts(measurement)
  return {
    requests,
    whole: joinParts(requests),
    count: requests.reduce((sum, each) => sum + each.requests, 0),
    setup: setupOf(measurement) ?? measurement.jobs?.at(-1)?.runs.at(-1)?.setup ?? null,
    cpu: measurement.target?.cpuPerRequest ?? null,
  }
}

interface Sides {
  readonly before: Side
  readonly after: Side
}

/** A request on one side; or all of them, which have no cache of their own. */
type Subject = Pick<RequestParts, 'requests' | 'parts'> & { readonly cacheHitRate: number | null }

function subjectOf({ requests, whole, count }: Side, name: string | null): Subject | null {
  if (name !== null) return findNamed(requests, name) ?? null
  return whole === null ? null : { parts: whole, requests: count, cacheHitRate: null }
}

/** The most telling failure is the status that became more frequent. */
function explainFailures({ request }: MetricComparison, { before, after }: Sides): MadeOf | null {
  const [old, now] = [subjectOf(before, request), subjectOf(after, request)]
  if (old === null || now === null) return null
  const causes = statusCause(old, now)
  return causes.length === 0 ? null : { mean: null, causes }
}

function explainLatency({ request }: MetricComparison, sides: Sides): MadeOf | null {
  const [old, now] = [subjectOf(sides.before, request), subjectOf(sides.after, request)]
  if (old === null || now === null) return null
  const mean: Pair = [old.parts.latency, now.parts.latency]
  const growth = mean[1] - mean[0]
  const noise = Math.hypot(old.parts.error, now.parts.error)
  if (growth < Math.max(ERRORS_MIN * noise, GROWTH_MIN * mean[0])) return null
  const carrier = request === null ? requestCause(sides, growth) : []
  const causes = [
    // What a request is made of, it says itself.
    ...(carrier.length > 0 ? carrier : partCauses(old.parts, now.parts, sides, growth)),
    ...companions(old, now),
    ...cpuCause(sides, now, growth),
  ]
  return causes.length === 0 ? null : { mean, causes }
}

/** The request that carries most of what the mean of all grew by. */
function requestCause({ before, after }: Sides, growth: number): Cause[] {
  if (after.requests.length < 2) return []
  const weigh = (side: Side, name: string) => {
    const found = findNamed(side.requests, name)
    return found === undefined ? 0 : (found.requests / side.count) * found.parts.latency
  }
  const found = after.requests.map(({ name }) =>
    causeOf('request', weigh(before, name), weigh(after, name), name),
  )
  return largest(found.filter((cause) => carries(cause, growth)))
}

/** The parts of the mean that carry its growth: a server timing, else what is known from outside. */
function partCauses(old: Parts, now: Parts, { before, after }: Sides, growth: number): Cause[] {
  const timings = Object.keys(now.timings).map((name) =>
    causeOf('server_timing', figureIn(old.timings, name), figureIn(now.timings, name), name),
  )
  // Without the timing on the other side, it is new, not slower.
  const known = timings.filter(({ name }) => Object.hasOwn(old.timings, name!))
  const timing = mostSpecific(known.filter((cause) => carries(cause, growth)))
  if (timing !== null) return [timing]
  const connecting = causeOf('connecting', before.setup?.ms ?? 0, after.setup?.ms ?? 0)
  const waiting = causeOf('waiting', waitOf(old), waitOf(now))
  if (carries(waiting, growth)) {
    const isConnecting =
      before.setup !== null && after.setup !== null && carries(connecting, waiting.after - waiting.before)
    if (isConnecting) {
      return [connecting, causeOf('connections', before.setup.connections, after.setup.connections)]
    }
    // Earlier attempts are before the last one, too.
    return now.retried - old.retried > RARE_CHANGE ? [] : [waiting]
  }
  return [causeOf('first_byte', old.firstByte, now.firstByte), causeOf('body', old.body, now.body)].filter(
    (cause) => carries(cause, growth),
  )
}

function waitOf({ latency, firstByte, body }: Parts): number {
  return Math.max(0, latency - firstByte - body)
}

/** What isn't a part of the latency, but changed with it. */
function companions(old: Subject, now: Subject): Cause[] {
  const causes: Cause[] = []
  const [a, b] = [old.parts, now.parts]
  if (b.bytes > SIZE_FACTOR * a.bytes && b.bytes - a.bytes > SIZE_BYTES)
    causes.push(causeOf('size', a.bytes, b.bytes))
  if (old.cacheHitRate !== null && now.cacheHitRate !== null) {
    const cache = causeOf('cache', old.cacheHitRate, now.cacheHitRate)
    if (hasMoved(cache, old, now, SHARE_CHANGE) && cache.after < cache.before) causes.push(cache)
  }
  const retries = causeOf('retries', a.retried, b.retried)
  if (hasMoved(retries, old, now, RARE_CHANGE) && retries.after > retries.before) causes.push(retries)
  return [...causes, ...statusCause(old, now).filter(({ before, after }) => after - before > SHARE_CHANGE)]
}

function statusCause(old: Subject, now: Subject): Cause[] {
  const causes = Object.keys(now.parts.statuses).map((status) =>
    causeOf('status', figureIn(old.parts.statuses, status), figureIn(now.parts.statuses, status), status),
  )
  return largest(
    causes.filter((cause) => cause.after > cause.before && hasMoved(cause, old, now, RARE_CHANGE)),
  )
}

/**
 * Whether it computes more or waits. CPU time is that of the whole run, so that it is the same says something only if it
 * would have grown visibly had the service computed for as long as the request got slower.
 */
function cpuCause({ before, after }: Sides, { requests }: Subject, growth: number): Cause[] {
  if (before.cpu === null || after.cpu === null || before.cpu === 0) return []
  const change = after.cpu / before.cpu - 1
  if (change >= CPU_CHANGE) return [causeOf('computes', before.cpu, after.cpu)]
  const wouldGrow = ((requests / after.count) * growth) / before.cpu
  return Math.abs(change) < CPU_CHANGE / 2 && wouldGrow > 2 * CPU_CHANGE
    ? [causeOf('waits', before.cpu, after.cpu)]
    : []
}

function causeOf(code: CauseCode, before: number, after: number, name?: string): Cause {
  return { code, ...(name !== undefined && { name }), before: rounded(before), after: rounded(after) }
}

function carries({ before, after }: Cause, growth: number): boolean {
  return after - before >= CARRIES * growth
}

/** Whether a share changed by enough, and by more than chance. */
function hasMoved({ before, after }: Cause, old: Subject, now: Subject, least: number): boolean {
  const share = (before * old.requests + after * now.requests) / (old.requests + now.requests)
  const error = Math.sqrt(share * (1 - share) * (1 / old.requests + 1 / now.requests))
  return Math.abs(after - before) > Math.max(least, 4 * error)
}

function largest(causes: readonly Cause[]): Cause[] {
  return [...causes].sort((a, b) => b.after - b.before - (a.after - a.before)).slice(0, 1)
}

/** Of the growths that are nearly the largest, those of the shortest duration: `total` contains `db`. */
const NEARLY = 0.8

/** Returns the innermost of causes that may contain each other; null without any. */
export function mostSpecific<T extends Pick<Cause, 'before' | 'after'>>(causes: readonly T[]): T | null {
  const most = Math.max(...causes.map(({ before, after }) => after - before))
  const near = causes.filter(({ before, after }) => after - before >= NEARLY * most)
  return near.sort((a, b) => a.after - b.after)[0] ?? null
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
