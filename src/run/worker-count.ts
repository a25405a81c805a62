/**
 * The number of threads that send a load, or one shard of it.
 */
import { userError } from '../base/errors.js'
import { plural } from '../base/units.js'
import { endpointFor, hostAndPort } from '../load/http/connect/route.js'
import type { Plan } from '../plan/plan.js'
import { Profile } from '../plan/profile.js'
import type { ShardNumber } from '../stats/shard.js'

/** What decides the number besides the plan. */
export interface WorkerCountOptions {
  /** The value of `--workers`; undefined for one per core. */
  readonly asked: number | undefined
  readonly cores: number
  readonly shard: ShardNumber | null
}

/**
 * One worker per core by default, less one if the target is on this machine. At most one per virtual user,
 * because a worker without users would leave its iterations unsent. Throws a UserError if one of the machines
 * would have nothing to send.
 */
export function countWorkers(
  plan: Pick<Plan, 'target' | 'load' | 'http'>,
  { asked, cores, shard }: WorkerCountOptions,
): number {
  const { load, http } = plan
  const users = Math.ceil(load.model === 'closed' ? new Profile(load.start, load.stages).peak : load.maxVus)
  const { index, of } = shard ?? { index: 1, of: 1 }
  if (shard !== null) {
    refuseTooFew(users, 'virtual user', of)
    if (load.iterations !== null) refuseTooFew(load.iterations, 'iteration', of)
  }
  const shareOf = (count: number) => Math.ceil((count - (index - 1)) / of)
  // Each worker needs a virtual user and a connection.
  const most = Math.min(shareOf(users), shareOf(http.connections ?? users))
  return Math.max(1, Math.min(asked ?? (isLocal(plan) ? cores - 1 : cores), most))
}

/** Same outcome on every machine, so that none starts a run that another refuses. */
function refuseTooFew(count: number, noun: string, shards: number): void {
  if (count >= shards) return
  throw userError(
    `${plural(count, noun)} can't be split across ${plural(shards, 'machine')}`,
    `use ${count === 1 ? 'one machine' : `at most ${plural(count, 'machine')}`}, or send more`,
  )
}

function isLocal({ target, http }: Pick<Plan, 'target' | 'http'>): boolean {
  const { host, port } = hostAndPort(target)
  const end = endpointFor(host, port, http)
  return 'path' in end || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(end.host)
}
