/**
 * Detects whether the load generator itself was the bottleneck, so that the figures don't describe the service and no verdict
 * can be based on them, and from which percentile on its lateness shows.
 *
 * - **Busy**: a worker's thread was working more than {@link BUSY} of the time, in more than a tenth of the seconds
 *   and in more than one second. Responses wait for such a thread, and that wait is measured as the service's.
 * - **Late**: timed requests (arrivals, ends of think times) were sent so late that a percentile no longer describes
 *   the service: the median lateness exceeds {@link LATE} of the median latency, or the same for p95 or p99. Lateness
 *   is part of each latency, which counts from the due time. A percentile is checked only with enough requests beyond
 *   it, because the first few of any run are late on any machine.
 *
 * Only a busy generator spoils a run: it could not have sent more, whatever the service did. Lateness is known request by
 * request, so a late percentile is judged by both its bounds: the latency from the due time, and the service's time from
 * sending (see `verdict/lateness.ts`).
 */
import type { Ms } from '../../base/clock.js'
import { formatLatency } from '../../base/units.js'
import type { Histogram } from '../../stats/histogram.js'
import type { GeneratorHealth, LatencySummary, LatePercentile, WorkerHealth } from '../../stats/result.js'
import { percentileMs } from '../../stats/summary.js'
import type { Second } from './collector.js'

/** If a thread is working more than this share, waiting in the generator affects the figures. */
const BUSY = 0.9
/** This share of the seconds, and at least one second, may be busy: one burst is no saturation. */
const BUSY_SECONDS = 0.1
/**
 * How late is too late, by percentile: more than this share of the latency's percentile and more than this many
 * ms. The shares are the default tolerances of a comparison; below the floors, the clock's resolution shows.
 */
const LATE = [
  { percentile: 50, share: 0.1, floorMs: 1 },
  { percentile: 95, share: 0.15, floorMs: 2 },
  { percentile: 99, share: 0.25, floorMs: 5 },
] as const

/**
 * A percentile of lateness needs this many requests beyond it: 20 in all for the median, 1,000 for p99.
 * Latencies are judged from more than that, so everything that a verdict relies on is checked.
 */
const LATE_REQUESTS_MIN = 10

/**
 * Judges the generator over some seconds: of a whole run, or of one side of an A/B session. `names`: of its workers, if they
 * belong to several machines.
 */
export function judgeGenerator(
  seconds: readonly Second[],
  lateness: Histogram,
  latency: Pick<LatencySummary, 'p50' | 'p95' | 'p99'>,
  names?: readonly string[],
): GeneratorHealth {
  const shares = seconds.flatMap(({ busy }) => busy)
  const busy = busyReasons(seconds, names)
  const late = findLate(lateness, latency)
  const causes = [...busy, ...(late === null ? [] : [late.reason])]
  return {
    saturated: busy.length > 0,
    reasons: causes.length === 0 ? [] : [...causes, ...starvedReasons(seconds, names)],
    eventLoopUtilization: shares.length === 0 ? 0 : round(shares.reduce((a, b) => a + b, 0) / shares.length),
    schedulingLagP99: percentileMs(lateness, 99),
    ...(late !== null && { lateFrom: late.from }),
    workers: describeWorkers(seconds),
  }
}

/** Whether a worker had too much to do in a second. A single one of a run is no saturation. */
export function isBusySecond({ busy }: Pick<Second, 'busy'>): boolean {
  return busy.some((share) => share > BUSY)
}

/** The average of each worker's seconds. */
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

type Names = readonly string[] | undefined

function nameOf(worker: number, workers: number, names: Names): string {
  if (names !== undefined) return names[worker] ?? `worker ${worker + 1}`
  return workers === 1 ? 'the load generator' : `worker ${worker + 1}`
}

/** Above this share, waiting for a CPU explains why a thread was late or busy. */
const STARVED = 0.1

/** Tells whether other work slowed the generator down. Never a reason by itself. */
function starvedReasons(seconds: readonly Second[], names: Names): string[] {
  const workers = describeWorkers(seconds)
  return workers.flatMap(({ starved }, worker) => {
    if (starved === null || starved <= STARVED) return []
    const name = nameOf(worker, workers.length, names)
    return [
      `${name} waited for a CPU ${Math.round(starved * 100)} % of the time: stop other work on this machine`,
    ]
  })
}

function busyReasons(seconds: readonly Second[], names: Names): string[] {
  const workers = Math.max(0, ...seconds.map(({ busy }) => busy.length))
  return Array.from({ length: workers }, (_, worker) => {
    const shares = seconds.map(({ busy }) => busy[worker] ?? 0)
    if (shares.filter((share) => share > BUSY).length <= Math.max(1, BUSY_SECONDS * seconds.length))
      return null
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length
    const name = nameOf(worker, workers, names)
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
