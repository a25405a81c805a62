import { expect, test } from 'vitest'
import { judgeCapacity } from '../../../src/verdict/capacity/judge-capacity.js'

const bounds = (lower: number, upper: number | null = 1.05 * lower) => ({ lower, upper })
const judged = (before: readonly number[], after: number, tolerance = 0.1) =>
  judgeCapacity(
    before.map((lower) => bounds(lower)),
    bounds(after),
    tolerance,
  )

test.each([
  [[468], 468, 'passed'],
  [[468], 450, 'passed'],
  [[468], 360, 'regressed'],
  [[468, 460, 474], 400, 'regressed'],
  [[468, 460, 474], 450, 'passed'],
  [[468], 600, 'improved'],
  // It may be a fifth less.
  [[468], 410, 'inconclusive'],
] as const)('after %j, %d is %s', (before, after, verdict) => {
  expect(judged(before, after).verdict).toBe(verdict)
})

test('the figures are the lower bounds, and the change is of the capacity', () => {
  const { baseline, current, interval, detectable, tolerance, decisive } = judged([400], 300)
  expect(baseline).toBeCloseTo(400, 9)
  expect(current).toBe(300)
  expect(interval![0]).toBeLessThan(-0.25)
  expect(interval![1]).toBeGreaterThan(-0.25)
  expect(interval![1]).toBeLessThan(0)
  expect(detectable).toBeGreaterThan(0.05)
  expect(tolerance).toBe(0.1)
  expect(decisive).toBe(true)
})

test('bounds that are far apart say less', () => {
  const widthOf = (width: number) => {
    const { interval } = judgeCapacity([bounds(400)], bounds(400, 400 * (1 + width)), 0.1)
    return interval![1] - interval![0]
  }
  expect(widthOf(0.3)).toBeGreaterThan(1.5 * widthOf(0.05))
})

test('a wider tolerance forgives more', () => {
  expect(judged([468], 430, 0.05).verdict).not.toBe('passed')
  expect(judged([468], 430, 0.1).verdict).toBe('passed')
})

test('a service that carries all that may be tried counts as that much', () => {
  expect(judgeCapacity([bounds(2000, null)], bounds(2000, null), 0.1).verdict).toBe('passed')
  expect(judgeCapacity([bounds(2000, null)], bounds(1000), 0.1).verdict).toBe('regressed')
})
