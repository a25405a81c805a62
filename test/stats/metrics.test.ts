import { expect, test } from 'vitest'
import { isMoreBetter } from '../../src/stats/metrics.js'

test('of these, more is better', () => {
  for (const id of ['throughput', 'requests', 'cache_hit_rate', 'capacity', 'capacity_vus'])
    expect(isMoreBetter(id), id).toBe(true)
  for (const id of ['p95', 'error_rate', 'cpu_per_request', 'stalls'])
    expect(isMoreBetter(id), id).toBe(false)
})
