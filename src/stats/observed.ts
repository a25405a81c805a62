/**
 * What was observed beside latencies, as recorded in results: server timings, and answers from a cache.
 */
import { count, number, type Shape } from '../base/shape.js'
import type { Histogram } from './histogram.js'
import type { CacheShare, LatencySummary, RequestResult, Totals, Window } from './result.js'
import type { Series } from './tally.js'

/** The fields of totals that are observed. */
export type Observed = Pick<Totals, 'serverTiming' | 'serverTimingLeft' | 'cache'>

/** The same with other figures of server timings. */
type ObservedWith<T> = Omit<Observed, 'serverTiming'> & {
  readonly serverTiming?: Readonly<Record<string, T>>
}

/**
 * Returns what was observed of a series, as fields of its totals; none if nothing was. `read` makes the figures of a
 * server timing.
 */
export function observedOf<T>(series: Series, read: (timing: Histogram) => T): ObservedWith<T> {
  const { timings, hasMoreTimings, cacheHits, cacheMisses, requests, failed } = series
  return {
    ...(timings.size > 0 && { serverTiming: byName(timings, read) }),
    ...(hasMoreTimings && { serverTimingLeft: true }),
    ...(cacheHits + cacheMisses > 0 && { cache: cacheShare(cacheHits, requests - failed) }),
  }
}

/** Reads what was observed from a result file. `readSummary` reads a latency summary. */
export function readObserved(shape: Shape, readSummary: (shape: Shape) => LatencySummary): Observed {
  const readTimings = (timings: Shape) => ({
    serverTiming: Object.fromEntries(
      Object.keys(timings.object()).map((name) => [name, readSummary(timings.get(name))]),
    ),
  })
  return {
    ...shape.get('serverTiming').or(readTimings, {}),
    ...shape.get('serverTimingLeft').or(() => ({ serverTimingLeft: true as const }), {}),
    ...shape.get('cache').or((cache) => ({ cache: readCache(cache) }), {}),
  }
}

/** Returns the server timing of a name; undefined if there is none. */
export function timingOf(
  { serverTiming = {} }: Pick<Observed, 'serverTiming'>,
  name: string,
): LatencySummary | undefined {
  return Object.hasOwn(serverTiming, name) ? serverTiming[name] : undefined
}

/** Returns the windows of a server timing; undefined if there are none. */
export function timingWindowsOf(
  { serverTimingWindows = {} }: Pick<RequestResult, 'serverTimingWindows'>,
  name: string,
): readonly Window[] | undefined {
  return Object.hasOwn(serverTimingWindows, name) ? serverTimingWindows[name] : undefined
}

/** Returns the windows of each server timing, changed, as a field; none if there are none. */
export function mapTimingWindows(
  { serverTimingWindows }: Pick<RequestResult, 'serverTimingWindows'>,
  change: (windows: readonly Window[]) => readonly Window[],
): Pick<RequestResult, 'serverTimingWindows'> {
  if (serverTimingWindows === undefined) return {}
  const changed = Object.entries(serverTimingWindows).map(([name, windows]) => [name, change(windows)])
  return { serverTimingWindows: Object.fromEntries(changed) }
}

/** Joins the windows of each server timing of several requests as a field; none if there are none. */
export function joinTimingWindows(
  parts: readonly Pick<RequestResult, 'serverTimingWindows'>[],
  join: (windows: readonly Window[]) => readonly Window[],
): Pick<RequestResult, 'serverTimingWindows'> {
  const joined = new Map<string, Window[]>()
  for (const { serverTimingWindows = {} } of parts)
    for (const [name, windows] of Object.entries(serverTimingWindows))
      joined.set(name, [...(joined.get(name) ?? []), ...windows])
  if (joined.size === 0) return {}
  return {
    serverTimingWindows: Object.fromEntries([...joined].map(([name, windows]) => [name, join(windows)])),
  }
}

function readCache(shape: Shape): CacheShare {
  return {
    hits: count(shape.get('hits')),
    misses: count(shape.get('misses')),
    ratio: shape.get('ratio').or(number, null),
  }
}

/** An answer that says nothing of a cache didn't come from one. */
function cacheShare(hits: number, answers: number): CacheShare {
  return { hits, misses: answers - hits, ratio: answers === 0 ? null : hits / answers }
}

/** The values by name, in the order of the names. */
function byName<T, U>(values: ReadonlyMap<string, T>, read: (value: T) => U): Record<string, U> {
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([name, value]) => [name, read(value)]))
}
