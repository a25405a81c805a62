import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/errors.js'
import { renderJson } from '../../src/report/formats/json.js'
import { parseResult } from '../../src/stats/read.js'
import { RESULTS } from '../report/results.js'

const { regressed } = RESULTS

test.each(Object.entries(RESULTS))('a %s result read back is the same', (_, result) => {
  expect(parseResult(renderJson(result), 'x.json')).toEqual(result)
})

test('missing fields are derived from the windows', () => {
  const requests = regressed.requests.map(({ name, windows }) => ({ name, windows }))
  const text = JSON.stringify({ schema: 'perfctl/result@1', scenario: { name: 'shop' }, requests })
  const result = parseResult(text, 'x.json')
  const { count, p50, p99, histogram } = regressed.totals.latency
  expect(result.totals.latency).toMatchObject({ count, p50, p99, histogram })
  expect(result.totals.requests).toBe(regressed.totals.requests)
  expect(result.totals.throughput).toBeCloseTo(regressed.totals.throughput, 9)
  expect(result.requests[0]?.errorRate).toBe(regressed.requests[0]?.errorRate)
  expect(result.durationSeconds).toBe(30)
  expect(result.environment.cpu).toBe('unknown')
})

test('an old file whose throughput includes failures is converted', () => {
  const { requestRate, ...totals } = regressed.totals
  const old = { ...regressed, totals: { ...totals, throughput: requestRate } }
  const { totals: read } = parseResult(JSON.stringify(old), 'x.json')
  expect(read.throughput).toBeCloseTo(totals.throughput, 9)
  expect(read.throughput).toBeLessThan(requestRate)
  expect(read.requestRate).toBe(requestRate)
})

test.each(['', null])('latencies with %j for a histogram keep their figures', (histogram) => {
  const latency = { ...regressed.totals.latency, histogram }
  const read = parseResult(
    JSON.stringify({ ...regressed, totals: { ...regressed.totals, latency } }),
    'x.json',
  )
  expect(read.totals.latency).toEqual({ ...latency, histogram: null })
  expect(parseResult(renderJson(read), 'y.json')).toEqual(read)
})

test('unknown fields are kept', () => {
  const text = JSON.stringify({ ...regressed, weather: 'fine' })
  expect(parseResult(text, 'x.json')).toMatchObject({ weather: 'fine' })
})

describe('an invalid field is named by its path', () => {
  const change = (path: (string | number)[], value: unknown): string => {
    const copy = JSON.parse(JSON.stringify(regressed)) as Record<string | number, never>
    const last = path.at(-1)!
    const parent = path
      .slice(0, -1)
      .reduce<Record<string | number, unknown>>((at, key) => at[key] as never, copy)
    parent[last] = value
    return JSON.stringify(copy)
  }

  test.each<[(string | number)[], unknown, string]>([
    [['schema'], 'perfctl/result@9', 'its schema is perfctl/result@9, from a newer perfctl'],
    [['schema'], 'k6', 'its schema is "k6", not perfctl/result@1'],
    [['scenario'], undefined, 'scenario is missing'],
    [['scenario', 'name'], 7, 'scenario.name is not a string'],
    [['requests'], {}, 'requests is not a list'],
    [['requests', 1, 'name'], null, 'requests[1].name is missing'],
    [['requests', 0, 'windows', 3, 'requests'], 1.5, 'requests[0].windows[3].requests is not a whole number'],
    [['requests', 0, 'windows', 3, 'duration'], 0, 'requests[0].windows[3].duration is not above 0'],
    [['requests', 0, 'windows', 3, 'histogram'], 'HIST', 'requests[0].windows[3].histogram is damaged'],
    [['requests', 0, 'windows', 3, 'failed'], 5, 'latencies, but its window counts'],
    [['totals', 'latency', 'count'], 1, 'totals.latency.histogram holds'],
    [['totals', 'errors'], [{ kind: 'gremlins', count: 1 }], 'totals.errors[0].kind is not one of'],
    [
      ['comparison', 'metrics', 0, 'interval'],
      [1],
      'comparison.metrics[0].interval is not a pair of numbers',
    ],
    [['verdict'], 'splendid', 'verdict is not one of passed'],
    [['interrupted'], 'no', 'interrupted is not true or false'],
  ])('%j', (path, value, message) => {
    const error = caught(() => parseResult(change(path, value), 'results/x.json'))
    expect(error.message).toContain(`results/x.json: `)
    expect(error.message).toContain(message)
    expect(error.kind).toBe('usage')
  })
})

function caught(action: () => unknown): UserError {
  try {
    action()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
