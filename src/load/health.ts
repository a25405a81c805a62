/**
 * Was the load generator itself the bottleneck? Then its figures are not the service's, and no verdict may be made
 * from them.
 *
 * - **Busy**: a worker's thread was working more than {@link BUSY} of the time in more than a tenth of the seconds,
 *   and in more than one.
 *   Answers wait for such a thread, and their waiting is measured as the service's.
 * - **Late**: requests that had a moment of their own (arrivals, ends of think times) were sent so late that a
 *   figure no longer is the service's: the median lateness above {@link LATE} of the median latency, or the same of
 *   p95 or p99. Lateness is part of every latency, which counts from the moment a request was due.
 */
import type { Ms } from '../base/clock.js'
import { formatLatency } from '../base/units.js'
import type { Histogram } from '../stats/histogram.js'
import type { GeneratorHealth, LatencySummary } from '../stats/result.js'
import { percentileMs } from '../stats/summary.js'
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

/** The judgement over a whole run. */
export function judgeGenerator(
  seconds: readonly Second[],
  lateness: Histogram,
  latency: Pick<LatencySummary, 'p50' | 'p95' | 'p99'>,
): GeneratorHealth {
  const shares = seconds.flatMap(({ busy }) => busy)
  const reasons = [...busyReasons(seconds), ...lateReasons(lateness, latency)]
  return {
    saturated: reasons.length > 0,
    reasons,
    eventLoopUtilization: shares.length === 0 ? 0 : round(shares.reduce((a, b) => a + b, 0) / shares.length),
    schedulingLagP99: percentileMs(lateness, 99),
  }
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

function lateReasons(lateness: Histogram, latency: Pick<LatencySummary, 'p50' | 'p95' | 'p99'>): string[] {
  for (const { percentile, share, floorMs } of LATE) {
    const lateMs: Ms = percentileMs(lateness, percentile) ?? 0
    if (lateMs <= floorMs || lateMs <= share * (latency[`p${percentile}`] ?? 0)) continue
    return [
      `${100 - percentile} % of the requests were sent ${formatLatency(lateMs)} late or more: send less, or keep other work off this machine`,
    ]
  }
  return []
}

function round(share: number): number {
  return Math.round(share * 1000) / 1000
}
