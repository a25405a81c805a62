import { describe, expect, test } from 'vitest'
import { closedLoad, openLoad, simulate } from './simulate.js'

describe('pacing', () => {
  test('begins an iteration every second, however long it takes within that', async () => {
    let calls = 0
    const { arrived } = await simulate({
      load: closedLoad({ pacingMs: [1000, 1000], stages: [{ durationMs: 4500, target: 1 }] }),
      service: () => ({ afterMs: ++calls * 100 }),
    })
    expect(arrived.map(({ at }) => Math.round(at))).toEqual([0, 1000, 2000, 3000, 4000])
  })

  test('starts at once after an iteration that took too long', async () => {
    const { arrived } = await simulate({
      load: closedLoad({ pacingMs: [1000, 1000], stages: [{ durationMs: 4500, target: 1 }] }),
      service: ({ at }) => ({ afterMs: at < 500 ? 1600 : 10 }),
    })
    expect(arrived.map(({ at }) => Math.round(at))).toEqual([0, 1600, 2600, 3600])
  })

  test('keeps the pace if other users wake one early, and begins nothing at the end', async () => {
    // The first user gets its response shortly before the next iteration of the second is due.
    const { arrived } = await simulate({
      load: closedLoad({ pacingMs: [500, 500], stages: [{ durationMs: 3000, target: 2 }] }),
      service: () => ({ afterMs: 499.7 }),
    })
    const moments = [0, 500, 1000, 1500, 2000, 2500].flatMap((moment) => [moment, moment])
    expect(arrived).toHaveLength(moments.length)
    for (const [i, { at }] of arrived.entries()) expect(Math.abs(at - moments[i]!)).toBeLessThan(1)
  })

  test('has no busy loop if requests fail at once', async () => {
    const { arrived } = await simulate({
      load: closedLoad({ pacingMs: [0, 0], stages: [{ durationMs: 50, target: 1 }] }),
      service: () => ({ afterMs: 'at once', failure: { kind: 'protocol', message: 'no' } }),
    })
    expect(arrived.length).toBeLessThanOrEqual(101)
  })
})

describe('iterations of each user', () => {
  test('are counted per user, and the load ends with the last', async () => {
    const { collector, ends, overAt } = await simulate({
      load: closedLoad({ iterationsPerVu: 7, stages: [{ durationMs: 60_000, target: 5 }] }),
      service: () => ({ afterMs: 10 }),
    })
    expect(collector.total(1).requests).toBe(35)
    expect(ends[0]!.stoppedMs).toBeLessThan(100)
    expect(overAt).toBeLessThan(2000)
  })

  test('are the same with several workers', async () => {
    const { collector } = await simulate({
      load: closedLoad({ iterationsPerVu: 7, stages: [{ durationMs: 60_000, target: 5 }] }),
      workers: 3,
    })
    expect(collector.total(1).requests).toBe(35)
  })

  test('exclude those of the warm-up', async () => {
    const { collector } = await simulate({
      load: closedLoad({ warmupMs: 1000, iterationsPerVu: 3, stages: [{ durationMs: 60_000, target: 2 }] }),
    })
    expect(collector.total(1).requests).toBe(6)
  })
})

test('a burst is sent at one instant, over all workers', async () => {
  const { arrived, collector } = await simulate({
    load: openLoad({ start: 0, stages: [{ durationMs: 2000, target: 0, burst: 100 }] }),
    workers: 2,
  })
  expect(arrived.map(({ at }) => at)).toEqual(Array.from({ length: 100 }, () => 0))
  expect(collector.total(2).requests).toBe(100)
})
