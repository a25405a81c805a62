/**
 * `--shard`: the number of a machine among several, as given or from the variables of the system that started it.
 */
import type { ShardNumber } from '../stats/shard.js'
import type { Wrong } from './option-values.js'

/** Environment variables. */
type Env = Readonly<Record<string, string | undefined>>

/** A system that starts several jobs, and the variables that number them. */
interface System {
  readonly name: string
  readonly index: string
  readonly count: string
  /** The index of its first job. */
  readonly first: 0 | 1
}

/** Kubernetes tells a pod its index, but not how many there are. */
const SHARDS = 'PERFCTL_SHARDS'

/** Every system that `--shard auto` knows. */
const SYSTEMS: readonly System[] = [
  { name: 'Kubernetes', index: 'JOB_COMPLETION_INDEX', count: SHARDS, first: 0 },
  { name: 'GitLab', index: 'CI_NODE_INDEX', count: 'CI_NODE_TOTAL', first: 1 },
  { name: 'CircleCI', index: 'CIRCLE_NODE_INDEX', count: 'CIRCLE_NODE_TOTAL', first: 0 },
  { name: 'Buildkite', index: 'BUILDKITE_PARALLEL_JOB', count: 'BUILDKITE_PARALLEL_JOB_COUNT', first: 0 },
  { name: 'Cloud Run', index: 'CLOUD_RUN_TASK_INDEX', count: 'CLOUD_RUN_TASK_COUNT', first: 0 },
  {
    name: 'AWS Batch',
    index: 'AWS_BATCH_JOB_ARRAY_INDEX',
    count: 'AWS_BATCH_JOB_ARRAY_SIZE',
    first: 0,
  },
]

/** Reads `k/n`, with k from 1, or `auto`, for which the variables `env` of a system with parallel jobs are read. */
export function readShard(text: string | undefined, env: Env, wrong: Wrong): ShardNumber | undefined {
  if (text === undefined) return undefined
  if (text === 'auto') return readShardOfEnvironment(env, wrong)
  const [, index, of] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number)
  if (index !== undefined && of !== undefined && index >= 1 && index <= of) return { index, of }
  wrong(`--shard ${text}: must be k/n with k from 1 to n`, 'write --shard 1/4 on the first of four machines')
  return undefined
}

/** Returns the shard of this machine; undefined, with a problem told to `wrong`, if `env` has none or one that can't be. */
function readShardOfEnvironment(env: Env, wrong: Wrong): ShardNumber | undefined {
  const found = SYSTEMS.filter(({ index }) => (env[index] ?? '') !== '')
  const [system] = found
  if (system === undefined) {
    wrong(
      `--shard auto: no variable of ${SYSTEMS.map(({ name }) => name).join(', ')} numbers this machine`,
      'write the number, such as --shard 1/4 on the first of four machines',
    )
    return undefined
  }
  if (found.length > 1) {
    wrong(
      `--shard auto: ${found.map(({ index }) => index).join(' and ')} are both set`,
      'write the number, such as --shard 1/4 on the first of four machines',
    )
    return undefined
  }
  const { index, count, first } = system
  if ((env[count] ?? '') === '') {
    wrong(
      `--shard auto: ${index} is set, but ${count} is not`,
      count === SHARDS
        ? `set ${SHARDS} to the number of pods, the Job's completions`
        : `set ${count} to the number of jobs`,
    )
    return undefined
  }
  const [number, of] = [wholeOf(env[index]!) - first + 1, wholeOf(env[count]!)]
  if (number >= 1 && number <= of) return { index: number, of }
  wrong(
    `--shard auto: ${index}=${env[index]} is not one of ${count}=${env[count]} jobs, counted from ${first}`,
    'write the number, such as --shard 1/4 on the first of four machines',
  )
  return undefined
}

/** NaN for what isn't a whole number of at most six digits, as in `--shard k/n`. */
function wholeOf(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
}
