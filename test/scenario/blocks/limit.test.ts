import { describe, expect, test } from 'vitest'
import { parseThreshold } from '../../../src/scenario/blocks/limit.js'
import type { TreeProblem } from '../../../src/scenario/yaml/tree.js'
import { METRICS } from '../../../src/stats/metrics.js'

const REQUESTS = ['search', 'GET /a: b', 'p95']

function parse(text: string) {
  const problems: TreeProblem[] = []
  return { limit: parseThreshold(text, REQUESTS, (problem) => problems.push(problem)), problems }
}

describe('a threshold', () => {
  test.each([
    ['p95 < 200ms', null, 'p95', '<', 200],
    ['p95<200ms', null, 'p95', '<', 200],
    ['p(95) < 1.5s', null, 'p95', '<', 1500],
    ['p(99.9) <= 1s', null, 'p999', '<=', 1000],
    ['avg < 1s', null, 'mean', '<', 1000],
    ['search: p95 < 150ms', 'search', 'p95', '<', 150],
    ['GET /a: b: max < 1m', 'GET /a: b', 'max', '<', 60_000],
    ['p95: p95 < 1s', 'p95', 'p95', '<', 1000],
    ['error_rate < 1%', null, 'error_rate', '<', 0.01],
    ['error_rate <= 0.005', null, 'error_rate', '<=', 0.005],
    ['error_rate <= 0', null, 'error_rate', '<=', 0],
    ['error_rate < 100%', null, 'error_rate', '<', 1],
    ['throughput > 6000/m', null, 'throughput', '>', 100],
    ['requests >= 1000', null, 'requests', '>=', 1000],
    ['cpu_per_request < 4ms', null, 'cpu_per_request', '<', 4],
    ['memory_max < 500MB', null, 'memory_max', '<', 500e6],
    ['memory_growth < 5MB/m', null, 'memory_growth', '<', 5e6],
  ])('%s', (text, request, metric, operator, limit) => {
    expect(parse(text)).toEqual({
      limit: { expression: text, request, metric, operator, limit },
      problems: [],
    })
  })
})

test.each([
  ['p95', 'is not a threshold'],
  ['p95 < ', 'is not a threshold'],
  ['error_rate < 1', 'has no unit'],
  ['error_rate < 101%', 'a percentage'],
  ['throughput > 100', 'has no unit'],
  ['p95 < -5ms', 'a duration'],
  ['p95 ≤ 5ms', 'is not a threshold'],
  ['other: p95 < 5ms', 'no request is named'],
])('%j is rejected', (text, message) => {
  const { limit, problems } = parse(text)
  expect(limit).toBeNull()
  expect(problems.map((problem) => problem.message).join()).toContain(message)
})

test('an unknown request and a wrong limit are reported together', () => {
  expect(parse('serch: p95 < 5').problems).toHaveLength(2)
})

test('every metric can be limited, and its hint is a valid threshold', () => {
  for (const { id } of METRICS) {
    const { problems } = parse(`${id} < nonsense`)
    const example = problems[0]!.hint!.replace('write it like ', '')
    expect(parse(example).limit).toMatchObject({ metric: id })
  }
})
