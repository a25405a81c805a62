/**
 * The load at which a search begins, if the scenario doesn't say: half of what a few users reach in some seconds.
 */
import { runFleet } from '../../load/fleet/threads.js'
import { Collector } from '../../load/measure/collector.js'
import type { Plan } from '../../plan/plan.js'
import { listSeries } from '../../plan/series.js'
import { closedLoad } from './load.js'

const USERS = 4
const SECONDS = 5

/** Returns arrivals per second, above 0; null if nothing succeeded. */
export async function findFirstRate(
  { isSteered: _, ...plan }: Plan,
  { signal, kill }: { readonly signal: AbortSignal; readonly kill: AbortSignal },
): Promise<number | null> {
  const closed = { ...plan, load: closedLoad(USERS, SECONDS * 1000) }
  const collector = new Collector(listSeries(closed), 1, () => {})
  await runFleet(closed, {
    workers: 1,
    stop: signal,
    kill,
    onBegin: () => {},
    onWindow: (worker, window) => collector.add(worker, window),
    onWorkerEnd: (worker) => collector.end(worker),
  })
  const whole = collector
    .requests(SECONDS)
    .filter(({ kind, phase }) => kind !== 'step' && phase === undefined)
  const succeeded = whole.reduce((sum, { requests, failed }) => sum + requests - failed, 0)
  return succeeded === 0 ? null : Number((succeeded / SECONDS / 2).toPrecision(2))
}
