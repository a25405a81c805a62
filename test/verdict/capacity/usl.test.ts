import { describe, expect, test } from 'vitest'
import { Random } from '../../../src/base/rng.js'
import { fitScalability, type Level, throughputAt } from '../../../src/verdict/capacity/usl.js'

const LAW = { single: 50, contention: 0.03, coherency: 0.0005 }
const levelsOf = (law: typeof LAW, concurrencies: readonly number[], errorOf = (_: number) => 0): Level[] =>
  concurrencies.map((concurrency, index) => ({
    concurrency,
    throughput: throughputAt(law, concurrency) * (1 + errorOf(index)),
  }))
const USUAL = [1, 2, 4, 8, 16, 24, 32, 48]

describe('a curve of the law', () => {
  test.each([
    LAW,
    { single: 1200, contention: 0.2, coherency: 0 },
    { single: 7, contention: 0, coherency: 0.002 },
    { single: 3, contention: 0, coherency: 0 },
  ])('%j is found again', (law) => {
    const fit = fitScalability(levelsOf(law, USUAL))!
    expect(fit.single).toBeCloseTo(law.single, 6)
    expect(fit.contention).toBeCloseTo(law.contention, 6)
    expect(fit.coherency).toBeCloseTo(law.coherency, 8)
    expect(fit.error).toBeLessThan(1e-6)
  })

  test('has its peak where more users carry less', () => {
    const { peak } = fitScalability(levelsOf(LAW, USUAL))!
    // √((1 − σ) / κ)
    expect(peak!.concurrency).toBeCloseTo(44.05, 1)
    for (const other of [0.9, 1.1])
      expect(throughputAt(LAW, other * peak!.concurrency)).toBeLessThan(peak!.throughput)
  })

  test('without coherency has no peak', () => {
    expect(fitScalability(levelsOf({ ...LAW, coherency: 0 }, USUAL))!.peak).toBeNull()
  })

  test('with an error of 2 % keeps its peak to a fifth, mostly', () => {
    const random = new Random(1)
    const good = Array.from({ length: 200 }, () =>
      fitScalability(levelsOf(LAW, USUAL, () => 0.07 * (random.float() - 0.5))),
    ).filter((fit) => fit?.peak && Math.abs(Math.log(fit.peak.concurrency / 44.05)) < 0.2)
    expect(good.length).toBeGreaterThan(160)
  })

  test('never has a negative part, even if it bends upwards', () => {
    const levels = USUAL.map((concurrency) => ({ concurrency, throughput: 10 * concurrency ** 1.03 }))
    const fit = fitScalability(levels)!
    expect(fit.contention).toBe(0)
    expect(fit.coherency).toBe(0)
  })
})

describe('there is no fit', () => {
  test('of five levels, however often they were measured', () => {
    const few = levelsOf(LAW, [1, 2, 4, 8, 16])
    expect(fitScalability([...few, ...few])).toBeNull()
  })

  test('of levels that are near to each other', () => {
    expect(fitScalability(levelsOf(LAW, [20, 21, 22, 23, 24, 25, 26]))).toBeNull()
  })

  test('of figures that follow no such curve', () => {
    expect(fitScalability(levelsOf(LAW, USUAL, (index) => (index % 2 === 0 ? 0.3 : -0.3)))).toBeNull()
  })

  test('of levels without throughput', () => {
    expect(fitScalability(USUAL.map((concurrency) => ({ concurrency, throughput: 0 })))).toBeNull()
  })
})
