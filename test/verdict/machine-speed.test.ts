import { describe, expect, test } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { compare } from '../../src/verdict/compare.js'
import type { Job } from '../../src/verdict/job-figures.js'
import { basisOf } from '../../src/verdict/machine-speed.js'
import { SHOP, simulate } from './simulate.js'

const { environment } = simulate(SHOP, { seed: 1, seconds: 1 })
const job = (yardstick?: number): Job => ({
  environment: { ...environment, ...(yardstick !== undefined && { yardstick }) },
  runs: [],
})

describe('the jobs that a candidate is judged by', () => {
  test('are those of machines as fast, if there are any', () => {
    const [slow, fast] = [job(800), job(1000)]
    expect(basisOf([slow, fast], job(1050))).toEqual({ jobs: [fast], speed: null })
    expect(basisOf([slow, fast], job(780))).toEqual({ jobs: [slow], speed: null })
  })

  test('are all if none was, and the difference is known', () => {
    const jobs = [job(1000), job(1100), job(1050)]
    const { jobs: found, speed } = basisOf(jobs, job(798))
    expect(found).toEqual(jobs)
    expect(speed).toBeCloseTo(0.76, 9)
  })

  test.each<[string, Job, Job]>([
    ['the candidate', job(1000), job()],
    ['any job', job(), job(700)],
  ])('are all if the yardstick of %s is not known', (_, accepted, candidate) => {
    expect(basisOf([accepted], candidate)).toEqual({ jobs: [accepted], speed: null })
  })
})

describe('on a machine that is a fifth slower', () => {
  const run = (yardstick: number, factors: readonly number[], seed: number): Result => {
    const services = SHOP.map((service, index) => ({
      ...service,
      perSecond: 100,
      medianMs: service.medianMs * factors[index]!,
    }))
    const result = simulate(services, { seed, seconds: 60 })
    return { ...result, environment: { ...result.environment, yardstick } }
  }
  const before = run(1000, [1, 1, 1], 1)

  test('what is as much slower is not blamed on the service', () => {
    const { verdict, metrics, notes } = compare(before, run(800, [1.25, 1.25, 1.25], 2))
    expect(verdict).toBe('inconclusive')
    expect(metrics.filter((row) => row.verdict === 'regressed')).toEqual([])
    const taken = metrics.filter(({ would }) => would === 'regressed')
    expect(taken.length).toBeGreaterThan(0)
    expect(new Set(taken.map(({ why }) => why))).toEqual(new Set(['other_speed']))
    expect(notes[0]).toMatch(/^this machine was 20 % slower than in /)
  })

  test('a request that is slower beside the others is red', () => {
    const { verdict, metrics } = compare(before, run(800, [1.25, 1.25, 1.9], 2))
    expect(verdict).toBe('regressed')
    const red = metrics.filter((row) => row.verdict === 'regressed')
    expect(new Set(red.map(({ request }) => request))).toEqual(new Set([SHOP[2]!.name]))
    expect(red[0]).toMatchObject({ why: 'against_others' })
  })

  test('on one as fast, both are red', () => {
    expect(compare(before, run(1020, [1.25, 1.25, 1.25], 2)).verdict).toBe('regressed')
    expect(compare(before, run(1020, [1, 1, 1.5], 2)).verdict).toBe('regressed')
  })
})
