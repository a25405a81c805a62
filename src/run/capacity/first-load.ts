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
const SECONDS = 5

/** The first load, in arrivals per second, of a service that succeeded in nothing: its trials show why. */
const LEAST = 1

interface Look {
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
  const closed = { ...plan, load: { ...load, gracefulStopMs: load.gracefulStopMs + pausesMs } }
  const collector = new Collector(listSeries(closed), 1, () => {})
  await runFleet(closed, {
    workers: 1,
    stop: signal,
    kill,
    onBegin: () => {},
    onWindow: (worker, window) => collector.add(worker, window),
    onWorkerEnd: (worker) => collector.end(worker),
  })
  return firstLoadOf(collector.requests(SECONDS), collector.total(SECONDS))
}

/** Half of what was reached, or the least. */
export function firstLoadOf(
  requests: readonly Pick<RequestResult, 'kind' | 'phase' | 'requests' | 'failed'>[],
  { errors }: Pick<Totals, 'errors'>,
): FirstLoad {
  const whole = requests.filter(({ kind, phase }) => kind !== 'step' && phase === undefined)
  const succeeded = whole.reduce((sum, iterations) => sum + iterations.requests - iterations.failed, 0)
  if (succeeded > 0) return { load: Number((succeeded / SECONDS / 2).toPrecision(2)) }
  const [most] = errors
  const why =
    most === undefined
      ? 'no iteration was finished in time'
      : `no iteration succeeded, because of ${most.message}`
  return { load: LEAST, doubt: `the first look at the service: ${why}; the search begins with ${LEAST}/s` }
}
