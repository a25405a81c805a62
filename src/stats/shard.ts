/**
 * Shards, the parts of a load that several machines share, as recorded in results.
 */
import { count, number, type Shape, text } from '../base/shape.js'
import { formatDuration } from '../base/units.js'
import type { CapacityFigures } from './capacity.js'
import type { AgentMark, Result, Shard, ShardMark } from './result.js'

/** Reads the shard of a result. Throws a ShapeError for an impossible one, such as 5 of 4. */
export function readShard(shape: Shape): Shard {
  const index = shape.get('index').count()
  const of = shape.get('of').count()
  if (index < 1 || index > of) shape.get('index').fail(`one of 1 to ${of}`)
  const limits = shape.get('limits')
  const tolerance = limits.get('tolerance')
  return {
    index,
    of,
    workers: shape.get('workers').count(),
    limits: {
      thresholds: limits.get('thresholds').list().map(text),
      baseline: limits.get('baseline').or(text, null),
      tolerance: {
        p50: tolerance.get('p50').number(),
        p95: tolerance.get('p95').number(),
        p99: tolerance.get('p99').number(),
        throughput: tolerance.get('throughput').number(),
        errorRate: tolerance.get('errorRate').number(),
        cpuPerRequest: tolerance.get('cpuPerRequest').number(),
      },
      minDelta: limits.get('minDelta').number(),
    },
  }
}

/** Reads a shard of a merged result. */
export function readShardMark(shape: Shape): ShardMark {
  return {
    index: shape.get('index').count(),
    workers: shape.get('workers').or(count, 1),
    startedAt: shape.get('startedAt').or(text, ''),
    durationSeconds: shape.get('durationSeconds').or(number, 0),
    requests: shape.get('requests').or(count, 0),
    failed: shape.get('failed').or(count, 0),
  }
}

/** Machines may start this far apart, or within this share of the run. */
const APART_SECONDS = 2
const APART_SHARE = 0.1

/**
 * Returns, in sentences, why several machines did not send the intended load. Each makes the verdict inconclusive: a
 * service that got half the load at a time looks faster than it is.
 */
export function listLoadDoubts({
  shards,
  stoppedBy,
  agents = [],
  capacity,
}: Partial<Pick<Result, 'shards' | 'stoppedBy' | 'agents'>> & {
  /** How a search ended; absent for a run. */
  readonly capacity?: Pick<CapacityFigures, 'end'> | undefined
}): string[] {
  const doubts = agents.flatMap(({ name, lost }) => {
    // A search that has its answer needs nobody any more.
    if (lost === null || (capacity !== undefined && capacity.end !== 'stopped')) return []
    const rest = capacity === undefined ? describeRest(lost, agents) : ', which ended the search'
    return [`agent ${name} was lost after ${formatDuration(Math.round(lost * 1000))}${rest}`]
  })
  if (shards === null || shards === undefined) return doubts
  const starts = shards.map(({ startedAt }) => Date.parse(startedAt))
  const seconds = (Math.max(...starts) - Math.min(...starts)) / 1000
  const longest = Math.max(...shards.map(({ durationSeconds }) => durationSeconds))
  if (seconds > Math.max(APART_SECONDS, APART_SHARE * longest)) {
    const apart = formatDuration(Math.round(seconds) * 1000)
    doubts.push(
      `the shards started ${apart} apart, so the service never had the full load: start them at the same time`,
    )
  }
  if (typeof stoppedBy === 'string') doubts.push('not every shard ran its load to the end')
  return doubts
}

function describeRest(lost: number, agents: readonly AgentMark[]): string {
  const left = agents.filter((other) => other.lost === null || other.lost > lost).length
  return `; from then on, ${left} of ${agents.length} agents sent the load`
}

/** Reads an agent of a result. */
export function readAgentMark(shape: Shape): AgentMark {
  return {
    name: shape.get('name').text(),
    cores: shape.get('cores').or(count, 0),
    workers: shape.get('workers').or(count, 1),
    requests: shape.get('requests').or(count, 0),
    perfctl: shape.get('perfctl').or(text, 'unknown'),
    startOffsetMs: shape.get('startOffsetMs').or(number, null),
    clockErrorMs: shape.get('clockErrorMs').or(number, 0),
    lost: shape.get('lost').or(number, null),
  }
}

/** Returns the name of each worker of each agent, in order: `agent one`, or `worker 2 of agent one`. */
export function nameWorkers(agents: readonly AgentMark[]): string[] {
  return agents.flatMap(({ name, workers }) =>
    Array.from({ length: workers }, (_, worker) =>
      workers === 1 ? `agent ${name}` : `worker ${worker + 1} of agent ${name}`,
    ),
  )
}

/** Returns `shard 2 of 4`; null for a whole run. */
export function nameShard(shard: Pick<Shard, 'index' | 'of'> | null | undefined): string | null {
  return shard ? `shard ${shard.index} of ${shard.of}` : null
}

/** The number of a shard, from 1, and the number of shards. */
export interface ShardNumber {
  readonly index: number
  readonly of: number
}
