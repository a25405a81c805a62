import { expect, test } from 'vitest'
import { checkData } from '../../src/plan/data-check.js'
import { IterationNumbers, makeCounters } from '../../src/plan/numbers.js'
import { closedLoad } from '../load/simulate.js'
import { planOf } from './plans.js'

const WHOLE = { index: 0, of: 1 }
const USER = { number: 0, iterations: 0 }

test('threads continue after the shared counter has wrapped around', () => {
  const counters = makeCounters()
  const [mine, other] = [1, 2].map(
    () => new IterationNumbers(closedLoad(), { ...WHOLE, machine: WHOLE }, counters),
  )
  const shared = new Int32Array(counters)
  const seen = []
  // A thread must read the counter at least once in 2^32 iterations.
  for (let round = 0; round < 6; round++) {
    seen.push(mine!.next(false, USER))
    Atomics.add(shared, 0, 2 ** 30)
    Atomics.add(shared, 0, 2 ** 30)
    seen.push(other!.next(false, USER))
  }
  const expected = []
  for (let n = 0; expected.length < 12; n += 2 ** 31 + 2) expected.push(n, n + 2 ** 31 + 1)
  expect(seen).toEqual(expected)
})

test('without shared memory, a part counts within its own segment', () => {
  const numbers = new IterationNumbers(closedLoad(), { index: 1, of: 3, machine: WHOLE })
  expect([1, 2, 3].map(() => numbers.next(false, USER))).toEqual([1, 4, 7])
  expect([1, 2].map(() => numbers.next(true, USER))).toEqual([1, 4])
})

test('too few rows for the iterations of all users are reported before anything is sent', () => {
  const text = (rows: number) => `
load: { vus: 5, iterationsPerVu: 3 }
data: { n: { values: [${Array(rows).fill('x').join(', ')}], pick: unique } }
requests: [{ get: "/{{ n }}" }]`
  expect(() => checkData(planOf(text(15)))).not.toThrow()
  expect(() => checkData(planOf(text(14)))).toThrow('data.n has 14 rows, but the load needs 15')
})
