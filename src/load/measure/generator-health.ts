/**
 * Was the load generator itself the bottleneck? Then its figures are not the service's, and no verdict may be made
 * from them.
 *
 * - **Busy**: a worker's thread was working more than {@link BUSY} of the time in more than a tenth of the seconds,
 *   and in more than one.
 *   Answers wait for such a thread, and their waiting is measured as the service's.
 * - **Late**: requests that had a moment of their own (arrivals, ends of think times) were sent so late that a
 *   figure no longer is the service's: the median lateness above {@link LATE} of the median latency, or the same of
 *   p95 or p99. Lateness is part of every latency, which counts from the moment a request was due. A percentile is
 *   looked at only where enough requests lie beyond it: the first few of any run are late, whatever the machine.
 *
 * Two sides that take turns are made late by the same other work, which leaves the medians alone: there only a late
 * median is a bottleneck, and a late p95 or p99 takes back what that one would say (see `verdict/lateness.ts`).
 */
import type { Ms } from '../../base/clock.js'
import { formatLatency } from '../../base/units.js'
import type { Histogram } from '../../stats/histogram.js'
import type { GeneratorHealth, LatencySummary, LatePercentile, WorkerHealth } from '../../stats/result.js'
import { percentileMs } from '../../stats/summary.js'
import type { Second } from './collector.js'

/** Above this share of work, waiting in the generator shows in the figures. */
const BUSY = 0.9
/** So many of the seconds may be busy, and one in any case: one burst is no saturation. */
const BUSY_SECONDS = 0.1
/**
 * How late is too late, for each percentile: both this share of the latency's percentile and this many ms. The
 * shares are the default tolerances of a comparison; below the floors the clock's own grain shows.
 */
const LATE = [
  { percentile: 50, share: 0.1, floorMs: 1 },
  { percentile: 95, share: 0.15, floorMs: 2 },
  { percentile: 99, share: 0.25, floorMs: 5 },
] as const

/**
 * A percentile of lateness needs so many requests beyond it, 20 in all for the median and 1,000 for p99. Latencies are
 * judged from more than that, so nothing that a verdict rests on goes unchecked.
 */
const LATE_REQUESTS_MIN = 10

/** The judgement over a whole run, or, with `inTurns`, over the seconds of one side of a session. */
export function judgeGenerator(
  seconds: readonly Second[],
  lateness: Histogram,
  latency: Pick<LatencySummary, 'p50' | 'p95' | 'p99'>,
  { inTurns = false }: { readonly inTurns?: boolean } = {},
): GeneratorHealth {
  const shares = seconds.flatMap(({ busy }) => busy)
  const busy = busyReasons(seconds)
  const late = findLate(lateness, latency)
  const causes = [...busy, ...(late === null ? [] : [late.reason])]
  return {
    saturated: busy.length > 0 || (late !== null && (!inTurns || late.from === 50)),
    reasons: causes.length === 0 ? [] : [...causes, ...starvedReasons(seconds)],
    eventLoopUtilization: shares.length === 0 ? 0 : round(shares.reduce((a, b) => a + b, 0) / shares.length),
    schedulingLagP99: percentileMs(lateness, 99),
    ...(late !== null && { lateFrom: late.from }),
    workers: describeWorkers(seconds),
  }
}

/** What each worker's thread did, on average over the seconds. */
function describeWorkers(seconds: readonly Second[]): WorkerHealth[] {
  const count = Math.max(0, ...seconds.map(({ busy }) => busy.length))
  const mean = (shares: readonly (number | null | undefined)[]): number | null => {
    const known = shares.filter((share) => share !== null && share !== undefined)
    return known.length === 0 ? null : round(known.reduce((a, b) => a + b, 0) / known.length)
  }
  return Array.from({ length: count }, (_, worker) => ({
    eventLoopUtilization: mean(seconds.map(({ busy }) => busy[worker])) ?? 0,
    cpu: mean(seconds.map(({ cpu }) => cpu[worker])),
    starved: mean(seconds.map(({ starved }) => starved[worker])),
  }))
}

/** Above this share a thread's waiting for a CPU explains why it was late or busy. */
const STARVED = 0.1

/** Whose fault it was that a generator was too slow: that of other work on its cores. Never a reason by itself. */
function starvedReasons(seconds: readonly Second[]): string[] {
  const workers = describeWorkers(seconds)
  return workers.flatMap(({ starved }, worker) => {
    if (starved === null || starved <= STARVED) return []
    const name = workers.length === 1 ? 'the load generator' : `worker ${worker + 1}`
    return [
      `${name} waited for a CPU ${Math.round(starved * 100)} % of the time: stop other work on this machine`,
    ]
  })
}

function busyReasons(seconds: readonly Second[]): string[] {
  const workers = Math.max(0, ...seconds.map(({ busy }) => busy.length))
  return Array.from({ length: workers }, (_, worker) => {
    const shares = seconds.map(({ busy }) => busy[worker] ?? 0)
    if (shares.filter((share) => share > BUSY).length <= Math.max(1, BUSY_SECONDS * seconds.length))
      return null
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length
    const name = workers === 1 ? 'the load generator' : `worker ${worker + 1}`
    return `${name} was busy ${Math.round(mean * 100)} % of the time: send less, add think time, or use more --workers`
  }).filter((reason) => reason !== null)
}

interface Late {
  readonly from: LatePercentile
  readonly reason: string
}

function findLate(lateness: Histogram, latency: Pick<LatencySummary, 'p50' | 'p95' | 'p99'>): Late | null {
  for (const { percentile, share, floorMs } of LATE) {
    if (lateness.count * (100 - percentile) < LATE_REQUESTS_MIN * 100) continue
    const lateMs: Ms = percentileMs(lateness, percentile) ?? 0
    if (lateMs <= floorMs || lateMs <= share * (latency[`p${percentile}`] ?? 0)) continue
    const reason = `${100 - percentile} % of the requests were sent ${formatLatency(lateMs)} late or more: send less, or stop other work on this machine`
    return { from: percentile, reason }
  }
  return null
}

function round(share: number): number {
  return Math.round(share * 1000) / 1000
}
