import { describe, expect, test } from 'vitest'
import type { Load } from '../../src/scenario/model/load-types.js'
import type { RequestSpec } from '../../src/scenario/model/request.js'
import { closedLoad, openLoad, simulate } from './simulate.js'

const id = { type: 'data', name: 'id' } as const
const REQUESTS: readonly Partial<RequestSpec>[] = [
  { path: ['/take/', id], weight: 2 },
  { path: ['/other'], weight: 1 },
]

function run(
  load: Load,
  rows: number,
  options: { workers?: number; requests?: typeof REQUESTS; afterMs?: number } = {},
) {
  const { workers = 1, requests = REQUESTS, afterMs = 5 } = options
  const values = Array.from({ length: rows }, (_, i) => i)
  return simulate({
    load,
    requests,
    workers,
    data: { id: { values, pick: 'unique' } },
    service: ({ worker }) => ({ afterMs: afterMs * (worker + 1) }),
  })
}

const taken = (arrived: readonly { readonly path: string }[]) =>
  arrived.flatMap(({ path }) => (path.startsWith('/take/') ? [Number(path.slice('/take/'.length))] : []))

describe('rows that are used once', () => {
  test.each([
    ['a closed load', closedLoad({ warmupMs: 1000, stages: [{ durationMs: 5000, target: 20 }] })],
    ['an open load', openLoad({ warmupMs: 1000, stages: [{ durationMs: 5000, target: 300 }] })],
    ['arrivals at random', openLoad({ arrivals: 'poisson', stages: [{ durationMs: 5000, target: 300 }] })],
  ])('are never sent twice in %s, whichever worker is the fastest', async (_name, load) => {
    const { arrived, ends } = await run(load, 50_000, { workers: 3 })
    const seen = taken(arrived)
    expect(seen.length).toBeGreaterThan(500)
    expect(new Set(seen).size).toBe(seen.length)
    for (const end of ends) expect(end.error).toBeUndefined()
  })
})

describe('when the rows run out', () => {
  test.each([
    ['a closed load', closedLoad({ warmupMs: 500, stages: [{ durationMs: 60_000, target: 5 }] })],
    ['an open load', openLoad({ warmupMs: 500, stages: [{ durationMs: 60_000, target: 100 }] })],
  ])('%s stops, and says why', async (_name, load) => {
    const { arrived, ends, collector, overAt } = await run(load, 200, {
      requests: [{ path: ['/take/', id] }],
    })
    const seen = taken(arrived)
    expect(ends[0]!.error).toContain('data.id ran out: it has 200 rows')
    expect(ends[0]!.stoppedMs).toBeLessThan(5000)
    expect(overAt).toBeLessThan(15_000)
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i))
    // Requests of the measured part got responses and are in the figures.
    expect(collector.total(1).requests).toBe(arrived.filter(({ at }) => at >= 0).length)
  })

  test('in the warm-up, the measured part never begins', async () => {
    const load = closedLoad({ warmupMs: 60_000, stages: [{ durationMs: 60_000, target: 5 }] })
    const { ends, overAt } = await run(load, 20, { requests: [{ path: ['/take/', id] }] })
    expect(ends[0]!.error).toContain('ran out')
    expect(overAt).toBeLessThan(0)
  })
})
