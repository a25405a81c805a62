import { describe, expect, test } from 'vitest'
import { readShard } from '../../src/commands/shard-option.js'

const shardOf = (env: Record<string, string>) => {
  const problems: string[] = []
  const shard = readShard('auto', env, (message, hint) => problems.push(`${message}\n${hint}`))
  return { shard, problems }
}

describe('the number of a machine', () => {
  test.each([
    [
      { JOB_COMPLETION_INDEX: '0', PERFCTL_SHARDS: '4' },
      { index: 1, of: 4 },
    ],
    [
      { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4' },
      { index: 1, of: 4 },
    ],
    [
      { CI_NODE_INDEX: '4', CI_NODE_TOTAL: '4' },
      { index: 4, of: 4 },
    ],
    [
      { CIRCLE_NODE_INDEX: '3', CIRCLE_NODE_TOTAL: '4' },
      { index: 4, of: 4 },
    ],
    [
      { BUILDKITE_PARALLEL_JOB: '2', BUILDKITE_PARALLEL_JOB_COUNT: '3' },
      { index: 3, of: 3 },
    ],
    [
      { CLOUD_RUN_TASK_INDEX: '0', CLOUD_RUN_TASK_COUNT: '1' },
      { index: 1, of: 1 },
    ],
    [
      { AWS_BATCH_JOB_ARRAY_INDEX: '9', AWS_BATCH_JOB_ARRAY_SIZE: '10' },
      { index: 10, of: 10 },
    ],
    // GitLab sets a total of 1 for every job, and no index.
    [
      { CI_NODE_TOTAL: '1', CIRCLE_NODE_INDEX: '0', CIRCLE_NODE_TOTAL: '2' },
      { index: 1, of: 2 },
    ],
  ])('by %j', (env, shard) => {
    expect(shardOf(env)).toEqual({ shard, problems: [] })
  })
})

describe('says what is missing', () => {
  test.each([
    [{}, /^--shard auto: no variable of Kubernetes, .* numbers this machine\n.*--shard 1\/4/],
    [
      { JOB_COMPLETION_INDEX: '0' },
      /^--shard auto: JOB_COMPLETION_INDEX is set, but PERFCTL_SHARDS is not\nset PERFCTL_SHARDS to the number of pods/,
    ],
    [{ CI_NODE_INDEX: '1', CI_NODE_TOTAL: '' }, /CI_NODE_INDEX is set, but CI_NODE_TOTAL is not/],
    [{ CI_NODE_INDEX: '0', CI_NODE_TOTAL: '4' }, /CI_NODE_INDEX=0 is not one of .* counted from 1/],
    [
      { CIRCLE_NODE_INDEX: '4', CIRCLE_NODE_TOTAL: '4' },
      /CIRCLE_NODE_INDEX=4 is not one of .* counted from 0/,
    ],
    [{ CIRCLE_NODE_INDEX: 'x', CIRCLE_NODE_TOTAL: '4' }, /CIRCLE_NODE_INDEX=x is not one of/],
    [
      { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4', JOB_COMPLETION_INDEX: '0', PERFCTL_SHARDS: '2' },
      /JOB_COMPLETION_INDEX and CI_NODE_INDEX are both set/,
    ],
  ])('with %j', (env, message) => {
    const { shard, problems } = shardOf(env)
    expect(shard).toBeUndefined()
    expect(problems).toEqual([expect.stringMatching(message)])
  })
})
