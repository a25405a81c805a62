/**
 * What was observed beside latencies, as all reports show it: a row for each server timing of a request.
 */
import { plural } from '../base/units.js'
import type { LatencySummary, Totals } from '../stats/result.js'

/** The figures of a server timing that a table shows. */
type TimingFigures = Pick<LatencySummary, 'count' | 'p50' | 'p95' | 'p99' | 'max'>

/** A request with what was observed of it. A run under way has no whole summaries. */
export interface ObservedRequest {
  readonly name: string
  readonly serverTiming?: Readonly<Record<string, TimingFigures>> | undefined
  readonly cache?: Totals['cache'] | undefined
}

/** A server timing of a request. */
interface TimingRow {
  readonly request: string
  readonly timing: string
  readonly figures: TimingFigures
}

/** The rows of a table of server timings. */
interface TimingRows {
  readonly rows: readonly TimingRow[]
  /** How many more there are. */
  readonly left: number
}

/** Returns the server timings in the order of the requests; beyond `most`, those with the highest p95. */
export function listTimings(requests: readonly ObservedRequest[], most: number): TimingRows {
  const all = requests.flatMap(({ name, serverTiming = {} }) =>
    Object.entries(serverTiming).map(([timing, figures]) => ({ request: name, timing, figures })),
  )
  const slowest = [...all].sort((a, b) => (b.figures.p95 ?? 0) - (a.figures.p95 ?? 0)).slice(0, most)
  const chosen = new Set(slowest)
  return { rows: all.filter((row) => chosen.has(row)), left: all.length - slowest.length }
}

/** Says how many server timings a table leaves out. */
export function describeTimingsLeft(left: number): string {
  return `${plural(left, 'more server timing')} not shown; these are the slowest. The saved result and --report csv have all of them.`
}

/** Whether a table of these requests needs a column for the share of responses from a cache. */
export function hasCache(requests: readonly Pick<ObservedRequest, 'cache'>[]): boolean {
  return requests.some(({ cache }) => cache !== undefined)
}
