/**
 * Was the load generator itself the bottleneck? Then its figures are not the service's, and no verdict may be made
 * from them.
 *
 * - **Busy**: a worker's thread was working more than {@link BUSY} of the time in more than a tenth of the seconds,
 *   and in more than one.
 *   Answers wait for such a thread, and their waiting is measured as the service's.
 * - **Late**: one in a hundred of the requests that had a moment of their own (arrivals, ends of think times) was
 *   sent more than {@link LATE_MS} late, and by more than {@link LATE_SHARE} of the median latency.
 */
import type { Ms } from '../base/clock.js'
import { formatLatency } from '../base/units.js'
import type { Histogram } from '../stats/histogram.js'
import type { GeneratorHealth } from '../stats/result.js'
import { percentileMs } from '../stats/summary.js'
import type { Second } from './collector.js'

/** Above this share of work, waiting in the generator shows in the figures. */
const BUSY = 0.9
/** So many of the seconds may be busy, and one in any case: one burst is no saturation. */
const BUSY_SECONDS = 0.1
const LATE_MS: Ms = 5
const LATE_SHARE = 0.25

/** The judgement over a whole run. `medianMs` is the median latency, null without one. */
export function judgeGenerator(
  seconds: readonly Second[],
  lateness: Histogram,
  medianMs: Ms | null,
): GeneratorHealth {
  const lagMsP99 = percentileMs(lateness, 99)
  const shares = seconds.flatMap(({ busy }) => busy)
  const reasons = [...busyReasons(seconds), ...lateReasons(lagMsP99, medianMs)]
  return {
    saturated: reasons.length > 0,
    reasons,
    eventLoopUtilization: shares.length === 0 ? 0 : round(shares.reduce((a, b) => a + b, 0) / shares.length),
    schedulingLagP99: lagMsP99,
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

function lateReasons(lagMsP99: Ms | null, medianMs: Ms | null): string[] {
  if (lagMsP99 === null || lagMsP99 <= LATE_MS || lagMsP99 <= LATE_SHARE * (medianMs ?? 0)) return []
  return [
    `1 % of the requests were sent ${formatLatency(lagMsP99)} late or more: send less, or keep other work off this machine`,
  ]
}

function round(share: number): number {
  return Math.round(share * 1000) / 1000
}
