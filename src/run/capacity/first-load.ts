/**
 * The load at which a search begins, if the scenario doesn't say: half of what a few users reach in some seconds.
 */
import type { Ms } from '../../base/clock.js'
import { runFleet } from '../../load/fleet/threads.js'
import { Collector } from '../../load/measure/collector.js'
import type { Plan } from '../../plan/plan.js'
import { listSeries } from '../../plan/series.js'
import type { RequestResult, Totals } from '../../stats/result.js'
import { closedLoad } from './load.js'

const USERS = 4
/** Before the figures count, as the first requests of a service are slow. */
const WARMUP_MS: Ms = 1000
/** How long they may take; so many iterations say enough. */
const SECONDS = 4
const ENOUGH = 100

/** The first load, in arrivals per second, of a service that succeeded in nothing: its trials show why. */
const LEAST = 1

/** How to look at a service. */
export interface Look {
  /** How long a journey may pause. */
  readonly pausesMs: Ms
  readonly signal: AbortSignal
  readonly kill: AbortSignal
}

/** A first load. */
export interface FirstLoad {
  /** In arrivals per second, above 0, or in virtual users. */
  readonly load: number
  /** Why it is only a guess; absent if it isn't. */
  readonly doubt?: string
}

/** Looks at the service. */
export async function findFirstRate(
  { isSteered: _, ...plan }: Plan,
  { pausesMs, signal, kill }: Look,
): Promise<FirstLoad> {
  const load = closedLoad(USERS, SECONDS * 1000)
  const gracefulStopMs = load.gracefulStopMs + pausesMs
  const closed = { ...plan, load: { ...load, warmupMs: WARMUP_MS, gracefulStopMs } }
  const series = listSeries(closed)
  const names = new Set(series.map(({ name }) => name))
  const enough = new AbortController()
  const collector = new Collector(series, 1, ({ index }) => {
    if (index >= 0 && countSucceeded(collector.named(names, 1)) >= ENOUGH) enough.abort()
  })
  const { stoppedMs } = await runFleet(closed, {
    workers: 1,
    stop: AbortSignal.any([enough.signal, signal]),
    kill,
    onBegin: () => {},
    onWindow: (worker, window) => collector.add(worker, window),
    onWorkerEnd: (worker) => collector.end(worker),
  })
  const seconds = Math.min(SECONDS, Math.max(1, stoppedMs / 1000))
  return firstLoadOf(collector.named(names, seconds), collector.total(seconds), seconds)
}

type Counted = Pick<RequestResult, 'kind' | 'phase' | 'requests' | 'failed'>

/** Iterations that succeeded: single requests and whole journeys. */
function countSucceeded(requests: readonly Counted[]): number {
  const whole = requests.filter(({ kind, phase }) => kind !== 'step' && phase === undefined)
  return whole.reduce((sum, iterations) => sum + iterations.requests - iterations.failed, 0)
}

/** Half of what was reached in so many seconds, or the least. */
export function firstLoadOf(
  requests: readonly Counted[],
  { errors }: Pick<Totals, 'errors'>,
  seconds: number,
): FirstLoad {
  const succeeded = countSucceeded(requests)
  if (succeeded > 0) return { load: Number((succeeded / seconds / 2).toPrecision(2)) }
  const [most] = errors
  const why =
    most === undefined
      ? 'no iteration was finished in time'
      : `no iteration succeeded, because of ${most.message}`
  return { load: LEAST, doubt: `the first look at the service: ${why}; the search begins with ${LEAST}/s` }
}
