import { describe, expect, test } from 'vitest'
import { type Block, pairMixes } from '../../src/verdict/pairing.js'
import { makeJoined, readMixQuantile, readQuantile } from '../../src/verdict/quantile.js'
import { makeSlices } from './latencies.js'

const fast = (perSecond: number, seed: number, factor = 1) =>
  makeSlices({ seconds: 20, perSecond, medianMs: 10 * factor, seed })
const slow = (perSecond: number, seed: number, factor = 1) =>
  makeSlices({ seconds: 20, perSecond, medianMs: 200 * factor, seed })

describe('the quantile of a mix', () => {
  const [a, b] = [makeJoined(fast(100, 1)), makeJoined(slow(100, 2))]

  test('of one request is its quantile', () => {
    expect(readMixQuantile([{ window: a, weight: 0.3 }], 0.95)).toBeCloseTo(readQuantile(a, 0.95), -2)
  })

  test('counts each request by its weight, however many samples it has', () => {
    const mixed = (few: typeof b) =>
      readMixQuantile(
        [
          { window: a, weight: 0.9 },
          { window: few, weight: 0.1 },
        ],
        0.95,
      )
    const half = readQuantile(b, 0.5)
    // The upper half of a tenth is the slowest twentieth of all.
    expect(Math.abs(Math.log(mixed(b) / half))).toBeLessThan(0.05)
    expect(Math.abs(Math.log(mixed(makeJoined(slow(10, 3))) / half))).toBeLessThan(0.1)
  })
})

describe('pairs of a mix', () => {
  const differences = (requests: readonly (readonly Block[])[]) =>
    pairMixes(requests, 'p95').blocks.flatMap((pairs) => pairs.map(({ difference }) => difference))
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

  test('a mix that changed moves nothing', () => {
    const shifted = differences([
      [{ a: fast(160, 1), b: fast(120, 2) }],
      [{ a: slow(40, 3), b: slow(80, 4) }],
    ])
    expect(shifted.length).toBeGreaterThan(5)
    expect(Math.abs(mean(shifted))).toBeLessThan(0.05)
  })

  test('a request that got slower moves them by what it did', () => {
    const slower = differences([
      [{ a: fast(160, 1), b: fast(160, 2) }],
      [{ a: slow(40, 3), b: slow(40, 4, 1.3) }],
    ])
    expect(Math.abs(mean(slower) - Math.log(1.3))).toBeLessThan(0.05)
  })

  test('one that a side has not answered is left out of both', () => {
    const silent = slow(40, 4).map((slice) => ({ ...slice, failed: slice.requests, latencies: [] }))
    const rest = differences([[{ a: fast(300, 1), b: fast(300, 2) }], [{ a: slow(40, 3), b: silent }]])
    expect(Math.abs(mean(rest))).toBeLessThan(0.05)
  })
})
