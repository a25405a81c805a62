import { expect, test } from 'vitest'
import { joinRuns } from '../../src/stats/join.js'
import { SHOP, simulate } from '../verdict/simulate.js'

const runs = [1, 2, 3].map((seed) => simulate(SHOP, { seed, seconds: 5 }))
const joined = joinRuns([runs[0]!, runs[1]!, runs[2]!])

test('counts and histograms add up', () => {
  expect(joined.totals.requests).toBe(runs.reduce((sum, { totals }) => sum + totals.requests, 0))
  expect(joined.requests[1]!.latency.count).toBe(
    runs.reduce((sum, { requests }) => sum + requests[1]!.latency.count, 0),
  )
  expect(joined.durationSeconds).toBe(15)
})

test('windows are concatenated, and each run starts at its mark', () => {
  expect(joined.requests[0]!.windows.map(({ start }) => start)).toEqual([...Array(15).keys()])
  expect(joined.runs.map(({ start }) => start)).toEqual([0, 5, 10])
})

test('a single run is unchanged', () => {
  expect(joinRuns([runs[0]!])).toBe(runs[0])
})

test('late requests of one run count for all', () => {
  const [first, ...others] = runs
  const late = others.map((run, index) => ({
    ...run,
    generator: { ...run.generator, lateFrom: index === 0 ? (99 as const) : (95 as const) },
  }))
  expect(joinRuns([first!, ...late]).generator.lateFrom).toBe(95)
  expect(joined.generator).not.toHaveProperty('lateFrom')
})
