import { describe, expect, test } from 'vitest'
import { Slots } from '../../src/demo/slots.js'

describe('Slots', () => {
  test.each([0.5, 10, 244, 300, 1000])('%d requests per second are carried, however many arrive', (rate) => {
    const slots = new Slots(rate)
    let doneAt = 0
    const count = Math.ceil(rate * 100)
    for (let i = 0; i < count; i++) doneAt = slots.take(0)
    expect(count / (doneAt / 1000)).toBeCloseTo(rate, 5)
  })

  test('below the capacity nothing waits', () => {
    const slots = new Slots(300)
    for (let atMs = 0; atMs < 10_000; atMs += 1000 / 290)
      expect(slots.take(atMs) - atMs).toBeCloseTo(slots.workMs, 9)
  })

  test('above the capacity the queue grows by the excess', () => {
    const slots = new Slots(300)
    let waited = 0
    for (let i = 0; i < 3300; i++) waited = slots.take((i * 1000) / 330) - (i * 1000) / 330
    // In 10 s, 300 requests more arrive than are carried: they wait a second.
    expect(waited).toBeCloseTo(1000 + slots.workMs, -1)
  })

  test('an overload has to be worked off before the latency is the usual one again', () => {
    const slots = new Slots(100)
    for (let i = 0; i < 200; i++) slots.take(0)
    expect(slots.take(1000) - 1000).toBeGreaterThan(1000)
    expect(slots.take(10_000) - 10_000).toBeCloseTo(slots.workMs, 9)
  })

  test('a service that is half as fast carries half as much', () => {
    expect(new Slots(300, 2).workMs).toBe(2 * new Slots(300).workMs)
  })
})
