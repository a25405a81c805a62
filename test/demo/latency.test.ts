import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/rng.js'
import { afterStall, drawLatency, splitWork, type Work } from '../../src/demo/latency.js'

describe('drawLatency', () => {
  test.each<[Work, number]>([
    ['cached search', 7],
    ['search', 12],
    ['details', 6],
    ['booking', 12],
  ])('a %s takes around %d ms', (work, medianMs) => {
    expect(quantile(draw(work, 1), 0.5) / medianMs).toBeCloseTo(1.02, 1)
  })

  test('one in a hundred takes at least three times as long', () => {
    const ratios = draw('details', 1).map((ms) => ms / 6)
    expect(quantile(ratios, 0.99)).toBeGreaterThan(2.7)
    expect(quantile(ratios, 0.99)).toBeLessThan(3.3)
  })

  test('the 99th percentile is well inside the tail', () => {
    const values = draw('details', 1)
    expect(quantile(values, 0.992) / quantile(values, 0.988)).toBeLessThan(1.15)
  })

  test('slow multiplies every latency', () => {
    const healthy = draw('search', 1)
    const slower = draw('search', 1.3)
    expect(Math.max(...slower.map((ms, i) => Math.abs(ms / healthy[i]! - 1.3)))).toBeLessThan(1e-12)
  })

  test('equal seeds give equal latencies', () => {
    expect(draw('booking', 1, 7)).toEqual(draw('booking', 1, 7))
    expect(draw('booking', 1, 7)).not.toEqual(draw('booking', 1, 8))
  })
})

describe('splitWork', () => {
  test('a healthy database takes four fifths of the time', () => {
    expect(splitWork('search', 10, 1)).toEqual({ findMs: 8, renderMs: 2 })
  })

  test('only what the database takes is multiplied', () => {
    expect(splitWork('search', 10, 1.5)).toEqual({ findMs: 12, renderMs: 2 })
    expect(splitWork('cached search', 10, 1.5)).toEqual({ findMs: 8, renderMs: 2 })
  })
})

describe('afterStall', () => {
  const stall = { everyMs: 5000, forMs: 200 }

  test.each([
    [0, 0],
    [4799.9, 4799.9],
    [4800, 5000],
    [4999.9, 5000],
    [5000, 5000],
    [9799.9, 9799.9],
    [9900, 10_000],
  ])('a response ready at %d ms is sent at %d ms', (atMs, outMs) => {
    expect(afterStall(atMs, stall)).toBe(outMs)
  })

  test('without stalls every response is sent at once', () => {
    expect(afterStall(4900, null)).toBe(4900)
  })

  test('a service that always stalls responds in bursts', () => {
    expect(afterStall(1, { everyMs: 100, forMs: 100 })).toBe(100)
  })
})

function draw(work: Work, slow: number, seed = 1): number[] {
  const random = new Random(seed)
  return Array.from({ length: 50_000 }, () => drawLatency(work, slow, random))
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(q * values.length)]!
}
