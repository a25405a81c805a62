import { expect, test } from 'vitest'
import { type SideTurns, sideOf, waitForTurn } from '../../src/plan/ab-turns.js'

const a: SideTurns = { side: 'a', sliceMs: 1000, guardMs: 50 }
const b: SideTurns = { ...a, side: 'b' }

test('sides take turns a b b a, even before the start', () => {
  expect(Array.from({ length: 8 }, (_, slice) => sideOf(slice)).join('')).toBe('abbaabba')
  expect(sideOf(-1)).toBe('a')
  expect(sideOf(-2)).toBe('b')
})

test('a side does not wait within its own slice', () => {
  expect(waitForTurn(a, 0)).toBe(0)
  expect(waitForTurn(a, 949)).toBe(0)
  expect(waitForTurn(b, 2500)).toBe(0)
})

test("in the other side's slices it waits for the same place of its own next one", () => {
  expect(waitForTurn(b, 300)).toBe(1000)
  expect(waitForTurn(a, 1300)).toBe(2000)
})

test('a user in the guard continues at the start of the next own slice', () => {
  expect(waitForTurn(a, 960)).toBe(3010 - 960)
  expect(waitForTurn(a, 3960)).toBe(4010 - 3960)
})

test('both sides never send at the same time', () => {
  for (let t = 0; t < 8000; t += 7) expect(waitForTurn(a, t) === 0 && waitForTurn(b, t) === 0).toBe(false)
})

test('after its wait, a side may send', () => {
  for (let t = 0; t < 8000; t += 7) {
    for (const side of [a, b]) expect(waitForTurn(side, t + waitForTurn(side, t))).toBe(0)
  }
})
