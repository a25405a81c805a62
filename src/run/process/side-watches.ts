/**
 * Watches the processes of both sides of an A/B session. The counters of a side are its own, so nothing has to be told
 * apart by time: also what it does after its turn is its work.
 */
import { platform } from 'node:os'
import { hostAndPort } from '../../load/http/connect/route.js'
import type { Scenario } from '../../scenario/model/scenario.js'
import type { TargetFailure } from '../../stats/target-failures.js'
import { openWatch, unobservable, type Watch, type Watched } from './watch.js'

/** One side: how it is reached, and the process that perfctl started for it; null if it started none. */
export type WatchedSide = Pick<Watched, 'plan' | 'started'>

/**
 * Finds the processes of both sides; null for those that aren't observed. If perfctl started both, they are observed even
 * if the scenario doesn't ask for it: nobody has to say where they are. One side alone says nothing.
 */
export async function openSideWatches(
  { observe, target }: Pick<Scenario, 'observe' | 'target'>,
  sides: readonly WatchedSide[],
): Promise<readonly (Watch | null)[]> {
  const asked = observe?.process
  if (asked === undefined && (platform() !== 'linux' || sides.some(({ started }) => started === null)))
    return sides.map(() => null)
  const ports = sides.map(({ plan }) => hostAndPort(plan.target).port)
  const known = [...ports, ...(target === null || target === 'demo' ? [] : [hostAndPort(target).port])]
  return Promise.all(
    sides.map((side, index) => {
      const failure = side.started === null ? findFailure(asked, ports, known) : null
      if (failure !== null) return unobservable({ kind: 'session', message: failure })
      const isByPort = side.started === null && asked !== 'auto'
      return openWatch({
        ...side,
        observe: { process: isByPort ? { port: ports[index]! } : 'auto' },
        isShard: false,
      })
    }),
  )
}

/** Says why the process of a side that perfctl didn't start can't be known; null if it can. `known`: ports of targets. */
function findFailure(
  asked: NonNullable<Scenario['observe']>['process'],
  [first, second]: readonly number[],
  known: readonly number[],
): TargetFailure['message'] | null {
  if (asked === undefined || asked === 'auto') return null
  if ('pid' in asked) return 'a session has two processes: write observe: { process: { port: 3000 } }'
  if (!known.includes(asked.port))
    return `port ${asked.port} is not that of the target, so it is unknown which process belongs to which side`
  return first === second ? 'one process serves both sides' : null
}
